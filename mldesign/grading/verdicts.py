"""What comes of one task of a submission. Points follow from its files; what the student's record says is information.

One case needs the record: a part that is equal to the reference can be the student's or the course's own doing, which takes
the place of what was not attempted. Without a record, or with one that says so, it counts as the reference.
"""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from mldesign.grading import children, confine, judging, reading
from mldesign.lab import checking, tasks

SECONDS = 2 * checking.SECONDS  # for a check: twice what a student has, because several run beside each other
START = 30  # seconds for the process around it
OUTCOMES = ("passed", "not yet", "not attempted", "reference", "not judged", "not handed in")


@dataclass(frozen=True)
class Judge:
    """Judges tasks of submissions that were read.

    Attributes:
        place: folder for the folders of checks.
        guards: see :func:`mldesign.grading.confine.enter`.
        others: processes and threads of this user at the start.
        seconds: for one check.
    """

    place: Path
    guards: list[str]
    others: int
    seconds: int

    def outcome(self, task: tasks.Task, found: dict) -> tuple[str, str, str]:
        """Return outcome, hint for the student and flag for the instructor, the last two possibly empty.

        Args:
            task: any task.
            found: what :func:`mldesign.grading.reading.read` returned.
        """
        held = found["tasks"][task.id]
        if held["stands"] in ("missing", "unreadable"):
            return _absent(task, held)
        if held["stands"] == "stub":
            return "not attempted", "", ""
        flags = [f"uses {', '.join(held['odd'])}"] if held["odd"] else []
        if held["stands"] == "reference":
            if held["said"] is None:
                why = "Your text is the reference's, and no record says who put it there. Hand in the folder .lab as well."
                return "reference", why, "equal to the reference, no record"
            if held["said"]:
                return "reference", "", "equal to the reference, and used by the student's record"
            flags.append("equal to the reference")
        elif held["said"]:
            flags.append("reference used before")
        if held["form"]:
            return "not yet", held["form"], "; ".join(flags)
        folder = Path(tempfile.mkdtemp(dir=self.place))
        try:
            small = task.kind in tasks.ANSWERS
            outcome, hint, more = self._answer(task, held, found, folder) if small else self._code(task, held, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return outcome, hint, "; ".join([*flags, *more])

    def _answer(self, task: tasks.Task, held: dict, found: dict, folder: Path) -> tuple[str, str, list[str]]:
        if found["params"] is None:
            return "not judged", found["params_why"], []
        payload = {"task": task.id, "answer": held["attempt"], "params": found["params"]}
        answer, _ = self._call(judging.answer, payload, folder)
        if answer.result is None:
            return "not judged", "its check came to no end with the params.yaml of this workspace", []
        return _said(answer.result, [])

    def _code(self, task: tasks.Task, held: dict, folder: Path) -> tuple[str, str, list[str]]:
        payload = {"task": task.id, "attempt": held["attempt"], "file_text": held["file_text"], "seconds": self.seconds}
        answer, place = self._call(judging.judge, payload, folder)
        flags = ["sent a verdict of its own, which did not count"] if answer.forged else []
        if answer.ended == "many":
            hint = "Your code starts process after process. A task needs few, or none."
            return "not yet", hint, [*flags, "started too many processes"]
        if answer.result is None:
            return "not yet", _silence(task, answer, place, self.seconds), flags
        return _said(answer.result, flags)

    def _call(self, work, payload: dict, folder: Path) -> tuple[children.Answer, Path]:
        """Return an answer and the folder it comes from. A process that ends without a word gets a second chance: where processes
        cannot be set apart, a neighbour may have ended it."""
        for _ in range(2):
            place = Path(tempfile.mkdtemp(dir=folder))
            sent = payload | {"folder": str(place), "guards": self.guards}
            answer = children.call(work, sent, self.seconds + START, self.others)
            if answer.ended != "silent" or confine.APART in self.guards:
                break
        return answer, place


def _absent(task: tasks.Task, held: dict) -> tuple[str, str, str]:
    if task.kind not in tasks.ANSWERS or held["stands"] == "unreadable":
        return "not judged", held["why"], ""
    if held["said"]:
        return "reference", held["why"], "used by the student's record"
    return "not attempted", held["why"], ""


def _said(result: dict, flags: list[str]) -> tuple[str, str, list[str]]:
    """Return outcome, hint and flags of an answer that can be believed."""
    if result["unjudged"]:
        return "not judged", result["unjudged"], flags
    if changed := result.get("changed"):
        hint = f"Your code replaces what judges it ({', '.join(changed)}). A task changes nothing but its own file."
        return "not yet", hint, [*flags, "changed the check"]
    return ("not yet", result["hint"], flags) if result["hint"] is not None else ("passed", "", flags)


def _silence(task: tasks.Task, answer: children.Answer, folder: Path, seconds: int) -> str:
    """Return the hint for code that ended its process, or was ended: where it was, if Python could still say."""
    try:
        first, _, hang = (reading.Folder(folder).read(judging.HANG) or b"").decode("utf-8", "replace").partition("\n")
        line = int(first)
    except (OSError, ValueError, reading.RefusedError):
        line, hang = 1, ""
    if answer.ended == "silent" and not hang:
        return "Your code ended its process, so there is no result. Leave out os._exit and the like."
    return checking.without_verdict(task, None, "", hang, {"attempt_line": line, "seconds": seconds})
