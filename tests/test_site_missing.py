"""The page for an address that does not exist leads into the book, at whatever depth and wherever the book stands."""

import shutil

import pytest

from mldesign.site import missing
from tests.book import soup
from tests.browse import browse

SCRIPT = """
const view = await open("book/modules/404.html");
const right = () => [...view.document.querySelectorAll("a")].every((link) => link.pathname.startsWith("/book/"));
return {found: await until(right), form: new URL(view.document.forms[0].action).pathname};
"""


def test_its_links_lead_to_pages_of_the_book(html):
    page = soup(html / missing.NAME)
    links = [link["href"] for link in page.select("a")]
    assert "index.html" in links
    assert not [link for link in [*links, page.form["action"]] if not (html / link).is_file()]


@pytest.mark.parametrize(
    ("repository", "root"),
    [("https://github.com/Some-School/its-course", "/its-course/"), ("https://git.school.example/its-course", "/")],
)
def test_its_links_start_where_the_repository_is_published(repository, root):
    assert f'<base href="{root}">' in missing.page("Book", repository, {"index"})


def test_it_names_no_page_that_an_edition_leaves_out():
    assert "glossary" not in missing.page("Book", "", {"index", "modules/errors"})


@pytest.mark.browser
def test_it_finds_the_book_in_another_folder(html, tmp_path):
    """As built its links would leave that folder; the script waits in vain for links that stay wrong."""
    deep = tmp_path / "book" / "modules"
    deep.mkdir(parents=True)
    shutil.copy(html / missing.NAME, deep)
    shutil.copy(html / "objects.inv", deep.parent)
    answer = browse(tmp_path, SCRIPT)
    assert answer == {"found": True, "form": "/book/search.html"}
