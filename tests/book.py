"""Building the book, or a small one with the course's settings, and reading what was built."""

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bs4 import BeautifulSoup

from mldesign import data, tasks

ROOT = data.ROOT


def build(output: Path, source: Path = ROOT, **environment: str) -> subprocess.CompletedProcess:
    """Build the book into a folder; a warning is an error."""
    quiet = {key: value for key, value in os.environ.items() if not key.startswith("GITHUB_")}
    # -P: a small book has a folder mldesign in it, which must not stand before the installed package
    command = [sys.executable, "-P", *tasks.BUILD, str(source), "--path-output", str(output), *tasks.STRICT]
    return subprocess.run(command, capture_output=True, text=True, env={**quiet, **environment}, cwd=source)


@functools.cache
def soup(path: Path) -> BeautifulSoup:
    """Parse a built page once."""
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def hrefs(path: Path) -> list[str]:
    """Return the addresses that a page links to."""
    return [link["href"] for link in soup(path).find_all("a", href=True)]


def small_book(folder: Path, text: str) -> Path:
    """Write a book of one page with the course's settings."""
    (folder / "index.md").write_text(text, encoding="utf-8")
    (folder / "_toc.yml").write_text("format: jb-book\nroot: index\n", encoding="utf-8")
    shutil.copy(ROOT / "_config.yml", folder)
    return folder
