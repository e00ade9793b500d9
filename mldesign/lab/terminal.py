"""Run a command of the workspace from a notebook and print what a terminal would show, the same on every machine."""

import os
import re
import shlex
import shutil
import sys
from pathlib import Path

from mldesign.lab import checking, processes, tasks, workspace
from mldesign.lab.errors import LabError

MODULES = ("pytest", "dvc", "mlflow", "uvicorn", "ruff", "pip")


def run(command: str | list[str], seconds: float = 120) -> None:
    """Run one command in the workspace and print its output and, when it is not 0, its exit code.

    ``python``, ``pytest``, ``dvc``, ``mlflow``, ``uvicorn`` and ``ruff`` are those of this notebook's environment. Paths are
    shown relative to the workspace, times left out.

    Args:
        command: the words of the command, such as ``["pytest", "-q"]``, or one string of them. No shell: no pipes, no ``>``.
        seconds: after that long it is stopped, with everything that it started.

    Raises:
        LabError: when there is no such command, or no workspace.
    """
    words = shlex.split(command, posix=True) if isinstance(command, str) else [str(word) for word in command]
    if not words:
        raise LabError('Name a command, for example lab.run(["pytest", "-q"]).')
    folder = workspace.here()
    print("$", shlex.join(words))
    code, output = processes.run(_resolved(words), folder, environment(folder), seconds)
    print(tidy(output, folder), end="")
    if code is None:
        print(f"[stopped after {seconds:g} seconds]")
    elif code:
        print(f"[exit code {code}]")


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a command: that of a check, without the notebook's own pytest, with a fixed width."""
    kept = {name: value for name, value in checking.environment(folder).items() if not name.startswith("PYTEST_")}
    return kept | {
        # `python` in a stage of dvc.yaml or a Makefile is this one, also where nobody has activated the environment
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")]),
        "PYTHONPATH": checking.python_path(folder / "src"),
        "PYTEST_ADDOPTS": "--color=no -p no:cacheprovider",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # the course's plugins are not the workspace's, and take a second
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }


def _resolved(words: list[str]) -> list[str]:
    if words[0] in ("python", "python3"):
        return [sys.executable, *words[1:]]
    if words[0] in MODULES:
        return [sys.executable, "-m", *words]
    found = shutil.which(words[0])
    if found is None:
        raise LabError(
            f"There is no command {words[0]!r} here. Without make, use the command that the Makefile names for it."
        )
    return [found, *words[1:]]


def tidy(output: str, folder: Path) -> str:
    """Return output as any machine shows it: relative paths, no colours, no durations."""
    output = re.sub(r"\x1b\[[0-9;]*m", "", output)
    places = {Path.home(): "~", Path(sys.prefix): "python", tasks.LABS.parent: "course", folder: "."}
    spellings = {
        spelling: name
        for place, name in places.items()
        if len(place.parts) > 1  # the home of a container can be /
        for spelling in (str(place), str(place.resolve()), place.as_posix())
    }
    for spelling in sorted(spellings, key=len, reverse=True):  # the workspace and the environment stand in the course
        name = spellings[spelling]
        output = re.sub(re.escape(spelling) + f"[/{re.escape(os.sep)}]", "" if name == "." else f"{name}/", output)
        output = re.sub(re.escape(spelling) + r"(?![\w-]|\.\w)", name, output)
    output = re.sub(r" in \d+\.\d+s(?: \([\d:]+\))?", "", output)
    return output if not output or output.endswith("\n") else output + "\n"
