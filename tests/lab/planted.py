"""The planted answers of every lab: ``planted_labN.py``, one module a lab. A new lab needs only that file.

Each defines ``ANSWERS`` (small answers) and ``CODE`` (functions and lines), task → ``right``: at least two attempts that
differ from the reference; ``wrong``: at least five attempts, each with a part of its own hint; for small answers also
``malformed``. ``FAILED`` lists the lines of counts that pytest prints for the planted break in a solved notebook.
"""

import importlib
from pathlib import Path
from types import ModuleType

import pytest

from mldesign.lab import tasks

LABS = tasks.labs()
TASKS = {key: task for lab in LABS for key, task in tasks.of(lab).items()}


def of(lab: int) -> ModuleType:
    """Return the planted answers of a lab."""
    return importlib.import_module(f"planted_lab{lab}")


CODE = {key: planted for lab in LABS for key, planted in of(lab).CODE.items()}
ANSWERS = {key: planted for lab in LABS for key, planted in of(lab).ANSWERS.items()}


def right_code() -> list:
    """Return every right answer in code as a test parameter: task, attempt."""
    return [
        pytest.param(TASKS[key], attempt, id=f"{key}-right{number}")
        for key, planted in CODE.items()
        for number, attempt in enumerate(planted["right"])
    ]


def notebook(lab: int) -> Path:
    """Return the notebook of a lab."""
    (found,) = tasks.LABS.glob(f"lab{lab}-*.ipynb")
    return found


def tests(lab: int, files: list[str]) -> list[str]:
    """Return the test modules among a lab's files."""
    return [name for name in files if name.startswith("tests/") and Path(name).name.startswith("test_")]
