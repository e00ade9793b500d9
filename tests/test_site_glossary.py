"""Glossary links: from the first use of a term to its entry, from an entry to the pages that use it."""

import shutil

import pytest
from docutils import nodes

from mldesign import notebooks
from mldesign.site import glossary
from tests.book import ROOT, build, soup

PAGES = notebooks.pages()
WORDS = glossary.terms(ROOT / f"{glossary.GLOSSARY}.md")
TEXT = """\
# A leak in a heading

A [leak](../glossary.md#leak) that is a link, a `leak` in code. A gate of the garden, and a **gate** of ours.
Then a leak, two leaks, the training-serving skew and a quasi-identifier; AUC but not auc; a leak-proof pipe and `lookup()`.

| leak |
|---|
| canary |

> **Assumption.** It holds.

<details><summary>A. A canary</summary>

A canary in a fold.

</details>

Policies are many, canaries sing. Here **policies** are meant.
"""


def links(page) -> dict[str, str]:
    """Return what a page links to the glossary by itself: anchor → linked text."""
    return {link["href"].partition("#")[2]: link.text for link in page.article.select("a.term")}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A book of a glossary and one lesson."""
    folder = tmp_path_factory.mktemp("words")
    lesson = folder / "modules" / "01-small" / "01-lesson.md"
    lesson.parent.mkdir(parents=True)
    lesson.write_text(TEXT, encoding="utf-8")
    shutil.copy(ROOT / "modules" / "glossary.md", folder / "modules")
    glossary_page = folder / "modules" / "glossary.md"
    text = "\n".join(line for line in glossary_page.read_text("utf-8").splitlines() if "](" not in line)
    glossary_page.write_text(text, encoding="utf-8")
    (folder / "index.md").write_text("# Book\n\nA leak on the cover.\n", encoding="utf-8")
    toc = "format: jb-book\nroot: index\nchapters:\n- file: modules/01-small/01-lesson\n- file: modules/glossary\n"
    (folder / "_toc.yml").write_text(toc, encoding="utf-8")
    shutil.copy(ROOT / "_config.yml", folder)
    done = build(folder, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "_build" / "html"


def test_first_uses_in_prose_are_linked_and_nothing_else(small):
    page = soup(small / "modules" / "01-small" / "01-lesson.html")
    assert links(page) == {
        "gate": "gate",
        "leak": "leak",
        "training-serving-skew": "training-serving skew",
        "quasi-identifier": "quasi-identifier",
        "auc": "AUC",
        "canary": "canaries",
        "policy": "policies",
    }
    gate = page.article.find("a", class_="term")
    assert gate.parent.name == "strong" and gate["href"] == "../glossary.html#gate" and gate["id"] == "use-gate"


def test_an_entry_names_the_pages_that_use_it(small):
    page = soup(small / "modules" / "glossary.html")
    line = page.find(id="canary").select_one(".used-in")
    assert line.text == "Used in lesson 1.1"
    assert line.a["href"] == "01-small/01-lesson.html#use-canary"
    assert page.find(id="bio-creep").select_one(".used-in") is None


def test_letters_above_the_entries_lead_to_the_first_of_each(small):
    page = soup(small / "modules" / "glossary.html")
    found = {link.text: link["href"] for link in page.select(".letters a")}
    assert found["A"] == "#a-b-test" and found["B"] == "#backfill" and list(found) == sorted(found)
    assert all(page.find(id=target.removeprefix("#")) for target in found.values())


def test_pages_outside_lessons_and_labs_stay_as_they_are(small):
    assert not soup(small / "index.html").select("a.term")


@pytest.mark.parametrize("page", [name for name in PAGES if glossary.wanted(name)])
def test_a_page_of_the_book_links_a_term_once_and_few_of_them(html, page):
    found = soup(html / f"{page}.html").select("a.term")
    targets = [link["href"] for link in found]
    assert len(targets) == len(set(targets)) <= 40
    assert not [link.text for link in found if link.find_parent(["h1", "h2", "h3", "summary", "table", "pre"])]


def test_most_entries_are_used_and_say_where(html):
    """An entry that no page uses under its own name is one that a reader never meets."""
    if not all(any(page.startswith(f"modules/0{number}-") for page in PAGES) for number in range(1, 8)):
        pytest.skip("an edition without one of the modules need not use its words")
    page = soup(html / "modules" / "glossary.html")
    unused = [term for term, anchor in WORDS.items() if not page.find(id=anchor).select_one(".used-in, a")]
    assert len(unused) < len(WORDS) / 5, unused


def test_the_lists_of_exceptions_hold_only_what_is_needed():
    lower = {term.lower() for term in WORDS}
    assert set(glossary.EVERYDAY.split()) <= lower
    assert set(glossary.FORMS) | {term for _, term in glossary.ELSEWHERE} <= set(WORDS)
    for page, term in glossary.ELSEWHERE:
        path = ROOT / f"{page}.ipynb"
        assert term.lower() in path.read_text(encoding="utf-8").lower() if path.exists() else page not in PAGES


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We deploy a canary.", "Canary"),
        ("A canaryish bird.", None),
        ("Its net\nvalue is low.", "Net value"),
        ("Two data cards.", "Data card"),
        ("A daga is a knife; a dag too.", None),
        ("An SLO of 200 ms.", "SLI and SLO"),
        ("A run in the park.", None),
    ],
)
def test_matching(text, found):
    document = nodes.document(None, None)
    document += nodes.paragraph("", text)
    assert [term for _, _, term in glossary.uses("modules/x", document, WORDS)] == ([found] if found else [])
