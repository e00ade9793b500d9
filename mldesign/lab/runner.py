"""The child process of a check: ``python -m mldesign.lab.runner SPEC.json``. It alone runs a student's code.

The verdict goes to a file, so that nothing the code prints can be taken for it.
"""

import contextlib
import faulthandler
import functools
import importlib
import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path

from mldesign.lab import source, tasks

if sys.platform != "win32":
    import resource

MEMORY = 4  # GB for the data of a check; the libraries of the course take 0.6 of them on a machine with two cores


def ceiling() -> int:
    """Return how many bytes a check may take: ``MEMORY``, and 64 MB for the threads that libraries start on each core."""
    return MEMORY * 2**30 + (os.cpu_count() or 1) * 64 * 2**20


def _limit_memory() -> None:
    """Refuse what is too large for any machine of the course, instead of letting the system end the notebook.

    Linux only: macOS does not count what libraries reserve, and Windows has no such limit.
    """
    if sys.platform == "linux":
        _, highest = resource.getrlimit(resource.RLIMIT_DATA)
        limit = ceiling() if highest == resource.RLIM_INFINITY else min(ceiling(), highest)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, highest))


def _limit_time(seconds: int, patience: int, report) -> None:
    """Stop this process by force, and write where it was, when it has computed for so long, or lasted ``patience`` times as long.

    By the clock alone, a machine with other things to do would blame the student for a loop. Windows has only the clock.
    """
    if sys.platform != "win32":
        _, highest = resource.getrlimit(resource.RLIMIT_CPU)
        faulthandler.register(signal.SIGXCPU, file=report, chain=True)
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + seconds, highest))
    faulthandler.dump_traceback_later(patience * seconds, exit=True, file=report)


def judge(checks: str, task_id: str, tree: str, attempt_line: int = 1) -> str | None:
    """Run the check of a task on the files in ``tree`` and return its hint, or None when all is right.

    Args:
        checks: the file that defines the task.
        task_id: the task.
        tree: folder with the workspace's files, the attempt in place.
        attempt_line: line of the task's file in which the attempt begins, so that a hint counts lines as the student does.
    """
    return run(tasks.load(Path(checks))[task_id], tree, attempt_line)


def run(task: tasks.Task, tree: str, attempt_line: int = 1) -> str | None:
    """Run the check of a task that is loaded, as :func:`judge` does."""
    sys.path.insert(0, str(Path(tree) / "src"))
    os.chdir(tree)
    try:
        if task.kind == "function":
            function = getattr(importlib.import_module(source.module_name(task.file)), task.name)
            return task.check(_naming_its_calls(function))
        return task.check(Path(tree))
    except BaseException as error:
        return explain(error, task, Path(tree), attempt_line).replace(tree + os.sep, "")


def _naming_its_calls(function):
    """Return the function as it is, but an exception that leaves it says in which call: ``net_value(2, 2, …)``."""

    @functools.wraps(function)
    def called(*args, **kwargs):
        words = [*map(_word, args), *(f"{name}={_word(value)}" for name, value in kwargs.items())]
        try:
            return function(*args, **kwargs)
        except Exception as error:
            with contextlib.suppress(Exception):
                error.call_of_check = f"{function.__name__}({', '.join(words)})"
            raise

    return called


def _word(value) -> str:
    """Show an argument when it is a number, a text or a short list of them; anything else as ``…``."""
    plain = isinstance(value, int | float | str | None)
    short = isinstance(value, list | tuple) and len(value) <= 8 and all(isinstance(one, int | float) for one in value)
    text = repr(value) if plain or short else "…"
    return text if len(text) <= 60 else "…"


def explain(error: BaseException, task: tasks.Task, tree: Path, attempt_line: int) -> str:
    """Turn an exception of the student's code into a hint: what happened, in which line, and what to do."""
    where = _line(error, tree / task.file, attempt_line)
    if isinstance(error, SyntaxError):
        return f"{task.file} is no valid Python: {error.msg}, line {error.lineno}. Mend that line first."
    if isinstance(error, SystemExit | KeyboardInterrupt):
        return f"Your code ends the program{where}. Leave out exit() and quit(): a function returns."
    if isinstance(error, NotImplementedError):
        return "Your code still raises NotImplementedError: delete that line of the stub."
    if isinstance(error, EOFError):
        return f"Your code asks for input{where}. A check has no keyboard: work with the arguments alone."
    if isinstance(error, MemoryError):
        return f"Your code asks for more memory than a check gives ({MEMORY} GB){where}. Look for what grows so large there."
    if isinstance(error, NameError):
        return (
            f"`{error.name}` is not known{where}. Once saved, your function sees only its arguments and what {task.file} "
            "imports; variables of the notebook stay behind. Use an argument, or import inside the function."
        )
    if isinstance(error, ImportError):
        return f"An import fails{where}: {error}. Use what the course installs."
    message = _short(error)
    return f"Your code stops with {type(error).__name__}{': ' if message else ''}{message}{where}."


def _line(error: BaseException, file: Path, attempt_line: int) -> str:
    call = f", in {error.call_of_check}" if hasattr(error, "call_of_check") else ""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if Path(frame.filename).resolve() == file.resolve():
            return f", line {frame.lineno - attempt_line + 1} (`{frame.line}`){call}"
    return call


def _short(error: BaseException) -> str:
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = "(no message)"
    return text if len(text) <= 200 else text[:200] + " …"


def main(spec_file: str) -> None:
    """Judge what the spec file describes and write the verdict beside it; stop by force when the time is up."""
    _limit_memory()
    spec = json.loads(Path(spec_file).read_text(encoding="utf-8"))
    folder = Path(spec_file).parent
    with (folder / "hang.txt").open("w", encoding="utf-8") as hang:
        _limit_time(spec["seconds"], spec["patience"], hang)
        hint = judge(spec["checks"], spec["task"], spec["tree"], spec["attempt_line"])
        faulthandler.cancel_dump_traceback_later()
    (folder / "verdict.json").write_text(json.dumps({"hint": hint}), encoding="utf-8")
    os._exit(0)  # threads that the code has left running do not hold up the verdict


if __name__ == "__main__":
    main(sys.argv[1])
