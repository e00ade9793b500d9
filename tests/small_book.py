"""A small book to plant faults in: the course's own gates, one complete lesson of eleven short code cells, two pages."""

import shutil
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from mldesign import notebooks

ROOT = Path(__file__).resolve().parent.parent
GATES = ("conftest.py", "pyproject.toml", "tests")
LESSON = "modules/01-small/01-lesson.ipynb"
SETUP = (ROOT / "tests" / "setup_cell.txt").read_text(encoding="utf-8").strip()
TOC = """\
format: jb-book
root: index
chapters:
  - file: modules/01-small/01-lesson
  - file: modules/01-small/further
"""
TITLE = """\
# A small lesson

**You will be able to** find a planted fault.

**Time**: a minute.

**Before you start**: nothing."""
PROSE = "Each week the grocer decides whom to contact. " * 270
PLOT = """\
from mldesign.style import figure

axes = figure("Spend rises with trips", "trips a week", "spend, dollars a week")
axes.plot([1, 2, 3], [10, 20, 30])
print("Spend at 1, 2 and 3 trips: 10, 20 and 30 dollars.")"""
CHILD = """\
import subprocess

command = [sys.executable, "-c", "print('heard from a child:', 2 + 3)"]
done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
print(done.stdout)
done.returncode"""
OPTIONS = (
    ("How many weeks there are", "**Not this one.** It adds the weeks' numbers, it does not count them."),
    ("The sum of the weeks' numbers", "**Right.** The cell adds the numbers from zero to nine."),
    ("Nothing at all", "**Not this one.** A sum of known numbers does say something."),
)
RUBRIC = """\
**Design.** Plan your own.

<details><summary>Rubric and outline of a strong answer</summary>

It names the decision.

</details>"""


def question(number: int) -> str:
    """Return a quiz question whose right option moves on with its number."""
    turned = [*OPTIONS[number % 3 :], *OPTIONS[: number % 3]]
    shown = [
        f"<details><summary>{label}. {text}</summary>\n\n{why}\n\n</details>"
        for label, (text, why) in zip("ABC", turned, strict=True)
    ]
    return "\n".join([f"**Question {number}.** What does the total say?\n", *shown])


def cells() -> list:
    """Return the cells of the healthy lesson."""

    def text(source, **metadata):
        return new_markdown_cell(source, metadata=metadata)

    def code(source, *tags, **metadata):
        return new_code_cell(source, metadata={"tags": list(tags), **metadata} if tags else metadata)

    folded = {notebooks.COLLAPSED: True}
    alt = {"image": {"alt": "A straight line climbs from 10 dollars at one trip to 30 at three."}}
    return [
        text(TITLE),
        code(SETUP, "hide-input"),
        text(f"## Prose\n\n{PROSE}\n\n> **Predict.** What is the total?"),
        text("#### Result", **folded),
        code('total = sum(range(10))\nprint(f"The total is {total}.")', "hide-output"),
        text("### What it means\n\nIt is spent, all \\$45 of it. See [further reading](further.md#papers)."),
        code(PLOT, mystnb=alt),
        code(CHILD),
        code("total + 1"),
        text("## What goes wrong"),
        code("Out[5] - 1"),
        code("import time\n\nround(time.time())", "nbval-ignore-output"),
        text("## Principles\n\nAutomation.\n\n## Check yourself"),
        *[text(question(number), tags=["quiz"]) for number in range(1, 5)],
        text("## Exercises\n\n**Apply.** Add one."),
        text("#### Solution", **folded),
        code("# @title Solution\ntotal + 1", "hide-cell"),
        text("### Analyse\n\nAdd two."),
        text("#### Solution", **folded),
        code("# @title Solution\ntotal + 2", "hide-cell"),
        text(f"### Design\n\n{RUBRIC}"),
        code("total + 3"),
        code("total + 4"),
        text("## Summary\n\nDone.\n\n## Key terms\n\nFault.\n\n## Further reading\n\nNone."),
    ]


def lesson() -> nbformat.NotebookNode:
    """Return the healthy lesson, not executed."""
    return new_notebook(cells=cells())


def write(folder: Path, notebook: nbformat.NotebookNode | None = None, gates: bool = True) -> Path:
    """Write the small book into an empty folder and return its root.

    Args:
        folder: where it goes.
        notebook: the lesson; without one, the healthy lesson, not executed.
        gates: whether to copy the course's own tests and settings as well.
    """
    for name in GATES if gates else ():
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "test_[!h]*", "lab")
            )
        else:
            shutil.copy(ROOT / name, folder / name)
    path = folder / LESSON
    path.parent.mkdir(parents=True)
    (folder / "_toc.yml").write_text(TOC, encoding="utf-8")
    (folder / "index.md").write_text("# A small book\n", encoding="utf-8")
    (path.parent / "further.md").write_text("# Further reading\n\n## Papers\n\nNone yet.\n", encoding="utf-8")
    nbformat.write(lesson() if notebook is None else notebook, path)
    return folder


def executed(folder: Path) -> nbformat.NotebookNode:
    """Return the healthy lesson executed as `make execute` does, in a small book below ``folder``."""
    path = write(folder, gates=False) / LESSON
    notebooks.execute(path)
    return nbformat.read(path, as_version=4)
