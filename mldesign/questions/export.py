"""Write the question bank for Canvas (QTI 1.2), for Moodle (Moodle XML), and as a list to read.

The QTI comes from text2qti. Moodle's importer knows QTI only as Blackboard wrote it, and no kept library writes Moodle XML with a
feedback for each answer and tags; what is needed of it is short. Both get the same HTML, made from the Markdown.
"""

import csv
import io
import re
import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import yaml
from markdown_it import MarkdownIt
from text2qti.config import Config
from text2qti.qti import QTI
from text2qti.quiz import Quiz

from mldesign.notebooks import ROOT
from mldesign.questions import DIFFICULTIES, Chapter, Item

BOOK = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["title"]
LICENCE = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
QTI_SPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
PACKAGE_SPACE = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
METADATA_SPACE = "http://www.imsglobal.org/xsd/imsmd_v1p2"
MANIFEST = "imsmanifest.xml"

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_TABLE = '<table border="1" cellpadding="4" style="border-collapse: collapse">'  # an LMS draws no lines of its own


def html(markdown: str) -> str:
    """Return Markdown as HTML; a single paragraph without its ``<p>``."""
    made = _MARKDOWN.render(markdown).strip().replace("<table>", _TABLE)
    alone = re.fullmatch(r"<p>(.*)</p>", made, re.DOTALL)
    return alone[1] if alone and "<p>" not in alone[1] else made


def label(item: Item) -> str:
    """Return a question's name in the learning platform: its id, objective and difficulty."""
    parts = [item.id, f"objective {item.objective}" if item.objective else "", item.difficulty or ""]
    return " · ".join(filter(None, parts))


def tags(chapter: Chapter, item: Item) -> list[str]:
    """Return a question's tags: its chapter, where it stands, its objective and difficulty."""
    lesson = chapter.number if not chapter.number[0].isdigit() else f"lesson {chapter.number}"
    found = [lesson, "on the page" if item.on_page else "not on the page"]
    found += [f"objective {item.objective}"] if item.objective else []
    return found + ([item.difficulty] if item.difficulty else [])


def heading(chapter: Chapter) -> str:
    """Return the chapter's title as it is shown, with its number once."""
    return (
        chapter.title
        if chapter.title.lower().startswith(chapter.number.lower())
        else f"{chapter.number} {chapter.title}"
    )


def parts(chapter: Chapter) -> list[tuple[str, list[Item]]]:
    """Return a chapter's questions apart, with a title each: those that stand on its page, and those for tests."""
    kinds = {"on its page": True, "for tests": False}
    found = [(kind, [item for item in chapter.items if item.on_page is kinds[kind]]) for kind in kinds]
    return [(f"{heading(chapter)} · {kind}", items) for kind, items in found if items]


# Canvas


def _line(markdown: str) -> str:
    """Return HTML on one line, in which text2qti finds neither Markdown nor a formula."""
    made = re.sub(r"<pre>.*?</pre>", lambda code: code[0].replace("\n", "&#10;"), html(markdown), flags=re.DOTALL)
    for sign in "$\\":
        made = made.replace(sign, f"&#{ord(sign)};")
    return f"<div>{made}</div>".replace("\n", " ")


def _qti(title: str, items: list[Item]) -> QTI:
    """Return questions as text2qti's quiz, with the id, objective and difficulty of each as its metadata."""
    lines = [
        f"Quiz title: {title}",
        f"Quiz description: <div>{BOOK}. {LICENCE}. One point a question; each option says why it is right or not.</div>",
        "shuffle answers: true",
    ]
    for place, item in enumerate(items, 1):
        lines += ["", f"Title: {label(item)}", "Points: 1", f"{place}. {_line(item.text)}"]
        for letter, option in zip("abcdefgh", item.options, strict=False):
            lines += [f"{'*' if option.right else ''}{letter}) {_line(option.text)}", f"... {_line(option.why)}"]
    made = QTI(Quiz("\n".join(lines), config=Config()))
    ElementTree.register_namespace("", QTI_SPACE)
    root = ElementTree.fromstring(made.assessment)
    for element, item in zip(root.iter(f"{{{QTI_SPACE}}}item"), items, strict=True):
        metadata = element.find(f"{{{QTI_SPACE}}}itemmetadata/{{{QTI_SPACE}}}qtimetadata")
        for name in ("id", "objective", "difficulty"):
            if value := getattr(item, name):
                entry = ElementTree.SubElement(metadata, f"{{{QTI_SPACE}}}qtimetadatafield")
                ElementTree.SubElement(entry, f"{{{QTI_SPACE}}}fieldlabel").text = f"mldesign_{name}"
                ElementTree.SubElement(entry, f"{{{QTI_SPACE}}}fieldentry").text = str(value)
    made.assessment = ElementTree.tostring(root, encoding="unicode", xml_declaration=True)
    return made


def canvas(chapters: list[Chapter]) -> bytes:
    """Return a QTI 1.2 content package, as Canvas reads it: an assessment for each part of each chapter."""
    quizzes = [_qti(title, items) for chapter in chapters for title, items in parts(chapter)]
    for prefix, space in (("", PACKAGE_SPACE), ("imsmd", METADATA_SPACE)):
        ElementTree.register_namespace(prefix, space)
    manifest = ElementTree.fromstring(quizzes[0].imsmanifest_xml)
    resources = manifest.find(f"{{{PACKAGE_SPACE}}}resources")
    for quiz in quizzes[1:]:
        resources.extend(ElementTree.fromstring(quiz.imsmanifest_xml).find(f"{{{PACKAGE_SPACE}}}resources"))
    # text2qti calls every package private and copyrighted.
    text = {"title": BOOK, "rights": LICENCE}
    for place, said in text.items():
        for element in manifest.iter(f"{{{METADATA_SPACE}}}{place}"):
            next(element.iter(f"{{{METADATA_SPACE}}}string")).text = said
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:

        def put(name: str, content: str) -> None:
            package.writestr(zipfile.ZipInfo(name), content.encode("utf-8"), zipfile.ZIP_DEFLATED)

        put(MANIFEST, ElementTree.tostring(manifest, encoding="unicode", xml_declaration=True))
        for quiz in quizzes:
            name = quiz.assessment_identifier
            put(f"{name}/assessment_meta.xml", quiz.assessment_meta)
            put(f"{name}/{name}.xml", quiz.assessment)
    return stream.getvalue()


# Moodle


def moodle(chapters: list[Chapter]) -> bytes:
    """Return a Moodle XML file: a category for each part of each chapter, a multiple-choice question for each item."""
    root = ElementTree.Element("quiz")

    def text(parent, tag: str, said: str, **attributes: str):
        element = ElementTree.SubElement(parent, tag, attributes)
        ElementTree.SubElement(element, "text").text = said
        return element

    for chapter, title, items in ((one, *part) for one in chapters for part in parts(one)):
        category = ElementTree.SubElement(root, "question", type="category")
        text(category, "category", f"$course$/top/{BOOK}/{title.replace('/', '//')}")
        for item in items:
            question = ElementTree.SubElement(root, "question", type="multichoice")
            text(question, "name", label(item))
            text(question, "questiontext", html(item.text), format="html")
            text(question, "generalfeedback", "", format="html")
            for tag, said in {
                "defaultgrade": "1",
                "penalty": "0.3333333",  # what a further try costs, where a quiz allows one; Moodle's own default
                "hidden": "0",
                "idnumber": item.id,
                "single": "true",
                "shuffleanswers": "true",
                "answernumbering": "ABCD",
            }.items():
                ElementTree.SubElement(question, tag).text = said
            for option in item.options:
                answer = text(
                    question, "answer", html(option.text), fraction="100" if option.right else "0", format="html"
                )
                text(answer, "feedback", html(option.why), format="html")
            tagged = ElementTree.SubElement(question, "tags")
            for tag in tags(chapter, item):
                text(tagged, "tag", tag)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


# To read


def as_markdown(chapters: list[Chapter]) -> str:
    """Return the bank as one Markdown text, with the answers."""
    lines = [f"# Question bank: {BOOK}", "", LICENCE, ""]
    for chapter in chapters:
        lines += [f"## {heading(chapter)}", ""]
        lines += [f"{place}. {goal}" for place, goal in enumerate(chapter.objectives, 1)]
        for item in chapter.items:
            lines += ["", f"### {label(item)}" + (" · on the page" if item.on_page else ""), "", item.text, ""]
            for letter, option in zip("ABCDEFGH", item.options, strict=False):
                verdict = "**right.**" if option.right else "not this one."
                lines += [f"- {letter}. {option.text}", f"  {letter} is {verdict} {' '.join(option.why.split())}"]
        lines.append("")
    return "\n".join(lines)


def as_csv(chapters: list[Chapter]) -> str:
    """Return the bank as a table of comma-separated values, one question a row, in Markdown."""
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    options = [f"{part} {letter}" for letter in "ABCDEF" for part in ("option", "why")]
    table.writerow(
        ["id", "chapter", "objective", "objective says", "difficulty", "on the page", "question", "right", *options]
    )
    for chapter in chapters:
        for item in chapter.items:
            goal = chapter.objectives[item.objective - 1] if item.objective else ""
            answers = [part for option in item.options for part in (option.text, option.why)]
            row = [item.id, heading(chapter), item.objective or "", goal, item.difficulty or ""]
            table.writerow([*row, "yes" if item.on_page else "no", item.text, item.right, *answers])
    return stream.getvalue()


def counts(chapters: list[Chapter]) -> list[list[str]]:
    """Return the table of counts: a heading, a row for each chapter, a last row for all."""
    objectives = range(1, max((len(chapter.objectives) for chapter in chapters), default=0) + 1)
    letters = sorted({item.right for chapter in chapters for item in chapter.items if item.right})
    kinds = ["on page", "for tests", *DIFFICULTIES, *objectives, *letters]

    def row(name: str, items: list[Item]) -> list[str]:
        found = Counter("on page" if item.on_page else "for tests" for item in items)
        for item in items:
            found.update([item.difficulty, item.objective, item.right])
        return [name, *(str(found[kind] or "") for kind in kinds)]

    heading = [
        "",
        *kinds[:5],
        *(f"objective {number}" for number in objectives),
        *(f"right {letter}" for letter in letters),
    ]
    every = [item for chapter in chapters for item in chapter.items]
    return [heading, *(row(chapter.number, chapter.items) for chapter in chapters), row("all", every)]


def write(chapters: list[Chapter], folder: Path) -> list[Path]:
    """Write every export into an empty folder; return the files."""
    made = {
        "questions.md": as_markdown(chapters).encode("utf-8"),
        "questions.csv": as_csv(chapters).encode("utf-8-sig"),
    }
    for slug, part in [("all", chapters), *((chapter.slug, [chapter]) for chapter in chapters)]:
        made[f"canvas/{slug}.zip"] = canvas(part)
        made[f"moodle/{slug}.xml"] = moodle(part)
    for name, content in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return [folder / name for name in made]
