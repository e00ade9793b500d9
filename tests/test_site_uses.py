"""The index of tools and tables: complete, and true by being made from the notebooks."""

import re

import pytest

from mldesign import data, notebooks
from mldesign.site import uses
from tests.book import ROOT, build, small_book, soup

PAGE = ROOT / "modules" / "tools.md"
TEXT = PAGE.read_text(encoding="utf-8")


def plain(text: str) -> str:
    """Return a name without what is written in several ways."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def test_every_package_that_the_course_installs_is_named():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    packages = [re.match(r"[\w-]+", line)[0] for line in lines if line and not line.startswith("#")]
    assert len(packages) > 20
    assert not [package for package in packages if plain(package) not in plain(TEXT)]


def test_every_table_has_its_line():
    listed = re.findall(r"\{uses\}`table:(\w+)`", TEXT)
    assert sorted(listed) == sorted([*data.RAW, *data.lesson_tables()])


def test_every_line_names_a_page(html):
    rows = soup(html / "modules" / "tools.html").article.select("tbody tr")
    assert len(rows) == TEXT.count("{uses}`")
    for row in rows:
        where = row.find_all("td")[-1]
        complete = len(list(ROOT.glob("modules/0[1-7]-*/0[1-3]-*.ipynb"))) <= sum(
            bool(re.match(r"modules/0[1-7]-[^/]+/0[1-3]-", page)) for page in notebooks.pages()
        )
        assert where.a if complete else where.a or where.text == uses.NOWHERE, row.text


KNOWN = {
    "a": ("from x import y\nquery('select 1 from coupons')", ""),
    "b": ("coupons = 3", "duckdb is fast"),
    "c": ("import duckdb", "DuckDB again"),
}


@pytest.mark.parametrize(
    ("name", "run", "named"),
    [("duckdb", ["c"], ["b"]), ("table:coupons", ["a"], []), ("duck", [], []), ("duck|y", ["a"], [])],
)
def test_code_comes_before_mention(name, run, named):
    assert uses.pages(name, KNOWN) == (run, named)


@pytest.mark.matrix
def test_what_no_page_uses_says_so(tmp_path):
    assert build(tmp_path, small_book(tmp_path, "# Title\n\nA tool: {uses}`nosuchtool`.\n")).returncode == 0
    page = soup(tmp_path / "_build" / "html" / "index.html")
    assert f"A tool: {uses.NOWHERE}." in page.article.text


def test_files_beside_a_lesson_count_and_the_set_up_does_not():
    known = uses.sources(ROOT / "_toc.yml")
    code, _ = known["modules/04-deployment/01-deployment"]
    assert "FastAPI(" in code
    assert not any("google.colab" in code for code, _ in known.values())
