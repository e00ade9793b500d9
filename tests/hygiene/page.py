"""A page of the book as the rules see it: cells with places that a reader can find, and parsed Markdown."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import nbformat
from markdown_it import MarkdownIt
from markdown_it.token import Token

SETUP = (Path(__file__).resolve().parents[1] / "setup_cell.txt").read_text(encoding="utf-8").strip()
PARSER = MarkdownIt("commonmark").enable("table")


@dataclass
class Cell:
    """One cell of a notebook, or the whole of a Markdown page."""

    kind: str
    source: str
    where: str
    id: str = ""
    tags: list = field(default_factory=list)
    metadata: dict = field(default_factory=dict)
    outputs: list = field(default_factory=list)
    count: int | None = None

    @cached_property
    def tokens(self) -> list[Token]:
        """The block tokens of a Markdown cell."""
        return PARSER.parse(self.source)

    @cached_property
    def headings(self) -> list[tuple[int, str]]:
        """The level and text of each heading of a Markdown cell."""
        pairs = zip(self.tokens, self.tokens[1:], strict=False)
        return [(int(token.tag[1]), plain(inline)) for token, inline in pairs if token.type == "heading_open"]

    @property
    def opens_with_heading(self) -> int:
        """The level of the heading that a Markdown cell begins with; 0 where it begins otherwise."""
        first = self.tokens[0] if self.tokens else None
        return int(first.tag[1]) if first is not None and first.type == "heading_open" else 0

    def inline(self) -> list[Token]:
        """Return the inline tokens (text, code, links, images) of a Markdown cell, flattened."""
        return [child for token in self.tokens if token.type == "inline" for child in token.children or []]


class Page:
    """A notebook or a Markdown page.

    Args:
        path: the file.
        root: the book's folder; places are named from there.
    """

    def __init__(self, path: Path, root: Path):
        self.path, self.root = path, root
        self.where = path.relative_to(root).as_posix()
        self.is_notebook = path.suffix == ".ipynb"
        self.metadata = {}
        if not self.is_notebook:
            self.cells = [Cell("markdown", path.read_text(encoding="utf-8"), self.where)]
            return
        notebook = nbformat.read(path, as_version=4)
        self.metadata = notebook.metadata
        self.cells = [
            Cell(
                kind=cell.cell_type,
                source=cell.source,
                where=f"{self.where}, cell {number} ({_first_words(cell.source)})",
                id=cell.get("id", ""),
                tags=cell.metadata.get("tags", []),
                metadata=cell.metadata,
                outputs=cell.get("outputs", []),
                count=cell.get("execution_count"),
            )
            for number, cell in enumerate(notebook.cells, start=1)
        ]

    @property
    def code(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.kind == "code"]

    @property
    def markdown(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.kind == "markdown"]

    @property
    def headings(self) -> list[tuple[int, str]]:
        return [heading for cell in self.markdown for heading in cell.headings]

    @property
    def on_site(self) -> bool:
        """Whether the site shows this page; README and CONTRIBUTING are read on GitHub only."""
        return "/" in self.where or self.where == "index.md"

    @property
    def is_lesson(self) -> bool:
        """Whether this is a lesson of a module: a notebook of a numbered module other than the start."""
        return self.is_notebook and re.match(r"modules/(?!00)\d\d-", self.where) is not None

    @property
    def is_lab(self) -> bool:
        return self.is_notebook and self.where.startswith("labs/") and not self.is_capstone

    @property
    def is_capstone(self) -> bool:
        """Whether this is a notebook of the capstone, which is neither read in order like a lesson nor has tasks like a lab."""
        return self.is_notebook and self.where.startswith("labs/capstone/")

    @property
    def is_start(self) -> bool:
        return self.is_notebook and self.where.startswith("modules/00-")


def plain(inline: Token) -> str:
    """Return the text of an inline token without its markup."""
    return "".join(child.content for child in inline.children or [] if child.type in ("text", "code_inline"))


def texts(cell: Cell) -> list[tuple[str, str]]:
    """Return the text outputs of a code cell as (kind, text); kinds are stdout, stderr, text/plain, text/html, text/markdown."""
    found = []
    for output in cell.outputs:
        if output.output_type == "stream":
            found.append((output.name, output.text))
        elif output.output_type == "error":
            found.append(("error", f"{output.ename}: {output.evalue}\n" + "\n".join(output.traceback)))
        else:
            data = output.data
            found += [(kind, data[kind]) for kind in ("text/plain", "text/html", "text/markdown") if kind in data]
    return found


def has_image(cell: Cell) -> bool:
    """Tell whether a code cell shows a picture of its own (the fallback inside an explorable does not count)."""
    kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
    return bool(kinds & {"image/png", "image/jpeg", "image/svg+xml"})


def _first_words(source: str) -> str:
    line = next((line.strip() for line in source.splitlines() if line.strip()), "empty")
    return line if len(line) <= 50 else line[:47] + "…"
