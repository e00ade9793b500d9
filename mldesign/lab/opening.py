"""Open a lab: bring the workspace to the state that it needs. A file that the student changed is never overwritten."""

import shutil
from pathlib import Path

from mldesign.lab import git, prepared, records, source, states, tasks, variants, workspace
from mldesign.lab.errors import LabError


def start(lab: int | None = None, variant: str | None = None) -> None:
    """Bring the workspace to what a lab needs, and change into it.

    A new workspace gets the reference of earlier labs, its pipeline run and all committed, then the files of this lab with its
    tasks as stubs. In an existing one, missing files come back (from the student's last commit where that holds them), files
    that grow get this lab's block, and stubs left in earlier labs give way to the reference; whatever else is there stays as it
    is. Stages of earlier labs that are out of date are run. Files of the course that the student has changed, though no task
    asks for it, are named.

    Args:
        lab: its number.
        variant: the word for which your instructor gave you assumptions about money of your own; see
            :mod:`mldesign.lab.variants`. It stays in the workspace's ``params.yaml``, so one start is enough.

    Raises:
        LabError: when there is no such lab, the workspace is damaged, or the word cannot name a variant.
    """
    tasks.checks_file(lab)
    if variant is not None:
        variants.money(variant)
    folder, notes = workspace.path(), []
    if prepared.has_pipeline(lab - 1):
        print("The pipeline of the earlier labs is brought up to date: up to a minute the first time.", flush=True)
    new = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    if new:
        folder.mkdir(parents=True, exist_ok=True)
        notes += _first(folder, lab)
        if lab > 1:
            git.commit(folder, _lay(folder, states.after(lab - 1), lab - 1), f"State after lab {lab - 1}")
            for task in _earlier(lab):
                records.place(folder, task.id, True)
    workspace.healthy(folder)
    state = states.at_start(lab)
    notes += _bring_back(folder, state)
    written = _lay(folder, state, lab)
    notes += _fill(folder, lab, written)
    notes += _changed(folder, state, lab)
    assumed, said = variants.put(folder, variant)
    written, notes = written + assumed, notes + said
    git.commit(folder, sorted(set(written)), f"Lab {lab}: what you start from")
    if not new or assumed:
        notes += prepared.bring_up_to_date(lab, folder)
    workspace.enter()
    print(*[f"Lab {lab}. Your workspace is ready.", *notes], sep="\n")


def _first(folder: Path, lab: int) -> list[str]:
    """Fill an empty folder with what stands before a lab; return a line when its pipeline could not be run."""
    if prepared.has_pipeline(lab - 1):
        try:
            prepared.copy(lab - 1, folder)
            return []
        except (LabError, OSError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, exist_ok=True)
            git.create(folder)
            return [f"{error} The files are there; data, models and reports of the earlier labs are not."]
    git.create(folder)
    return []


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
        if workspace.stands(folder, task) == "stub":
            workspace.put(folder, task, states.reference(task))
            records.place(folder, task.id, True)
            written.append(task.file)
            notes.append(f"Task {task.id} was not attempted: the reference stands in its place.")
        elif records.outcome(folder, task.id) == "not yet":
            notes.append(f'Task {task.id} is not right yet. It stays; lab.use_reference("{task.id}") would replace it.')
    return notes


def _earlier(lab: int) -> list[tasks.Task]:
    """Return the tasks of earlier labs that have a place in a file."""
    return [task for number in tasks.labs() if number < lab for task in tasks.of(number).values() if task.file]


def rebuild(lab: int | None = None, variant: str | None = None) -> None:
    """Keep the present workspace in a folder beside it, whatever its condition, and start anew at a lab.

    The new one has the variant that the old one had, unless another is named.

    Raises:
        LabError: when there is no such lab, or the folder cannot be renamed.
    """
    tasks.checks_file(lab)
    variant = variant or variants.standing(workspace.path()) or None
    kept = workspace.set_aside()
    if kept:
        print(f"Your old workspace is kept in {kept}, beside the new one.")
    start(lab, variant)
