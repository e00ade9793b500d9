"""The helper that asks Chromium: it hands back an answer, and says what went wrong where there is none."""

import pytest

from tests import browse
from tests.book import ROOT


@pytest.fixture
def page(tmp_path):
    """A folder with a page."""
    (tmp_path / "page.html").write_text("<!doctype html><title>Page</title><script>nonsense()</script>", "utf-8")
    return tmp_path


@pytest.mark.browser
def test_one_chromium_answers_and_each_run_has_its_own_console_and_storage(page):
    first, errors = browse.watched(
        page, 'localStorage.setItem("a", "1"); return (await open("page.html")).document.title;'
    )
    assert first == "Page" and "nonsense is not defined" in errors[0] and len(errors) == 1
    assert browse.watched(page, 'return localStorage.getItem("a");') == (None, [])
    assert browse.chromium.cache_info().currsize == 1


@pytest.mark.browser
def test_a_page_is_closed_before_the_next(page):
    script = 'for (let i = 0; i < 3; i++) await open("page.html"); return document.querySelectorAll("iframe").length;'
    assert browse.browse(page, script) == 1


@pytest.mark.browser
def test_a_script_that_fails_says_so(page):
    with pytest.raises(AssertionError, match="planted"):
        browse.browse(page, 'throw new Error("planted");')


@pytest.mark.browser
def test_no_answer_says_which_page_and_what_to_do(page, monkeypatch):
    monkeypatch.setattr(browse, "SECONDS", 3)
    with pytest.raises(AssertionError, match=r"within 3 s; the last page .* is /page.html(.|\n)*Run this test alone"):
        browse.browse(page, 'await open("page.html"); await new Promise(() => {});')


def test_no_test_of_the_browser_sleeps():
    """A fixed pause is too short on a slow machine and too long on a fast one; ``until`` waits for what is meant."""
    for path in (ROOT / "tests").glob("test_s*.py"):
        assert "setTimeout" not in path.read_text(encoding="utf-8"), path.name
