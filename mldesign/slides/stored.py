"""What a lesson has stored, found by cell: tables, texts, pictures, code, single numbers.

Whatever is not there, or there more than once, is an error that says what is there instead.
"""

import base64
import json
import re
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup, Tag

PICTURES = {"image/png": ".png", "image/jpeg": ".jpg", "image/svg+xml": ".svg"}
LOOKUP = re.compile(r"\[(?P<row>.*); (?P<column>.*)\]")
FORMAT = re.compile(r"(?P<absolute>abs )?(?P<spec>,?(\.\d)?[df%])")
CHOICE = re.compile(r"(?: (?P<format>(?:abs )?,?(?:\.\d)?[df%]))?(?: = (?P<label>.+))?")  # behind a name


class NotStoredError(ValueError):
    """A deck asks for something that its lesson does not hold."""


@dataclass
class Table:
    """A stored data frame: its cells as the lesson shows them.

    Attributes:
        head: what stands above the names of the rows; often nothing.
        columns: names of the columns.
        rows: name of a row and its cells. Names of several levels are joined by a comma.
    """

    head: str
    columns: list[str]
    rows: list[tuple[str, list[str]]]

    def chosen(self, rows: str = "", columns: str = "") -> "Table":
        """Return the table with some rows and columns, in the order named.

        Args:
            rows: ``name; name .0f; name = label``, or nothing for all. The format of a row goes before that of a column.
            columns: ``name; name .1f; name .0% = label``, or nothing for all.

        Raises:
            NotStoredError: for a row or column that is not there.
        """
        chosen = _choices(columns, self.columns)
        picked = [(self._column(name), form, label) for name, form, label in chosen]
        picked = picked or [(place, "", name) for place, name in enumerate(self.columns)]
        chosen = _choices(rows, [name for name, _ in self.rows])
        lines = [(label, form, self.rows[self._row(name)][1]) for name, form, label in chosen]
        lines = lines or [(name, "", line) for name, line in self.rows]
        cells = [
            (name, [formatted(line[place], own or form) for place, form, _ in picked]) for name, own, line in lines
        ]
        return Table(self.head, [label for _, _, label in picked], cells)

    def value(self, row: str, column: str) -> str:
        """Return one cell of the table."""
        return self.rows[self._row(row)][1][self._column(column)]

    def _row(self, name: str) -> int:
        return _only(name, [known for known, _ in self.rows], "row")

    def _column(self, name: str) -> int:
        return _only(name, self.columns, "column")

    def html(self, mark: str = "", named: bool = True) -> str:
        """Return the table as HTML.

        Args:
            mark: ``name; name`` of the rows to point at, as they are labelled here.
            named: whether to show the names of the rows.

        Raises:
            NotStoredError: when a row to be marked is not there.
        """
        marked = {self._row(name.strip()) for name in mark.split(";")} if mark else set()
        head = f'<th scope="col">{escape(self.head)}</th>' if self.head else "<td></td>"
        head = (head if named else "") + "".join(f'<th scope="col">{escape(name)}</th>' for name in self.columns)
        lines = []
        for number, (name, cells) in enumerate(self.rows):
            line = f'<th scope="row">{escape(name)}</th>' if named else ""
            line += "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            lines.append(f'<tr class="marked">{line}</tr>' if number in marked else f"<tr>{line}</tr>")
        return f'<table class="stored"><thead><tr>{head}</tr></thead>\n<tbody>\n{chr(10).join(lines)}\n</tbody></table>'


@dataclass
class Picture:
    """A stored picture: its bytes, the suffix of its kind, and what it shows in words."""

    content: bytes
    suffix: str
    alt: str


class Cell:
    """One cell of a lesson."""

    def __init__(self, cell: dict, where: str):
        self.kind, self.where, self.metadata = cell["cell_type"], where, cell["metadata"]
        self.source = "".join(cell["source"])
        self.outputs = [
            {"text/plain": output["text"]} if "text" in output else output.get("data", {})
            for output in cell.get("outputs", [])
        ]
        self.outputs = [{kind: _joined(content) for kind, content in output.items()} for output in self.outputs]

    @cached_property
    def tables(self) -> list[Table]:
        """The data frames that the cell shows."""
        return [_table(output["text/html"]) for output in self.outputs if "<table" in output.get("text/html", "")]

    @cached_property
    def texts(self) -> list[str]:
        """The texts that the cell shows: what it prints, displayed Markdown, values. Tables and pictures are none."""
        shown = [output for output in self.outputs if not {"text/html", *PICTURES} & output.keys()]
        return [output.get("text/markdown", output.get("text/plain", "")).rstrip() for output in shown]

    def picture(self) -> Picture:
        """Return the picture that the cell shows; of an explorable, the picture where scripts do not run."""
        found = [(output[kind], kind) for output in self.outputs for kind in PICTURES if kind in output]
        if len(found) == 1:
            (content, kind), alt = found[0], self.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
            content = content.encode() if kind == "image/svg+xml" else base64.b64decode(content)
            if not alt:
                raise NotStoredError(f"{self.where}: the picture has no alternative text in the cell's metadata.")
            return Picture(content, PICTURES[kind], alt)
        fallback = BeautifulSoup(self.explorable(), "html.parser").img if self._explorables() else None
        if fallback is None:
            raise NotStoredError(f"{self.where}: wanted one picture, there are {len(found)}. {self.held()}")
        return Picture(base64.b64decode(fallback["src"].partition(",")[2]), ".png", fallback["alt"])

    def explorable(self) -> str:
        """Return the HTML of the explorable that the cell shows."""
        found = self._explorables()
        if len(found) != 1:
            raise NotStoredError(f"{self.where}: wanted one explorable, there are {len(found)}. {self.held()}")
        return found[0]

    def _explorables(self) -> list[str]:
        pages = [output.get("text/html", "") for output in self.outputs]
        return [page for page in pages if 'class="explorable"' in page]

    def table(self, number: int = 0) -> Table:
        """Return the only table that the cell shows, or that with this number, counted from 1."""
        return self._one(self.tables, number, "table")

    def text(self, first: str = "", last: str = "", number: int = 0) -> str:
        """Return the only text that the cell shows, or that with this number; or its lines from one text to another."""
        return _between(self._one(self.texts, number, "text"), first, last, self.where)

    def code(self, first: str = "", last: str = "") -> str:
        """Return the source of the cell, or its lines from the one that holds a text to the one that holds another."""
        return _between(self.source, first, last, self.where)

    def _one(self, found: list, number: int, what: str):
        if (len(found) != 1 and not number) or number > len(found):
            wanted = f"{what} {number}" if number else f"one {what} (choose with :number: where there are more)"
            raise NotStoredError(f"{self.where}: wanted {wanted}, there are {len(found)}. {self.held()}")
        return found[number - 1 if number else 0]

    def value(self, reference: str) -> str:
        """Return a number or word for use in a sentence.

        Args:
            reference: ``[row; column]`` of the cell's table, or a regular expression that fits one place of its texts, else of
                its source, with a group for the part that is wanted; then, if need be, ``-> .1f`` to format a number.

        Raises:
            NotStoredError: when nothing fits, or more than one thing.
        """
        pattern, _, form = reference.partition(" -> ")
        lookup = LOOKUP.fullmatch(pattern)
        if lookup:
            found = {table.value(**_names(lookup)) for table in self.tables if table_has(table, **_names(lookup))}
            if not found:  # say what is there
                found = {self.table().value(**_names(lookup))}
        else:
            shown = [
                *self.texts,
                *(output["text/plain"] for output in self.outputs if "<table" in output.get("text/html", "")),
            ]
            found = _matches(pattern, "\n".join(shown)) or _matches(pattern, self.source)
        if len(found) != 1:
            what = f"fits {len(found)} places that differ" if found else "fits nothing"
            raise NotStoredError(f"{self.where}: {pattern!r} {what}. {self.held()}")
        return formatted(next(iter(found)), form.strip())

    def held(self) -> str:
        """Say what is in the cell now, for messages."""
        pieces = [
            output.get("text/markdown") or output.get("text/plain") or ", ".join(output) for output in self.outputs
        ]
        return "It now holds:\n" + "\n".join(pieces or [self.source])


class Lesson:
    """A lesson's notebook as a deck sees it.

    Args:
        path: the notebook.
    """

    def __init__(self, path: Path):
        if not path.is_file():
            raise NotStoredError(f"There is no lesson {path.name} beside the deck.")
        self.path = path
        self.cells = {cell["id"]: cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]}

    def cell(self, name: str) -> Cell:
        """Return a cell by its id.

        Raises:
            NotStoredError: when the lesson has no such cell.
        """
        if name not in self.cells:
            raise NotStoredError(
                f"{self.path.name} has no cell {name!r}. `python -m mldesign slides --cells` lists them."
            )
        return Cell(self.cells[name], f"{self.path.name}, cell {name}")


def formatted(text: str, form: str = "") -> str:
    """Return a number in another form, such as ``.1f``, ``,d``, ``.0%``, ``abs .0f``. Minus signs become real ones.

    Raises:
        NotStoredError: when the text is no number or the form is not known.
    """
    if text in ("nan", "NaN"):
        return "–"
    if not form:
        return re.sub(r"(?<![\w.-])-(?=[\d.])", "−", text)
    match = FORMAT.fullmatch(form)
    if match is None:
        raise NotStoredError(f"{form!r} is no format. Write .1f, .0f, ,d, .0% or abs before one of them.")
    try:
        number = float(text.replace(",", "").replace("_", "").replace("−", "-"))
    except ValueError:
        raise NotStoredError(f"{text!r} is no number, so it cannot be written as {form!r}.") from None
    number = abs(number) if match["absolute"] else number
    number = round(number) if form.endswith("d") else number
    return re.sub(r"^-", "−", format(number, match["spec"]))


def table_has(table: Table, row: str, column: str) -> bool:
    """Tell whether a table has this row and this column."""
    return row in [name for name, _ in table.rows] and column in table.columns


def _choices(text: str, known: list[str]) -> list[tuple[str, str, str]]:
    """Return name, format and label of each choice. The longest known name counts: it may itself hold " = " or end in " %"."""
    found = []
    for part in map(str.strip, text.split(";") if text else []):
        fits = [name for name in known if part.startswith(name) and CHOICE.fullmatch(part, len(name))]
        name = max(fits, key=len, default=part.partition(" = ")[0])
        form, label = CHOICE.fullmatch(part, len(name)).groups() if fits else ("", "")
        found.append((name, form or "", label or name))
    return found


def _names(lookup: re.Match) -> dict[str, str]:
    return {name: text.strip() for name, text in lookup.groupdict().items()}


def _joined(content) -> str:
    return "".join(content) if isinstance(content, list) else content if isinstance(content, str) else ""


def _matches(pattern: str, text: str) -> set[str]:
    """Return the different texts that a pattern finds: its first group, or all of it."""
    try:
        found = list(re.finditer(pattern, text, re.MULTILINE))
    except re.error as error:
        raise NotStoredError(f"{pattern!r} is no regular expression: {error}.") from None
    return {match[1] if match.re.groups else match[0] for match in found}


def _between(text: str, first: str, last: str, where: str) -> str:
    """Return the lines of a text from the only one that holds ``first`` to the next that holds ``last``."""
    lines = text.split("\n")
    start, end = 0, len(lines)
    if first:
        found = [number for number, line in enumerate(lines) if first in line]
        if len(found) != 1:
            raise NotStoredError(f"{where}: {first!r} stands in {len(found)} lines, not in one. There are:\n{text}")
        start = found[0]
    if last:
        found = [number for number, line in enumerate(lines) if number >= start and last in line]
        if not found:
            raise NotStoredError(f"{where}: no line from there on holds {last!r}. There are:\n{text}")
        end = found[0] + 1
    return "\n".join(lines[start:end])


def _only(name: str, known: list[str], what: str) -> int:
    if known.count(name) != 1:
        raise NotStoredError(f"There are {known.count(name)} {what}s {name!r}. Known: {'; '.join(known)}.")
    return known.index(name)


def _table(page: str) -> Table:
    """Read a data frame as pandas writes it: names of several levels span rows or columns."""
    table = BeautifulSoup(page, "html.parser").table
    rows = [row for row in table.find_all("tr") if row.find_parent("thead") is None]
    lines = _spread(rows)
    levels = sum(cell.name == "th" for cell in lines[0]) if lines else 0
    heads = _spread(table.thead.find_all("tr"))
    names = [[cell.get_text(strip=True) for cell in line] for line in heads]
    of_index = names.pop() if len(names) > 1 and not any(names[-1][levels:]) else names[0]
    columns = [", ".join(filter(None, level)) for level in zip(*(line[levels:] for line in names), strict=True)]
    body = [[cell.get_text(" ", strip=True) for cell in line] for line in lines]
    found = [(", ".join(line[:levels]), line[levels:]) for line in body]
    return Table(", ".join(filter(None, of_index[:levels])), columns, found)


def _spread(rows: list[Tag]) -> list[list[Tag]]:
    """Return the cells of each row, with one that spans several rows or columns in each of them."""
    grid: list[dict[int, Tag]] = [{} for _ in rows]
    for number, row in enumerate(rows):
        place = 0
        for cell in row.find_all(["th", "td"]):
            while place in grid[number]:
                place += 1
            for down in range(int(cell.get("rowspan", 1))):
                for right in range(int(cell.get("colspan", 1))):
                    if number + down < len(grid):
                        grid[number + down][place + right] = cell
    return [[line[place] for place in sorted(line)] for line in grid]
