"""What the machinery remembers of a workspace: ``.lab/state.json``, and attempts and small answers beside it.

Git ignores the folder. Losing it loses the record of what passed, not the student's work.
"""

import hashlib
import json
import os
import re
from pathlib import Path

from mldesign.lab.errors import LabError

FOLDER = ".lab"
OUTCOMES = ("not attempted", "not yet", "reference", "passed")  # a later one is never replaced by an earlier one


def fingerprint(text: str) -> str:
    """Return a hash of a text that does not depend on the kind of line ends."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()[:16]


def read(folder: Path) -> dict:
    """Return the record: ``laid`` (the highest lab that was started) and ``tasks`` (id → outcome).

    Raises:
        LabError: when the file is there and not readable.
    """
    file = folder / FOLDER / "state.json"
    if not file.exists():
        return {"laid": 0, "tasks": {}}
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        if not (isinstance(record["laid"], int) and isinstance(record["tasks"], dict)):
            raise TypeError("laid must be a number and tasks an object")
    except (ValueError, KeyError, TypeError) as error:
        raise LabError(
            f"The record {FOLDER}/state.json of your workspace cannot be read ({type(error).__name__}). Your files are "
            "not touched. Delete that one file and run lab.start again: only the list of passed tasks is lost."
        ) from error
    return record


def write(folder: Path, record: dict) -> None:
    """Write the record in one step, so that an interruption leaves the old or the new one."""
    (folder / FOLDER).mkdir(exist_ok=True)
    file = folder / FOLDER / "state.json"
    new = file.with_suffix(".new")
    new.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    os.replace(new, file)  # noqa: PTH105 - Path.replace is the same call


def outcome(folder: Path, task_id: str) -> str:
    """Return the outcome of a task: one of :data:`OUTCOMES`."""
    return read(folder)["tasks"].get(task_id, {}).get("outcome", "not attempted")


def note(folder: Path, task_id: str, result: str, attempt: str = "", kept: str = "") -> None:
    """Record the outcome of a task. What has passed stays passed; using the reference is remembered for good.

    Args:
        attempt: what the outcome belongs to, so that a later save knows whether this very attempt was checked.
        kept: name of the file that keeps this attempt, so that one that has passed is found again.
    """
    record = read(folder)
    entry = record["tasks"].setdefault(task_id, {})
    if result == "reference" and entry.get("outcome") != "passed":
        entry["used_reference"] = True
    if OUTCOMES.index(result) >= OUTCOMES.index(entry.get("outcome", "not attempted")):
        entry["outcome"] = result
    if result == "passed" and kept:
        entry["good"] = [name for name in entry.get("good", []) if name != kept] + [kept]
    entry["latest"] = [result, fingerprint(attempt)]
    write(folder, record)


def latest(folder: Path, task_id: str, attempt: str) -> str | None:
    """Return the result of the latest check if it was of this very attempt, else None."""
    found = read(folder)["tasks"].get(task_id, {}).get("latest", [None, None])
    return found[0] if found[1] == fingerprint(attempt) else None


def good(folder: Path, task_id: str) -> list[Path]:
    """Return the kept attempts of a task that have passed, the latest last."""
    names = read(folder)["tasks"].get(task_id, {}).get("good", [])
    return [path for name in names if (path := folder / FOLDER / "attempts" / name).is_file()]


def used_reference(folder: Path, task_id: str) -> bool:
    """Say whether the student has ever moved on with the reference of this task."""
    return read(folder)["tasks"].get(task_id, {}).get("used_reference", False)


def place(folder: Path, task_id: str, reference: bool) -> None:
    """Record whether the reference was put at the place of a task, so that it is never taken for the student's work."""
    record = read(folder)
    record["tasks"].setdefault(task_id, {})["placed"] = reference
    write(folder, record)


def placed(folder: Path, task_id: str) -> bool:
    """Say whether the course has put the reference at the place of this task."""
    return read(folder)["tasks"].get(task_id, {}).get("placed", False)


def keep_answer(folder: Path, task_id: str, answer) -> None:
    """Write a small answer to ``.lab/answers``, one file a task, where whoever grades the workspace finds it."""
    file = folder / FOLDER / "answers" / f"{task_id}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(answer if isinstance(answer, str) else float(answer), ensure_ascii=False) + "\n"
    if not file.exists() or file.read_bytes() != text.encode():  # where nothing changes, git and a backup see nothing
        file.write_bytes(text.encode())


def keep_attempt(folder: Path, task_id: str, suffix: str, text: str) -> str:
    """Keep an attempt under ``.lab/attempts`` and return the name of its file. The same text is kept once."""
    attempts = folder / FOLDER / "attempts"
    attempts.mkdir(parents=True, exist_ok=True)
    named = re.compile(rf"{re.escape(task_id)}-(\d+){re.escape(suffix)}")
    earlier = {int(match[1]): path for path in attempts.iterdir() if (match := named.fullmatch(path.name))}
    for path in earlier.values():
        if path.read_text(encoding="utf-8") == text:
            return path.name
    new = attempts / f"{task_id}-{max(earlier, default=0) + 1:03}{suffix}"
    new.write_text(text, encoding="utf-8", newline="\n")
    return new.name
