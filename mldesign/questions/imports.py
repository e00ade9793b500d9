"""Check exported files as an import would meet them: valid against their schema, whole, and saying what the bank says.

The schemas in ``schemas/`` were written for this book; each says from what, and why the official one is not used. Reading a
file back follows what the platforms look at: Canvas the score that a choice sets and the feedback that it shows, Moodle the
fraction of each answer.
"""

import functools
import io
import shutil
import sys
import zipfile
from html import unescape
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

import xmlschema

from mldesign.questions import Chapter, collect, duplicates, problems
from mldesign.questions.export import MANIFEST, PACKAGE_SPACE, QTI_SPACE, counts, html, label, write

SCHEMAS = Path(__file__).resolve().parent / "schemas"
Read = tuple[
    str, str, list[tuple[str, bool, str]]
]  # name, HTML of the question, of each option: HTML, right, HTML of why


@functools.cache
def _schema(name: str) -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(SCHEMAS / f"{name}.xsd")


def _invalid(name: str, content: bytes, where: str) -> list[str]:
    """Return what makes XML invalid against a schema, each with the file and the element."""
    try:
        ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        return [f"{where}: no well-formed XML: {error}"]
    found = _schema(name).iter_errors(io.BytesIO(content))
    return [f"{where}: {error.path}: {error.reason}" for error in found]


def check_canvas(package: bytes, chapters: list[Chapter]) -> list[str]:
    """Return what is wrong with a Canvas package; an empty list when nothing is."""
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile:
        return ["no zip file"]
    if MANIFEST not in files:
        return [f"{MANIFEST} is missing: Canvas finds nothing to import"]
    found = _invalid("manifest", files[MANIFEST], MANIFEST)
    if found:
        return found
    resources = ElementTree.fromstring(files[MANIFEST]).iter(f"{{{PACKAGE_SPACE}}}resource")
    named, assessments = {MANIFEST}, []
    for resource in resources:
        names = [file.get("href") for file in resource.iter(f"{{{PACKAGE_SPACE}}}file")]
        named.update(names)
        if resource.get("type") == "imsqti_xmlv1p2":
            assessments += names
    found += [f"{MANIFEST} names {name}, which is not in the package" for name in sorted(named - set(files))]
    found += [f"{name} is in the package, and {MANIFEST} does not name it" for name in sorted(set(files) - named)]
    for name in assessments:
        if name in files:
            found += _invalid("qti", files[name], PurePosixPath(name).name)
    if found:
        return found
    read = [question for name in assessments for question in read_qti(files[name])]
    return _differences(read, chapters, wrapped="<div>{}</div>")


def check_moodle(content: bytes, chapters: list[Chapter]) -> list[str]:
    """Return what is wrong with a Moodle XML file; an empty list when nothing is."""
    return _invalid("moodle", content, "Moodle XML") or _differences(read_moodle(content), chapters)


def read_qti(content: bytes) -> list[Read]:
    """Return the questions of a QTI 1.2 assessment: a choice is right when it sets a score above 0."""

    def text(element) -> str:
        return element.find(f".//{{{QTI_SPACE}}}mattext").text

    read = []
    for item in ElementTree.fromstring(content).iter(f"{{{QTI_SPACE}}}item"):
        shown = {feedback.get("ident"): text(feedback) for feedback in item.iter(f"{{{QTI_SPACE}}}itemfeedback")}
        scores, why = {}, {}
        for condition in item.iter(f"{{{QTI_SPACE}}}respcondition"):
            picked = condition.find(f".//{{{QTI_SPACE}}}varequal").text
            for score in condition.iter(f"{{{QTI_SPACE}}}setvar"):
                scores[picked] = float(score.text)
            for feedback in condition.iter(f"{{{QTI_SPACE}}}displayfeedback"):
                why[picked] = shown.get(feedback.get("linkrefid"), "")
        options = [
            (text(choice), scores.get(choice.get("ident"), 0) > 0, why.get(choice.get("ident"), ""))
            for choice in item.iter(f"{{{QTI_SPACE}}}response_label")
        ]
        read.append((item.get("title"), text(item.find(f"{{{QTI_SPACE}}}presentation")), options))
    return read


def read_moodle(content: bytes) -> list[Read]:
    """Return the questions of a Moodle XML file: an answer is right when it gives the full mark."""
    read = []
    for question in ElementTree.fromstring(content).iter("question"):
        if question.get("type") == "multichoice":
            options = [
                (answer.findtext("text"), answer.get("fraction") == "100", answer.findtext("feedback/text"))
                for answer in question.iter("answer")
            ]
            read.append((question.findtext("name/text"), question.findtext("questiontext/text"), options))
    return read


def _differences(read: list[Read], chapters: list[Chapter], wrapped: str = "{}") -> list[str]:
    """Return where what was read back differs from the bank, by words: spaces and how a sign is written do not count."""

    def same(one: str, other: str) -> bool:
        return unescape(one).split() == unescape(wrapped.format(html(other))).split()

    items = [item for chapter in chapters for item in chapter.items]
    if len(read) != len(items):
        return [f"holds {len(read)} questions, the bank {len(items)}"]
    found = []
    for (name, text, options), item in zip(read, items, strict=True):
        if name != label(item) or not same(text, item.text):
            found.append(f"{item.id}: the question is not the bank's")
        if [right for _, right, _ in options] != [option.right for option in item.options]:
            found.append(f"{item.id}: not the same option is right")
        elif not all(same(a, b.text) and same(c, b.why) for (a, _, c), b in zip(options, item.options, strict=True)):
            found.append(f"{item.id}: the text of an option, or why it is right or not, is not the bank's")
    return found


def export(folder: Path) -> int:
    """Check the bank, write every export into the emptied folder, check each file; print a table and return an exit code."""
    chapters = collect()
    faults = [fault for chapter in chapters for fault in problems(chapter)] + duplicates(chapters)
    if faults:
        print("The question bank is not exported; mend first:", *faults, sep="\n  ", file=sys.stderr)
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    files = write(chapters, folder)
    parts = {"all": chapters, **{chapter.slug: [chapter] for chapter in chapters}}
    for file in files:
        check = {"canvas": check_canvas, "moodle": check_moodle}.get(file.parent.name)
        if check:
            faults += [
                f"{file.parent.name}/{file.name}: {fault}" for fault in check(file.read_bytes(), parts[file.stem])
            ]
    table = counts(chapters)
    widths = [max(len(row[place]) for row in table) for place in range(len(table[0]))]
    for row in table:
        print(
            row[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            sep="  ",
        )
    if faults:
        print("Exported files that an import would refuse or read wrongly:", *faults, sep="\n  ", file=sys.stderr)
        return 1
    print(
        f"{len(files)} files in {folder}: each is valid against its schema, and says what the bank says when read back."
    )
    return 0
