"""Git in the workspace: the student's own repository, whatever surrounds it or is set in the environment."""

import os
import shutil
import subprocess
from pathlib import Path

from mldesign.lab.errors import LabError

EMAIL = "course@localhost"
COURSE = ("-c", "user.name=Course", "-c", f"user.email={EMAIL}", "-c", "core.hooksPath=/dev/null")


def environment(folder: Path) -> dict[str, str]:
    """Return this process's environment without ``GIT_*``, and with a ceiling: git never climbs out of the workspace.

    Without the ceiling, a workspace that has lost its ``.git`` would commit into the course's repository.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {"GIT_CEILING_DIRECTORIES": str(folder.resolve().parent), "GIT_TERMINAL_PROMPT": "0"}


def git(folder: Path, *arguments: str) -> str:
    """Run git in the workspace and return what it prints.

    Raises:
        LabError: when git is not installed or refuses; the message holds git's own.
    """
    if shutil.which("git") is None:
        raise LabError(
            "Git is not installed, or not found. Install it from https://git-scm.com and open a new terminal."
        )
    run = subprocess.run(
        ["git", *arguments], cwd=folder, env=environment(folder), capture_output=True, text=True, encoding="utf-8"
    )
    if run.returncode:
        raise LabError(
            f"`git {' '.join(arguments[-3:])}` failed in the workspace: {(run.stderr or run.stdout).strip()}"
        )
    return run.stdout


def create(folder: Path) -> None:
    """Make a repository with branch ``main`` and, where git knows no name, a local one, so that commits work."""
    git(folder, "init", "--quiet", "--template=")
    git(folder, "symbolic-ref", "HEAD", "refs/heads/main")
    git(folder, "config", "commit.gpgsign", "false")
    git(folder, "config", "core.autocrlf", "false")
    for key, value in (("user.name", "Student"), ("user.email", "student@localhost")):
        try:
            git(folder, "config", key)
        except LabError:
            git(folder, "config", key, value)


def commit(folder: Path, paths: list[str], message: str) -> None:
    """Commit these files as the course, and nothing that the student has staged. Nothing changed: no commit."""
    if not paths:
        return
    git(folder, "add", "--force", "--", *paths)
    if git(folder, "status", "--porcelain", "--", *paths):
        git(folder, *COURSE, "commit", "--quiet", "--message", message, "--", *paths)


def committed(folder: Path) -> tuple[set[str], set[str]]:
    """Return the paths that the last commit holds, and those that any commit of this history has held."""
    if not git(folder, "rev-list", "--all", "--max-count=1"):
        return set(), set()
    held = git(folder, "ls-tree", "-r", "-z", "--name-only", "HEAD")
    ever = git(folder, "log", "-z", "--format=", "--name-only", "--diff-filter=A", "--no-renames", "HEAD")
    return set(held.split("\0")), {name.strip() for name in ever.split("\0")}


def changed_since(folder: Path, path: str) -> str:
    """Return the last commit in which the course wrote a file, if the file is another now; else an empty text."""
    base = git(folder, "log", "-1", f"--author={EMAIL}", "--format=%h", "--", path).strip()
    return base if base and git(folder, "diff", "--name-only", base, "--", path) else ""


def is_repository(folder: Path) -> bool:
    """Say whether the folder itself is a repository that git can read."""
    try:
        return bool(git(folder, "rev-parse", "--git-dir"))
    except LabError:
        return False
