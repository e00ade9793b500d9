"""Where a tool or a table is used: the role ``uses`` in a Markdown page, filled in from the notebooks while building.

``{uses}`duckdb``` lists the pages whose code names the tool, then those that only speak of it; ``{uses}`spark|pyspark```
knows several names. ``{uses}`table:coupons``` lists the pages whose code reads a table. Code is that of the cells and of the
files beside the notebook that they import or name.
"""

import json
import re
from functools import cache
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxRole

from mldesign.notebooks import notebooks
from mldesign.site.glossary import label

TABLE = "table:"
NOWHERE = "not in this edition"
MANY = 12  # above this a list says nothing
SETUP = "google.colab"  # the set-up cell fetches the course; that is no use of git


@cache
def sources(toc: Path) -> dict[str, tuple[str, str]]:
    """Return page → (code, text) of every notebook in the table of contents."""
    found = {}
    for path in notebooks(toc):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        kinds = {"code": "", "markdown": ""}
        for cell in cells:
            source = "".join(cell["source"])
            if not (cell["cell_type"] == "code" and SETUP in source):
                kinds[cell["cell_type"]] = kinds.get(cell["cell_type"], "") + source + "\n"
        code = kinds["code"]
        for file in sorted(path.parent.glob("*.py")) + sorted(path.parent.glob("*.sql")):
            stem = re.escape(file.stem)
            if re.search(rf"(?:from|import)\s+{stem}\b|\b{stem}\.(?:py|sql)\b", code):
                code += file.read_text(encoding="utf-8")
        found[path.relative_to(toc.parent).with_suffix("").as_posix()] = (code, kinds["markdown"])
    return found


def pages(name: str, known: dict[str, tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Return the pages whose code names a tool or reads a table, and those that name a tool in their text only."""
    if name.startswith(TABLE):
        table = re.escape(name.removeprefix(TABLE))
        find = re.compile(rf"\b(?:from|join)\s+{table}\b|[\"'`]{table}[\"'`]")
        return [page for page, (code, _) in known.items() if find.search(code)], []
    find = re.compile(rf"(?<![\w/-])(?:{name})(?![\w-])", re.IGNORECASE)
    run = [page for page, (code, _) in known.items() if find.search(code)]
    return run, [page for page, (_, text) in known.items() if page not in run and find.search(text)]


class UsesList(nodes.inline):
    """Stands for a list of pages until all titles are known."""


class Uses(SphinxRole):
    """The role: remembers its name for :func:`fill`."""

    def run(self):
        """Return the place where the list will stand."""
        return [UsesList("", "", wanted=self.text)], []


def fill(app, document, page):
    """Put the links in."""
    known = sources(Path(app.srcdir) / "_toc.yml")
    for place in list(document.findall(UsesList)):
        run, named = pages(place["wanted"], known)
        parts = [*links(app, page, run)]
        if len(run) > MANY:
            parts = [nodes.Text(f"{len(run)} lessons and labs, first in "), *links(app, page, run[:1])]
        elif named:
            parts += [nodes.Text("; named in " if run else "named in "), *links(app, page, named)]
        place.replace_self(parts or [nodes.Text(NOWHERE)])


def links(app, page: str, targets: list[str]):
    """Yield links to pages by their short names, with commas between."""
    for number, target in enumerate(targets):
        if number:
            yield nodes.Text(", ")
        uri = app.builder.get_relative_uri(page, target)
        yield nodes.reference("", label(target, app.env.titles[target].astext()), internal=True, refuri=uri)


def setup(app):
    """Register with Sphinx."""
    app.add_node(UsesList)
    app.add_role("uses", Uses())
    app.connect("doctree-resolved", fill)
