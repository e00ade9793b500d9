"""The launch menu as rendered: exactly the right addresses on every notebook, also in a fork, and what to expect there."""

import re

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from mldesign import notebooks, tasks
from tests import measure
from tests.book import ROOT, build, small_book, soup

PAGES = notebooks.pages()
EXPECT = "modules/launch.html"


def menu(path) -> list[str]:
    """Return the addresses of a page's launch menu."""
    return [link["href"] for link in soup(path).select(".dropdown-launch-buttons a[href]")]


def services(repository: str, branch: str, file: str) -> list[str]:
    """Return where the menu must lead."""
    return [
        f"https://mybinder.org/v2/gh/{repository}/{branch}?urlpath=lab/tree/{file}",
        f"https://colab.research.google.com/github/{repository}/blob/{branch}/{file}",
    ]


@pytest.mark.parametrize("page", PAGES)
def test_the_menu_of_a_notebook(html, page):
    found = menu(html / f"{page}.html")
    if not (ROOT / f"{page}.ipynb").exists():
        assert not found
        return
    assert found[:-1] == services(tasks.address(), "main", f"{page}.ipynb")
    assert (
        found[-1] == "../" * page.count("/") + EXPECT
        or (html / page).parent.joinpath(found[-1]).resolve() == html / EXPECT
    )


@pytest.mark.matrix
def test_the_menu_in_a_fork(tmp_path):
    small_book(tmp_path, "# Title\n\nA page of a fork.\n")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters:\n- file: lesson\n", encoding="utf-8")
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Lesson\n\nText.")]), tmp_path / "lesson.ipynb")
    fork = {"GITHUB_REPOSITORY": "a-school/ml-course", "GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "spring"}
    done = build(tmp_path, tmp_path, **fork)
    assert done.returncode == 0, done.stdout + done.stderr
    assert menu(tmp_path / "_build/html/lesson.html") == services("a-school/ml-course", "spring", "lesson.ipynb")


def test_the_page_says_the_budgets_that_are_kept():
    text = " ".join((ROOT / "modules" / "launch.md").read_text(encoding="utf-8").split())
    said = re.search(
        r"below (\S+) GB of memory, (\S+) GB where Spark runs, and below (\d+) seconds for a lesson and (\d+)", text
    )
    assert float(said[1]) * 1000 == measure.MEMORY_BUDGET
    assert float(said[2]) * 1000 == measure.MEMORY_BUDGET_JAVA
    assert {"modules": int(said[3]), "labs": int(said[4])} == measure.TIME_BUDGET
