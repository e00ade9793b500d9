"""Go through submissions: first everything is read, while no code of a student has run; then each part is judged."""

import csv
import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from mldesign.grading import children, comparing, confine, reading, verdicts
from mldesign.lab import states, tasks, variants

READING = 30  # seconds to read a submission


@dataclass
class Row:
    """One task of one student: a line of ``grades.csv``. ``outcome`` is one of :data:`mldesign.grading.verdicts.OUTCOMES`."""

    student: str
    variant: str
    lab: int
    task: str
    title: str
    points: int
    of: int
    outcome: str
    hint: str = ""
    flag: str = ""


@dataclass
class Submission:
    """What was handed in under one name, and what came of it.

    Attributes:
        path: a folder or a zip file; None when nothing was handed in.
        variant: by the roster; without one, as the workspace says.
        found: what :func:`mldesign.grading.reading.read` returned.
        remarks: what holds for the whole submission.
        seconds: how long it took to judge.
    """

    student: str
    path: Path | None
    variant: str = ""
    found: dict = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def readable(self) -> bool:
        return self.path is not None and not self.found.get("refused", "not read")


class CourseChangedError(Exception):
    """Files of the course itself were changed while submissions were judged."""


def submissions(folder: Path) -> list[Submission]:
    """Return the submissions in a folder, by name: each folder and each zip file is one."""
    found = {}
    for path in sorted(folder.iterdir()):
        zipped = path.suffix.lower() == ".zip"
        if not path.name.startswith((".", "__MACOSX")) and (zipped or path.is_dir()):
            name = path.stem if zipped else path.name
            found[name if name not in found else path.name] = path
    return [Submission(name, path) for name, path in found.items()]


def roster(file: Path) -> dict[str, str]:
    """Return student → variant from a CSV file with these two columns.

    Raises:
        ValueError: when a column is missing, a name comes twice, or a variant is no plain word; the message names the line.
    """
    with file.open(encoding="utf-8-sig", newline="") as opened:
        table = csv.DictReader(opened)
        columns = table.fieldnames or ["none"]
        if not {"student", "variant"} <= set(columns):
            raise ValueError(f"{file.name} needs the columns student and variant; it has {', '.join(columns)}.")
        found = {}
        for line in table:
            student, variant = (line["student"] or "").strip(), (line["variant"] or "").strip()
            if not student or student in found or (variant and not variants.NAME.fullmatch(variant)):
                raise ValueError(
                    f"{file.name}, line {table.line_num}: {student!r} with {variant!r}. Each student stands there once, with a "
                    "variant of letters, digits and . _ @ + - or none."
                )
            found[student] = variant
        return found


def grade(
    found: list[Submission],
    labs: list[int],
    workers: int,
    seconds: int = verdicts.SECONDS,
    told: Callable[[Submission], None] = lambda _: None,
) -> list[str]:
    """Read and judge submissions; fill in their ``rows`` and ``remarks``.

    Args:
        found: of :func:`submissions`, with the variants of the roster.
        labs: numbers of the labs.
        workers: how many are judged beside each other.
        seconds: for the check of one task.
        told: is called with each submission as it is done.

    Returns:
        What :func:`mldesign.grading.confine.enter` put out of reach of judged code.

    Raises:
        CourseChangedError: when a file of the course is not as it was; nothing that was judged can be trusted then.
    """
    place = Path(tempfile.mkdtemp(prefix="mldesign-grade-")).resolve()
    asked = [task for lab in labs for task in tasks.of(lab).values()]
    others, course = children.running(), fingerprint()
    judge = verdicts.Judge(place, guards(place, others), others, seconds)

    def read(one: Submission) -> None:
        if one.path is not None:
            answer = children.call(reading.read, {"path": str(one.path), "labs": labs}, READING, others)
            one.found = answer.result or {
                "refused": f"it cannot be read within {READING} seconds and the memory of a check"
            }
        one.variant = one.variant or one.found.get("variant", "")

    def mark(one: Submission) -> None:
        started = time.monotonic()
        _mark(one, asked, judge)
        one.seconds = time.monotonic() - started
        if confine.FILES not in judge.guards and fingerprint() != course:
            raise CourseChangedError(
                f"While {one.student} or another was judged, files of the course were changed. Nothing was written. Restore the "
                "course (`git status` shows what differs), look at that submission, and grade in a container."
            )
        told(one)

    try:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(read, found))
            list(pool.map(mark, found))
    finally:
        shutil.rmtree(place, ignore_errors=True)
    comparing.compare(found, {task.id: task.kind for task in asked})
    return judge.guards


def _mark(one: Submission, asked: list[tasks.Task], judge: verdicts.Judge) -> None:
    """Fill in the rows of a submission. A few tasks that run until their limit use up the time of all."""
    until = time.monotonic() + verdicts.START + judge.seconds * max(3, len(asked) // 3)
    for task in asked:
        if one.path is None:
            outcome = ("not handed in", "", "")
        elif not one.readable:
            outcome = ("not judged", one.found["refused"], "")
        elif time.monotonic() > until:
            outcome = (
                "not judged",
                "the time of one submission is used up: other tasks of it ran until their limit",
                "",
            )
        else:
            outcome = judge.outcome(task, one.found)
        points = int(outcome[0] == "passed")
        one.rows.append(Row(one.student, one.variant, task.lab, task.id, task.title, points, 1, *outcome))


def guards(place: Path, others: int) -> list[str]:
    """Return what can be put out of reach of judged code on this machine, by trying."""
    beside = place / "beside"
    beside.write_text("not for judged code", encoding="utf-8")
    for wanted in ([confine.FILES, confine.APART], [confine.FILES], [confine.APART]):
        payload = {"folder": tempfile.mkdtemp(dir=place), "beside": str(beside), "wanted": wanted}
        answer = children.call(confine.probe, payload, 2 * verdicts.START, others)
        if answer.result and set(answer.result["guards"]) == set(wanted):
            return wanted
    return []


def fingerprint() -> str:
    """Return a hash of the files of the course that judge."""
    digest, root = hashlib.sha256(), Path(tasks.__file__).resolve().parents[2]
    files = [*(root / "mldesign").rglob("*.py"), *(tasks.LABS / "checks").glob("*.py"), tasks.LABS / "states.toml"]
    files += [tasks.LABS / "project" / name for lab in tasks.labs() for name in states.files(lab)]
    for file in sorted(files):
        digest.update(f"{file}\0".encode() + file.read_bytes())
    return digest.hexdigest()
