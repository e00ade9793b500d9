"""What the tests of the capstone share: where things are, and git on scratch repositories."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mldesign import scratch


@pytest.fixture(scope="session")
def inside():
    """Run a module of this Python in a team's repository, as a team does: its own `src`, nothing of the course on the path."""

    def run(folder: Path, *words: str) -> subprocess.CompletedProcess:
        guard = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and not _is_course(path)]
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=folder,
            env={**scratch.variables(folder), "PYTHONPATH": os.pathsep.join([str(folder / "src"), *guard])},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=600,
        )

    return run


def _is_course(path: str) -> bool:
    return (Path(path) / "mldesign").is_dir()


@pytest.fixture(scope="session")
def commit():
    """Commit everything in a scratch repository, which is made when it is not there."""

    def do(folder: Path, message: str) -> None:
        if not (folder / ".git").exists():
            scratch.run(["git", "init", "--quiet", "--template=", "--initial-branch=main"], folder)
        scratch.run(["git", "add", "--all"], folder)
        who = ["-c", "user.name=Student", "-c", "user.email=student@localhost", "-c", "commit.gpgsign=false"]
        scratch.run(["git", *who, "commit", "--quiet", "--allow-empty", "-m", message], folder)

    return do
