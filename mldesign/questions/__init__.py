"""The question bank: every quiz question of the notebooks, and the questions for tests that stand beside each lesson.

Quiz questions are read from the notebooks (:mod:`mldesign.quiz`). Beside the lesson ``XX-name.ipynb`` the file
``XX-name.questions.yml`` says which objective each of them serves and how hard it is (``quiz``), and holds the questions
that are never on the page (``more``). :func:`collect` reads all of it, :func:`problems` says what is wrong with it, and
:mod:`mldesign.questions.export` writes it for Canvas and Moodle.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import yaml

from mldesign import quiz
from mldesign.notebooks import ROOT, notebooks

DIFFICULTIES = ("recall", "apply", "reason")
FEWEST_MORE = 6  # questions a lesson beside its quiz
FEWEST_REASON = 2  # of those: about an output, a table or a design
MOST_RECALL = 1  # of those
OPTIONS = (3, 5)  # fewest and most options of a question
NO_CATCH_ALL = re.compile(r"^\W*(all|none|both|neither) of (the above|these|them)\b", re.IGNORECASE)

_LESSON = re.compile(r"modules/(\d\d)-[^/]+/(\d\d)-[^/]+$")
_LAB = re.compile(r"labs/lab(\d+)-[^/]+$")
_OBJECTIVES = re.compile(r"\*\*You will be able to\*\*(.*?)(?=^\*\*|\Z)", re.MULTILINE | re.DOTALL)
_OBJECTIVE = re.compile(r"^\d+\.\s+(.*?)(?=^\d+\.\s|\Z)", re.MULTILINE | re.DOTALL)
_KEYS = {"id", "objective", "difficulty", "question", "options"}
_OPTION_KEYS = {"text", "right", "why"}


@dataclass(frozen=True)
class Option:
    """One answer in Markdown, whether it is right, and the explanation that is shown to whoever picks it."""

    text: str
    right: bool
    why: str


@dataclass(frozen=True)
class Item:
    """A question of the bank, in Markdown. ``on_page``: it is a quiz question of the published book."""

    id: str
    text: str
    options: list[Option]
    objective: int | None
    difficulty: str | None
    on_page: bool

    @property
    def right(self) -> str:
        """The letter of the right option; empty where there is not exactly one."""
        letters = [chr(ord("A") + place) for place, option in enumerate(self.options) if option.right]
        return letters[0] if len(letters) == 1 else ""


@dataclass
class Chapter:
    """The questions of one notebook: its number (``1.1``, ``lab 3``), title, objectives, items, and faults met on reading."""

    number: str
    title: str
    notebook: Path
    file: Path
    objectives: list[str] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def slug(self) -> str:
        """The chapter's name in a file name: ``lesson-1.1``, ``lab-3``, ``getting-ready``."""
        return f"lesson-{self.number}" if self.is_lesson else self.number.replace(" ", "-").lower()

    @property
    def is_lesson(self) -> bool:
        """Whether the chapter has questions for tests; labs and the start have only a quiz."""
        return re.fullmatch(r"\d+\.\d+", self.number) is not None

    @property
    def more(self) -> list[Item]:
        """The questions that are not on the page."""
        return [item for item in self.items if not item.on_page]

    def say(self, what: str, place: str = "") -> None:
        """Note a fault with the file that has to be mended, and the question in it."""
        self.faults.append(": ".join(part for part in (self.file.name, place, what) if part))


def number_of(notebook: Path, root: Path = ROOT) -> str:
    """Return a notebook's number in the bank: ``1.1`` of a lesson, ``lab 3`` of a lab, else its name in words."""
    path = notebook.relative_to(root).with_suffix("").as_posix()
    if (lesson := _LESSON.search(path)) and int(lesson[1]):
        return f"{int(lesson[1])}.{int(lesson[2])}"
    if lab := _LAB.search(path):
        return f"lab {lab[1]}"
    return notebook.stem.replace("-", " ")


def collect(paths: list[Path] | None = None, root: Path = ROOT) -> list[Chapter]:
    """Return the questions of the book's notebooks in reading order, without those notebooks that ask nothing.

    Faults met on reading are kept in ``Chapter.faults``; :func:`problems` returns them with those of the content.
    """
    chapters = [_read(path, root) for path in (notebooks(root / "_toc.yml") if paths is None else paths)]
    return [chapter for chapter in chapters if chapter.items or chapter.faults]


def _read(path: Path, root: Path) -> Chapter:
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
    text = "\n\n".join(cell.source for cell in cells)
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    chapter = Chapter(
        number=number_of(path, root),
        title=title[1].strip() if title else path.stem,
        notebook=path,
        file=path.with_suffix(".questions.yml"),
    )
    if found := _OBJECTIVES.search(text):
        chapter.objectives = [" ".join(goal.split()).rstrip(".;") for goal in _OBJECTIVE.findall(found[1])]
    on_page = [
        question
        for cell in cells
        if "quiz" in cell.metadata.get("tags", [])
        for question in quiz.questions(cell.source)
    ]
    described = _load(chapter)
    notes = _list(chapter, described, "quiz")
    if chapter.file.exists() and len(notes) != len(on_page):
        chapter.say(
            f"has {len(notes)} entries, the notebook asks {len(on_page)} questions; write one entry a question, in order",
            "quiz",
        )
        notes = []
    for place, question in enumerate(on_page):
        note = notes[place] if place < len(notes) and isinstance(notes[place], dict) else {}
        options = [Option(option.text, bool(option.right), option.explanation) for option in question.options]
        name = f"{chapter.number}-q{question.number}".replace(" ", "")
        chapter.items.append(
            Item(name, question.text, options, note.get("objective"), note.get("difficulty"), on_page=True)
        )
    for place, entry in enumerate(_list(chapter, described, "more"), 1):
        if item := _item(chapter, entry, place):
            chapter.items.append(item)
    return chapter


def _load(chapter: Chapter) -> dict:
    """Return what a chapter's file says; where it is missing or malformed, nothing and a fault."""
    if not chapter.file.exists():
        return {}
    try:
        content = yaml.safe_load(chapter.file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        chapter.say(f"is not YAML that can be read; mend this first: {' '.join(str(error).split())}")
        return {}
    if not isinstance(content, dict) or not set(content) <= {"quiz", "more"}:
        chapter.say("has to hold two lists, `quiz` and `more`, and nothing else")
        return {}
    return content


def _list(chapter: Chapter, content: dict, name: str) -> list:
    entries = content.get(name) or []
    if isinstance(entries, list):
        return entries
    chapter.say("has to be a list, each entry on a line that begins with a hyphen", name)
    return []


def _item(chapter: Chapter, entry, place: int) -> Item | None:
    """Return a question of ``more``, or nothing and a fault where its parts cannot be read."""
    name = entry.get("id") if isinstance(entry, dict) else None
    where = name if isinstance(name, str) else f"more, entry {place}"
    if not isinstance(entry, dict) or set(entry) != _KEYS:
        given = sorted(map(str, entry)) if isinstance(entry, dict) else [type(entry).__name__]
        chapter.say(f"needs exactly the keys {', '.join(sorted(_KEYS))}; it has {', '.join(given)}", where)
        return None
    options = entry["options"] if isinstance(entry["options"], list) else []
    readable = []
    for letter, option in zip("ABCDEFGHIJ", options, strict=False):
        if not isinstance(option, dict) or not set(option) <= _OPTION_KEYS or "text" not in option:
            chapter.say(f"option {letter} may hold text, why and right, and nothing else", where)
            return None
        for key in ("text", "why"):
            if not isinstance(option.get(key, ""), str):
                chapter.say(
                    f"option {letter}, {key}: YAML reads {option[key]!r} as a {type(option[key]).__name__}; put it in quotes",
                    where,
                )
                return None
        readable.append(Option(option["text"].strip(), option.get("right") is True, option.get("why", "").strip()))
    if not isinstance(entry["question"], str) or not isinstance(name, str):
        chapter.say("id and question have to be text; put a number in quotes", where)
        return None
    return Item(name, entry["question"].strip(), readable, entry["objective"], entry["difficulty"], on_page=False)


def problems(chapter: Chapter) -> list[str]:
    """Return what is wrong with a chapter's questions, each with the file, the question and the mend.

    Every lesson has to have its file of questions; labs and the start may have one.
    """
    judged = Chapter(chapter.number, chapter.title, chapter.notebook, chapter.file, faults=list(chapter.faults))
    if not chapter.file.exists():
        if chapter.is_lesson:
            judged.say(f"is missing; write it beside {chapter.notebook.name}, after the form in CONTRIBUTING.md")
        return judged.faults
    seen = set()
    for item in chapter.items:
        if item.id in seen:
            judged.say("this id is used twice; give the later question the next letter", item.id)
        seen.add(item.id)
        _judge(judged, item, len(chapter.objectives))
    if not chapter.is_lesson:
        return judged.faults
    unasked = set(range(1, len(chapter.objectives) + 1)) - {item.objective for item in chapter.items}
    for objective in sorted(unasked):
        judged.say(f"objective {objective} has no question ({chapter.objectives[objective - 1]}); write one for it")
    _judge_mix(judged, chapter.more)
    return judged.faults


def _judge(judged: Chapter, item: Item, objectives: int) -> None:
    """Note what is wrong with one question."""
    if not objectives and item.objective is not None:
        judged.say(f"objective {item.objective!r} does not exist; the notebook lists none, so leave it out", item.id)
    if objectives and (type(item.objective) is not int or not 1 <= item.objective <= objectives):
        judged.say(f"objective {item.objective!r} does not exist; the notebook lists 1 to {objectives}", item.id)
    if item.difficulty not in DIFFICULTIES:
        judged.say(f"difficulty {item.difficulty!r} is none of {', '.join(DIFFICULTIES)}", item.id)
    if item.on_page:
        return  # its options are held to their form by the hygiene tests of the notebooks
    if not re.fullmatch(re.escape(judged.number.replace(" ", "")) + r"-[a-z]", item.id):
        judged.say(f"the id has to be {judged.number}- and a small letter", item.id)
    if not OPTIONS[0] <= len(item.options) <= OPTIONS[1]:
        judged.say(f"has {len(item.options)} options; write {OPTIONS[0]} to {OPTIONS[1]}", item.id)
    rights = sum(option.right for option in item.options)
    if rights != 1:
        judged.say(f"has {rights} right options; mark exactly one with `right: true`", item.id)
    if len({option.text for option in item.options}) != len(item.options):
        judged.say("two options say the same", item.id)
    for letter, option in zip("ABCDE", item.options, strict=False):
        if len(option.why.split()) < quiz.FEWEST_WORDS:
            judged.say(
                f"option {letter} is not explained; write its `why` in {quiz.FEWEST_WORDS} words or more", item.id
            )
        if NO_CATCH_ALL.search(option.text):
            judged.say(f"option {letter} is a catch-all; name a mistake instead", item.id)
    if "![" in item.text + "".join(option.text + option.why for option in item.options):
        judged.say("holds a picture, which is not exported; say in words or in a table what it shows", item.id)


def _judge_mix(judged: Chapter, more: list[Item]) -> None:
    """Note what is wrong with the questions of ``more`` taken together."""
    if len(more) < FEWEST_MORE:
        judged.say(f"has {len(more)} questions; write {FEWEST_MORE} or more", "more")
    reason = sum(item.difficulty == "reason" for item in more)
    if reason < FEWEST_REASON:
        judged.say(f"has {reason} questions of difficulty reason; write {FEWEST_REASON} or more", "more")
    recall = sum(item.difficulty == "recall" for item in more)
    if recall > MOST_RECALL:
        judged.say(f"has {recall} questions of difficulty recall; keep {MOST_RECALL}", "more")
    longest = sum(_right_is_longest(item) for item in more)
    if longest > len(more) / 2:
        judged.say(
            f"the right option is the longest in {longest} of {len(more)} questions; shorten it or fill the others",
            "more",
        )
    letters = [item.right for item in more]
    for letter in sorted(set(filter(None, letters))):
        if letters.count(letter) > len(letters) / 2:
            judged.say(f"{letter} is right in {letters.count(letter)} of {len(letters)} questions; move some", "more")


def _right_is_longest(item: Item) -> bool:
    """Tell whether the right option gives itself away: longer than each other one."""
    right = max((len(option.text) for option in item.options if option.right), default=0)
    return right > max((len(option.text) for option in item.options if not option.right), default=0)


def duplicates(chapters: list[Chapter]) -> list[str]:
    """Return the ids that more than one chapter uses, with the files."""
    owners: dict[str, list[str]] = {}
    for chapter in chapters:
        for name in {item.id for item in chapter.items}:
            owners.setdefault(name, []).append(chapter.file.name)
    return [
        f"{name}: this id is used in {' and '.join(files)}" for name, files in sorted(owners.items()) if len(files) > 1
    ]
