"""A command that a page or a message names is one that there is: a reader copies it at the moment of need."""

import re
from pathlib import Path

import nbformat
import pytest

from mldesign.__main__ import TASKS
from tests import hygiene

ROOT = Path(__file__).resolve().parent.parent
NAMED = re.compile(r"`make +([a-z][\w-]*)|\bpy(?:thon3?)? -m mldesign +([a-z][\w-]*)")
FILES = [
    *hygiene.pages(ROOT),
    *(path for folder in ("mldesign", "tests", "labs/checks") for path in sorted((ROOT / folder).rglob("*.py"))),
    *(ROOT / name for name in ("conftest.py", "_config.yml", "constraints.txt", "Makefile")),
]


def named(path: Path) -> list[str]:
    """Return the tasks that a file names in a command."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
    return [make or module for make, module in NAMED.findall(text)]


def unknown(path: Path) -> set[str]:
    """Return the commands of a file that are neither a task of the course nor, where it speaks of the case study's repository, of that."""
    known = {name for name, _ in TASKS}
    if {"labs", "capstone", "grading", "05-cicd", "teaching"} & set(path.parts):
        makefile = (ROOT / "labs" / "project" / "Makefile").read_text(encoding="utf-8")
        known |= set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))
    return set(named(path)) - known


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if path != Path(__file__).resolve()],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_commands_are_tasks(path):
    assert not unknown(path), f"{path.relative_to(ROOT)} names {unknown(path)}; tasks: `make help`"


def test_a_command_that_there_is_not_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("Run `make tset`, `make test NB=x`, `make TASK` or `python -m mldesign sit`.\n", encoding="utf-8")
    assert named(page) == ["tset", "test", "sit"]
    assert unknown(page) == {"tset", "sit"}
