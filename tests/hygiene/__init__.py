"""The form of the book: one function for each rule, each returns messages that name file, cell and the mend.

A rule takes a :class:`Page` (a notebook or a Markdown page) and yields messages. Rules are gathered by kind in
:data:`NOTEBOOK_RULES`, :data:`PAGE_RULES` and :data:`BOOK_RULES`; ``tests/test_hygiene.py`` runs them on the course, and
``tests/test_gates.py`` on a small book with planted faults.
"""

from pathlib import Path

from tests.hygiene import cells, links, structure, text
from tests.hygiene.page import Page

NOTEBOOK_RULES = (
    cells.executed_in_order,
    cells.no_failed_output,
    cells.short_cells,
    cells.known_tags,
    cells.few_ignored,
    cells.no_magics,
    cells.children_captured,
    cells.money_as_decimal,
    cells.no_trailing_semicolon,
    cells.no_local_paths,
    cells.no_addresses,
    cells.small_file,
    cells.images_described,
    cells.figures_with_numbers,
    text.plain_markdown,
    text.dollars_escaped,
    text.known_leads,
    text.quiz_form,
    text.quiz_spread,
    structure.setup_cell,
    structure.folds,
    structure.predictions,
    structure.lesson,
    structure.lab,
    structure.capstone,
    structure.start_page,
)
PAGE_RULES = (links.resolve, links.images_described)
BOOK_RULES = (structure.table_of_contents,)


def pages(root: Path) -> list[Path]:
    """Return the notebooks and Markdown pages of a book, those that the table of contents forgot included."""
    found = [path for folder in ("modules", "labs", "data") for path in (root / folder).rglob("*") if path.is_file()]
    found += root.glob("*.md")
    # What the labs are cut from and what students make of it has tests of its own.
    names = ("checks", "project", "stubs", "capstone/starter", "capstone/examples")
    left_out = [root / "labs" / name for name in names] + [*(root / "labs").glob("workspace*")]
    return sorted(
        path
        for path in found
        if path.suffix in (".ipynb", ".md")
        and ".ipynb_checkpoints" not in path.parts
        and not any(path.is_relative_to(folder) for folder in left_out)
    )


def problems(root: Path) -> list[str]:
    """Return everything that is wrong with the form of a book."""
    found = [message for rule in BOOK_RULES for message in rule(root)]
    for path in pages(root):
        page = Page(path, root)
        rules = (*NOTEBOOK_RULES, *PAGE_RULES) if page.is_notebook else PAGE_RULES
        found += [message for rule in rules for message in rule(page)]
    return found
