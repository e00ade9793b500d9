"""The look, where it can be measured: icons against their ground, in both schemes and as axe does not see them; what can be clicked is large enough."""

import pytest

from tests.book import soup
from tests.browse import browse

LEAST = 3.0  # contrast of what is no text, WCAG 1.4.11
PIXELS = 24  # of what can be clicked, WCAG 2.5.8
PAGES = ["index.html", "modules/01-intro/01-business-value.html", "labs/lab1-frame.html", "search.html"]
MEASURE = """
const pen = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
const over = (colour, ground) => {
  pen.fillStyle = ground; pen.fillRect(0, 0, 1, 1);
  pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1);
  const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
  return `rgb(${r}, ${g}, ${b})`;
};
const light = (colour) => {
  const part = colour.match(/\\d+/g).map((x) => (x / 255 <= 0.04045 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
};
const found = {};
for (const page of PAGES) for (const scheme of ["light", "dark"]) {
  const view = await open(page), icons = [], small = [], still = view.document.createElement("style");
  still.textContent = "*, ::before, ::after { transition: none !important }";
  view.document.head.append(still);
  view.document.documentElement.dataset.theme = scheme;
  view.document.documentElement.dataset.mode = scheme;
  for (const icon of view.document.querySelectorAll("i[class*=fa-]")) {
    const box = icon.getBoundingClientRect();
    if (!box.width || !icon.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    const chain = [];
    for (let place = icon; place; place = place.parentElement) chain.unshift(view.getComputedStyle(place).backgroundColor);
    const ground = chain.reduce((below, colour) => over(colour, below), "rgb(255, 255, 255)");
    const [a, b] = [light(over(view.getComputedStyle(icon, "::before").backgroundColor, ground)), light(ground)];
    icons.push([icon.className, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)]);
  }
  for (const one of view.document.querySelectorAll("button, summary, .toctree-toggle, nav.place a, nav.steps a, .system a")) {
    const box = one.getBoundingClientRect();
    if (box.width && box.height && one.checkVisibility({opacityProperty: true}) && Math.min(box.width, box.height) < PIXELS)
      small.push(`${one.tagName} ${one.className} ${Math.round(box.width)} x ${Math.round(box.height)}`);
  }
  found[`${page} ${scheme}`] = {icons, small};
}
return found;
"""


def measure(folder, pages) -> dict:
    """Return for each page and scheme the contrast of its icons, and what is too small to hit."""
    return browse(folder, MEASURE.replace("of PAGES", f"of {pages}").replace("PIXELS", str(PIXELS)))


def faint(found: dict) -> dict[str, list]:
    """Return the icons below the least contrast, by page and scheme."""
    return {page: bad for page, seen in found.items() if (bad := [icon for icon in seen["icons"] if icon[1] < LEAST])}


@pytest.fixture(scope="module")
def measured(html) -> dict:
    """The measurements on four kinds of page."""
    return measure(html, PAGES)


@pytest.mark.browser
def test_icons_stand_out_from_their_ground(measured):
    assert all(len(seen["icons"]) >= 3 for seen in measured.values()), "the header's icons were not found"
    assert not faint(measured)


@pytest.mark.browser
def test_what_can_be_clicked_is_large_enough(measured):
    assert not {page: seen["small"] for page, seen in measured.items() if seen["small"]}


@pytest.mark.browser
def test_an_icon_that_vanishes_and_a_small_button_are_found(tmp_path):
    style = "i::before {content: ''; display: inline-block; width: 1em; height: 1em; background: currentColor}"
    style += "html[data-theme=dark] body {background: #14181d} button {color: black; padding: 0; font-size: 12px}"
    page = f"<!doctype html><title>Page</title><style>{style}</style><button><i class='fa-moon'></i></button>"
    (tmp_path / "page.html").write_text(page.replace("<button>", "<button style='background: none'>"), encoding="utf-8")
    found = measure(tmp_path, ["page.html"])
    assert list(faint(found)) == ["page.html dark"]
    assert found["page.html light"]["small"]


def test_what_is_folded_is_called_by_what_it_is(html):
    """MyST-NB says *source*, *output* and *content*; a reader wants the code or the result."""
    titles = {title.text for title in soup(html / PAGES[1]).select("details.hide .admonition-title")}
    assert titles == {f"{does} {what}" for does in ("Show", "Hide") for what in ("code", "result", "code and result")}


def test_nothing_lies_over_the_text(html):
    """No button *Back to top*, and none to copy over what a cell printed."""
    assert not soup(html / PAGES[1]).select("#pst-back-to-top")
    assert "div.highlight:not(.cell_output *) pre" in (html / "_static" / "copybutton.js").read_text("utf-8")


def test_the_cover_says_its_title_once(html):
    title = soup(html / "index.html").title.text
    assert title and " — " not in title
    assert soup(html / PAGES[1]).title.text.endswith(f" — {title}")
