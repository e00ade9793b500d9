"""The question bank: its form, its planted faults, and that the exported files come back as they were written."""

import csv
import io
import shutil
import zipfile
from pathlib import Path

import nbformat
import pytest
import yaml

from mldesign import questions
from mldesign.notebooks import left_out
from mldesign.questions import export, imports
from mldesign.site import bank as bank_page

QUIZ = """**Question 1.** Which of these pays \\$2?

<details><summary>A. The first, with `a < b`</summary>

**Not this one.** It pays nothing, however you count it.

</details>
<details><summary>B. The second</summary>

**Right.** It pays two dollars, as the table above says.

</details>
<details><summary>C. The third & last</summary>

**Not this one.** It pays three, which is a dollar more.

</details>
"""
TABLE = "| policy | earns |\n|---|---|\n| rule | $20 |\n"
CODE = "```python\nif spend > $5:\n\n    return 'a < b & c'  # \\n\n```\n"


@pytest.fixture
def lesson(tmp_path):
    """A lesson of two objectives with one quiz question, and a file of questions without a fault; returns its notebook."""
    path = tmp_path / "modules" / "01-first" / "01-lesson.ipynb"
    path.parent.mkdir(parents=True)
    goals = "**You will be able to**\n\n1. do the one thing;\n2. do the other,\n   on two lines.\n\n**Time:** an hour."
    cells = [nbformat.v4.new_markdown_cell(f"# A lesson\n\n{goals}"), nbformat.v4.new_markdown_cell(QUIZ)]
    cells[1].metadata["tags"] = ["quiz"]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    store(path, content())
    return path


def content() -> dict:
    """Return what a file of questions without a fault says."""
    more = []
    for place, letter in enumerate("abcdef"):
        options = [
            {"text": f"Option {number} of {letter}", "why": f"This is the reason number {number}, in words."}
            for number in range(4)
        ]
        options[place % 4]["right"] = True
        entry = {"id": f"1.1-{letter}", "objective": 1 + place % 2, "difficulty": "reason" if place % 2 else "apply"}
        more.append({**entry, "question": f"What holds in case {letter}, which pays $5 or $6?", "options": options})
    more[0]["question"] += f"\n\n{TABLE}\n{CODE}"
    return {"quiz": [{"objective": 1, "difficulty": "apply"}], "more": more}


def store(notebook: Path, said) -> None:
    text = said if isinstance(said, str) else yaml.safe_dump(said, allow_unicode=True)
    notebook.with_suffix(".questions.yml").write_text(text, encoding="utf-8")


def read(notebook: Path) -> questions.Chapter:
    return questions.collect([notebook], root=notebook.parent.parent.parent)[0]


def test_a_file_without_a_fault_has_none(lesson):
    chapter = read(lesson)
    assert questions.problems(chapter) == []
    assert (chapter.number, chapter.slug, chapter.title) == ("1.1", "lesson-1.1", "A lesson")
    assert chapter.objectives == ["do the one thing", "do the other, on two lines"]
    assert [item.id for item in chapter.items] == ["1.1-q1", *(f"1.1-{letter}" for letter in "abcdef")]
    assert chapter.items[0].right == "B"


def change(**changes):
    """Return a fault that changes keys of the first question of ``more``."""

    def planted(said):
        said["more"][0].update(changes)

    return planted


def second_right(said):
    said["more"][1]["options"][0]["right"] = True


def no_right(said):
    del said["more"][1]["options"][1]["right"]


def no_why(said):
    del said["more"][2]["options"][3]["why"]


def number_as_text(said):
    said["more"][3]["options"][0]["text"] = 0.5


def same_letter(said):
    for entry in said["more"]:
        for option in entry["options"]:
            option.pop("right", None)
        entry["options"][2]["right"] = True


def telling_length(said):
    for entry in said["more"][:4]:
        for option in entry["options"]:
            option["text"] += ", and this is the right one" * option.get("right", False)


def twice(said):
    said["more"][5]["id"] = "1.1-a"


def five(said):
    said["more"].pop()


def unasked(said):
    for entry in said["more"]:
        entry["objective"] = 1


def all_apply(said):
    for entry in said["more"]:
        entry["difficulty"] = "apply"


def two_recalls(said):
    for entry in said["more"][:3:2]:
        entry["difficulty"] = "recall"


def longer_quiz(said):
    said["quiz"].append({"objective": 2, "difficulty": "apply"})


def shorter_quiz(said):
    said["quiz"] = []


def two_options(said):
    del said["more"][0]["options"][2:]


def catch_all(said):
    said["more"][0]["options"][3]["text"] = "All of the above."


def same_option(said):
    said["more"][0]["options"][3]["text"] = said["more"][0]["options"][2]["text"]


def misspelt(said):
    said["more"][0]["answers"] = said["more"][0].pop("options")


def picture(said):
    said["more"][0]["question"] += " ![A curve](figures/curve.svg)"


def stray_list(said):
    said["others"] = []


@pytest.mark.parametrize(
    ("plant", "message"),
    [
        (second_right, "1.1-b: has 2 right options; mark exactly one"),
        (no_right, "1.1-b: has 0 right options"),
        (no_why, "1.1-c: option D is not explained"),
        (number_as_text, "1.1-d: option A, text: YAML reads 0.5 as a float; put it in quotes"),
        (same_letter, "more: C is right in 6 of 6 questions; move some"),
        (telling_length, "more: the right option is the longest in 4 of 6 questions"),
        (twice, "1.1-a: this id is used twice"),
        (five, "more: has 5 questions; write 6 or more"),
        (unasked, "objective 2 has no question (do the other, on two lines)"),
        (all_apply, "more: has 0 questions of difficulty reason; write 2 or more"),
        (two_recalls, "more: has 2 questions of difficulty recall; keep 1"),
        (longer_quiz, "quiz: has 2 entries, the notebook asks 1 questions"),
        (shorter_quiz, "quiz: has 0 entries, the notebook asks 1 questions"),
        (two_options, "1.1-a: has 2 options; write 3 to 5"),
        (catch_all, "1.1-a: option D is a catch-all"),
        (same_option, "1.1-a: two options say the same"),
        (misspelt, "1.1-a: needs exactly the keys"),
        (picture, "1.1-a: holds a picture, which is not exported"),
        (stray_list, "has to hold two lists, `quiz` and `more`, and nothing else"),
        (change(objective=3), "1.1-a: objective 3 does not exist; the notebook lists 1 to 2"),
        (change(objective="1"), "1.1-a: objective '1' does not exist"),
        (change(difficulty="hard"), "1.1-a: difficulty 'hard' is none of recall, apply, reason"),
        (change(id="2.1-a"), "2.1-a: the id has to be 1.1- and a small letter"),
    ],
    ids=lambda value: getattr(value, "__name__", "")[:20],
)
def test_each_planted_fault_is_named_with_file_and_place(lesson, plant, message):
    said = content()
    plant(said)
    store(lesson, said)
    found = questions.problems(read(lesson))
    assert any(fault.startswith(f"01-lesson.questions.yml: {message}") for fault in found), found


@pytest.mark.parametrize("text", ["quiz: [", "more:\n  - id: 1.1-a\n   objective: 2\n", "just words"])
def test_yaml_that_cannot_be_read_is_a_fault_and_no_crash(lesson, text):
    store(lesson, text)
    assert questions.problems(read(lesson))[0].startswith("01-lesson.questions.yml: ")


def test_a_lesson_without_its_file_is_a_fault(lesson):
    lesson.with_suffix(".questions.yml").unlink()
    assert questions.problems(read(lesson)) == [
        "01-lesson.questions.yml: is missing; write it beside 01-lesson.ipynb, after the form in CONTRIBUTING.md"
    ]


def test_an_id_in_two_files_is_a_fault(lesson):
    twin = lesson.with_name("01-twin.ipynb")
    shutil.copy(lesson, twin)
    store(twin, content())
    assert "1.1-a: this id is used in 01-lesson.questions.yml and 01-twin.questions.yml" in questions.duplicates(
        [read(lesson), read(twin)]
    )


def test_code_tables_and_dollars_stay_as_they_were_written(lesson):
    chapter = read(lesson)
    package = zipfile.ZipFile(io.BytesIO(export.canvas([chapter])))
    names = [name for name in package.namelist() if "assessment_meta" not in name and name != export.MANIFEST]
    read_back = [question for name in names for question in imports.read_qti(package.read(name))]
    texts = [text for _, text, _ in read_back] + [text for _, text, _ in imports.read_moodle(export.moodle([chapter]))]
    asked = [
        text.replace("&#36;", "$").replace("&#10;", "\n").replace("&#92;", "\\") for text in texts if "case a" in text
    ]
    assert len(asked) == 2
    for text in asked:
        assert "which pays $5 or $6?" in text
        assert "if spend &gt; $5:\n\n    return 'a &lt; b &amp; c'  # \\n\n" in text
        assert '<table border="1"' in text and "<td>$20</td>" in text
    on_page = [text for text in texts if "pays $2" in text.replace("&#36;", "$")]
    assert len(on_page) == 2, "the dollar that a notebook escapes is a plain one in the bank"


def test_an_export_is_valid_and_says_what_the_bank_says(lesson):
    chapters = [read(lesson)]
    assert imports.check_canvas(export.canvas(chapters), chapters) == []
    assert imports.check_moodle(export.moodle(chapters), chapters) == []
    assert export.canvas(chapters) == export.canvas(chapters)


def repack(package: bytes, old: str, new: str, only: str = "", drop: str = "") -> bytes:
    """Return a package with a text of its files replaced, or without a file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as before, zipfile.ZipFile(stream, "w") as after:
        replaced = 0
        for name in before.namelist():
            if drop and name.endswith(drop):
                replaced += 1
                continue
            text = before.read(name).decode("utf-8")
            replaced += only in name and old in text
            after.writestr(name, text.replace(old, new, 1) if only in name else text)
    assert replaced, f"{old or drop} is not in the package: the fault was not planted"
    return stream.getvalue()


@pytest.mark.parametrize(
    ("old", "new", "only", "says"),
    [
        ("<fieldlabel>", "<label>x</label><fieldlabel>", "", "Tag 'qti:fieldlabel' expected"),
        (' rcardinality="Single"', ' rcardinality="One"', "", "rcardinality"),
        ('respident="response1"', "", "", "missing required attribute 'respident'"),
        ("<setvar ", "<setvars ", "", "no well-formed XML"),
        (">100</setvar>", ">0</setvar>", "", "not the same option is right"),
        ("This is the reason number 2", "Nothing", "", "or why it is right or not, is not the bank's"),
        ("What holds in case b", "What holds", "", "1.1-b: the question is not the bank's"),
        ("identifierref=", "ref=", "imsmanifest", "identifierref"),
        ('type="imsqti_xmlv1p2"', 'type="webcontent"', "imsmanifest", "questions, the bank 7"),
    ],
)
def test_a_canvas_package_that_an_import_would_refuse_or_read_wrongly_is_found(lesson, old, new, only, says):
    chapters = [read(lesson)]
    found = imports.check_canvas(repack(export.canvas(chapters), old, new, only), chapters)
    assert any(says in fault for fault in found), found


def test_a_canvas_package_without_one_of_its_files_is_found(lesson):
    chapters = [read(lesson)]
    package = export.canvas(chapters)
    assert "is missing" in imports.check_canvas(repack(package, "", "", drop="imsmanifest.xml"), chapters)[0]
    assert (
        "not in the package" in imports.check_canvas(repack(package, "", "", drop="assessment_meta.xml"), chapters)[0]
    )
    assert imports.check_canvas(b"no zip", chapters) == ["no zip file"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('fraction="100"', 'fraction="50"', "fraction"),
        ("<single>true</single>", "<single>false</single>", "single"),
        ("<answernumbering>ABCD", "<answernumbering>abcd", "answernumbering"),
        ('<feedback format="html">', "<feedback>", "format"),
        ("<text>Option 0 of b</text>", "<text> </text>", "text"),
        ("</quiz>", "", "no well-formed XML"),
        ("This is the reason number 2", "Nothing", "or why it is right or not, is not the bank's"),
    ],
)
def test_a_moodle_file_that_an_import_would_refuse_or_read_wrongly_is_found(lesson, old, new, says):
    chapters = [read(lesson)]
    text = export.moodle(chapters).decode("utf-8")
    assert old in text
    found = imports.check_moodle(text.replace(old, new, 1).encode("utf-8"), chapters)
    assert any(says in fault for fault in found), found


def test_the_page_for_instructors_counts_by_lesson_objective_and_difficulty(lesson):
    chapter = read(lesson)
    lines = bank_page.table([chapter], base=lesson.parent.parent).splitlines()
    assert lines[0] == "| lesson | on page + for tests | 1 | 2 |"
    assert lines[2] == "| [1.1](01-first/01-lesson.ipynb) | 1 + 6 | 0 / 4 / 0 | 0 / 0 / 3 |"
    assert "1 questions on pages, 6 for tests; by difficulty 0 recall, 4 apply, 3 reason." in lines[-1]


def test_tags_and_names_carry_objective_and_difficulty(lesson):
    chapter = read(lesson)
    item = chapter.items[2]
    assert export.label(item) == "1.1-b · objective 2 · reason"
    assert export.tags(chapter, item) == ["lesson 1.1", "not on the page", "objective 2", "reason"]
    package = zipfile.ZipFile(io.BytesIO(export.canvas([chapter])))
    told = "".join(package.read(name).decode("utf-8") for name in package.namelist())
    for name, value in {"id": "1.1-b", "objective": "2", "difficulty": "reason"}.items():
        assert f"<fieldlabel>mldesign_{name}</fieldlabel><fieldentry>{value}</fieldentry>" in told


def test_the_lists_hold_every_question(lesson):
    chapters = [read(lesson)]
    rows = list(csv.DictReader(io.StringIO(export.as_csv(chapters))))
    assert [row["right"] for row in rows] == ["B", "A", "B", "C", "D", "A", "B"]
    assert rows[0]["objective says"] == "do the one thing"
    assert export.as_markdown(chapters).count("**right.**") == 7
    table = export.counts(chapters)
    told = dict(zip(table[0], table[-1], strict=True))
    assert (told["on page"], told["for tests"], told["reason"], told["objective 2"], told["right B"]) == (
        "1",
        "6",
        "3",
        "3",
        "3",
    )


def test_make_questions_refuses_a_bank_with_a_fault(lesson, tmp_path, monkeypatch, capsys):
    said = content()
    no_why(said)
    store(lesson, said)
    monkeypatch.setattr(imports, "collect", lambda: [read(lesson)])
    assert imports.export(tmp_path / "out") == 1
    assert "1.1-c: option D is not explained" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    store(lesson, content())
    assert imports.export(tmp_path / "out") == 0
    assert sorted(path.name for path in (tmp_path / "out").rglob("*.*")) == [
        "all.xml", "all.zip", "lesson-1.1.xml", "lesson-1.1.zip", "questions.csv", "questions.md",
    ]  # fmt: skip


# The bank of this book


@pytest.fixture(scope="module")
def bank():
    return questions.collect()


def test_the_bank_has_no_fault(bank):
    faults = [fault for chapter in bank for fault in questions.problems(chapter)] + questions.duplicates(bank)
    assert not faults, "\n".join(faults)


def test_no_file_of_questions_is_left_out(bank):
    files = {path for folder in ("modules", "labs") for path in (questions.ROOT / folder).rglob("*.questions.yml")}
    away = {questions.ROOT / f"{page}.questions.yml" for page in left_out(questions.ROOT / "_toc.yml")}
    assert files - away - {chapter.file for chapter in bank} == set(), "not beside a notebook of _toc.yml"


def test_the_whole_bank_comes_back_from_its_exports(bank):
    assert imports.check_canvas(export.canvas(bank), bank) == []
    assert imports.check_moodle(export.moodle(bank), bank) == []
