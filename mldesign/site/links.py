"""Whether the links of the book lead somewhere: those inside it by the built pages, those outside by asking.

``make links`` prints both tables. Links inside are also checked by the tests; those outside are asked weekly, not at every
change: another site that is down is not the fault of who changed something. Sphinx's own builder does the asking.
"""

import functools
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

OUTSIDE = "linkcheck"  # Sphinx's builder, and the folder it writes into
TROUBLE = {"broken": "leads nowhere", "timeout": "did not answer in time"}


@functools.cache
def parsed(page: Path) -> BeautifulSoup:
    """Return a built page, parsed once."""
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


@functools.cache
def places(page: Path) -> frozenset[str]:
    """Return the names of the places on a page that a link can lead to."""
    return frozenset(element["id"] for element in parsed(page).find_all(id=True))


def inside(page: Path) -> tuple[int, list[str]]:
    """Return how many links of a built page stay in the book, and one message for each that leads nowhere."""
    found, wrong = 0, []
    for link in parsed(page).find_all("a", href=True):
        parts = urlsplit(link["href"])
        if parts.scheme or parts.netloc:
            continue
        found += 1
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page.resolve()
        target = target / "index.html" if target.is_dir() else target
        if not target.is_file():
            wrong.append(f"{page.name}: {link['href']} leads to no file")
        elif parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in places(target):
            wrong.append(f"{page.name}: {link['href']} leads to no place on that page")
    return found, wrong


def outside(report: str) -> tuple[Counter, list[dict]]:
    """Read what Sphinx's builder wrote, one JSON object a line: status → links, and the links that lead nowhere."""
    rows = [json.loads(line) for line in report.splitlines() if line.strip()]
    asked = [row for row in rows if row["uri"].startswith(("http:", "https:"))]
    wrong = {row["uri"]: row for row in asked if row["status"] in TROUBLE}
    return Counter(row["status"] for row in asked), [wrong[uri] for uri in sorted(wrong)]


def main(root: Path, build: tuple[str, ...]) -> int:
    """Print what is wrong inside and outside of the built book; return 1 when something is, 2 when it is not built.

    Args:
        root: the folder of the book, with the built pages in ``_build/html``.
        build: the arguments of Python that run Jupyter Book's build.
    """
    site = root / "_build" / "html"
    pages = [page for page in sorted(site.rglob("*.html")) if "_static" not in page.parts]
    if not pages:
        print("There is no built book in _build/html: run `make build` first.", file=sys.stderr)
        return 2
    results = [inside(page) for page in pages]
    messages = [message for _, wrong in results for message in wrong]
    print(f"inside: {len(pages)} pages, {sum(found for found, _ in results):,} links, {len(messages)} lead nowhere")
    print("\n".join(messages), end="\n" if messages else "", flush=True)
    folder = root / "build"
    command = [sys.executable, *build, str(root), "--builder", "custom", "--custom-builder", OUTSIDE]
    run = subprocess.run(
        [*command, "--path-output", str(folder), "--quiet"], cwd=root, capture_output=True, text=True, encoding="utf-8"
    )
    report = folder / "_build" / OUTSIDE / "output.json"
    if not report.is_file():
        print(f"Links outside could not be asked:\n{run.stderr[-2000:]}", file=sys.stderr)
        return 2
    statuses, wrong = outside(report.read_text(encoding="utf-8"))
    print(f"outside: {', '.join(f'{count} {status}' for status, count in sorted(statuses.items())) or 'no link'}")
    for row in wrong:
        print(
            f"{row['filename']}:{row['lineno']}: {row['uri']} {TROUBLE[row['status']]}: {' '.join(row['info'].split())[:120]}"
        )
    if wrong and not statuses["working"]:
        print("None answered. Is there a connection?")
    return int(bool(messages or wrong))
