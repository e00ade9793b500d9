"""Check an attempt: lay out the reference with the attempt in its place, and judge it in another process.

Everything around the attempt is the reference, so a verdict depends on this task alone.
"""

import json
import os
import re
import sys
import tempfile
from pathlib import Path

from mldesign.lab import git, processes, source, states, tasks
from mldesign.lab.errors import LabError

SECONDS = 10  # of computing, for the check itself
PATIENCE = 4  # times as long it may last on the clock: other programs want the processor too
STARTUP = 60  # for Python and its imports on a slow machine


def lay_out(
    task: tasks.Task, tree: Path, attempt: str, file_text: str | None = None, passed: frozenset = frozenset()
) -> int:
    """Write the files of a check into ``tree`` and return the line of the task's file where the attempt begins.

    Args:
        task: a task of kind function or file.
        attempt: the function, or the lines between the marks.
        file_text: for an edit of a file, the whole file as the student has it.
        passed: tasks whose own solution in the same file may stay; others give way to the reference.

    Raises:
        LabError: when the manifest gives the task's file to no lab (a mistake of the course).
    """
    state, line = states.after(task.lab), 1
    if task.file not in state:
        raise LabError(
            f"labs/states.toml gives no lab up to {task.lab} the file {task.file}, so task {task.id} cannot be checked. "
            "This is a fault of the course, not yours."
        )
    for name, text in state.items():
        if name == task.file:
            if file_text is None:
                text = source.with_part(task, text, attempt)
            else:
                text = _others_by_reference(task, file_text, passed)
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text, encoding="utf-8", newline="\n")
        if name == task.file and file_text is None:
            line = text.partition(attempt.rstrip("\n"))[0].count("\n") + 1
    return line


def _others_by_reference(task: tasks.Task, text: str, passed: frozenset) -> str:
    for other in tasks.of(task.lab).values():
        if (
            other.file == task.file
            and other.id != task.id
            and other.id not in passed
            and source.part(other, text) is not None
        ):
            text = source.with_part(other, text, states.reference(other))
    return text


def python_path(*folders: Path) -> str:
    """Return a ``PYTHONPATH`` that begins with these folders and keeps what this process was given.

    The course's tests block the network of every process that way.
    """
    inherited = os.environ.get("PYTHONPATH", "")
    return os.pathsep.join([*map(str, folders), *([inherited] if inherited else [])])


def environment(tree: Path) -> dict[str, str]:
    """Return the environment of a process that runs a student's code: no bytecode, no git of ours, UTF-8, its own ``src``."""
    course = Path(tasks.__file__).resolve().parents[2]
    return git.environment(tree) | {
        "PYTHONPATH": python_path(tree / "src", course),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": "0",
    }


def check(task: tasks.Task, attempt: str, file_text: str | None = None, passed: frozenset = frozenset()) -> str | None:
    """Run an attempt in a process of its own and return a hint about its first error, or None when it passes."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch).resolve()
        tree = folder / "tree"
        spec = {
            "checks": str(tasks.checks_file(task.lab)),
            "task": task.id,
            "tree": str(tree),
            "attempt_line": lay_out(task, tree, attempt, file_text, passed),
            "seconds": SECONDS,
            "patience": PATIENCE,
        }
        (folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
        command = [sys.executable, "-m", "mldesign.lab.runner", str(folder / "spec.json")]
        code, output = processes.run(command, tree, environment(tree), STARTUP + PATIENCE * SECONDS, limit=4000)
        verdict = folder / "verdict.json"
        if verdict.exists():
            return json.loads(verdict.read_text(encoding="utf-8"))["hint"]
        hang = folder / "hang.txt"
        return without_verdict(task, code, output, hang.read_text(encoding="utf-8") if hang.exists() else "", spec)


def without_verdict(task: tasks.Task, code: int | None, output: str, hang: str, spec: dict) -> str:
    """Return the hint for an attempt whose check ended without a verdict.

    Args:
        code: the exit code, None when the time was up.
        output: what the check printed.
        hang: what Python said about where it was when its time was up; empty when it was not.
        spec: ``attempt_line`` and ``seconds`` of the check.
    """
    if hang or code is None:
        found = re.search(rf'{re.escape(Path(task.file).name)}", line (\d+)', hang)
        line = int(found[1]) - spec["attempt_line"] + 1 if found else 0
        where = f", in its line {line}" if line > 0 else ""
        return f"Your code was still running after {spec['seconds']} seconds{where}. Look for a loop that never ends."
    if "Error" in output and "mldesign" in output:
        last = output.strip().splitlines()[-1]
        return f"The check itself could not run: {last[:200]}. This is a fault of the course or its installation, not yours."
    return f"Your code ended Python itself (exit code {code}), so there is no result. Leave out os._exit and the like."
