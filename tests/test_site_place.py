"""Where a page stands: its number, its time, the strip of modules, the next step, as computed and as built."""

from pathlib import Path

import pytest

from mldesign import data, notebooks
from mldesign.site import place
from tests.book import soup

LESSONS = [page for page in notebooks.pages() if place.label(page).startswith("Lesson")]
LABS = [page for page in notebooks.pages() if place.LAB.match(page)]


def source(page: str) -> Path:
    """Return the notebook of a page."""
    return data.ROOT / f"{page}.ipynb"


@pytest.mark.parametrize(
    ("page", "label"),
    [
        ("modules/03-training/01-experiments", "Lesson 3.1"),
        ("modules/03-training/index", "Module 3"),
        ("modules/07-human-side/law", "Module 7"),
        ("modules/00-start/getting-ready", ""),
        ("modules/teaching/lessons-1", ""),
        ("modules/glossary", ""),
        ("labs/lab4-serve", "Lab 4"),
        ("labs/grading", ""),
    ],
)
def test_what_a_page_is_called(page, label):
    assert place.label(page) == label


@pytest.mark.parametrize("page", [*LESSONS, *LABS])
def test_every_lesson_and_lab_says_how_long_it_takes(page):
    assert place.minutes(source(page)), f"{page}: no line that begins with **Time:** and a duration"


def test_a_time_that_is_missing_or_strange_is_not_invented(tmp_path):
    for number, (text, found) in enumerate(
        {
            "# Title\n\nNo time.": "",
            "**Time:** about 150 minutes, with a note.": "about 150 minutes",
            "**Time**: 80–110 minutes if most of it is new": "80–110 minutes",
            "**Time:** two sittings: 75 minutes, then 60.": "two sittings",
        }.items()
    ):
        path = tmp_path / f"{number}.md"
        path.write_text(text, encoding="utf-8")
        assert place.minutes(path) == found


@pytest.mark.parametrize("page", LABS)
def test_a_lab_follows_a_lesson(page):
    lesson = place.follows(page, source(page))  # which an edition may leave out of the book
    assert place.label(lesson).startswith("Lesson") and source(lesson).is_file()


def test_the_way_leads_once_through_all_lessons_and_labs(html):
    """Along the built pages: each next step from the cover page on, to the end."""
    page, seen = html / "index.html", []
    while True:
        after = soup(page).select_one("nav.steps a.after")
        if after is None:
            break
        page = (page.parent / after["href"]).resolve()
        name = page.relative_to(html.resolve()).with_suffix("").as_posix()
        assert name not in seen, f"{name} comes twice: {seen}"
        seen.append(name)
    missing = [name for name in [*LESSONS, *LABS] if name not in seen]
    assert not missing
    for lab in LABS:
        before = place.follows(lab, source(lab))
        assert before not in LESSONS or seen.index(lab) == seen.index(before) + 1


@pytest.mark.parametrize("page", [*LESSONS, *LABS])
def test_the_strip_marks_one_place(html, page):
    marked = soup(html / f"{page}.html").select("nav.place [aria-current]")
    assert len(marked) == 1
    word = "Lab" if page in LABS else "Module"
    number = place.label(page).split()[1].split(".")[0]
    assert marked[0].get_text(" ", strip=True).startswith(f"{word} {number} ")


def test_the_navigation_has_the_numbers(html):
    entries = [
        " ".join(link.get_text(" ", strip=True).split()) for link in soup(html / "index.html").select(".bd-links a")
    ]
    assert any(entry.startswith("3.1 ") for entry in entries) and any(entry.startswith("7 ") for entry in entries)
    assert not any(entry.startswith("Module ") for entry in entries)


def test_only_the_way_has_next_steps(html):
    """Pages to look things up in have no order: what follows there is only the next page."""
    words = {
        name: soup(html / f"{name}.html").select_one("nav.steps")["aria-label"] for name in ("index", "modules/tools")
    }
    assert words == {"index": "Next step", "modules/tools": "Next page"}
