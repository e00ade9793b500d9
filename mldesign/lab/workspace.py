"""The student's workspace: a git repository of their own. The folder is ``labs/workspace``, or what the environment variable
``MLDESIGN_WORKSPACE`` names.
"""

import importlib
import os
import shutil
import sys
from pathlib import Path

from mldesign.lab import git, records, source, states, tasks
from mldesign.lab.errors import LabError

_entered: set[str] = set()  # the `src` folders that `enter` has put on the path of imports


def path() -> Path:
    """Return the folder of the workspace, whether or not it exists."""
    named = os.environ.get("MLDESIGN_WORKSPACE")
    return Path(named).resolve() if named else tasks.LABS / "workspace"


def here() -> Path:
    """Return the folder of a workspace that is ready.

    Raises:
        LabError: when there is none yet, or it is damaged.
    """
    folder = path()
    if not folder.exists():
        raise LabError(f"There is no workspace yet. Run lab.start({tasks.labs()[0]}), or the start cell of your lab.")
    healthy(folder)
    return folder


def healthy(folder: Path) -> None:
    """Say, by an error with the next step, what is wrong with a damaged workspace."""
    if not folder.is_dir():
        raise LabError(
            f"{folder.name} should be the folder of your workspace but is a file. Rename it; then lab.start again."
        )
    if not (folder / ".git").exists():
        raise LabError(
            f"Your workspace {folder.name} has no .git folder any more: its history is lost, its files are not touched. "
            "lab.rebuild(1) keeps them in a folder beside and makes a new workspace; put the number of your lab."
        )
    if not git.is_repository(folder):
        raise LabError(
            f"Git cannot read the repository of your workspace {folder.name}. Your files are not touched. "
            "lab.rebuild(1) keeps them in a folder beside and makes a new workspace; put the number of your lab."
        )
    records.read(folder)


def stands(folder: Path, task: tasks.Task) -> str:
    """Say what stands at the place of a task: ``stub``, ``reference``, ``own`` or ``missing``."""
    found = source.part(task, source.read(folder, task.file)) if (folder / task.file).exists() else None
    if found is None:
        return "missing"
    if source.is_stub(task, found):
        return "stub"
    return "reference" if source.same(task, found, states.reference(task)) else "own"


def put(folder: Path, task: tasks.Task, new: str) -> None:
    """Put a function or region into its file. A file where its place is gone is kept as an attempt and made anew.

    Raises:
        LabError: when the file is missing: one function alone would not be the module that others import.
    """
    file = folder / task.file
    if not file.exists():
        raise LabError(
            f"{task.file} is missing. Run lab.start({task.lab}), which brings it back, then run this cell again."
        )
    text = source.read(folder, task.file)
    try:
        text = source.with_part(task, text, new)
    except (SyntaxError, LabError):
        records.keep_attempt(folder, task.id, file.suffix, text)
        text = source.with_part(task, states.finished(task.file, task.lab), new)
    file.write_text(text, encoding="utf-8", newline="\n")
    forget()


def enter() -> None:
    """Make the workspace the current folder, and its ``src`` importable, instead of any other workspace's."""
    folder = here()
    os.chdir(folder)
    sys.dont_write_bytecode = True
    sys.path[:] = [entry for entry in sys.path if entry not in _entered]
    _entered.add(str(folder / "src"))
    sys.path.insert(0, str(folder / "src"))
    forget()


def forget() -> None:
    """Forget the imported modules of the workspace, so that the next import reads the files as they are now."""
    for name in [name for name in sys.modules if name.split(".")[0] == "targeting"]:
        del sys.modules[name]
    importlib.invalidate_caches()
    for cache in (path() / "src").rglob("__pycache__"):
        shutil.rmtree(cache, ignore_errors=True)  # bytecode of the same second and size would be taken for current


def set_aside() -> str:
    """Rename the workspace to the first free ``…-old-N`` beside it and return the new name; empty when there was none.

    Raises:
        LabError: when the folder cannot be renamed.
    """
    folder = path()
    if not folder.exists():
        return ""
    os.chdir(folder.parent)  # Windows does not rename the current folder
    number = 1
    while (beside := folder.with_name(f"{folder.name}-old-{number}")).exists():
        number += 1
    try:
        folder.rename(beside)
    except OSError as error:
        raise LabError(
            f"{folder.name} cannot be renamed to {beside.name} ({error.strerror}). Close the programs that have a file of it "
            "open, such as an editor or a terminal, and try again."
        ) from error
    return beside.name
