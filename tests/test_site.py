"""The book as it is published: builds without a warning, right links, light pages, and works in a browser.

One build serves all tests (tests/conftest.py), once as this checkout's own repository and once as a fork would build it.
"""

import os
import re
import types
from pathlib import Path

import pytest
import yaml

from mldesign import data, notebooks, site
from mldesign.site import links, redirects, reports, weight
from tests.book import build, hrefs, small_book, soup
from tests.browse import watched

ROOT = data.ROOT
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
PAGES = notebooks.pages()
# Reports of a tool, opened by a link and drawn by the tool's own script: no pages of the book.
REPORTS = {path.relative_to(ROOT).with_suffix("").as_posix() for path in reports.shown(ROOT, PAGES)}
NOTEBOOKS = [page for page in PAGES if (ROOT / f"{page}.ipynb").exists()]


# The settings


def test_every_key_of_the_configuration_is_known():
    """Jupyter Book ignores a mistyped key without a word; its own default file lists those that exist."""
    import jupyter_book.config

    known = yaml.safe_load(jupyter_book.config.PATH_YAML_DEFAULT.read_text(encoding="utf-8"))
    for key, value in CONFIG.items():
        assert key in known, f"_config.yml: unknown key {key}"
        if isinstance(value, dict):
            for inner in value:
                assert inner in known[key], f"_config.yml: unknown key {key}: {inner}"
    jupyter_book.config.validate_yaml(CONFIG, raise_on_errors=True)


# The build


def test_the_pages_of_the_table_of_contents_are_built_and_no_others(html):
    built = {path.relative_to(html).with_suffix("").as_posix() for path in html.rglob("*.html")}
    made = {name for name in built if name.split("/")[0] in ("404", "search", "genindex", "_static", "slides")}
    assert built - made - REPORTS - set(redirects.moved()) == set(PAGES)
    assert built >= REPORTS


@pytest.mark.parametrize("report", sorted(REPORTS))
def test_a_report_is_opened_by_a_link_on_a_page_and_never_loaded_by_one(html, report):
    place, name = Path(report).parent.parent, f"figures/{Path(report).name}.html"
    links = [link for page in (html / place).glob("*.html") for link in soup(page).select("a[href]")]
    leading = [link for link in links if link["href"].split("#")[0] == name]
    assert leading, f"no page of {place} links to {name}"
    assert not any(link.has_attr("download") for link in leading)
    assert not any(
        name in page.read_text("utf-8").replace(f'href="{name}', "") for page in (html / place).glob("*.html")
    )


def test_a_broken_link_and_a_formula_that_cannot_be_read_fail_the_build(tmp_path):
    text = "# Title\n\nA [link](nowhere.md) to nothing.\n\nThe value $\\frac{a}$ is cut.\n"
    done = build(tmp_path, small_book(tmp_path, text))
    assert done.returncode != 0
    warnings = [line for line in (done.stdout + done.stderr).splitlines() if "WARNING" in line]
    assert len(warnings) == 2
    assert "nowhere.md" in "".join(warnings) and "formula" in "".join(warnings)


@pytest.mark.parametrize("page", PAGES)
def test_links_inside_the_book_lead_somewhere(html, page):
    found, wrong = links.inside(html / f"{page}.html")
    assert found and not wrong


@pytest.mark.parametrize("page", NOTEBOOKS)
def test_launch_and_edit_buttons(html, page):
    repository, branch = CONFIG["repository"]["url"].removeprefix("https://github.com/"), CONFIG["repository"]["branch"]
    found = hrefs(html / f"{page}.html")
    file = f"{page}.ipynb"
    assert f"https://mybinder.org/v2/gh/{repository}/{branch}?urlpath=lab/tree/{file}" in found
    assert f"https://colab.research.google.com/github/{repository}/blob/{branch}/{file}" in found
    assert f"https://github.com/{repository}/edit/{branch}/{file}" in found
    assert any(href.startswith(f"https://github.com/{repository}/issues/new") for href in found)


@pytest.fixture(scope="module")
def fork(tmp_path_factory) -> Path:
    """The one page of a small book, as a fork builds it."""
    folder = tmp_path_factory.mktemp("fork")
    variables = {"GITHUB_REPOSITORY": "a-school/ml-course", "GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "spring"}
    text = "# Title\n\n> **Predict.** More or less?\n\n> **Try it.** Again.\n\n> A quotation of **Predict.** only.\n\n"
    done = build(folder, small_book(folder, text + "The value $p \\cdot v - c$ of a contact.\n"), **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "_build" / "html" / "index.html"


def test_a_fork_publishes_links_to_itself(fork):
    found = hrefs(fork)
    assert "https://github.com/a-school/ml-course/edit/spring/index.md" in found
    assert not any("mldesign--course" in href for href in found)


@pytest.mark.parametrize(("head", "branch"), [("", "spring"), ("a-branch-of-a-fork", "main")])
def test_a_pull_request_links_to_the_branch_that_is_published(monkeypatch, head, branch):
    """For a pull request a runner names a merge that nobody can edit or launch."""
    for name, value in {"REF_TYPE": "branch", "REF_NAME": "spring", "HEAD_REF": head}.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    options = {"repository_branch": "main"}
    lists = {"html_static_path": [], "templates_path": []}
    site.follow_repository(None, types.SimpleNamespace(html_theme_options=options, html_context={}, **lists))
    assert options["repository_branch"] == branch


# The pages


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_what_it_is(html, page):
    head = soup(html / f"{page}.html").head
    assert head.title.text.strip()
    assert len(head.find("meta", {"name": "description"})["content"]) > 40


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_text_and_names_no_folder_of_this_machine(html, page):
    assert len(soup(html / f"{page}.html").article.get_text().split()) > 50
    source = (html / f"{page}.html").read_text(encoding="utf-8")
    for folder in (ROOT, html, Path.home()):
        assert f"{folder.as_posix()}/" not in source and str(folder) + os.sep not in source


@pytest.mark.parametrize("page", PAGES)
def test_pictures_have_a_text_and_keep_their_place(html, page):
    pictures = soup(html / f"{page}.html").article.find_all("img")
    for picture in pictures:
        assert picture.get("alt") is not None, f"{page}: {picture.get('src', '')[:80]} has no alternative text"
        if not picture["src"].startswith("data:"):
            assert picture.get("width"), f"{page}: {picture['src']} has no size"
            assert picture.get("height") or "style" in picture.attrs, f"{page}: {picture['src']} has no height"
            assert picture.get("loading") == "lazy", f"{page}: {picture['src']} loads at once"


def test_call_outs_are_marked(fork):
    quotes = soup(fork).article.find_all("blockquote")
    assert [" ".join(quote.get("class", [])) for quote in quotes] == [
        "callout callout-predict",
        "callout callout-try-it",
        "",
    ]


def test_call_outs_are_those_of_the_notebooks():
    """The names in the extension are those that CONTRIBUTING.md allows, so that none goes without its look."""
    line = next(
        row for row in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines() if "| call-out |" in row
    )
    assert set(re.findall(r"\*\*(.+?)\.\*\*", line)) == set(site.CALL_OUTS)


def test_formulas_need_no_script(fork):
    page = soup(fork)
    assert page.article.find("math")
    assert not any("mathjax" in script.get("src", "").lower() for script in page.find_all("script"))


# The weight


@pytest.mark.matrix
def test_first_view_of_every_page_is_light(html):
    found = weight.weights(html)
    print("\n".join(f"{size / 1000:6.0f} kB  {page}" for page, size in found.items()))
    pages = {page: size for page, size in found.items() if page.removesuffix(".html") not in REPORTS}
    heavy = {page: f"{size / 1000:.0f} kB" for page, size in pages.items() if size > weight.BUDGET}
    assert not heavy, f"above {weight.BUDGET // 1000} kB: {heavy}"


@pytest.mark.parametrize(
    ("tag", "heavy"),
    [
        ('<img src="noise.png" loading="lazy">', False),
        ('<link rel="alternate" href="noise.css">', False),
        ('<img src="noise.png">', True),
        ('<script src="noise.js" defer></script>', True),
        ('<link rel="stylesheet" href="noise.css">', True),
        ('<link rel="preload" as="font" href="noise.woff2">', True),
        ('<link rel="stylesheet" href="font.css">', True),
        ('<link rel="stylesheet" href="import.css">', True),
    ],
)
def test_a_heavy_page_is_found(tmp_path, tag, heavy):
    """Whatever it is that weighs 420 kB compressed: a picture, a script, a stylesheet, a file that a stylesheet names."""
    for suffix in ("png", "js", "woff2"):
        (tmp_path / f"noise.{suffix}").write_bytes(bytes([254]) + os.urandom(420_000))
    (tmp_path / "noise.css").write_text(f"/* {os.urandom(420_000).hex()} */", encoding="ascii")
    for name, text in (
        ("font", "@font-face {src: url( 'noise.woff2' )} p {mask: url(gone.png)}"),
        ("import", '@import "font.css"'),
    ):
        (tmp_path / f"{name}.css").write_text(text, encoding="utf-8")
    (tmp_path / "page.html").write_text(f"<p>Text</p>{tag}", encoding="utf-8")
    assert weight.main(tmp_path) == heavy


def test_the_budget():
    """A change of it is a decision, so the figure stands here too."""
    assert weight.BUDGET == 400_000


@pytest.mark.parametrize(
    "text", ['<script src="https://example.org/x.js"></script>', '<link rel="stylesheet" href="x.css">']
)
def test_a_file_from_elsewhere_is_found(tmp_path, text):
    (tmp_path / "x.css").write_text("@import url(//example.org/font.css);", encoding="utf-8")
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="works offline"):
        weight.weights(tmp_path)


# In a browser

LOOK = """
const found = {};
for (const page of PAGES) {
  const frame = await open(page, 375), view = frame.document;
  found[page] = {overflow: view.documentElement.scrollWidth - 375, explorables: {}};
  for (const figure of view.querySelectorAll(".explorable")) {
    const chart = () => figure.querySelector(".explorable-chart").innerHTML, seen = [chart()];
    for (const slider of figure.querySelectorAll("input[type=range]")) {
      for (const value of [slider.min, slider.max]) {
        slider.value = value;
        slider.dispatchEvent(new frame.Event("input"));
        seen.push(chart());
      }
    }
    const drawn = figure.querySelector(".explorable-chart svg") !== null, sane = !seen.join().includes("NaN");
    const sentence = figure.querySelector(".explorable-text").textContent;
    // A label that holds an <output> first is the output's, not the slider's
    const nameless = [...figure.querySelectorAll("input")].filter((one) => !one.getAttribute("aria-label") && !one.labels.length).length;
    found[page].explorables[figure.id] = {drawn, sane, nameless, views: new Set(seen).size, sentence};
  }
}
return found;
"""


def look(folder: Path, pages: list[str]) -> dict:
    """Open pages in Chromium, 375 pixels wide, and move all sliders: page → overflow and explorables; and the errors."""
    seen, errors = watched(folder, LOOK.replace("of PAGES", f"of {pages}"))
    return {"pages": seen, "errors": errors}


@pytest.fixture(scope="module")
def browser(html) -> dict:
    """What Chromium finds on every page of the book."""
    return look(html, [f"{page}.html" for page in PAGES])


def wide(found: dict) -> dict[str, int]:
    """Return the pages that scroll sideways and by how many pixels."""
    return {page: view["overflow"] for page, view in found["pages"].items() if view["overflow"] > 0}


def dead(found: dict) -> list[str]:
    """Return the explorables that draw nothing, draw nonsense, or look the same wherever their sliders stand."""
    figures = {name: seen for view in found["pages"].values() for name, seen in view["explorables"].items()}
    return [
        name
        for name, seen in figures.items()
        if not (seen["drawn"] and seen["sane"] and seen["views"] >= 3 and seen["sentence"])
    ]


@pytest.mark.browser
@pytest.mark.matrix
def test_no_page_scrolls_sideways_on_a_phone(browser):
    assert len(browser["pages"]) == len(PAGES)
    assert not wide(browser)


def nameless(found: dict) -> list[str]:
    """Return the explorables with a slider that a screen reader cannot name; axe takes any label around it for its name."""
    figures = {name: seen for view in found["pages"].values() for name, seen in view["explorables"].items()}
    return [name for name, seen in figures.items() if seen["nameless"]]


@pytest.mark.browser
@pytest.mark.matrix
def test_every_slider_has_a_name(browser):
    assert not nameless(browser)


@pytest.mark.browser
@pytest.mark.matrix
def test_explorables_react(browser):
    assert any(view["explorables"] for view in browser["pages"].values()), "no explorable was found on any page"
    assert not dead(browser)


@pytest.mark.browser
@pytest.mark.matrix
def test_no_page_reports_an_error_in_the_console(browser):
    assert not browser["errors"]


@pytest.mark.browser
def test_what_is_wrong_in_a_browser_is_found(tmp_path):
    body = """<div style="width:900px">wide</div><script>nonsense()</script><figure class="explorable" id="explorable-x">
        <label>Name <output>1</output><input type="range" min="0" max="9"></label><div class="explorable-chart"><svg></svg></div><p class="explorable-text">Text</p>"""
    (tmp_path / "page.html").write_text(f"<!doctype html><title>Page</title>{body}", encoding="utf-8")
    found = look(tmp_path, ["page.html"])
    assert wide(found)["page.html"] > 500
    assert dead(found) == nameless(found) == ["explorable-x"]
    assert "nonsense is not defined" in found["errors"][0]


def test_the_life_cycle_is_the_same_picture_in_every_module():
    def plain(path):
        text = re.sub(r"<(title|desc) .*?</\1>", "", path.read_text(encoding="utf-8"))
        for mark in (r"\s*\.chosen \{.*\}", r'\s*<rect class="here".* height="22" .*/>'):  # a ring, not a step
            text = re.sub(mark, "", text)
        for here, elsewhere in (('"here"', '"step"'), ('"chosen"', '"ring"'), (" inverse", "")):
            text = text.replace(here, elsewhere)
        return text

    pictures = sorted(ROOT.glob("modules/*/figures/life-cycle.svg"))
    assert len(pictures) == 7
    assert {plain(path) for path in pictures} == {plain(pictures[0])}
