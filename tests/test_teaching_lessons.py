"""The instructor's pages on the lessons: one section a lesson, plans that fill their minutes, goals in the
lesson's words, wrong answers that are wrong."""

import re
from pathlib import Path

import nbformat
import pytest

from mldesign import data

PAGES = sorted((data.ROOT / "modules" / "teaching").glob("lessons-*.md"))
LESSONS = sorted((data.ROOT / "modules").glob("0[1-7]-*/0[1-9]-*.ipynb"))
PARTS = ("### Goals of", "### The session of", "### Demo of", "### Discuss in", "### Wrong answers in")


def sections(page: str) -> dict[str, str]:
    """Return the text of each lesson's section of a page by the lesson's title."""
    parts = re.split(r"^## Lesson \d\.\d: (.+)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def minutes(section: str) -> tuple[int, int]:
    """Return what the blocks of the long and of the short plan add up to, in minutes."""
    rows = re.findall(r"^\| *(\d+|–) *\| *(\d+|–) *\|", section, flags=re.MULTILINE)
    long, short = (sum(int(cell) for cell in column if cell != "–") for column in zip(*rows, strict=True))
    return long, short


def goals(section: str) -> list[str]:
    """Return the first column of the table of goals."""
    table = section[section.index("### Goals of") : section.index("### The session of")]
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    return [re.split(r" \| ", line[2:])[0].strip() for line in rows[1:]]


def words(text: str) -> str:
    return re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", " ".join(text.split()))


def faults(section: str, lesson: str) -> list[str]:
    """Return what is wrong with a lesson's section, given the lesson's own text."""
    wrong = [f"no part '{part}'" for part in PARTS if part not in section]
    if wrong:
        return wrong
    if minutes(section) != (75, 45):
        wrong.append(f"the plans take {minutes(section)} minutes instead of 75 and 45")
    wrong += [f"not an objective of the lesson: {goal}" for goal in goals(section) if words(goal) not in words(lesson)]
    rows = re.findall(r"^\| Question .*", section, flags=re.MULTILINE)
    wrong += [f"no letter of an option: {row}" for row in rows if not re.match(r"\| Question \d: [A-D]\b", row)]
    for n, letters in re.findall(r"^\| Question (\d): ([A-D](?: or [A-D])?)\b", section, flags=re.MULTILINE):
        question = lesson.partition(f"**Question {n}.**")[2].partition("**Question")[0]
        for letter in letters.split(" or "):
            verdict = re.search(rf"<summary>{letter}\. .*?\*\*(Right|Not this one)\.\*\*", question, flags=re.DOTALL)
            if verdict is None:
                wrong.append(f"the lesson has no question {n} with an option {letter}")
            elif verdict[1] == "Right":
                wrong.append(f"option {letter} of question {n} is called tempting, and it is the right one")
    return wrong


def text_of(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


TAUGHT = {title: text for page in PAGES for title, text in sections(page.read_text(encoding="utf-8")).items()}


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: "/".join(path.parts[-2:]))
def test_a_lesson_has_its_section_in_the_guide(path):
    lesson = text_of(path)
    title = re.search(r"^# (.+)$", lesson, flags=re.MULTILINE)[1]
    assert title in TAUGHT, f"No section '## Lesson N.M: {title}' in modules/teaching/lessons-*.md."
    assert faults(TAUGHT[title], lesson) == []


GOOD = """
### Goals of 1.1

| students can | you see it when they |
|---|---|
| count the lapsing | count them |

### The session of 1.1

| 75 min | 45 min | block |
|---:|---:|---|
| 40 | 45 | demo |
| 35 | – | talk |

### Demo of 1.1
### Discuss in 1.1
### Wrong answers in 1.1

| Question 2: A, one | it shows | "Why?" |
"""
LESSON = """1. count the
   lapsing;

**Question 2.** How many?

<details><summary>A. One</summary>

**Not this one.** Two.

</details>
<details><summary>B. Two</summary>

**Right.** Two.

</details>"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", None),
        ("| 35 | – |", "| 30 | – |", "minutes"),
        ("| 40 | 45 |", "| 40 | 40 |", "minutes"),
        ("count the lapsing", "count everybody", "objective"),
        ("Question 2", "Question 7", "no question 7"),
        ("2: A, one", "2: C, one", "option C"),
        ("2: A, one", "2: both, one", "no letter"),
        ("2: A, one", "2: B, two", "the right one"),
        ("### Demo of 1.1", "", "Demo"),
    ],
)
def test_a_fault_is_named(old, new, said):
    found = faults(GOOD.replace(old, new) if old else GOOD, LESSON)
    assert (found == []) if said is None else (len(found) == 1 and said in found[0])
