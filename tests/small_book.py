"""A small book to plant faults in: the course's own gates, one lesson with three cells, two pages."""

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


def cells() -> list:
    """Return the cells of the healthy lesson."""
    return [
        new_markdown_cell("# A small lesson\n\nSee [further reading](further.md#papers)."),
        new_code_cell(SETUP, metadata={"tags": ["hide-input"]}),
        new_markdown_cell("## What goes wrong"),
        new_code_cell("total = sum(range(10))\nprint(f\"The total is {total}.\")"),
        new_code_cell("import subprocess\nimport sys\n\nsubprocess.run([sys.executable, \"-c\", \"print('from a child')\"], check=True)\ntotal"),
    ]


def write(folder: Path, content: list | None = None, execute: bool = True) -> Path:
    """Write the small book into an empty folder and return its root; outputs are stored unless ``execute`` is false."""
    for name in GATES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "test_*", "lab"))
        else:
            shutil.copy(source, folder / name)
    lesson = folder / LESSON
    lesson.parent.mkdir(parents=True)
    (folder / "_toc.yml").write_text(TOC, encoding="utf-8")
    (folder / "index.md").write_text("# A small book\n", encoding="utf-8")
    (lesson.parent / "further.md").write_text("# Further reading\n\n## Papers\n\nNone yet.\n", encoding="utf-8")
    nbformat.write(new_notebook(cells=cells() if content is None else content), lesson)
    if execute:
        notebooks.execute(lesson)
    return folder
