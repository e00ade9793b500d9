"""A folder with every package of the lock, for a room without a network: ``make wheelhouse`` fills it, ``setup FOLDER`` installs from it.

Packages are fetched by name and version as ``constraints.txt`` has them, a few at a time. What lies in the folder already is not
fetched again, so that a run that was stopped goes on. A package that is published as source only is built here; as such a package
of the lock is plain Python, its wheel fits every system.
"""

import argparse
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parent.parent
FOLDER = "build/wheelhouse"
ROOM = 1.0  # GB that must be free before the first package is fetched; the folder of one system has about 0.6
BATCH = 20  # packages fetched by one call of pip, so that a stopped run loses little
WINDOWS = {"os_name": "nt", "sys_platform": "win32", "platform_system": "Windows", "platform_machine": "AMD64"}
MACOS = {"os_name": "posix", "sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64"}
LINUX = {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64"}
# System of the room → what markers of the lock see there, and the tags of wheels that run there.
SYSTEMS = {
    "windows": (WINDOWS, ["win_amd64"]),
    "macos": (MACOS, ["macosx_14_0_arm64"]),
    "linux": (LINUX, ["manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux2014_x86_64", "manylinux1_x86_64"]),
}


def wanted(lock: str, system: str | None, python: str) -> list[str]:
    """Return the lines ``name==version`` of a lock that hold on a system and any patch of a line of Python, such as 3.11.

    Args:
        lock: the text of ``constraints.txt``.
        system: a key of SYSTEMS, or None for this machine's.
        python: the line; 3.11.2 and 3.11.9 may want different versions of a package, so both come.
    """
    seen = {**default_environment(), **(SYSTEMS[system][0] if system else {}), "python_version": python}
    patches = [{**seen, "python_full_version": f"{python}.{patch}"} for patch in (0, 99)]
    lines = [Requirement(line) for line in lock.splitlines() if line.strip() and not line.startswith("#")]
    held = [line for line in lines if line.marker is None or any(map(line.marker.evaluate, patches))]
    return [f"{line.name}{line.specifier}" for line in held]


def present(folder: Path, python: str, tags: tuple[str, ...]) -> dict[str, Path]:
    """Return the wheels of a folder that fit a line of Python and a system: ``name==version`` → file."""
    here = {}
    for path in folder.glob("*.whl"):
        try:
            name, version, _, fits = parse_wheel_filename(path.name)
        except InvalidWheelFilename:
            continue
        if any(_fits(tag, python, tags) for tag in fits):
            here[f"{name}=={version}"] = path
    return here


def missing(pins: list[str], here: dict[str, Path]) -> list[str]:
    """Return the pins without a wheel."""
    found = {tuple(name.split("==")) for name in here}
    return [pin for pin in pins if (canonicalize_name(pin.split("==")[0]), pin.split("==")[1]) not in found]


def _fits(tag, python: str, tags: tuple[str, ...]) -> bool:
    """Tell whether a wheel's tag is for this line of Python (3.12) and for a system whose tags begin like these."""
    own = f"cp{python.replace('.', '')}"
    older = re.fullmatch(r"cp3(\d+)", tag.interpreter) and tag.abi == "abi3"
    return (tag.interpreter == own or tag.interpreter.startswith("py") or bool(older)) and (
        tag.platform == "any" or tag.platform.startswith(tags)
    )


def fetch(pins: list[str], folder: Path, system: str | None, python: str | None) -> int:
    """Fetch packages into a folder as wheels, building those that are published as source only; return pip's exit code."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    foreign = [part for tag in SYSTEMS[system][1] for part in ("--platform", tag)] if system else []
    foreign += ["--python-version", python] if python else []
    code = subprocess.call([*pip, "download", "--no-deps", *foreign, "--dest", str(folder), *pins])
    for source in [*folder.glob("*.tar.gz"), *folder.glob("*.zip")]:
        code = code or subprocess.call([*pip, "wheel", "--no-deps", "--wheel-dir", str(folder), str(source)])
        source.unlink()
    return code


def main(arguments: list[str]) -> int:
    """Fill the folder and say how the room installs from it; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m mldesign wheelhouse", description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default=FOLDER, help=f"where the packages go; default {FOLDER}")
    parser.add_argument("--system", choices=SYSTEMS, help="of the room's machines; default: as this one")
    parser.add_argument("--python", choices=["3.11", "3.12", "3.13"], help="of the room's machines; default: as here")
    chosen = parser.parse_args(arguments)
    folder = Path(chosen.folder).expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    python = chosen.python or f"{sys.version_info.major}.{sys.version_info.minor}"
    own = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
    tags = {"windows": ("win_amd64", "win_arm64"), "macos": ("macosx",)}.get(
        chosen.system or own, ("manylinux", "linux")
    )
    pins = wanted((ROOT / "constraints.txt").read_text(encoding="utf-8"), chosen.system, python)
    todo = missing(pins, present(folder, python, tags))
    free = shutil.disk_usage(folder).free / 1e9
    if todo and free < ROOM:
        print(
            f"{folder} has {free:.1f} GB free, the packages need up to {ROOM:.1f}. Name another: wheelhouse FOLDER.",
            file=sys.stderr,
        )
        return 2
    for start in range(0, len(todo), BATCH):
        print(f"{len(pins) - len(todo) + start} of {len(pins)} packages are there.", flush=True)
        if fetch(todo[start : start + BATCH], folder, chosen.system, chosen.python):
            print(
                "Stopped: the lines above say why. Without a network connection or with a full disk, mend that; then run the "
                "same command again: it goes on with what is missing.",
                file=sys.stderr,
            )
            return 1
    here = present(folder, python, tags)
    left = missing(pins, here)
    if left:
        print(f"No wheel for that system: {', '.join(left)}. Run this on a machine of that system.", file=sys.stderr)
        return 1
    size = sum(path.stat().st_size for path in here.values()) / 1e6
    print(
        f"{len(pins)} packages, {size:,.0f} MB, for Python {python} on {chosen.system or platform.system()}: {folder}"
    )
    print(f"On each machine of the room, in the course's folder: python -m mldesign setup {folder}")
    return 0
