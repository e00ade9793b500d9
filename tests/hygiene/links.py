"""Links between pages: they lead to a file that exists, and to a heading that is there."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from mdit_py_plugins.anchors.index import slugify

from tests.hygiene.page import Cell, Page

DEPTH = 3  # myst_heading_anchors in _config.yml: deeper headings have no anchor on the site
ALT = 20
ELSEWHERE = re.compile(r"^([a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)


def resolve(page: Page) -> Iterator[str]:
    """A relative link names a file (not a folder) inside the book, and its anchor a heading of that file."""
    for cell in page.markdown:
        for target in targets(cell):
            if ELSEWHERE.match(target):
                continue
            name, _, anchor = unquote(target).partition("#")
            path = (page.path.parent / name).resolve() if name else page.path.resolve()
            if name.startswith("/") or not path.is_relative_to(page.root.resolve()):
                yield f"{cell.where} links to {target}, which lies outside the book. Use a path relative to {page.where}."
            elif path.is_dir() and page.on_site:
                yield f"{cell.where} links to the folder {target}; the site cannot. Link to a file in it."
            elif not path.exists():
                yield f"{cell.where} links to {target}, which does not exist. Correct the path."
            elif anchor and path.suffix in (".md", ".ipynb") and anchor not in anchors(path, page.root):
                yield f"{cell.where} links to {target}, but {path.name} has no heading (to level {DEPTH}) with the anchor #{anchor}."


def targets(cell: Cell) -> list[str]:
    """Return the addresses of all links and pictures of a Markdown cell, those in HTML included."""
    found = []
    for token in cell.tokens:
        for child in [token, *(token.children or [])]:
            if child.type in ("link_open", "image"):
                found.append(child.attrGet("href") or child.attrGet("src") or "")
            elif child.type in ("html_block", "html_inline"):
                found += re.findall(r"""(?:href|src)=["']([^"']+)["']""", child.content)
    return found


@lru_cache
def anchors(path: Path, root: Path) -> set[str]:
    """Return the anchors of a page's headings, made as the site and GitHub make them."""
    found: set[str] = set()
    for level, heading in Page(path, root.resolve()).headings:
        if level > DEPTH:
            continue
        slug, number = slugify(heading), 0
        while (unique := f"{slug}-{number}" if number else slug) in found:
            number += 1
        found.add(unique)
    return found


def images_described(page: Page) -> Iterator[str]:
    """A picture in Markdown has alternative text that states what it shows."""
    for cell in page.markdown:
        for token in cell.inline():
            badge = str(token.attrGet("src") or "").endswith("badge.svg") or "badge" in str(token.attrGet("src") or "")
            if token.type == "image" and not badge and len(token.content) < ALT:
                yield f"{cell.where} shows {token.attrGet('src')} without alternative text of at least {ALT} characters."
