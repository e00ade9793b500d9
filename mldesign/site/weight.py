"""What a reader downloads to see a page: every file that it loads at once, compressed as a web host serves it.

``python -m mldesign.site.weight [FOLDER]`` prints the table and fails above the budget.
"""

import gzip
import re
import sys
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

BUDGET = 400_000  # bytes
TEXT = {".html", ".css", ".js", ".svg", ".json"}
LOADED = {"script": "src", "img": "src", "link": "href", "source": "src", "iframe": "src"}
FETCHED = {"stylesheet", "preload", "icon", "modulepreload"}  # what a link element may be to be loaded
NAMED = re.compile(r"""(?:url\(\s*["']?|@import\s+["'])(?!data:|#|url\()([^"')\s]+)""")  # files that a stylesheet names


@cache
def transfer(path: Path) -> int:
    """Return the bytes that a file takes on the wire: texts are compressed, pictures are already.

    Raises:
        FileNotFoundError: when a page loads a file that was not published.
    """
    content = path.read_bytes()
    return len(gzip.compress(content, 6)) if path.suffix in TEXT else len(content)


def files(page: Path) -> set[Path]:
    """Return the files that a page loads at once, itself included. Pictures that load on sight are left out.

    Files that a stylesheet names count as loaded where they are published; the theme names some for elements that no
    page of the book has, and those are not.

    Raises:
        ValueError: when the page loads a file from another site.
    """
    found = {page}
    for element in BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").find_all(list(LOADED)):
        address = element.get(LOADED[element.name], "")
        if element.name == "link" and not FETCHED & set(element.get("rel", [])):
            continue
        if not address or address.startswith("data:") or element.get("loading") == "lazy":
            continue
        found.add(_file(page, address))
    sheets = [path for path in found if path.suffix == ".css"]
    while sheets:
        new = {path for path in _named(sheets.pop()) if path.is_file()} - found
        found |= new
        sheets += [path for path in new if path.suffix == ".css"]
    return found


@cache
def _named(sheet: Path) -> set[Path]:
    """Return the files that a stylesheet names: pictures, fonts, other stylesheets."""
    return {_file(sheet, address) for address in NAMED.findall(sheet.read_text(encoding="utf-8"))}


def _file(source: Path, address: str) -> Path:
    """Return the file that an address in a page or stylesheet leads to."""
    parts = urlsplit(address)
    if parts.netloc:
        raise ValueError(f"{source.name} loads {address}; serve it from the book itself, so that it works offline.")
    return (source.parent / unquote(parts.path)).resolve()


def weights(folder: Path) -> dict[str, int]:
    """Return the bytes of the first view of every page below ``folder``: page → bytes, the heaviest first."""
    pages = [page.resolve() for page in folder.rglob("*.html") if "_static" not in page.parts]
    found = {page.relative_to(folder.resolve()).as_posix(): sum(map(transfer, files(page))) for page in pages}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def main(folder: Path) -> int:
    """Print page and weight, the heaviest first; return 1 when one is above the budget.

    Reports of another tool, opened by a link only, are left out.
    """
    found = {page: size for page, size in weights(folder).items() if "/figures/" not in page}
    for page, size in found.items():
        print(f"{size / 1000:6.0f} kB  {'above the budget  ' if size > BUDGET else ''}{page}")
    return int(any(size > BUDGET for size in found.values()))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "_build/html")))
