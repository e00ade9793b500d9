"""Pictures of tools, and their reports, taken from a notebook's own run: what the scripts ``screenshot_*.py`` share.

``python -m mldesign screenshots`` runs those scripts (all, or those named). A headless Chromium takes the pictures; where there is
none, nothing is changed and a message says so.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

from mldesign import environment

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
QUIET = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync"
COLOURS = 100  # a page that stayed blank has fewer
UUID = r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|(?<=metric_)[0-9a-f]{32}\b"


def browser() -> str | None:
    """Return the path of a browser that can take pictures; print what to do and return None when there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        print(f"Skipped: no browser of {', '.join(BROWSERS)} is on the path. The pictures stay as they are.")
    return found


class Run:
    """A notebook that has been run up to a cell; its kernel is still there."""

    def __init__(self, client: NotebookClient, notebook):
        self._client, self._notebook = client, notebook

    def ask(self, code: str) -> str:
        """Run one more line in the kernel and return what it prints."""
        cell = nbformat.v4.new_code_cell(code)
        self._notebook.cells.append(cell)
        self._client.execute_cell(cell, len(self._notebook.cells) - 1)
        return "".join(output.text for output in cell.outputs if output.output_type == "stream").strip()


@contextmanager
def run_until(path: Path, last: str) -> Iterator[Run]:
    """Run a notebook's cells from a clean kernel up to the first code cell that contains a text, and keep the kernel for a while.

    A lab runs in a throw-away workspace.

    Raises:
        ValueError: when no code cell contains the text: the notebook has changed, and the script must name another cell.
    """
    environment.apply()
    notebook = nbformat.read(path, as_version=4)
    ends = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code" and last in cell.source]
    if not ends:
        raise ValueError(f"No code cell of {path.name} contains {last!r}: name the last cell anew in the script.")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        place = {"metadata": {"path": str(path.parent)}}
        client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources=place)
        kept = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
        with client.setup_kernel(env={**kept, "MLDESIGN_WORKSPACE": str(Path(scratch) / "workspace")}):
            for index, cell in enumerate(notebook.cells[: ends[0] + 1]):
                client.execute_cell(cell, index)
            yield Run(client, notebook)


def photograph(
    program: str, address: str, target: Path, window: tuple[int, int], shown: tuple[int, int, int, int] | None = None
) -> None:
    """Write the picture of a page, or of a part of it, as PNG of 64 colours.

    Args:
        program: the browser, from :func:`browser`.
        address: of the page.
        target: the PNG file.
        window: width and height of the browser's window, in pixels.
        shown: left, top, right and bottom of the part that is kept, in pixels.

    Raises:
        RuntimeError: when the page stayed blank; the old picture is kept.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        raw = Path(folder) / "raw.png"
        flags = [*QUIET.split(), f"--user-data-dir={folder}/profile", f"--window-size={window[0]},{window[1]}"]
        flags += ["--hide-scrollbars", "--virtual-time-budget=20000", f"--screenshot={raw}"]
        subprocess.run([program, *flags, address], check=True, capture_output=True, timeout=120)
        picture = Image.open(raw).convert("RGB")
        picture = picture.crop(shown) if shown else picture
        if len(picture.getcolors(picture.width * picture.height)) < COLOURS:
            raise RuntimeError(f"The page stayed blank. {target.name} stays as it is: try again.")
        target.parent.mkdir(parents=True, exist_ok=True)
        picture.quantize(64).save(target, format="png", optimize=True)
    print(f"{target.name}: {target.stat().st_size / 1000:.0f} kB")


def named_in_order(page: str) -> str:
    """Give the random ids of a report names in the order of their appearance, so that the same run gives the same page."""
    names = {}

    def name(found):
        return names.setdefault(found[0].replace("-", ""), f"part{len(names)}")

    return re.sub(UUID, name, page)
