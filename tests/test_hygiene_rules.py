"""Every rule can fail: each is shown a lesson with one fault, and must name its place."""

import re

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from mldesign.notebooks import COLLAPSED
from tests import hygiene, small_book
from tests.hygiene import links
from tests.hygiene.page import Page

RESULT, ANSWER, MEANING, PLOT, CHILD, PLAIN = 3, 4, 5, 6, 7, 8  # places of the cells of the small lesson


@pytest.fixture(scope="module")
def healthy(tmp_path_factory):
    """The small lesson as `make execute` stores it."""
    return small_book.executed(tmp_path_factory.mktemp("healthy"))


@pytest.fixture
def found(healthy, tmp_path):
    """Return a function that plants a fault in a copy of the lesson and returns what all rules say."""

    def judge(plant):
        notebook = nbformat.from_dict(healthy)
        plant(notebook)
        (tmp_path / "outside.md").write_text("# Outside of the book\n", encoding="utf-8")
        return hygiene.problems(small_book.write(tmp_path / "book", notebook, gates=False))

    return judge


def test_healthy(found):
    assert found(lambda notebook: None) == []


def source(position, text, **metadata):
    """Return a plant that replaces the source of a cell."""

    def plant(notebook):
        notebook.cells[position].source = text
        notebook.cells[position].metadata.update(metadata)

    return plant


def output(position, **data):
    """Return a plant that adds an output to a cell."""

    def plant(notebook):
        notebook.cells[position].outputs.append(new_output(**data))

    return plant


def tags(position, *names):
    def plant(notebook):
        notebook.cells[position].metadata["tags"] = list(names)

    return plant


def count(position, value):
    def plant(notebook):
        notebook.cells[position].execution_count = value

    return plant


def metadata(position, key, value):
    def plant(notebook):
        notebook.cells[position].metadata[key] = value

    return plant


def drop(position):
    def plant(notebook):
        del notebook.cells[position]
        for number, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), start=1):
            cell.execution_count = number

    return plant


def replaced(old, new):
    """Return a plant that replaces a text wherever it stands in the lesson's Markdown."""

    def plant(notebook):
        assert any(old in cell.source for cell in notebook.cells)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = cell.source.replace(old, new)

    return plant


def same_answer(notebook):
    for cell in notebook.cells:
        if "quiz" in cell.metadata.get("tags", []):
            number = re.search(r"Question (\d)", cell.source)[1]
            cell.source = small_book.question(1).replace("Question 1", f"Question {number}")


def result(text, kind="text/plain"):
    return {"output_type": "execute_result", "execution_count": 5, "data": {kind: text}}


def swallow_text(notebook):
    """The text after a solution has no heading of its own, so the fold hides it."""
    position = next(n for n, cell in enumerate(notebook.cells) if cell.source.startswith("### Analyse"))
    notebook.cells[position].source = "**Analyse.** Add two."


def unlist_fold(notebook):
    notebook.metadata["colab"]["collapsed_sections"] = []


def unform(notebook):
    next(cell for cell in notebook.cells if cell.source.startswith("# @title")).metadata.pop("cellView")


def too_many_predictions(notebook):
    for _ in range(3):
        notebook.cells.insert(2, new_markdown_cell("> **Predict.** And then?"))


def swap_sections(notebook):
    replaced("## Summary", "## X")(notebook)
    replaced("## Key terms", "## Summary")(notebook)
    replaced("## X", "## Key terms")(notebook)


def ignore_two(notebook):
    tags(PLAIN, "nbval-ignore-output")(notebook)


def silent_figure(notebook):
    """No number beside the figure: neither in its cell nor in its neighbours."""
    notebook.cells[PLOT].outputs = [o for o in notebook.cells[PLOT].outputs if o.output_type != "stream"]
    notebook.cells[ANSWER].outputs = []
    notebook.cells[CHILD].outputs = []


SEVEN = "**Question 4.** What?\n\n" + "".join(
    f"<details><summary>{label}. Text</summary>\n\n**Not this one.** It says nothing at all about weeks.\n\n</details>\n"
    for label in "ABCD"
)
LONG = "\n".join(f"x{n} = {n}" for n in range(16))
PLANTS = [
    ("executed_in_order", count(PLAIN, None), "total + 1", "never executed"),
    ("executed_in_order", count(PLAIN, 9), "total + 1", "count 9, not 5"),
    ("executed_in_order", source(PLAIN, " "), "empty", "Delete it"),
    (
        "no_failed_output",
        output(PLAIN, output_type="error", ename="KeyError", evalue="'x'", traceback=[]),
        "total + 1",
        "KeyError",
    ),
    (
        "no_failed_output",
        output(PLAIN, output_type="stream", name="stderr", text="Warning: old\n"),
        "total + 1",
        "Warning: old",
    ),
    (
        "no_failed_output",
        output(PLAIN, output_type="stream", name="stdout", text="UsageError: x\n"),
        "total + 1",
        "UsageError",
    ),
    ("short_cells", source(PLAIN, LONG), "x0 = 0", "16 lines"),
    ("known_tags", tags(PLAIN, "hide-intput"), "total + 1", "hide-intput"),
    ("known_tags", source(PLAIN, "# NBVAL_SKIP\ntotal"), "NBVAL_SKIP", "Use a tag"),
    ("few_ignored", ignore_two, "01-lesson.ipynb", "2 of 11"),
    ("no_magics", source(PLAIN, "!ls data"), "!ls data", "subprocess"),
    ("no_magics", source(PLAIN, "files = !ls"), "files = !ls", "subprocess"),
    ("no_magics", source(PLAIN, "%timeit 1"), "%timeit 1", "%timeit"),
    ("no_magics", source(PLAIN, "%%bash\nls"), "%%bash", "%bash"),
    (
        "children_captured",
        source(CHILD, "import subprocess\n\nsubprocess.run(['git', '--version'])"),
        "import subp",
        "cut",
    ),
    ("children_captured", source(CHILD, "import os\n\nx = [os.system('ls')]"), "import os", "os.system, which writes"),
    (
        "children_captured",
        source(CHILD, "import subprocess\n\nwith subprocess.Popen(['x'], **{'cwd': '.'}):\n    pass"),
        "import subp",
        "subprocess.Popen, which writes",
    ),
    (
        "money_as_decimal",
        source(PLAIN, '"select Sum( t.sales_value ) from t"'),
        "select Sum",
        "sums sales_value as double",
    ),
    (
        "money_as_decimal",
        source(PLAIN, '"sum(case when (week = 1) then -retail_disc end), cast(x as decimal(1, 0))"'),
        "sum(case",
        "sums retail_disc as double",
    ),
    ("no_trailing_semicolon", source(PLAIN, "total + 1;\n# note"), "total + 1;", "ends with `;`"),
    ("no_local_paths", source(PLAIN, 'open("/home/ana/x.csv")'), "ana", "in its code"),
    ("no_local_paths", output(PLAIN, **result(r"WindowsPath('C:\\Users\\ana')")), "total + 1", "text/plain"),
    ("no_addresses", output(PLAIN, **result("<object at 0x7f3a5c0d2e10>")), "total + 1", "0x7f3a5c0d2e10"),
    ("no_addresses", output(PLAIN, **result("<Axes: title={'left': 'x'}>")), "total + 1", "<Axes:"),
    ("small_file", output(PLAIN, **result("9" * 1_000_001)), "01-lesson.ipynb", "1.1 MB"),
    ("images_described", metadata(PLOT, "mystnb", {}), "from mldesign.style", "without alternative text"),
    (
        "images_described",
        metadata(PLOT, "mystnb", {"image": {"alt": "Spend, dollars a week."}}),
        "from mldesign.style",
        "repeats",
    ),
    (
        "images_described",
        output(PLAIN, **result('<img src="x"> 5', "text/html")),
        "total + 1",
        "without alternative text",
    ),
    ("figures_with_numbers", silent_figure, "from mldesign.style", "no output states"),
    ("plain_markdown", source(MEANING, "### M\n\n```{note}\nx\n```"), "### M", "directive {note}"),
    ("plain_markdown", source(MEANING, "### M\n\n:::{note}\nx\n:::"), "### M", ":::"),
    ("plain_markdown", source(MEANING, "### M\n\nSee {ref}`x`."), "### M", "role {ref}`x`"),
    ("plain_markdown", source(MEANING, "### M\n\n(here)=\ntext"), "### M", "(here)="),
    ("dollars_escaped", source(MEANING, "### M\n\n$10 to \\$20, `$x`"), "### M", "$10"),
    ("dollars_escaped", output(PLAIN, **result("Costs $5.", "text/markdown")), "total + 1", "$5"),
    ("dollars_escaped", output(PLAIN, **result("<td>$5 to $6</td>", "text/html")), "total + 1", "$5 to $6"),
    ("known_leads", source(MEANING, "### M\n\n> **Note.** x"), "### M", "'Note.'"),
    ("quiz_form", replaced("**Right.** The", "It is right: the"), "**Question 1.**", "must open with"),
    ("quiz_form", replaced("**Question 3.**", "**Question 9.**"), "**Question 9.**", "Number them in order"),
    (
        "quiz_form",
        replaced("The cell adds the numbers from zero to nine.", "It adds the ten numbers."),
        "**Question 1.**",
        "fewer than 6",
    ),
    (
        "quiz_form",
        replaced("**Question 4.** What does the total say?\n", SEVEN),
        "**Question 4.**",
        "has 7 readable options",
    ),
    ("quiz_form", replaced("<details><summary>C.", "<details><summary>"), "**Question 1.**", "has 2 readable options"),
    ("quiz_form", tags(13, "hide-input"), "**Question 1.**", "without the tag quiz"),
    ("quiz_spread", same_answer, "01-lesson.ipynb", "A is right in 4 of 4 questions"),
    ("setup_cell", source(1, "import sys\nimport mldesign\n\nmldesign.setup()"), "import sys", "set-up cell"),
    ("setup_cell", tags(1), "import sys", "lacks the tag hide-input"),
    ("folds", metadata(RESULT, COLLAPSED, False), "#### Result", "not folded in JupyterLab"),
    ("folds", tags(ANSWER), "total = sum", "open on the site"),
    ("folds", unlist_fold, "#### Result", "not folded on Colab"),
    ("folds", unform, "# @title Solution", "not folded on Colab"),
    ("folds", swallow_text, "**Analyse.** Add two.", "hidden in JupyterLab"),
    ("predictions", too_many_predictions, "01-lesson.ipynb", "Predict call-outs"),
    ("predictions", source(RESULT, "#### Answer"), "## Prose", "no folded"),
    ("lesson", replaced("## What goes wrong", "## Wrong"), "01-lesson.ipynb", "`## What goes wrong`"),
    ("lesson", swap_sections, "01-lesson.ipynb", "out of order"),
    ("lesson", replaced("**Time**", "It takes"), "01-lesson.ipynb", "lacks **Time**"),
    ("lesson", replaced("<summary>Rubric", "<summary>Hints"), "01-lesson.ipynb", "rubric"),
    ("lesson", replaced(small_book.PROSE.strip(), "Short."), "01-lesson.ipynb", "words"),
    ("lesson", replaced(small_book.PROSE.strip(), "Word " * 3_600), "01-lesson.ipynb", "2,000 to 3,500 is right"),
    ("lesson", drop(16), "01-lesson.ipynb", "3 quiz questions"),
    ("resolve", replaced("further.md#papers", "gone.md"), "### What it means", "gone.md, which does not exist"),
    ("resolve", replaced("further.md#papers", "further.md#gone"), "### What it means", "anchor #gone"),
    ("resolve", replaced("further.md#papers", "../01-small"), "### What it means", "folder ../01-small"),
    ("resolve", replaced("further.md#papers", "/modules/x.md"), "### What it means", "outside the book"),
    ("resolve", replaced("further.md#papers", "../../../outside.md"), "### What it means", "outside the book"),
    ("resolve", source(MEANING, '### M\n\nSee <a href="nowhere.md">this</a>.'), "### M", "nowhere.md, which does not"),
    ("resolve", source(MEANING, "### M\n\nSee [the fourth level](#result)."), "### M", "anchor #result"),
    ("markdown_images", source(MEANING, "### M\n\n![A](further.md)"), "### M", "without alternative text"),
]


@pytest.mark.parametrize(
    ("rule", "plant", "place", "words"), PLANTS, ids=[f"{n:02d}-{plant[0]}" for n, plant in enumerate(PLANTS)]
)
def test_rule_fails(found, rule, plant, place, words):
    messages = found(plant)
    assert messages, f"{rule} let the fault pass"
    assert any(place in message and words in message for message in messages), messages


def test_book_rules(healthy, tmp_path):
    """A notebook that the table of contents forgot, and an entry without a file."""
    root = small_book.write(tmp_path, healthy, gates=False)
    toc = root / "_toc.yml"
    toc.write_text(small_book.TOC.replace("further", "gone") + "  - file: index\n", encoding="utf-8")
    messages = hygiene.problems(root)
    assert any("modules/01-small/further.md is not in _toc.yml" in message for message in messages), messages
    assert any("lists modules/01-small/gone, which is neither" in message for message in messages), messages
    assert any("lists index twice" in message for message in messages), messages


def rules_on(tmp_path, place, notebook):
    """Return what the rules say of an unexecuted notebook at a place."""
    path = tmp_path / place
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    return [message for rule in hygiene.NOTEBOOK_RULES for message in rule(Page(path, tmp_path))]


def test_start_page(tmp_path):
    notebook = small_book.lesson()
    place = "modules/00-start/x.ipynb"
    assert not any("opening" in message for message in rules_on(tmp_path / "right", place, notebook))
    notebook.cells[0].source = "Text before the title."
    found = rules_on(tmp_path / "wrong", place, notebook)
    assert any("must open with its title" in message for message in found), found
    assert any("lacks **Before you start**" in message for message in found), found


def test_lab(tmp_path):
    """The parts of a lab, and tasks and checks that match."""
    tasks = [new_markdown_cell(f"### Task 1.{n}") for n in range(1, 6)]
    checks = "\n".join(f'lab.check("1.{n}", 0)' for n in range(1, 5)) + '\nlab.check("1.9", 0)'
    cells = [
        new_markdown_cell("# Lab 1"),
        new_markdown_cell("## The memo"),
        new_markdown_cell("## Decide: the charter"),
    ]
    cells += [*tasks, new_code_cell(checks), new_markdown_cell("## Where you stand"), new_code_cell("lab.progress()")]
    found = rules_on(tmp_path, "labs/lab1-x.ipynb", small_book.new_notebook(cells=cells))
    for words in (
        "lacks the section `## Wrap-up quiz`",
        "never calls lab.start(",
        "has the heading of task 1.5, and no cell calls",
        "checks task 1.9, which has no heading",
        "has 0 quiz questions",
    ):
        assert any(words in message for message in found), (words, found)
    assert not any("has 5 tasks" in message or "`## Decide`" in message for message in found)


def test_capstone(tmp_path):
    """A section of the walking skeleton that does not say what the team replaces, and too few cells."""
    head = "# Skeleton\n\n**You will be able to** x\n\n**Time** x\n\n**Before you start** x"
    texts = [head, "## 1. Right\n\n**Your team replaces** all of it.", "## 2. Wrong\n\nNothing.", "## In one table"]
    cells = [*map(new_markdown_cell, texts), new_code_cell("1")]
    found = rules_on(tmp_path, "labs/capstone/x.ipynb", small_book.new_notebook(cells=cells))
    assert any("section '2. Wrong', does not end with what the team replaces" in message for message in found), found
    assert any("has 0 code cells beside the set-up cell" in message for message in found), found
    assert not any("1. Right" in message or "lab.start" in message for message in found), found


def test_every_rule_is_planted():
    """A rule that is added here needs a fault that it finds."""
    planted = {plant[0] for plant in PLANTS} | {"lab", "capstone", "start_page", "table_of_contents"}
    rules = {rule.__name__ for rule in (*hygiene.NOTEBOOK_RULES, *hygiene.PAGE_RULES, *hygiene.BOOK_RULES)}
    assert rules <= planted, f"no planted fault for {rules - planted}"


def test_code_that_only_looks_wrong(found):
    """Escaped dollars, code spans, a role-like text in code and a badge do not trip a rule."""
    text = "### M\n\nFrom \\$10 to \\$20, `a $b $c`, `{ref}` and\n\n```\n$x {note}\n```"
    assert found(source(MEANING, text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "import subprocess\n\noptions = {'capture_output': True}\nsubprocess.run(['x'], **options).returncode",
        "import subprocess\n\nsubprocess.Popen(['x'], stdout=subprocess.DEVNULL).wait()",
        "sql = 'select sum(cast(sales_value as decimal(12, 2))), sum(case when sales_value > 1 then 1 end)'",
    ],
)
def test_code_that_starts_children_and_sums_well(found, text):
    """Captured, captured by named options, and money that is decimal or is not summed."""
    assert found(source(CHILD, text)) == []


def test_headings_that_have_an_anchor():
    """The depth to which links are followed is the depth to which the site makes anchors."""
    config = yaml.safe_load((small_book.ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert config["sphinx"]["config"]["myst_heading_anchors"] == links.DEPTH


def test_new_cells_are_seen(found):
    """A cell added by hand has no count, so it is found."""

    def plant(notebook):
        notebook.cells.append(new_markdown_cell("Later."))
        notebook.cells.append(new_code_cell("total"))

    assert any("never executed" in message for message in found(plant))
