"""An edition of the book: pages left out, modules in another order, another title. One edit each, and still no broken link."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from mldesign import data, notebooks, tasks
from tests.hygiene import structure

ROOT = data.ROOT
LANGUAGE = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
TOC = """\
format: jb-book
root: index
chapters:
  - file: lesson
#  - file: gone/index
#    sections:
#      - file: gone/lesson
"""
INDEX = """\
# The old title

See [the **gone** lesson](gone/lesson.ipynb#in-depth), [its module](gone/index.md), [its code](gone/code.py), and [what is here](lesson.ipynb#in-depth).

![A picture that stands beside the page left out](gone/picture.png)

## [Gone: where each idea is taught](gone/index.md)

Ideas of the module that is gone.

## Here

A [page that was forgotten](forgotten.md).
"""


@pytest.fixture(scope="module")
def edition(tmp_path_factory) -> tuple[Path, str]:
    """The pages of a small edition, and what its build said."""
    root = tmp_path_factory.mktemp("edition")
    (root / "gone").mkdir()
    texts = {"_toc.yml": TOC, "index.md": INDEX, "forgotten.md": "# Forgotten\n", "gone/index.md": "# Gone\n"}
    texts["gone/code.py"] = "print(1)\n"
    texts["_config.yml"] = re.sub(
        r"^title: .*$", 'title: "Systems & models"', (ROOT / "_config.yml").read_text(encoding="utf-8"), flags=re.M
    )
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8")
    shutil.copy(next(ROOT.glob("modules/*/figures/*.png")), root / "gone" / "picture.png")
    printed = new_output("display_data", data={"text/markdown": "Of [the output](gone/lesson.ipynb)."})
    here = [
        new_markdown_cell("# Lesson\n\n## In depth\n\nAs in [a cell](gone/lesson.ipynb)."),
        new_code_cell("1", outputs=[printed]),
    ]
    nbformat.write(new_notebook(cells=here, metadata=LANGUAGE), root / "lesson.ipynb")
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Gone\n\n## In depth")]), root / "gone" / "lesson.ipynb")
    command = [sys.executable, "-P", *tasks.BUILD, ".", *tasks.STRICT]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=root)
    return root / "_build" / "html", done.stdout + done.stderr


def article(html: Path, page: str) -> BeautifulSoup:
    return BeautifulSoup((html / f"{page}.html").read_text(encoding="utf-8"), "html.parser").article


def test_a_link_to_a_page_left_out_is_text_with_a_note(edition):
    html, _ = edition
    text = " ".join(article(html, "index").get_text().split())
    assert "See the gone lesson (not in this edition), its module (not in this edition), its code" in text
    assert article(html, "index").find("strong").text == "gone"
    text = " ".join(article(html, "lesson").get_text().split())
    assert "As in a cell (not in this edition)." in text and "Of the output (not in this edition)." in text


def test_a_section_about_a_page_left_out_goes_with_it(edition):
    assert "Ideas of the module" not in article(edition[0], "index").get_text()
    assert "Gone" not in (edition[0] / "index.html").read_text(encoding="utf-8")


def test_links_to_what_is_there_stay_and_no_page_left_out_is_published(edition):
    html, _ = edition
    kept = {link["href"] for link in article(html, "index").select("a.reference")}
    assert "lesson.html#in-depth" in kept and any(href.endswith("code.py") for href in kept)
    assert article(html, "index").find("img", src=re.compile("picture"))
    assert not any("gone" in path.relative_to(html).as_posix() for path in html.rglob("*.*"))


def test_only_the_page_that_was_forgotten_is_an_error(edition):
    """A page that is neither in the table of contents nor left out by a comment: the planted fault."""
    warnings = [line for line in edition[1].splitlines() if "WARNING" in line]
    assert len(warnings) == 1 and "'forgotten'" in warnings[0] and "index.md:" in warnings[0], edition[1]


def test_the_title_of_the_configuration_is_the_title_of_the_cover(edition):
    page = BeautifulSoup((edition[0] / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert page.h1.get_text().strip(" #") == "Systems & models"
    assert "The old title" not in page.get_text() and "Systems & models" in page.head.title.text


def test_pages_left_out_are_those_in_comments(tmp_path):
    toc = tmp_path / "_toc.yml"
    toc.write_text(
        f"# Keys: file, sections\n{TOC}# - file: a\n  # - file: b # no lab\n#    title: c\n", encoding="utf-8"
    )
    assert notebooks.left_out(toc) == ["gone/index", "gone/lesson", "a", "b"]
    assert notebooks.pages(toc) == ["index", "lesson"]


def test_the_page_says_which_module_is_needed_for_which():
    """The table of adopt.md against the links under *Before you start* of every lesson."""
    needed = {str(module): set() for module in range(1, 8)}
    for path in ROOT.glob("modules/0[1-7]-*/0*.ipynb"):
        own = path.parent.name[1]
        opening = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells[:4])
        start = re.search(r"\*\*Before you start:\*\*(.*?)(?:\n\n|\Z)", opening, re.DOTALL)
        for module in re.findall(r"\]\(\.\./0([1-7])-", start[1]):
            needed[module].add(own)
    page = (ROOT / "modules" / "teaching" / "adopt.md").read_text(encoding="utf-8")
    said = dict(re.findall(r"^\| ([1-7]) \| (.+) \|$", page, re.MULTILINE))
    said = {
        module: set(re.findall(r"\b(\d)(?:\.\d)?\b", "2 3 4 5 6 7" if text == "all" else text))
        for module, text in said.items()
    }
    assert said == needed


# The whole book, edited as an instructor would, with its own tests: minutes, so in CI


def without_module_5(toc: str) -> str:
    """Comment out the lines of module 5."""
    return block(5).sub(lambda match: re.sub(r"^(?=.)", "#", match[0], flags=re.MULTILINE), toc)


def block(number: int) -> re.Pattern:
    """Return the pattern of a module's lines in the table of contents."""
    return re.compile(rf"^      - file: modules/0{number}-.*\n(?:        .*\n)*", re.MULTILINE)


def modules_6_and_7_swapped(toc: str) -> str:
    """Move the lines of module 7 above those of module 6."""
    sixth, seventh = block(6).search(toc), block(7).search(toc)
    return toc.replace(sixth[0] + seventh[0], seventh[0] + sixth[0]) if sixth and seventh else toc


def test_a_module_left_out_but_for_its_sections_is_reported(tmp_path):
    """The line ``sections:`` left standing goes to the module before, and takes that one's lessons out: the planted fault."""
    modules = ["modules/01-a/index", "modules/01-a/lesson", "modules/02-b/index", "modules/02-b/lesson"]
    for page in ["index", *modules]:
        (tmp_path / page).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"{page}.md").touch()
    first, second = (
        f"  - file: {top}\n    sections:\n      - file: {lesson}\n" for top, lesson in (modules[:2], modules[2:])
    )
    toc, start = tmp_path / "_toc.yml", "format: jb-book\nroot: index\nchapters:\n"
    toc.write_text(start + first + re.sub(r"^", "#", second.strip("\n"), flags=re.MULTILINE) + "\n", encoding="utf-8")
    assert not list(structure.table_of_contents(tmp_path))
    toc.write_text(start + first + second.replace("  - file:", "#  - file:").replace("    #", "#"), encoding="utf-8")
    assert any("modules/01-a/lesson.md is not in _toc.yml" in said for said in structure.table_of_contents(tmp_path))


def test_the_edits_are_made():
    """Where both edits change nothing, the tests below would skip without a word."""
    whole = (
        TOC.partition("chapters")[0]
        + "parts:\n  - chapters:\n"
        + "".join(
            f"      - file: modules/0{number}-x/index\n        sections:\n          - file: modules/0{number}-x/lesson\n"
            for number in (5, 6, 7)
        )
    )
    assert [page[9] for page in re.findall(r"file: (\S+)/index", modules_6_and_7_swapped(whole))] == ["5", "7", "6"]
    assert without_module_5(whole).count("#") == 3 and len(without_module_5(whole)) == len(whole) + 3


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("edit", "places"),
    [
        (without_module_5, ["tests", "--ignore=tests/lab", "--ignore=tests/capstone"]),
        (modules_6_and_7_swapped, ["tests/test_site.py", "tests/test_hygiene.py"]),
    ],
    ids=["without_module_5", "modules_6_and_7_swapped"],
)
def test_editions_of_the_course_keep_its_tests_green(edit, places, tmp_path):
    """The book's own tests in the edited copy: built without a warning, each link resolves, only the listed pages are published."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    for name in filter(None, found.split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    toc = tmp_path / "_toc.yml"
    before = toc.read_text(encoding="utf-8")
    if edit(before) == before:
        pytest.skip("this edition has no such modules in this order")
    toc.write_text(edit(before), encoding="utf-8")
    who = ["-c", "user.name=School", "-c", "user.email=school@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "--quiet"], ["add", "."], [*who, "commit", "--quiet", "--message", "Our edition"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    inner = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "GITHUB_", "GIT_"))}
    command = [sys.executable, "-m", "pytest", *places, "--quiet", "-m", "not matrix and not browser"]
    command += ["-p", "no:cacheprovider"]
    done = subprocess.run(
        command, cwd=tmp_path, env={**inner, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
