"""Make the pages of the decks, and PDF files where there is a browser: ``python -m mldesign slides [NAME …] [--pdf]``."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mldesign.notebooks import ROOT
from mldesign.slides import FOLDER, decks
from mldesign.slides.stored import Lesson

HERE = Path(__file__).resolve().parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
PRINT = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --no-pdf-header-footer"


def build(target: Path, root: Path = ROOT, names: list[str] | None = None) -> subprocess.CompletedProcess | None:
    """Build decks into ``target``, one page each; a warning is an error.

    Args:
        target: the folder of the pages; made where needed.
        root: the book's folder.
        names: the decks wanted, such as ``01-business-value``; all where nothing is said.

    Returns:
        the finished process with its messages; nothing where the book has no decks.
    """
    chosen = {name: path for name, path in decks(root).items() if names is None or name in names}
    if not chosen:
        return None
    sources = [path.relative_to(root / "modules").as_posix() for path in chosen.values()]
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".slides-") as scratch:
        options = ["-b", "decks", "-c", str(HERE), "-d", scratch, "-E", "-q", "-n", "-W", "--keep-going"]
        options += ["-D", f"include_patterns={','.join(sources)}", "-D", f"root_doc={sources[0].removesuffix('.md')}"]
        command = [sys.executable, "-P", "-m", "sphinx", *options, str(root / "modules"), str(target)]
        path = os.pathsep.join(filter(None, [str(HERE.parents[1]), os.environ.get("PYTHONPATH")]))  # this mldesign
        environment = {**os.environ, "PYTHONPATH": path}
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=root, env=environment)


def pdf(page: Path, target: Path, browser: str) -> None:
    """Print a built deck, one slide a page.

    Raises:
        subprocess.CalledProcessError: when the browser fails.
        FileNotFoundError: when it writes nothing.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser,
            *PRINT.split(),
            f"--user-data-dir={profile}",
            f"--print-to-pdf={target}",
            page.resolve().as_uri(),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    if not target.is_file():
        raise FileNotFoundError(f"{browser} printed nothing for {page.name}.")


def main(arguments: list[str]) -> int:
    """Build the decks named, or all, into the site; print them where asked; or list the cells of their lessons."""
    known = decks(ROOT)
    parser = argparse.ArgumentParser("mldesign slides", description="Build lecture decks into _build/html/slides.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"deck, such as {next(iter(known), 'XX-lesson')}; all without"
    )
    parser.add_argument(
        "--pdf", action="store_true", help="also print them into _build/slides-pdf, where Chromium or Chrome is"
    )
    parser.add_argument("--cells", action="store_true", help="only list the cells of the lessons, with what they store")
    chosen = parser.parse_args(arguments)
    unknown = [name for name in chosen.names if name not in known]
    if unknown:
        print(f"There is no deck {', '.join(unknown)}. Known: {', '.join(known) or 'none'}.", file=sys.stderr)
        return 2
    names = chosen.names or list(known)
    if chosen.cells:
        for name in names:
            show_cells(Lesson(known[name].with_name(f"{name}.ipynb")))
        return 0
    site = ROOT / "_build" / "html" / FOLDER
    site.mkdir(parents=True, exist_ok=True)
    done = build(site, names=names)
    if done is not None and done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr)
        return done.returncode
    print(f"Built {len(names)} decks into {site.relative_to(ROOT)}.")
    return print_all(site, names) if chosen.pdf else 0


def print_all(site: Path, names: list[str]) -> int:
    """Print built decks; say so and go on where there is no browser."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print(
            "No PDF: Chromium or Chrome is not installed. Any browser prints a deck, one slide a page: open it, Ctrl-P."
        )
        return 0
    folder = ROOT / "_build" / "slides-pdf"
    for name in names:
        pdf(site / f"{name}.html", folder / f"{name}.pdf", browser)
    print(f"Printed {len(names)} decks into {folder.relative_to(ROOT)}.")
    return 0


def show_cells(lesson: Lesson) -> None:
    """Print every cell of a lesson with what a deck can refer to."""
    for name in lesson.cells:
        cell = lesson.cell(name)
        print(f"{'-' * 30} {name} ({cell.kind})")
        print(cell.source if cell.kind == "code" else cell.source[:300])
        if cell.outputs:
            print(f"{'- ' * 10}", end="")
            print(cell.held()[:3000].encode(errors="replace").decode())


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
