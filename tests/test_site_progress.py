"""Progress in the browser: kept, shown, exported, imported, erased, and patient with blocked storage and damaged data."""

import re

import pytest

from mldesign import notebooks
from mldesign.site import progress
from tests.book import ROOT, soup
from tests.browse import browse

PAGES = [page for page in notebooks.pages() if progress.WORK.match(page)]
LESSON = next(page for page in PAGES if "/01-" in page)
SCRIPT = """
const lesson = "LESSON.html", found = {}, key = () => Object.keys(localStorage).find((name) => name.startsWith("mldesign:"));
const kept = () => JSON.parse(localStorage.getItem(key()));
let view = await open(lesson), page = view.document;
found.before = key() ?? "nothing";
const button = () => page.querySelector("article .progress-done button");
button().click();
found.done = kept().pages["LESSON"].done;
found.said = page.querySelector(".progress-done [role=status]").textContent;
const question = [...page.querySelectorAll("article p > strong")].find((lead) => lead.textContent === "Question 1.").parentElement;
const options = [];
for (let next = question.nextElementSibling; next.matches("details"); next = next.nextElementSibling) options.push(next);
const right = (option) => /^Right/.test(option.querySelector("summary ~ *").textContent.trim());
options.find((option) => !right(option)).querySelector("summary").click();
options.find(right).querySelector("summary").click();
found.quiz = kept().pages["LESSON"].quiz;
found.answer = question.querySelector(".progress-answer").textContent;
view.Storage.prototype.setItem = () => { throw new Error("full"); };
button().click();
found.blocked = page.querySelector(".progress-done [role=status]").textContent;

view = await open("index.html");
found.marks = [...view.document.querySelectorAll(".bd-sidebar-primary .progress-mark")].map((mark) => mark.parentElement.getAttribute("href") + mark.textContent);

view = await open("modules/progress.html"), page = view.document;
const row = () => [...page.querySelector('tr[data-page="LESSON"]').cells].slice(1).map((cell) => cell.textContent);
const press = (text) => [...page.querySelectorAll("#progress button")].find((made) => made.textContent === text).click();
const said = () => page.querySelector("#progress-said").textContent;
found.row = row();
let exported;
view.URL.createObjectURL = (blob) => { exported = blob; return "#"; };
press("Export as a file");
found.exported = JSON.parse(await exported.text());
view.confirm = () => false; press("Erase"); found.refused = kept() !== null;
view.confirm = () => true; press("Erase"); found.erased = [said(), key() ?? "nothing", row()[0]];
const hand = async (text) => {
  const files = new view.DataTransfer(), input = page.querySelector("#progress-file");
  files.items.add(new view.File([text], "progress.json"));
  input.files = files.files;
  page.querySelector("#progress-said").textContent = "";
  input.dispatchEvent(new view.Event("change"));
  await until(said);
  return said();
};
found.foreign = [await hand("no json"), await hand('{"pages": {"<img>": {"done": "2026-01-01"}, "x": 3, "y": {"done": "soon", "quiz": {"a": 1}}}}'), key() ?? "nothing"];
found.imported = [await hand(await exported.text()), row(), kept().pages["LESSON"].done];
localStorage.setItem(key(), "{damaged");
view = await open("modules/progress.html"), page = view.document;
found.damaged = [said(), row()[0]];
view = await open(lesson);
found.still = view.document.querySelector("article .progress-done button").textContent;
return found;
"""


@pytest.fixture(scope="module")
def found(html):
    """What a reader's clicks bring about."""
    return browse(html, SCRIPT.replace("LESSON", LESSON))


@pytest.mark.browser
def test_a_page_is_done_when_the_reader_says_so(found):
    assert found["before"] == "nothing", "something was kept without being asked"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", found["done"])
    assert found["said"] == f"✓ Done on {found['done']}."
    assert f"{LESSON}.html ✓ done" in found["marks"]


@pytest.mark.browser
def test_the_option_opened_first_counts(found):
    assert found["quiz"] == {"1": False}
    assert found["answer"].strip() == "○ not at first"
    assert found["row"][1].startswith("0 right at first, 1 of ")


@pytest.mark.browser
def test_export_erase_import(found):
    assert found["exported"]["pages"][LESSON] == {"done": found["done"], "quiz": {"1": False}}
    assert found["refused"]
    assert found["erased"] == ["Erased.", "nothing", "–"]
    assert "holds no progress" in found["foreign"][0] and "holds no progress" in found["foreign"][1]
    assert found["foreign"][2] == "nothing"
    assert found["imported"][0].startswith("Imported: 1 pages.")
    assert found["imported"][2] == found["done"]


@pytest.mark.browser
def test_blocked_storage_and_damaged_data_are_said(found):
    assert "does not let the site keep anything" in found["blocked"]
    assert "cannot be read" in found["damaged"][0] and found["damaged"][1] == "–"
    assert found["still"] == "Mark this page as done"


def test_every_lesson_and_lab_has_its_line_and_its_questions(html):
    rows = soup(html / "modules" / "progress.html").select("#progress tr[data-page]")
    assert [row["data-page"] for row in rows] == PAGES
    for row in rows:
        asked = len(re.findall(r"\*\*Question \d+\.\*\*", (ROOT / f"{row['data-page']}.ipynb").read_text("utf-8")))
        assert int(row["data-questions"]) == asked


def test_script_and_build_agree_on_what_can_be_done():
    script = (ROOT / "mldesign" / "site" / "static" / "progress.js").read_text(encoding="utf-8")
    pattern = re.search(r"WORK = /\^(.+)/;", script)[1].replace("\\/", "/")
    assert pattern == progress.WORK.pattern


def test_own_scripts_are_small_and_load_nothing():
    for path in (ROOT / "mldesign" / "site" / "static").glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert len(text.encode()) < 6000, path.name
        assert not re.search(r"https?://", text), path.name
