"""Lecture decks: their form, what they take out of the lessons, and how they look; each rule is shown a fault that it must find."""

import json
import re
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from mldesign import data, slides
from mldesign.site import weight
from mldesign.slides import build
from mldesign.slides.stored import Lesson, NotStoredError, Table, formatted
from tests.book import build as build_book
from tests.book import soup
from tests.browse import browse
from tests.hygiene import slides as rules
from tests.need import need

ROOT = data.ROOT
DECKS = slides.decks(ROOT)
EXEMPLAR = DECKS["01-business-value"]


# The form


@pytest.mark.parametrize("name", DECKS)
def test_form(name):
    found = rules.problems(DECKS[name])
    assert not found, "\n" + "\n".join(found)


def without(pattern):
    """Return a plant that takes every place of a pattern out of the deck."""
    return lambda text: re.sub(pattern, "", text, flags=re.MULTILINE)


def before(mark, line):
    """Return a plant that writes a line before the first place of a mark."""
    return lambda text: text.replace(mark, f"{line}\n\n{mark}", 1)


TWELVE = ":::{notes} 4\nGive the room"  # the notes of the slide that shows the first result
ECHO = "The best list of all is a list of households."
FAULTS = {
    "few slides": (lambda text: "\n## ".join(text.split("\n## ")[:9]), "9 slides; a deck has 15 to 25"),
    "short": (lambda text: text.replace("{notes} 4", "{notes} 1"), "minutes; a lecture has 60 to 75"),
    "other title": (lambda text: text.replace("# The business", "# A business", 1), "begins otherwise than its lesson"),
    "third level": (before(TWELVE, "### More"), "a heading of the third level"),
    "no sentence": (
        lambda text: text.replace("## So what do you tell her?", "## Summary"),
        "the heading is the message",
    ),
    "wordy": (before(TWELVE, "word " * 66), "at most 65"),
    "no notes": (without(r"^:::\{notes\} 5\n(.*\n)+?:::$"), "no notes with minutes"),
    "no minutes": (lambda text: text.replace("{notes} 5", "{notes}"), "no notes with minutes"),
    "thin notes": (
        lambda text: re.sub(r"(\{notes\} 5\n)(.*\n)+?:::", r"\1Talk about it.\n:::", text),
        "the notes have 3 words",
    ),
    "echo": (
        lambda text: text.replace("Return to", f"{ECHO} Return to").replace(
            "> **Decision.**", f"{ECHO}\n\n> **Decision.**"
        ),
        "the notes repeat",
    ),
    "one discussion": (lambda text: text.replace("> **Discuss.**", "> **Ask.**", 2), "1 slides with > **Discuss.**"),
    "no students": (lambda text: text.replace("**Students say.**", "", 1), "**Students say.**"),
    "no prediction": (without(r"> \*\*Predict\.\*\*"), "no slide with > **Predict.**"),
    "no result": (without(r"^:::\{table-of\} bac12aa1\n(.*\n)+?:::$|\{value\}`bac12aa1[^`]*`"), "shows no result"),
    "figure": (before(TWELVE, "It loses 71 dollars."), "'71' is typed"),
    "share": (before(TWELVE, "That is 0.39 of them."), "'0.39' is typed"),
    "percentage": (before(TWELVE, "Nearly 12% leave."), "'12%' is typed"),
    "words": (before(TWELVE, "About forty percent of the list."), "'percent' is typed"),
    "figure in a heading": (lambda text: text.replace("## So what do", "## So 7 times: what do"), "'7' is typed"),
    "figure in notes": (
        lambda text: text.replace("Give the room", "It was 12.5 dollars. Give the room"),
        "'12.5' is typed",
    ),
    "no lesson": (
        lambda text: text.replace("(01-business-value.ipynb)", "(02-what-is-mlops.ipynb)"),
        "a link to the lesson",
    ),
    "no lab": (lambda text: text.replace("(../../labs/lab1-frame.ipynb)", ""), "a link to a lab"),
    "nothing to read": (lambda text: text.replace("- Read: ", "- "), "something to read"),
    "from nowhere": (without(r"\{value\}`[^`]*`|^:::\{\w+-of\}(.*\n)+?:::$"), "fewer than three references"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(tmp_path, fault):
    plant, message = FAULTS[fault]
    shutil.copy(EXEMPLAR.with_name("01-business-value.ipynb"), tmp_path)
    text = EXEMPLAR.read_text(encoding="utf-8")
    planted = tmp_path / EXEMPLAR.name
    planted.write_text(plant(text), encoding="utf-8")
    found = rules.problems(planted)
    assert any(message in line for line in found), found


def test_a_picture_of_the_lesson_is_wanted(tmp_path):
    cell = {
        "cell_type": "code",
        "id": "a",
        "source": "# The lesson",
        "outputs": [{"data": {"image/png": ""}}],
        "metadata": {},
    }
    (tmp_path / "x.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    deck = tmp_path / "x.slides.md"
    deck.write_text("# The lesson\n", encoding="utf-8")
    assert any("has pictures" in line for line in rules.problems(deck))


@pytest.mark.parametrize(
    "text",
    [
        "Elkan (2001) and lesson 1.2, module 3, lab 1, section 4.",
        "Take 5 minutes; p95, F1 and HTTP-like names such as S3.",
        "The number {value}`bac12aa1 [model; dollars] -> .0f` and `threshold = 0.5`.",
        "1. First\n2. Second",
        "[Rules](https://example.org/43-rules)",
        "> **Constructed.** Of 20 apples\n> 5 are bad.",
    ],
)
def test_what_is_no_typed_figure(text):
    assert not rules.FIGURE.search(rules.NAMED.sub("", rules.prose(text)))


# What a deck takes out of its lesson


@pytest.fixture(scope="module")
def lesson(tmp_path_factory) -> Lesson:
    """A small lesson with every kind of output."""
    table = (
        '<table class="dataframe"><thead><tr><th></th><th colspan="2">money</th></tr><tr><th></th><th>low</th><th>high</th></tr>'
        "<tr><th>list</th><th></th><th></th></tr></thead><tbody><tr><th>ours</th><td>-71.0</td><td>1,234.5</td></tr>"
        "<tr><th>hers</th><td>NaN</td><td>0.385</td></tr></tbody></table>"
    )
    alt = {"mystnb": {"image": {"alt": "What it shows"}}}
    page = '<figure class="explorable"><img alt="Start" src="data:image/png;base64,QUJD"></figure>'
    cells = [
        ("table", {"text/html": table, "text/plain": "low high"}, {}),
        ("words", {"text/markdown": "Won back: 83% of 400.\n\nOf 20 trials 14.", "text/plain": "<Markdown>"}, {}),
        ("drawn", {"image/png": "QUJD", "text/plain": "<Figure>"}, alt),
        ("mute", {"image/png": "QUJD"}, {}),
        ("moves", {"text/html": page, "text/plain": "Explorable"}, {}),
    ]
    found = [
        {
            "cell_type": "code",
            "id": name,
            "source": f"RATE = 0.20\n# {name}\nend()",
            "metadata": metadata,
            "outputs": [{"data": output}],
        }
        for name, output, metadata in cells
    ]
    found[1]["outputs"].append({"text": ["first\n", "second\n"]})
    found[3]["outputs"].append({"text": ["She came back after the third letter, and bought bread\n"]})
    path = tmp_path_factory.mktemp("lesson") / "x.ipynb"
    for cell in found:
        cell["execution_count"] = 1
        for output in cell["outputs"]:
            stream = {"output_type": "stream", "name": "stdout"}
            output.update({"output_type": "display_data", "metadata": {}} if "data" in output else stream)
    title = {"cell_type": "markdown", "id": "title", "source": "# X", "metadata": {}}
    whole = {
        "cells": [title, *found],
        "metadata": {"language_info": {"name": "python", "pygments_lexer": "ipython3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(whole), encoding="utf-8")
    return Lesson(path)


@pytest.mark.parametrize(
    ("cell", "reference", "value"),
    [
        ("table", "[ours; money, low]", "−71.0"),
        ("table", "[ours; money, low] -> abs .0f", "71"),
        ("table", "[ours; money, high] -> ,.0f", "1,234"),
        ("table", "[hers; money, high] -> .1%", "38.5%"),
        ("table", "[hers; money, low]", "–"),
        ("words", r"Won back: (\d+%)", "83%"),
        ("words", r"\d+ trials", "20 trials"),
        ("words", r"RATE = ([\d.]+) -> .0%", "20%"),
    ],
)
def test_value(lesson, cell, reference, value):
    assert lesson.cell(cell).value(reference) == value


@pytest.mark.parametrize(
    ("cell", "reference", "message"),
    [
        ("gone", "x", "x.ipynb has no cell 'gone'"),
        ("table", "[theirs; money, low]", "0 rows 'theirs'. Known: ours; hers"),
        ("table", "[ours; low]", "0 columns 'low'. Known: money, low; money, high"),
        ("words", "Lost", "cell words: 'Lost' fits nothing. It now holds:\nWon back: 83%"),
        ("words", r"\d+", "fits 4 places that differ"),
        ("words", r"(", "is no regular expression"),
        ("words", r"Won (\w+) -> .0f", "'back' is no number"),
        ("words", r"Won back: (\d+) -> 5s", "'5s' is no format"),
    ],
)
def test_a_value_that_is_not_there(lesson, cell, reference, message):
    with pytest.raises(NotStoredError, match=re.escape(message)):
        lesson.cell(cell).value(reference)


def test_table(lesson):
    table = lesson.cell("table").table()
    assert table.columns == ["money, low", "money, high"] and table.head == "list"
    chosen = table.chosen("hers = her list; ours", "money, high .1f = most")
    assert chosen.columns == ["most"] and chosen.rows == [("her list", ["0.4"]), ("ours", ["1234.5"])]
    page = BeautifulSoup(chosen.html(mark="ours"), "html.parser")
    assert [row.get("class") for row in page.tbody.find_all("tr")] == [None, ["marked"]]
    assert not BeautifulSoup(chosen.html(named=False), "html.parser").tbody.find("th")
    for wrong in ({"rows": "theirs"}, {"columns": "none"}):
        with pytest.raises(NotStoredError, match="Known"):
            table.chosen(**wrong)
    with pytest.raises(NotStoredError, match="Known"):
        chosen.html(mark="theirs")


def test_a_row_has_its_own_format():
    table = Table("", ["model"], [("AUC", ["0.864"]), ("reached", ["14.000"])])
    assert table.chosen("AUC; reached .0f = lapsing", "model .2f").rows == [("AUC", ["0.86"]), ("lapsing", ["14"])]


def test_a_name_may_look_like_a_format_or_a_label():
    table = Table("", ["low", "noticed, 10 %"], [("ε", ["1", "2"]), ("ε = 0.5", ["3", "4"])])
    chosen = table.chosen("ε = all; ε = 0.5; ε = 0.5 .0f = half", "noticed, 10 %; noticed, 10 % .1f = tenth")
    assert chosen.columns == ["noticed, 10 %", "tenth"]
    assert chosen.rows == [("all", ["2", "2.0"]), ("ε = 0.5", ["4", "4.0"]), ("half", ["4", "4"])]


def test_texts_pictures_and_code(lesson):
    cell = lesson.cell("words")
    assert cell.text(number=2) == "first\nsecond"
    assert cell.text("trials", number=1) == "Of 20 trials 14."
    assert cell.code("#", "#") == "# words"
    for wrong, message in [
        (lambda: cell.text(), "wanted one text (choose with :number: where there are more), there are 2"),
        (lambda: cell.text(number=3), "wanted text 3, there are 2"),
        (lambda: cell.table(), "wanted one table"),
        (lambda: cell.code("Q"), "'Q' stands in 0 lines"),
        (lambda: cell.code("RATE", "Q"), "no line from there on holds 'Q'"),
        (lambda: cell.picture(), "wanted one picture, there are 0"),
        (lambda: cell.explorable(), "wanted one explorable, there are 0"),
        (lambda: lesson.cell("mute").picture(), "no alternative text"),
    ]:
        with pytest.raises(NotStoredError, match=re.escape(message)):
            wrong()
    assert lesson.cell("drawn").picture().alt == "What it shows" and lesson.cell("drawn").picture().content == b"ABC"
    assert lesson.cell("moves").picture().alt == "Start" and lesson.cell("moves").explorable().startswith("<figure")


def test_minus_signs_are_real_ones():
    assert formatted("-59 (-90 to -27)") == "−59 (−90 to −27)"
    assert formatted("2017-11-23, x-1") == "2017-11-23, x-1"


# The build


def small(folder: Path, lesson: Lesson, text: str) -> Path:
    """Write a book of a lesson and its deck."""
    place = folder / "modules" / "01-small"
    place.mkdir(parents=True)
    shutil.copy(lesson.path, place / "01-x.ipynb")
    (place / "01-x.slides.md").write_text(f"# X\n\n{text}\n", encoding="utf-8")
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nchapters:\n- file: modules/01-small/01-x\n", encoding="utf-8"
    )
    return folder


def made(folder: Path, lesson: Lesson, text: str):
    """Build a small book's deck; return the process and the page."""
    done = build.build(folder / "out", small(folder, lesson, text))
    page = folder / "out" / "01-x.html"
    return done, page.read_text(encoding="utf-8") if page.is_file() else ""


def test_a_deck_shows_what_the_lesson_stores(tmp_path, lesson):
    text = (
        "Lost {value}`table [ours; money, low] -> abs .0f` of {value}`words of (\\d+)`: {value}`mute She .*`\n\n:::{table-of} table\n:rows: ours\n:::\n\n"
        ":::{text-of} words\n:number: 1\n:to: Won\n:::\n\n:::{code-of} words\n:from: RATE\n:to: RATE\n:::\n\n:::{picture-of} drawn\n:::\n\n"
        ":::{explorable-of} moves\n:::\n\n> **Discuss.** Why?\n\n[It](01-x.ipynb)\n\n:::{notes} 3\nSay *this*.\n:::\n"
    )
    done, page = made(tmp_path, lesson, text)
    assert done.returncode == 0, done.stderr
    view = BeautifulSoup(page, "html.parser")
    assert "Lost 71 of 400" in view.get_text() and "lesson 1.1" in view.get_text()
    assert view.find("span", class_="value") and not view.find("span", class_="value", string=re.compile("She came")), (
        "a number stays whole, a sentence breaks"
    )
    assert (
        "She came back" in view.get_text()
        and "Won back: 83% of 400." in view.get_text()
        and "RATE" in view.pre.get_text()
    )
    assert view.find("img", alt="What it shows")["src"].startswith("_images/") and view.find(class_="explorable")
    assert view.aside.em.get_text() == "this" and "3 min · from 0:00" in view.aside.get_text()
    assert "callout-discuss" in view.blockquote["class"]
    assert view.find("a", string="It")["href"] == "../modules/01-small/01-x.html"
    assert len(view.find_all("section")) == page.count("</section>") == 1


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("{value}`words Lost: (\\d+)`", ["01-x.slides.md:3", "cell words", "fits nothing", "Won back: 83%"]),
        (":::{table-of} table\n:rows: theirs\n:::", ["01-x.slides.md:3", "0 rows 'theirs'", "ours; hers"]),
        (":::{picture-of} gone\n:::", ["01-x.slides.md:3", "no cell 'gone'"]),
        ("![Nothing](figures/none.svg)", ["01-x.slides.md:3", "none.svg"]),
        ("[Nowhere](none.ipynb#there)", ["01-x.slides.md:3", "none"]),
        ("[No page](../../_toc.md)", ["01-x.slides.md:3", "_toc"]),
    ],
)
@pytest.mark.matrix
def test_what_a_deck_cannot_find_fails_the_build(tmp_path, lesson, text, messages):
    done, _ = made(tmp_path, lesson, text)
    assert done.returncode != 0
    for message in messages:
        assert message in done.stdout + done.stderr


def small_site(folder: Path, lesson: Lesson, text: str):
    """Build a small book with a deck and a page that links to it; return the process and the folder of its pages."""
    small(folder, lesson, text)
    stored = json.loads(lesson.path.read_text(encoding="utf-8"))
    whole = {**stored, "cells": stored["cells"][:1]}  # the small lesson's pictures are no real ones
    (folder / "modules" / "01-small" / "01-x.ipynb").write_text(json.dumps(whole), encoding="utf-8")
    (folder / "index.md").write_text("# Book\n\nThe [slides](modules/01-small/01-x.slides.md).\n", encoding="utf-8")
    shutil.copy(ROOT / "_config.yml", folder)
    return build_book(folder / "site", folder), folder / "site" / "_build" / "html"


@pytest.mark.matrix
def test_a_deck_is_built_with_the_book_and_linked(tmp_path, lesson):
    done, pages = small_site(tmp_path, lesson, "Text")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (pages / "slides" / "01-x.html").is_file()
    assert soup(pages / "index.html").article.find("a", string="slides")["href"] == "slides/01-x.html"
    assert soup(pages / "modules" / "01-small" / "01-x.html").find("a", href="../../slides/01-x.html")


@pytest.mark.matrix
def test_a_link_to_the_deck_of_a_lesson_left_out_is_text_with_a_note(tmp_path, lesson):
    small(tmp_path, lesson, "Text")
    (tmp_path / "index.md").write_text("# Book\n\nThe [slides](modules/01-small/01-x.slides.md).\n", encoding="utf-8")
    (tmp_path / "more.md").write_text(f"# More\n\n{'A page with words. ' * 20}\n", encoding="utf-8")
    toc = "format: jb-book\nroot: index\nchapters:\n- file: more\n#- file: modules/01-small/01-x\n"
    (tmp_path / "_toc.yml").write_text(toc, encoding="utf-8")
    shutil.copy(ROOT / "_config.yml", tmp_path)
    done = build_book(tmp_path / "site", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    page = soup(tmp_path / "site" / "_build" / "html" / "index.html").article
    assert "slides (not in this edition)" in page.get_text() and page.find("a", string="slides") is None


@pytest.mark.matrix
def test_a_wrong_deck_fails_the_book(tmp_path, lesson):
    done, _ = small_site(tmp_path, lesson, "{value}`title Lost`")
    assert done.returncode != 0
    assert "fits nothing" in done.stdout + done.stderr


def test_the_command(monkeypatch, capsys, tmp_path):
    assert build.main(["no-deck"]) == 2
    assert "There is no deck no-deck. Known: 01-business-value" in capsys.readouterr().err
    assert build.main(["--cells", "01-business-value"]) == 0
    assert "bac12aa1 (code)" in capsys.readouterr().out
    monkeypatch.setattr(build.shutil, "which", lambda _: None)
    assert build.print_all(tmp_path, ["x"]) == 0
    assert "No PDF" in capsys.readouterr().out


# The decks as they are published


@pytest.mark.parametrize("name", DECKS)
def test_links_lead_somewhere_and_the_lesson_leads_to_the_deck(html, name):
    page = html / "slides" / f"{name}.html"
    for link in soup(page).find_all("a", href=True):
        parts = urlsplit(link["href"])
        if parts.scheme:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        assert target.is_file(), f"{name}: {link['href']} leads to no file"
        if parts.fragment:
            assert soup(target).find(id=unquote(parts.fragment)), f"{name}: {link['href']} leads to no place"
    lesson = html / DECKS[name].relative_to(ROOT).parent / f"{name}.html"
    assert soup(lesson).find("a", href=f"../../slides/{name}.html")


@pytest.mark.parametrize("name", DECKS)
def test_a_deck_is_light_and_needs_nothing_from_elsewhere(html, name):
    page = html / "slides" / f"{name}.html"
    assert sum(map(weight.transfer, weight.files(page.resolve()))) < weight.BUDGET
    view = soup(page)
    assert view.html["lang"] == "en" and view.title.get_text() and view.find("meta", {"name": "description"})
    assert all(len(picture["alt"]) > 20 for picture in view.find_all("img"))
    assert all(cell.get_text(strip=True) for cell in view.find_all("th")), "a table has an empty heading"
    assert all(table.parent.get("tabindex") == "0" for table in view.find_all("table")), (
        "a table that scrolls needs focus"
    )
    assert len(view.find_all("h1")) == 1 and len(view.find_all("section")) == len(rules.Deck(DECKS[name]).slides)


# In a browser

LOOK = """
const found = {};
for (const page of PAGES) {
  const wide = await open(page, 1280, 720), reveal = wide.Reveal, bad = [];
  await until(() => reveal.isReady?.());
  const count = reveal.getTotalSlides();
  for (let i = 0; i < count; i++) {
    reveal.slide(i);
    const slide = reveal.getCurrentSlide(), edge = slide.getBoundingClientRect(), scale = reveal.getScale();
    let right = 0, bottom = 0;
    for (const part of slide.querySelectorAll(":scope > :not(aside), :scope > :not(aside) *")) {
      const box = part.getBoundingClientRect();
      right = Math.max(right, (box.right - edge.left) / scale);
      bottom = Math.max(bottom, (box.bottom - edge.top) / scale);
    }
    const edges = [Math.round(right), Math.round(bottom)];
    if (edges[0] > 1250 || edges[1] > 700) bad.push([i + 1, ...edges]);
  }
  const narrow = await open(page, 375);
  found[page] = {count, bad, overflow: narrow.document.documentElement.scrollWidth - 375};
}
return found;
"""


def look(folder: Path, pages: list[str]) -> dict:
    """Open decks in Chromium: page → number of slides, those that do not fit, pixels too wide on a phone."""
    return browse(folder, LOOK.replace("of PAGES", f"of {pages}"))


@pytest.mark.browser
def test_every_slide_fits_and_no_deck_scrolls_sideways_on_a_phone(html):
    found = look(html / "slides", [f"{name}.html" for name in DECKS])
    assert len(found) == len(DECKS) and all(view["count"] >= 15 for view in found.values())
    tall = {page: view["bad"] for page, view in found.items() if view["bad"]}
    assert not tall, f"[slide, right edge (at most 1250), bottom edge (at most 700)]: {tall}"
    assert not {page: view["overflow"] for page, view in found.items() if view["overflow"] > 0}


@pytest.mark.browser
@pytest.mark.matrix
def test_a_slide_that_does_not_fit_is_found(tmp_path, lesson):
    line = "A sentence that is long enough to fill a line of the slide from left to right, more or less."
    text = "Text\n\n## A slide that fits\n\nText\n\n## A slide too tall\n\n" + "\n\n".join([line] * 12)
    text += f"\n\n## A slide too wide\n\n<div style='width:1300px'>{line}</div>\n"
    done, _ = made(tmp_path, lesson, text)
    assert done.returncode == 0, done.stderr
    found = look(tmp_path / "out", ["01-x.html"])["01-x.html"]
    assert [number for number, *_ in found["bad"]] == [3, 4] and found["overflow"] > 500


@pytest.mark.browser
def test_a_deck_prints_one_slide_a_page(html, tmp_path):
    build.pdf(html / "slides" / "01-business-value.html", tmp_path / "deck.pdf", need("browser"))
    pages = re.findall(rb"/Type\s*/Page\b", (tmp_path / "deck.pdf").read_bytes())
    assert len(pages) == len(rules.Deck(EXEMPLAR).slides)
