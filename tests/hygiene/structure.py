"""Rules for whole pages: required parts, folds that open and close, size of a lesson, table of contents."""

import re
from collections.abc import Iterator
from pathlib import Path

from mldesign.notebooks import COLLAPSED, FORM, left_out, pages
from mldesign.slides import SUFFIX
from tests.hygiene.page import SETUP, Cell, Page
from tests.hygiene.text import leads

OPENING = ("You will be able to", "Time", "Before you start")
LESSON_SECTIONS = (
    "What goes wrong",
    "Principles",
    "Check yourself",
    "Exercises",
    "Summary",
    "Key terms",
    "Further reading",
)
WORDS = (2000, 3500)
CODE_CELLS = (10, 25)
QUESTIONS = (4, 6)
PREDICTIONS = 3
SOLUTIONS = 2
LAB_SECTIONS = ("The memo", "Decide", "Wrap-up quiz", "Where you stand")
LAB_TASKS = (4, 7)
SKELETON_CELLS = (12, 18)
REPLACES = "**Your team replaces**"


def setup_cell(page: Page) -> Iterator[str]:
    """The first code cell is the set-up cell, the same text everywhere, folded on the site."""
    first = page.code[0] if page.code else None
    if first is None or first.source.strip() != SETUP:
        place = first.where if first else page.where
        yield f"{place} is not the set-up cell of tests/setup_cell.txt. Copy that text into the first code cell."
    elif "hide-input" not in first.tags:
        yield f"{first.where}, the set-up cell, lacks the tag hide-input."


def folds(page: Page) -> Iterator[str]:
    """A result or solution is folded in all three places, and a heading ends the fold.

    JupyterLab and Colab hide everything from a collapsed heading to the next one of its level or above: without that
    heading, the text that follows a solution is hidden with it. The site folds code cells only, by their tags.
    """
    listed = page.metadata.get("colab", {}).get("collapsed_sections", [])
    for position, cell in enumerate(page.cells):
        name = cell.headings[0][1] if cell.kind == "markdown" and cell.headings else ""
        named = re.match(r"(Result|Solution)\b", name)
        collapsed = cell.metadata.get(COLLAPSED, False)
        if cell.kind == "code" and cell.source.startswith(FORM):
            yield from _form(page, position)
        if named and not collapsed:
            yield f'{cell.where} is not folded in JupyterLab. Add the cell metadata "{COLLAPSED}": true.'
        if not collapsed:
            continue
        if cell.id not in listed:
            yield f"{cell.where} is not folded on Colab. Run `make execute NB={page.where}`, which lists it."
        inside = _until_heading(page.cells[position + 1 :], cell.opens_with_heading)
        wanted = {"hide-cell"} if name.startswith("Solution") else {"hide-output", "hide-cell"}
        if not any(other.kind == "code" for other in inside):
            yield f"{cell.where} folds no code cell. Put the cell right below the heading."
        for other in inside:
            if other.kind == "markdown":
                yield (
                    f"{other.where} is hidden in JupyterLab and on Colab by the fold of {name!r} above it, and open on the site. "
                    "End the fold with a heading, or make the text an output of the folded cell."
                )
            elif not wanted & set(other.tags):
                yield f"{other.where}, below the folded {name!r}, is open on the site. Tag it {' or '.join(sorted(wanted))}."


def _until_heading(cells: list[Cell], level: int) -> list[Cell]:
    """Return the cells that a collapsed heading of a level hides."""
    found = []
    for cell in cells:
        if cell.kind == "markdown" and 0 < cell.opens_with_heading <= max(level, 1):
            break
        found.append(cell)
    return found


def _form(page: Page, position: int) -> Iterator[str]:
    cell = page.cells[position]
    before = [other for other in page.cells[:position] if other.kind == "markdown"]
    if not before or not before[-1].metadata.get(COLLAPSED):
        yield f"{cell.where} is a solution without a folded heading `#### Solution` above it."
    if cell.metadata.get("cellView") != "form":
        yield f"{cell.where} is not folded on Colab. Run `make execute NB={page.where}`, which marks it."


def predictions(page: Page) -> Iterator[str]:
    """At most three Predict call-outs in a lesson, each followed by a folded Result."""
    asked = [n for n, cell in enumerate(page.cells) if cell.kind == "markdown" and "Predict." in leads(cell)]
    if page.is_lesson and len(asked) > PREDICTIONS:
        yield f"{page.where} has {len(asked)} Predict call-outs, at most {PREDICTIONS} surprise. The last is {page.cells[asked[-1]].where}."
    for position in asked:
        cell = page.cells[position]
        following = page.cells[position + 1 :]
        answer = next((other for other in following if other.kind == "markdown" and other.headings), None)
        if answer is None or not answer.headings[0][1].startswith("Result") or not answer.metadata.get(COLLAPSED):
            yield f"{cell.where} asks for a prediction, and no folded `#### Result` follows. The reader would see the answer."


def lesson(page: Page) -> Iterator[str]:
    """A lesson has its opening, its closing sections in order, exercises with solutions, and the size of an hour."""
    if not page.is_lesson:
        return
    yield from _opening(page)
    second = [heading for level, heading in page.headings if level == 2]
    present = [name for name in LESSON_SECTIONS if name in second]
    for name in LESSON_SECTIONS:
        if name not in second:
            yield f"{page.where} lacks the section `## {name}`. Sections: {', '.join(LESSON_SECTIONS)}."
    if [name for name in second if name in LESSON_SECTIONS] != present:
        yield f"{page.where} has its closing sections out of order. Order: {', '.join(LESSON_SECTIONS)}."
    solutions = [cell for cell in page.code if cell.source.startswith(FORM + "Solution")]
    if len(solutions) < SOLUTIONS:
        yield f"{page.where} has {len(solutions)} executed solutions; the first {SOLUTIONS} exercises need one each."
    if not any("<summary>Rubric" in cell.source for cell in page.markdown):
        yield f"{page.where} lacks the rubric of the design exercise (`<details><summary>Rubric and outline of a strong answer</summary>`)."
    yield from _between(page, "quiz questions", sum("quiz" in cell.tags for cell in page.cells), QUESTIONS)
    yield from _between(page, "words", words(page), WORDS)
    yield from _between(page, "code cells beside the set-up cell", len(page.code) - 1, CODE_CELLS)


def words(page: Page) -> int:
    """Count the words that a reader reads: Markdown without HTML tags and without what stands behind an answer."""
    text = "\n".join(re.sub(r"<details>.*?</details>", "", cell.source, flags=re.DOTALL) for cell in page.markdown)
    text = re.sub(r"\]\([^)]*\)", "]", text)  # addresses of links are not read
    return len(re.findall(r"[^\W_][\w'’.,%-]*", re.sub(r"<[^>]+>", " ", text)))


def _between(page: Page, what: str, count: int, limits: tuple[int, int]) -> Iterator[str]:
    low, high = limits
    if not low <= count <= high:
        yield f"{page.where} has {count:,} {what}; {low:,} to {high:,} is right."


def _title(page: Page) -> Iterator[str]:
    levels = [level for level, _ in page.headings]
    if not levels or levels[0] != 1 or levels.count(1) != 1 or not page.cells[0].opens_with_heading:
        yield f"{page.where} must open with its title as the only first-level heading."


def _opening(page: Page) -> Iterator[str]:
    yield from _title(page)
    text = "\n".join(cell.source for cell in page.markdown)
    for part in OPENING:
        if not re.search(rf"(\*\*|^#+ ){part}\b", text, re.MULTILINE):
            yield f"{page.where} lacks **{part}** in its opening."


def lab(page: Page) -> Iterator[str]:
    """A lab has memo, four to seven tasks each with its check, a decision in writing and a quiz; start and progress frame it."""
    if not page.is_lab:
        return
    yield from _title(page)
    second = [heading for level, heading in page.headings if level == 2]
    for name in LAB_SECTIONS:
        if not any(heading.startswith(name) for heading in second):
            yield f"{page.where} lacks the section `## {name}`. Sections: {', '.join(LAB_SECTIONS)}."
    source = "\n".join(cell.source for cell in page.code)
    for call in ("lab.start(", "lab.progress("):
        if call not in source:
            yield f"{page.where} never calls {call}…)."
    tasks = [found.group(1) for _, heading in page.headings if (found := re.match(r"Task (\d+\.\d+)", heading))]
    checked = re.findall(r"""lab\.check\(\s*["'](\d+\.\d+)["']""", source)
    for task in [task for task in tasks if task not in checked]:
        yield f'{page.where} has the heading of task {task}, and no cell calls lab.check("{task}", …).'
    for task in [task for task in checked if task not in tasks]:
        yield f"{page.where} checks task {task}, which has no heading `### Task {task}`."
    yield from _between(page, "tasks", len(tasks), LAB_TASKS)
    yield from _between(page, "quiz questions", sum("quiz" in cell.tags for cell in page.cells), QUESTIONS)


def capstone(page: Page) -> Iterator[str]:
    """A notebook of the capstone runs end to end in few cells, and each numbered section ends with what the team has to replace."""
    if not page.is_capstone:
        return
    yield from _opening(page)
    yield from _between(page, "code cells beside the set-up cell", len(page.code) - 1, SKELETON_CELLS)
    text = "\n".join(cell.source for cell in page.markdown)
    for section in re.split(r"^## (?=\d+\. )", text, flags=re.MULTILINE)[1:]:
        name, last = section.splitlines()[0], re.split(r"^## ", section, flags=re.MULTILINE)[0]
        if REPLACES not in last:
            yield f"{page.where}, section {name!r}, does not end with what the team replaces (`{REPLACES} …`)."


def start_page(page: Page) -> Iterator[str]:
    """The start page says what one will be able to do, how long it takes and what it needs."""
    if page.is_start:
        yield from _opening(page)


def table_of_contents(root: Path) -> Iterator[str]:
    """Every notebook and page under modules/ and labs/ is listed once or left out by a comment, and every entry is a file."""
    listed, absent = pages(root / "_toc.yml"), left_out(root / "_toc.yml")
    for entry in sorted({entry for entry in listed if listed.count(entry) > 1}):
        yield f"_toc.yml lists {entry} twice."
    for entry in listed:
        files = [f"{entry}{suffix}" for suffix in (".md", ".ipynb") if (root / f"{entry}{suffix}").is_file()]
        if len(files) != 1:
            yield f"_toc.yml lists {entry}, which is {' and '.join(files) or 'neither a notebook nor a page'}."
    from tests.hygiene import pages as files_of

    for path in files_of(root):
        place = path.relative_to(root)
        if place.name.endswith(SUFFIX):  # a deck is no page of the book; tests/test_slides.py looks at it
            continue
        if place.parts[0] in ("modules", "labs") and place.with_suffix("").as_posix() not in [*listed, *absent]:
            yield f"{place.as_posix()} is not in _toc.yml, so it is not in the book. List it there, or leave it out by a # before its line."
