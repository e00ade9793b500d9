"""Every rule of tests/hygiene on every page of the course."""

from pathlib import Path

import pytest

from tests import hygiene
from tests.hygiene.page import Page

ROOT = Path(__file__).resolve().parent.parent
PAGES = hygiene.pages(ROOT)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_page(path):
    page = Page(path, ROOT)
    rules = (*hygiene.NOTEBOOK_RULES, *hygiene.PAGE_RULES) if page.is_notebook else hygiene.PAGE_RULES
    found = [message for rule in rules for message in rule(page)]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("rule", hygiene.BOOK_RULES, ids=lambda rule: rule.__name__)
def test_book(rule):
    found = list(rule(ROOT))
    assert not found, "\n" + "\n".join(found)
