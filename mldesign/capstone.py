"""The capstone's starter: a repository that a team takes away, cut from ``labs/project`` by ``labs/capstone/starter.toml``.

``python -m mldesign capstone FOLDER`` writes it. What is general comes from ``labs/project``, so that it is mended in one place; what is
about flights stands in ``labs/capstone/starter``.
"""

import argparse
import fnmatch
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from mldesign import scratch
from mldesign.tasks import ROOT

FOLDER = ROOT / "labs" / "capstone"
PROJECT = ROOT / "labs" / "project"
LEFT_OUT = {"__pycache__", ".pytest_cache", ".ruff_cache"}


def manifest() -> dict:
    """Return ``starter.toml``, which explains itself."""
    return tomllib.loads((FOLDER / "starter.toml").read_text(encoding="utf-8"))


def files() -> dict[str, str]:
    """Return the starter: path → text.

    Raises:
        ValueError: when a file would come from both places, or a requirement is not pinned where it should be.
    """
    listed = manifest()
    found = {_renamed(name, listed["names"]): _copied(name, listed["names"]) for name in listed["files"]}
    found["requirements.txt"] = requirements(listed["requirements"])
    own = _texts(FOLDER / "starter")
    if twice := sorted(set(found) & set(own)):
        raise ValueError(f"{twice[0]} stands in starter/ and comes from labs/project too: delete it in one of them.")
    return found | own


def _renamed(text: str, names: dict[str, str]) -> str:
    for theirs, ours in names.items():
        text = text.replace(theirs, ours)
    return text


def _copied(name: str, names: dict[str, str]) -> str:
    text = (PROJECT / name).read_text(encoding="utf-8")
    return _renamed(re.sub(r"^.*\b(END )?TASK \d+\.\d+\b.*\n", "", text, flags=re.MULTILINE), names)


def requirements(wanted: dict[str, list[str]]) -> str:
    """Return requirements.txt: the pinned lines of these packages, sorted.

    Raises:
        ValueError: when a package is not pinned.
    """
    places = {"project": PROJECT / "requirements.txt", "course": ROOT / "requirements.txt"}
    lines = []
    for place, packages in wanted.items():
        pinned = places[place].read_text(encoding="utf-8").splitlines()
        for package in packages:
            found = [line for line in pinned if re.match(rf"{re.escape(package)}==", line)]
            if len(found) != 1:
                raise ValueError(
                    f"{package} has {len(found)} lines in {places[place].name}, and the starter needs one."
                )
            lines.append(re.sub(r"\s*#.*", "", found[0]))
    return "# What this repository uses, pinned.\n" + "\n".join(sorted(lines)) + "\n"


def write(folder: Path) -> list[str]:
    """Write the starter into a new or empty folder and return the paths of its files.

    Raises:
        FileExistsError: when the folder is not empty: nothing of a team is overwritten.
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise FileExistsError(f"{folder} is not empty. Name a new folder; nothing was written.")
    made = files()
    for name, text in made.items():
        _write(folder / name, text)
    return sorted(made)


def example(name: str, folder: Path) -> None:
    """Build an example submission: a git repository, commit by commit, its pipeline really run. ``examples.toml`` has the recipes.

    Raises:
        ValueError: when there is no such example, or a pattern of its recipe is not found.
        FileExistsError: when the folder is not empty.
        RuntimeError: when git or the pipeline fails; the message holds its output.
    """
    place = FOLDER / "examples"
    recipes = tomllib.loads((place / "examples.toml").read_text(encoding="utf-8"))
    if name not in recipes:
        raise ValueError(f"There is no example {name!r}. Examples: {', '.join(recipes)}.")
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise FileExistsError(f"{folder} is not empty. Name a new folder; nothing was written.")
    folder.mkdir(parents=True, exist_ok=True)
    _git(folder, "init", "--quiet", "--template=", "--initial-branch=main")
    starter, own, top = files(), _texts(place / name), _texts(place / "top")
    for commit in recipes[name]["commits"]:
        chosen = {}
        for texts, globs in ((starter, "starter"), (top, "borrow"), (own, "own")):
            chosen |= {path: text for path, text in texts.items() if _matches(path, commit.get(globs, []))}
        for path, text in chosen.items():
            _write(folder / path, text)
        for path in commit.get("drop", []):
            (folder / path).unlink()
        for path, pattern, text in commit.get("replace", []):
            changed, count = re.subn(
                pattern, text, (folder / path).read_text(encoding="utf-8"), count=0 if "@" in text else 1
            )
            if not count:
                raise ValueError(f"{name}: {path} has nothing that matches {pattern!r}. Mend examples.toml.")
            _write(folder / path, changed)
        if commit.get("run"):
            _repro(folder)
        _git(folder, "add", "--all")
        if commit.get("force"):
            _git(folder, "add", "--force", *commit["force"])
        mail = f"{commit['by'].lower()}@localhost"
        who = ["-c", f"user.name={commit['by']}", "-c", f"user.email={mail}", "-c", "commit.gpgsign=false"]
        _git(folder, *who, "commit", "--quiet", "-m", commit["says"])


def _texts(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not LEFT_OUT & set(path.parts))
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def _matches(path: str, globs: list[str]) -> bool:
    return any(fnmatch.fnmatch(path, glob) for glob in globs)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _git(folder: Path, *words: str) -> None:
    scratch.run(["git", "-c", "core.autocrlf=false", "-c", "core.hooksPath=", *words], folder)


def _repro(folder: Path) -> None:
    """Run a repository's pipeline with the Python that runs here."""
    path = os.pathsep.join([str(folder / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-m", "dvc", "repro"],
        cwd=folder,
        env={**scratch.variables(folder), "PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        raise RuntimeError(f"`dvc repro` fails in {folder.name}:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")


def main(arguments: list[str]) -> int:
    """``python -m mldesign capstone FOLDER``: write the starter, or an example, and say how it goes on."""
    parser = argparse.ArgumentParser(prog="python -m mldesign capstone", description="Write a capstone repository.")
    parser.add_argument("folder", help="a new folder outside the course, such as ../our-system")
    parser.add_argument(
        "--example", help="a submission to look at or to grade instead of the starter: top, sound or weak"
    )
    words = parser.parse_args(arguments or ["--help"])
    folder = Path(words.folder).resolve()
    if folder.is_relative_to(ROOT):
        print("Choose a folder outside the course: the capstone is a repository of its own.", file=sys.stderr)
        return 2
    try:
        if words.example:
            example(words.example, folder)
            print(f"The example {words.example} stands in {folder}, with its history and a run of its pipeline.")
        else:
            print(f"{len(write(folder))} files in {folder}. Go there; README.md says how it runs.")
    except (OSError, ValueError, RuntimeError) as error:
        print(f"mldesign: {error}", file=sys.stderr)
        return 2
    return 0
