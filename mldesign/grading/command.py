"""``python -m mldesign grade FOLDER --lab 2``: judge a folder of submissions and write the results beside it."""

import argparse
import os
import sys
import time
from pathlib import Path

from mldesign import environment
from mldesign.grading import marking, reports, verdicts
from mldesign.lab import LabError, tasks

KEPT = (
    "LANG",
    "LC_ALL",
    "PATH",
    "PYTHONPATH",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "TMPDIR",
    "USERPROFILE",
    "WINDIR",
    "HOME",
    "JAVA_HOME",
)


def main(arguments: list[str]) -> int:
    """Grade; return 0 when every submission was gone through, 1 with ``--strict`` when a task has not passed, 2 on a mistake."""
    words = _words(arguments)
    folder = Path(words.folder).resolve()
    labs = sorted(set(words.lab or tasks.labs()))
    try:
        for lab in labs:
            tasks.checks_file(lab)
        found = _named(folder, words.roster)
    except (LabError, ValueError, OSError) as error:
        print(f"mldesign: {error}", file=sys.stderr)
        return 2
    if not found:
        print(
            f"mldesign: {folder.name} holds no submission: no folder and no zip file, one for each student.",
            file=sys.stderr,
        )
        return 2
    # What is judged inherits nothing of the instructor's: no token, no key. Here, because /proc shows what a process began with.
    kept = {name: value for name, value in os.environ.items() if name in KEPT}
    os.environ.clear()
    os.environ.update(kept)
    environment.apply()
    started, done = time.monotonic(), []

    def told(one: marking.Submission) -> None:
        done.append(one)
        points = sum(row.points for row in one.rows)
        print(
            f"{len(done):>4} of {len(found)}  {one.student}: {points} of {len(one.rows)}, {one.seconds:.0f} s",
            flush=True,
        )

    try:
        guards = marking.grade(found, labs, words.workers, words.seconds, told)
    except (marking.CourseChangedError, ConnectionError) as error:
        print(f"mldesign: {error}", file=sys.stderr)
        return 2
    target = Path(words.out).resolve() if words.out else folder.parent / "grades"
    reports.write(target, found, labs, guards, time.monotonic() - started)
    judged = sum(row.outcome in ("passed", "not yet") for one in found for row in one.rows)
    print(f"{len(found)} submissions, {judged} tasks judged in {time.monotonic() - started:.0f} s. Results: {target}")
    print(*reports.protection(guards), sep="\n")
    return int(words.strict and any(not row.points for one in found for row in one.rows))


def _words(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mldesign grade", description="Judge a folder of submissions.")
    parser.add_argument("folder", help="holds a folder, a clone or a zip file (lab.pack) for each student, by name")
    parser.add_argument(
        "--lab", type=int, action="append", help="number of a lab; may be repeated; all labs when left out"
    )
    parser.add_argument(
        "--roster", help="CSV file with the columns student, variant; roster.csv beside the folder if it is there"
    )
    parser.add_argument("--out", help="folder of the results; `grades` beside the submissions when left out")
    workers = max(1, min(os.cpu_count() or 1, 8))
    parser.add_argument(
        "--workers", type=int, default=workers, help="how many are judged beside each other (%(default)s)"
    )
    parser.add_argument("--seconds", type=int, default=verdicts.SECONDS, help="for the check of one task (%(default)s)")
    parser.add_argument("--strict", action="store_true", help="end with exit code 1 when a task has not passed")
    return parser.parse_args(arguments)


def _named(folder: Path, named: str | None) -> list[marking.Submission]:
    """Return the submissions, and one without a path for each student of the roster who has handed in nothing."""
    if not folder.is_dir():
        raise ValueError(
            f"There is no folder {folder}. Name the one that holds a folder or a zip file for each student."
        )
    found = marking.submissions(folder)
    file = Path(named) if named else folder.parent / "roster.csv"
    if not file.is_file():
        if named:
            raise ValueError(f"There is no roster {named}.")
        return found
    listed = marking.roster(file)
    for one in found:
        if one.student in listed:
            one.variant = listed[one.student]
        else:
            one.remarks.append("This name is not in the roster.")
    there = {one.student for one in found}
    return found + [marking.Submission(name, None, variant) for name, variant in listed.items() if name not in there]
