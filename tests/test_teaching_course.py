"""The instructor's pages on the whole course keep to what the lessons and labs say: times, tasks, documents."""

import re
from itertools import pairwise

import nbformat
import pytest

from mldesign import data

GUIDE = data.ROOT / "modules" / "teaching"
LESSON = re.compile(r"\]\(\.\./(0[1-7][\w-]*/[\w-]+\.ipynb)\)")
LAB = re.compile(r"\]\(\.\./\.\./labs/(lab(\d)-\w+\.ipynb)\)(, (?:first|second) half)?")
CLASS = 90  # minutes of class for a lesson, as the syllabus says
READY = (80, 110)  # minutes of Getting ready, by the line Time of its own page


def text(name: str) -> str:
    return (GUIDE / name).read_text(encoding="utf-8")


def minutes(name: str) -> tuple[int, int]:
    """Return the least and the most minutes that the line **Time** of a notebook promises, exercises left out."""
    cells = nbformat.read(data.ROOT / name, as_version=4).cells
    opening = "\n".join(cell.source for cell in cells[:6] if cell.cell_type == "markdown")
    said = re.search(r"\*\*Time:?\*\*(.*?)(exercises|\*\*Before|if most)", opening, re.DOTALL)[1]
    found = [int(number) for number in re.findall(r"\d+", said)]
    return (sum(found), sum(found)) if "two sittings" in said else (found[0], found[-1])


def span(low: float, high: float) -> str:
    return f"{low:.0f}" if round(low) == round(high) else f"{low:.0f}–{high:.0f}"


def weeks(page: str, heading: str) -> list[list[str]]:
    """Return the cells of each week of one of the two plans."""
    part = page.split(f"## {heading}\n")[1].split("\n## ")[0]
    return [re.split(r" \| ", line.strip("| ")) for line in part.splitlines() if re.match(r"\| \d+ \|", line)]


def problems(page: str) -> list[str]:
    """Return what the syllabus says otherwise than lessons and labs."""
    wrong = []
    for heading in ("Seven weeks", "Fourteen weeks"):
        read, built = [], {}
        for week, lessons, lab, capstone, hours in weeks(page, heading):
            names = LESSON.findall(lessons)
            read += names
            low = high = sum(minutes(f"modules/{name}")[0] for name in names)
            if "getting-ready" in lessons:
                low, high = low + READY[0], high + READY[1]
            if not lessons.endswith(f": {span(low, high)}"):
                wrong.append(f"{heading}, week {week}: reading takes {span(low, high)} minutes")
            work = [0.0, 0.0]
            for name, number, half in LAB.findall(lab):
                share = 0.5 if half else 1.0
                built[number] = built.get(number, 0) + share
                work = [
                    sum(pair) for pair in zip(work, (share * each for each in minutes(f"labs/{name}")), strict=True)
                ]
            if work[1] and not lab.endswith(f": {span(*work)}"):
                wrong.append(f"{heading}, week {week}: labs take {span(*work)} minutes")
            rest = CLASS * len(names) + int((re.findall(r": (\d+)$", capstone) or ["0"])[0])
            if hours != span((low + work[0] + rest) / 60, (high + work[1] + rest) / 60):
                wrong.append(f"{heading}, week {week}: not {hours} hours")
        if len(read) != 14 or any(one >= two for one, two in pairwise(read)):
            wrong.append(f"{heading}: not the fourteen lessons in their order")
        if built != {str(number): 1.0 for number in range(1, 9)}:
            wrong.append(f"{heading}: not each lab once")
    return wrong


def test_the_syllabus_says_the_times_of_lessons_and_labs():
    assert minutes("modules/00-start/getting-ready.ipynb") == READY
    assert not problems(text("syllabus.md"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (": 190 |", ": 150 |", "week 2: reading takes 190"),
        (": 110–150 |", ": 60–90 |", "week 1: labs take 110–150"),
        ("proposal, walking skeleton: 300", "proposal, walking skeleton: 30", "week 3: not"),
        ("[2.1](../02-dataops/01-managing-data.ipynb) and ", "", "not the fourteen lessons"),
        ("labs/lab8-govern.ipynb", "labs/lab7-scale.ipynb", "not each lab once"),
    ],
)
def test_a_wrong_syllabus_is_found(old, new, said):
    page = text("syllabus.md")
    assert old in page
    assert any(said in problem for problem in problems(page.replace(old, new))), problems(page.replace(old, new))


def part(page: str, title: str) -> str:
    """Return what stands below a heading, up to the next one of its level or above."""
    level, name = title.split(" ", 1)
    found = re.search(
        rf"^{level} {re.escape(name)}.*?$(.*?)(?=^#{{1,{len(level)}}} |\Z)", page, re.MULTILINE | re.DOTALL
    )
    return found[1] if found else ""


@pytest.mark.parametrize("number", range(1, 9))
def test_each_lab_has_its_session_and_its_questions(number):
    (path,) = (data.ROOT / "labs").glob(f"lab{number}-*.ipynb")
    session = part(text("labs.md"), f"## Lab {number}:")
    low, high = minutes(f"labs/{path.name}")
    assert f"../../labs/{path.name}" in session
    assert (f"· {low} to {high} minutes ·" if low != high else f"· about {low} minutes ·") in session
    for lead in ("**Before class.**", "**What to watch.**", "**The planted break", "**In the "):
        assert lead in session, f"Lab {number} lacks {lead}"
    stub = "".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
    for task in re.findall(r"^\| (\d\.\d):", session, re.MULTILINE):
        assert f"### Task {task}" in stub, f"There is no task {task}."
    rows = [line for line in part(text("assessment.md"), f"### Lab {number}").splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 4
    assert all(len([cell for cell in row.strip("| ").split(" | ") if cell.strip()]) == 3 for row in rows), rows


def in_no_outcome(page: str) -> set[str]:
    """Return the tasks of all labs that the map of outcomes names nowhere."""
    checked = " ".join(row.split(" | ")[2] for row in part(page, "## Outcomes").splitlines() if row.startswith("| **"))
    named = set()
    for lab, first, last in re.findall(r"(\d)\.(\d)(?: to \d\.(\d))?", checked):
        named |= {f"{lab}.{task}" for task in range(int(first), int(last or first) + 1)}
    stubs = [nbformat.read(path, as_version=4).cells for path in sorted((data.ROOT / "labs").glob("lab[1-8]-*.ipynb"))]
    return {
        task
        for cells in stubs
        for cell in cells
        for task in re.findall(r"^### Task (\d\.\d)", cell.source, re.MULTILINE)
    } - named


def test_each_task_is_evidence_of_an_outcome():
    page = text("assessment.md")
    assert in_no_outcome(page) == set()
    assert in_no_outcome(page.replace("tasks 5.1 to 5.5", "tasks 5.2 to 5.5")) == {"5.1"}


def test_the_guide_links_every_deck():
    decks = {path.relative_to(data.ROOT / "modules").as_posix() for path in data.ROOT.glob("modules/*/*.slides.md")}
    assert decks == set(re.findall(r"\]\(\.\./([\w/-]+\.slides\.md)\)", text("index.md")))


def test_the_points_of_the_assessment_add_up():
    page = text("assessment.md")
    parts = [int(number) for number in re.findall(r"^\|[^|]+\| (\d+) \|", page.split("## Outcomes")[0], re.MULTILINE)]
    labs = [int(number) for number in re.findall(r"^\| (\d+) \|", part(page, "## Labs: 30 points"), re.MULTILINE)]
    assert sum(parts) == 100 and sum(labs) == 30 == parts[0]
    capstone = (data.ROOT / "labs" / "capstone" / "index.md").read_text(encoding="utf-8")
    assert f"The capstone is {parts[3]} of the 100 points" in capstone
    assert f"its own {parts[2]} points" in capstone
