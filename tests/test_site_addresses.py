"""Addresses last: a page that moves leaves a page behind that leads on."""

import types

import pytest

from mldesign import notebooks
from mldesign.site import redirects
from tests.book import ROOT

KNOWN = [line for line in (ROOT / "tests" / "addresses.txt").read_text("utf-8").splitlines() if line and line[0] != "#"]
PAGES, LEFT_OUT = set(notebooks.pages()), set(notebooks.left_out())


def test_no_published_page_is_lost():
    assert not redirects.faults(PAGES, LEFT_OUT, redirects.moved(), KNOWN)


@pytest.mark.parametrize(
    ("pages", "left_out", "mapped", "says"),
    [
        ({"a"}, set(), {}, "b was published and is gone"),
        ({"a", "b", "c"}, set(), {}, "c is new"),
        ({"a"}, set(), {"b": "nowhere"}, "b leads to nowhere"),
        ({"a", "b"}, set(), {"b": "a"}, "b is a page of the book and in"),
        ({"a"}, {"b"}, {}, None),
        ({"a"}, set(), {"b": "a"}, None),
    ],
)
def test_what_is_wrong_is_said(pages, left_out, mapped, says):
    found = redirects.faults(pages, left_out, mapped, ["a", "b"])
    assert found[0].startswith(says) if says else not found


def test_an_old_address_leads_on(tmp_path, monkeypatch):
    monkeypatch.setattr(redirects, "moved", lambda: {"modules/old/page": "modules/new/page", "gone": "left-out"})
    env = types.SimpleNamespace(found_docs={"modules/new/page"})
    app = types.SimpleNamespace(builder=types.SimpleNamespace(name="html"), outdir=tmp_path, env=env)
    redirects.publish(app, None)
    page = (tmp_path / "modules" / "old" / "page.html").read_text(encoding="utf-8")
    assert 'content="0; url=../new/page.html"' in page and '<a href="../new/page.html">' in page
    assert "url=index.html" in (tmp_path / "gone.html").read_text(encoding="utf-8")
