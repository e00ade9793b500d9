"""The capstone's starter: a repository that a team takes away, cut from ``labs/project`` by ``labs/capstone/starter.toml``.

``python -m mldesign capstone FOLDER`` writes it. What is general comes from ``labs/project``, so that it is mended in one place; what is
about flights stands in ``labs/capstone/starter``.
"""

import re
import sys
import tomllib
from pathlib import Path

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
    own = FOLDER / "starter"
    for path in sorted(path for path in own.rglob("*") if path.is_file() and not LEFT_OUT & set(path.parts)):
        name = path.relative_to(own).as_posix()
        if name in found:
            raise ValueError(f"{name} stands in starter/ and comes from labs/project too: delete it in one of them.")
        found[name] = path.read_text(encoding="utf-8")
    return found


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
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return sorted(made)


def main(arguments: list[str]) -> int:
    """``python -m mldesign capstone FOLDER``: write the starter and say how it goes on."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("Name a new folder for the team's repository: make capstone DIR=../our-system", file=sys.stderr)
        return 2
    folder = Path(arguments[0]).resolve()
    if folder.is_relative_to(ROOT):
        print("Choose a folder outside the course: the capstone is a repository of its own.", file=sys.stderr)
        return 2
    try:
        written = write(folder)
    except OSError as error:
        print(f"mldesign: {error}", file=sys.stderr)
        return 2
    print(f"{len(written)} files in {folder}. Go there; README.md says how it runs.")
    return 0
