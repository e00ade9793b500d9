"""The citation is true: one version and date everywhere, no DOI that does not exist, and the addresses of this repository."""

import datetime
import re
import tomllib

import pytest

import mldesign
from mldesign.site import cite
from tests.book import ROOT, build, small_book, soup

FIELDS = cite.about()
REPOSITORY = FIELDS["repository-code"]


def test_version_and_date_are_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    change = re.search(r"^## (\S+) \((\S+)\)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert FIELDS["version"] == project["version"] == mldesign.__version__ == change[1]
    assert FIELDS["date-released"] == change[2]
    assert datetime.date.fromisoformat(FIELDS["date-released"]) <= datetime.date.today()


def test_the_citation_file_has_what_its_format_asks_and_nothing_untrue():
    """Citation File Format 1.2.0: the required keys, and only keys that it knows. No DOI before there is a deposit."""
    allowed = {
        "cff-version",
        "message",
        "title",
        "type",
        "authors",
        "version",
        "date-released",
        "repository-code",
        "url",
    }
    assert (
        {"cff-version", "message", "title", "authors"} <= set(FIELDS) <= allowed | {"license", "abstract", "keywords"}
    )
    assert FIELDS["cff-version"] == "1.2.0"
    assert "doi" not in (ROOT / "CITATION.cff").read_text(encoding="utf-8").lower()
    assert all(
        {"name"} == set(author) or {"family-names", "given-names"} <= set(author) for author in FIELDS["authors"]
    )


def test_the_page_and_the_foot_of_every_page_say_it(html):
    page = soup(html / "modules" / "cite.html")
    assert cite.text(FIELDS, REPOSITORY) in " ".join(page.article.get_text().split())
    assert f"version = {{{FIELDS['version']}}}" in page.article.get_text()
    foot = f"Version {FIELDS['version']} of {FIELDS['date-released']}"
    for name in ("index", "modules/glossary", "modules/01-intro/index"):
        assert foot in soup(html / f"{name}.html").find(class_="bd-footer-content").get_text()


@pytest.mark.matrix
def test_a_fork_cites_itself(tmp_path):
    small_book(tmp_path, "# Title\n\nA page of a fork.\n\n<!-- CITATION text -->\n")
    assert build(tmp_path, tmp_path, GITHUB_REPOSITORY="a-school/ml-course").returncode == 0
    assert "https://github.com/a-school/ml-course" in soup(tmp_path / "_build/html/index.html").article.get_text()


@pytest.mark.parametrize("author", [{"name": "A team"}, {"family-names": "Doe", "given-names": "Jo"}])
def test_authors(author):
    fields = {**FIELDS, "authors": [author]}
    expected = author.get("name") or "Doe, Jo"
    assert cite.text(fields, "x").startswith(expected) and f"{{{expected}}}" in cite.bibtex(fields, "x")
