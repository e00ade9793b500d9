"""What a task is, and which tasks there are.

``labs/checks/labN.py`` defines ``TASKS``, a list of :class:`Task`; the reference is the same place in ``labs/project``.
"""

import importlib.util
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mldesign.lab.errors import LabError

LABS = Path(__file__).resolve().parent.parent.parent / "labs"
ANSWERS = ("number", "choice", "text")
CELL = ("function", "lines")  # written in a cell, checked there, saved into a file


@dataclass(frozen=True)
class Task:
    """One task of a lab.

    Attributes:
        id: lab and number, such as ``"2.3"``.
        title: a few words for :func:`mldesign.lab.progress`.
        kind: ``number``, ``choice`` or ``text`` (a small answer), ``function`` (written in a cell, saved into ``file``),
            ``lines`` (a text written in a cell, saved into ``file`` between ``TASK 2.3`` and ``END TASK 2.3``),
            ``file`` (an edit of ``file`` between these marks).
        check: returns a hint about the first error it finds, or None when all is right. It gets the answer and the
            parameters of the workspace (small answers), the attempt as a function, or the folder that holds the
            workspace's files, the attempt in its place (lines, file). It never shows the answer.
        file: path in the workspace, with forward slashes.
        name: name of the function, or of the notebook's variable that holds the lines.
        stub: what is shipped instead of the reference: the whole function, or the lines between the marks.
        reference: for a small answer, a function from the parameters of the workspace to the answer.
        choices: the possible answers of a choice.
    """

    id: str
    title: str
    kind: str
    check: Callable
    file: str = ""
    name: str = ""
    stub: str = ""
    reference: Callable | None = None
    choices: tuple[str, ...] = ()

    @property
    def lab(self) -> int:
        return int(self.id.split(".")[0])


def labs() -> list[int]:
    """Return the numbers of the labs that exist, in order."""
    found = (re.fullmatch(r"lab(\d+)", path.stem) for path in (LABS / "checks").glob("lab*.py"))
    return sorted(int(match[1]) for match in found if match)


def checks_file(lab: int | None) -> Path:
    """Return the file that defines the tasks of a lab.

    Raises:
        LabError: when there is no such lab; the message lists those that exist.
    """
    if lab is None:
        raise LabError(f"Which lab? Write its number: lab.start(1). Labs: {', '.join(map(str, labs()))}.")
    if isinstance(lab, bool) or not isinstance(lab, int) or lab not in labs():
        raise LabError(f"There is no lab {lab!r}. Labs: {', '.join(map(str, labs()))}. Write for example lab.start(1).")
    return LABS / "checks" / f"lab{lab}.py"


def load(path: Path) -> dict[str, Task]:
    """Return the tasks that a checks file defines, by id, in order."""
    spec = importlib.util.spec_from_file_location(f"mldesign_checks_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {task.id: task for task in module.TASKS}


def of(lab: int) -> dict[str, Task]:
    """Return the tasks of a lab by id, in order.

    Raises:
        LabError: when there is no such lab.
    """
    return load(checks_file(lab))


def find(task_id: str) -> Task:
    """Return a task by its id.

    Raises:
        LabError: when there is no such task; the message lists those that exist.
    """
    known = {key: task for lab in labs() for key, task in of(lab).items()}
    if not isinstance(task_id, str) or task_id not in known:
        raise LabError(
            f'There is no task {task_id!r}. Tasks: {", ".join(known)}. Write for example lab.check("1.2", …).'
        )
    return known[task_id]
