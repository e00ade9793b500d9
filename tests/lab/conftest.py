"""A course of three small labs, and a workspace of its own for each test."""

import sys

import pytest
from small_labs import CHECKS, PROJECT, STATES, write

from mldesign import lab
from mldesign.lab import tasks


@pytest.fixture
def labs(tmp_path, monkeypatch):
    """The folder of a course with three small labs; the workspace is ``labs/workspace`` in it."""
    folder = tmp_path.resolve() / "course" / "labs"
    write(folder / "project", PROJECT)
    write(folder / "checks", {f"lab{number}.py": text for number, text in CHECKS.items()})
    write(folder, {"states.toml": STATES, "stubs/lab1/docs/charter.md": "# Charter\n[Who?]\n"})
    monkeypatch.setattr(tasks, "LABS", folder)
    monkeypatch.delenv("MLDESIGN_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    path, modules, bytecode = list(sys.path), set(sys.modules), sys.dont_write_bytecode
    yield folder
    sys.path[:] = path
    sys.dont_write_bytecode = bytecode
    for name in set(sys.modules) - modules:
        if name.split(".")[0] == "targeting":
            del sys.modules[name]


@pytest.fixture
def one(labs):
    """A workspace at the start of small lab 1."""
    lab.start(1)
    return labs / "workspace"
