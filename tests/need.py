"""Programs that a test cannot do without: skip it with a message, or fail it where the run must have them.

``MLDESIGN_REQUIRE=browser,java,shellcheck`` names those that must be there; CI sets it, so that no gate is skipped in
silence there.
"""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

import pytest

REQUIRE = "MLDESIGN_REQUIRE"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def browser() -> str | None:
    """Return the path of a Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def shellcheck() -> str | None:
    """Return the path of shellcheck, or None."""
    return shutil.which("shellcheck")


def java() -> str | None:
    """Return the path of Java, or None; Java without pyspark is no use."""
    if importlib.util.find_spec("pyspark") is None:
        return None
    home = Path(os.environ.get("JAVA_HOME") or os.devnull) / "bin" / ("java.exe" if sys.platform == "win32" else "java")
    return shutil.which("java") or (str(home) if home.is_file() else None)


# What is needed → how to find it, and what to install.
PROGRAMS = {
    "browser": (browser, "Chromium or Chrome"),
    "java": (java, "Java 17 or newer and the package pyspark"),
    "shellcheck": (shellcheck, "shellcheck"),
}


def need(what: str) -> str:
    """Return the path of a program of :data:`PROGRAMS`; where it is missing, skip the test or fail it.

    Raises:
        pytest.skip.Exception: when it is not installed.
        pytest.fail.Exception: when it is not installed and ``MLDESIGN_REQUIRE`` names it, or that names something unknown.
    """
    required = {name.strip() for name in os.environ.get(REQUIRE, "").split(",")} - {""}
    if unknown := sorted(required - set(PROGRAMS)):
        pytest.fail(f"{REQUIRE} names {', '.join(unknown)}. Known: {', '.join(PROGRAMS)}.", pytrace=False)
    find, install = PROGRAMS[what]
    path = find()
    if path is None and what in required:
        pytest.fail(f"This run must have {what} ({REQUIRE}={os.environ[REQUIRE]}). Install {install}.", pytrace=False)
    if path is None:
        pytest.skip(f"needs {what}, which is not installed here ({install})")
    return path
