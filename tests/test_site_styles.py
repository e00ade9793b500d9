"""The one stylesheet of the site: nothing that a page needs is lost, nothing else is sent."""

import re

import pytest

from mldesign import notebooks
from mldesign.site import styles

PAGES = notebooks.pages()


@pytest.mark.parametrize(
    "kept",
    [
        ".seen{a:b}",
        "#part{a:b}",
        "p.seen > .word:hover{a:b}",
        "main{a:b}",
        "[class*=unknown]{a:b}",
        "html[data-theme=dark] .seen{a:b}",
        ".seen:not(.unknown){a:b}",
        ":is(.seen,.unknown) p{a:b}",
        '.seen::after{content:".unknown,{}"}',
        ":root{--of-unknown:1px}",
        "@keyframes unknown{0%{a:b}}",
        '@font-face{src:url("letters.woff2")}',
        "@page{margin:1cm}",
    ],
)
def test_a_rule_that_a_page_can_use_is_kept(kept):
    assert "".join(styles.used(kept, {"seen", "word", "part"}).split()) == "".join(kept.split())


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        (".unknown{a:b}", ""),
        ("#unknown{a:b}", ""),
        (".seen .unknown{a:b}", ""),
        (".seen.unknown p{a:b}", ""),
        (".unknown,.seen,p.unknown{a:b}", ".seen{a:b}"),
        ("@media print{.unknown{a:b}}", ""),
        ("@media (width < 9px){.unknown{a:b}.seen{a:b}}", "@media(width<9px){.seen{a:b}}"),
        ("@supports (a:b){@media print{.unknown{a:b}}}", ""),
        ("/* why */.seen{a:b}", ".seen{a:b}"),
    ],
)
def test_a_rule_that_no_page_can_use_is_left_out(rule, left):
    assert "".join(styles.used(rule, {"seen"}).split()) == left


def test_imports_and_addresses_are_followed(tmp_path):
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "theme.css").write_text('@charset "UTF-8";@import "../basic.css";a{b:url(../x.png)}')
    (tmp_path / "basic.css").write_text('c{d:url("y.png");e:url("data:image/png;base64,AA")}')
    merged = []
    text = styles.whole(tmp_path / "styles" / "theme.css", tmp_path, merged)
    assert "".join(text.split()) == 'c{d:url("y.png");e:url("data:image/png;base64,AA")}a{b:url("x.png")}'
    assert [path.name for path in merged] == ["theme.css", "basic.css"]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_links_the_one_stylesheet(html, page):
    source = (html / f"{page}.html").read_text(encoding="utf-8")
    (sheet,) = re.findall(r'<link[^>]*href="([^"]*\.css[^"]*)"', source)
    name, version = sheet.split("?v=")
    assert (html / f"{page}.html").parent.joinpath(name).resolve() == html.resolve() / "_static" / "site.css"
    assert version


@pytest.mark.parametrize("page", PAGES)
def test_light_or_dark_is_known_before_anything_is_drawn(html, page):
    """Otherwise every page is first drawn with neither, and its tables and code move when the theme decides."""
    source = (html / f"{page}.html").read_text(encoding="utf-8")
    assert 0 < source.find("prefers-color-scheme: dark") < source.find("_static/site.css") < source.find("<body")


def test_the_stylesheet_is_small_and_whole(html):
    text = (html / "_static" / "site.css").read_text(encoding="utf-8")
    assert len(text) < 200_000
    for needed in (
        ".bd-sidebar-primary",
        ".callout-predict",
        ".highlight",
        "div.cell_output",
        "@media print",
        "@font-face",
    ):
        assert needed in text, needed
    assert ".fa-accessible-icon" not in text
    assert [path.name for path in (html / "_static").rglob("*.css")] == ["site.css"]
