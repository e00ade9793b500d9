"""The student's workspace: a git repository of their own, brought to the state that a lab needs.

A file that the student changed is never overwritten. The folder is ``labs/workspace``, or what the environment variable
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
    _healthy(folder)
    return folder


def _healthy(folder: Path) -> None:
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


def start(lab: int | None = None) -> None:
    """Bring the workspace to what a lab needs, and change into it.

    A new workspace gets the reference of earlier labs, committed, then the files of this lab with its tasks as stubs. In
    an existing one, missing files come back (from the student's last commit where that holds them), files that grow get this
    lab's block, and stubs left in earlier labs give way to the reference; whatever else is there stays as it is. Files of the
    course that the student has changed, though no task asks for it, are named.

    Raises:
        LabError: when there is no such lab, or the workspace is damaged.
    """
    tasks.checks_file(lab)
    folder = path()
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        folder.mkdir(parents=True, exist_ok=True)
        git.create(folder)
        if lab > 1:
            git.commit(folder, _lay(folder, states.after(lab - 1), lab - 1), f"State after lab {lab - 1}")
            for task in _earlier(lab):
                records.place(folder, task.id, True)
    _healthy(folder)
    state = states.at_start(lab)
    notes = _bring_back(folder, state)
    written = _lay(folder, state, lab)
    notes += _fill(folder, lab, written)
    notes += _changed(folder, state, lab)
    git.commit(folder, sorted(set(written)), f"Lab {lab}: what you start from")
    enter()
    count = len(git.git(folder, "ls-files").splitlines())
    print(*[f"Lab {lab}. Your workspace is ready: {count} files under git.", *notes], sep="\n")


def _bring_back(folder: Path, state: dict[str, str]) -> list[str]:
    """Restore missing files from the last commit; return a line on each of these, and on each that it does not hold."""
    held, ever = git.committed(folder)
    notes = []
    for name in sorted(name for name in state if not (folder / name).exists()):
        if name in held:
            git.git(folder, "checkout", "--quiet", "HEAD", "--", name)
            notes.append(f"{name} was missing and is back from your last commit.")
        elif name in ever:
            notes.append(
                f"{name} was missing, in your last commit too, and is back as the course has it; `git log -- {name}` "
                "lists the commits that hold yours."
            )
    return notes


def _changed(folder: Path, state: dict[str, str], lab: int) -> list[str]:
    """Return a line on each file of the course that the student has changed though no task or document asks for it."""
    numbers = [number for number in tasks.labs() if number <= lab]
    asked = {task.file for number in numbers for task in tasks.of(number).values()}
    asked.update(name for number in numbers for name in states.templates(number))
    notes = []
    for name in sorted(set(state) - asked):
        file = folder / name
        if states.grows(name) or not file.is_file():
            continue
        same = file.read_text(encoding="utf-8-sig", errors="replace") == state[name]
        # A file that only the course has changed, in a newer version, differs too, but is not the student's doing.
        if not same and (base := git.changed_since(folder, name)):
            notes.append(
                f"{name} differs from the course's version and belongs to no task. `git diff {base} -- {name}` shows "
                f"how; `git checkout {base} -- {name}` takes it back. If you mean it, leave it."
            )
    return notes


def _lay(folder: Path, state: dict[str, str], lab: int) -> list[str]:
    """Write the files that are missing and the blocks that this lab adds; return the paths that were written."""
    record = records.read(folder)
    written = []
    for name, text in state.items():
        file = folder / name
        if file.exists():
            if not states.grows(name):
                continue
            present = source.read(folder, name)
            text = states.with_blocks(present, text, record["laid"], lab)
            if text == present:
                continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
        written.append(name)
    record["laid"] = max(record["laid"], lab)
    records.write(folder, record)
    return written


def _fill(folder: Path, lab: int, written: list[str]) -> list[str]:
    """Put the reference where an earlier lab's task is still its stub; return a line on every unfinished earlier task."""
    notes = []
    for task in _earlier(lab):
        if stands(folder, task) == "stub":
            put(folder, task, states.reference(task))
            records.place(folder, task.id, True)
            written.append(task.file)
            notes.append(f"Task {task.id} was not attempted: the reference stands in its place.")
        elif records.outcome(folder, task.id) == "not yet":
            notes.append(f'Task {task.id} is not right yet. It stays; lab.use_reference("{task.id}") would replace it.')
    return notes


def _earlier(lab: int) -> list[tasks.Task]:
    """Return the tasks of earlier labs that have a place in a file."""
    return [task for number in tasks.labs() if number < lab for task in tasks.of(number).values() if task.file]


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


def rebuild(lab: int | None = None) -> None:
    """Keep the present workspace in a folder beside it, whatever its condition, and start anew at a lab.

    Raises:
        LabError: when there is no such lab, or the folder cannot be renamed.
    """
    tasks.checks_file(lab)
    kept = set_aside()
    if kept:
        print(f"Your old workspace is kept in {kept}, beside the new one.")
    start(lab)


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
