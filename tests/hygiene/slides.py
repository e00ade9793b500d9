"""The form of a lecture deck: one function for each rule, each yields messages that name the deck, the slide and the mend."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mldesign.slides import SUFFIX
from mldesign.slides.extension import DIRECTIVES
from mldesign.slides.stored import Lesson

SLIDES = (15, 25)
MINUTES = (60, 75)
WORDS = 65  # on one slide, its title not counted
REFERENCE = re.compile(r"\{value\}`|^:::+\{(" + "|".join(DIRECTIVES) + r")\}", re.MULTILINE)
BLOCK = re.compile(r"^(:::+)\{([\w-]+)\}([^\n]*)\n(.*?)^\1\s*$", re.MULTILINE | re.DOTALL)
NO_PROSE = (
    re.compile(r"\{value\}`[^`]*`"),
    re.compile(r"`[^`]*`"),
    re.compile(r"(?<=\])\([^)]*\)"),  # where a link leads
    re.compile(r"^> \*\*Constructed\.\*\*(.*\n>)*.*", re.MULTILINE),
)
NAMED = re.compile(
    r"\b(19|20)\d\d\b|\b\d+ min(utes?)?\b|^\s*\d+\. |"
    r"\b(modules?|lessons?|labs?|exercises?|questions?|tasks?|Python|sections?|chapters?|rules?|articles?) \d+(\.\d+)?",
    re.MULTILINE | re.IGNORECASE,
)
FIGURE = re.compile(r"(?<![\w.])[\d.,]*\d\S*|\b(hundreds?|thousands?|millions?|percent|per cent)\b", re.IGNORECASE)


@dataclass
class Slide:
    """One slide: its title, what it shows, what is said."""

    where: str
    title: str
    body: str
    notes: str
    minutes: int

    @property
    def said(self) -> str:
        """What the author wrote in words on the slide: no reference, code, address or constructed example."""
        return prose(self.body)


class Deck:
    """A deck's source.

    Args:
        path: the file ``XX-lesson.slides.md``.
    """

    def __init__(self, path: Path):
        self.path, self.name = path, path.name.removesuffix(SUFFIX)
        self.source = path.read_text(encoding="utf-8")

    @cached_property
    def slides(self) -> list[Slide]:
        """The slides, the title slide first."""
        found = []
        for text in re.split(r"^(?=##? )", self.source, flags=re.MULTILINE)[1:]:
            title, _, rest = text.partition("\n")
            notes = [match for match in BLOCK.finditer(rest) if match[2] == "notes"]
            said = "\n".join(match[4] for match in notes)
            minutes = sum(int(match[3]) for match in notes if match[3].strip().isdecimal())
            for match in notes:
                rest = rest.replace(match[0], "")
            title = title.lstrip("# ").strip()
            found.append(Slide(f"{self.path.name}, slide {len(found) + 1} ({title})", title, rest, said, minutes))
        return found

    @cached_property
    def lesson(self) -> Lesson:
        """The lesson beside the deck."""
        return Lesson(self.path.with_name(f"{self.name}.ipynb"))


def prose(text: str) -> str:
    """Return what is said in words: no reference, code, address or constructed example."""
    for pattern in (BLOCK, *NO_PROSE):
        text = pattern.sub("", text)
    return text


def length(deck):
    """A lecture has 15 to 25 slides, and notes for 60 to 75 minutes."""
    count, minutes = len(deck.slides), sum(slide.minutes for slide in deck.slides)
    if not SLIDES[0] <= count <= SLIDES[1]:
        yield f"{deck.path.name}: {count} slides; a deck has {SLIDES[0]} to {SLIDES[1]}."
    if not MINUTES[0] <= minutes <= MINUTES[1]:
        yield f"{deck.path.name}: the notes add up to {minutes} minutes; a lecture has {MINUTES[0]} to {MINUTES[1]}."


def title(deck):
    """The deck is called as its lesson is; headings are of the first or second level."""
    wanted = next(
        line
        for cell in deck.lesson.cells.values()
        for line in "".join(cell["source"]).splitlines()
        if line.startswith("# ")
    )
    if not deck.source.startswith(f"{wanted}\n"):
        yield f"{deck.path.name}: begins otherwise than its lesson, with {wanted!r}."
    if re.search(r"^#{3,} ", deck.source, re.MULTILINE):
        yield f"{deck.path.name}: a heading of the third level. A slide has one heading, `## `; write the rest in bold."


def one_message(deck):
    """Each heading is the slide's message, and a slide has few words."""
    for slide in deck.slides[1:]:
        if len(re.findall(r"[\w}`]+", slide.title)) < 4 or len(prose(slide.title)) > 75:
            yield f"{slide.where}: the heading is the message: a sentence of four words or more, up to 75 characters."
        if len(slide.said.split()) > WORDS:
            yield f"{slide.where}: {len(slide.said.split())} words; at most {WORDS}. Say it instead, in the notes."


def notes(deck):
    """Each slide says what to say, in other words than it shows, and for how many minutes."""
    for slide in deck.slides:
        said = " ".join(slide.notes.split())
        if slide.minutes < 1:
            yield f"{slide.where}: no notes with minutes. Write :::{{notes}} 3, what to say, and ::: below."
        elif len(said.split()) < 15:
            yield f"{slide.where}: the notes have {len(said.split())} words. What do you ask, show, warn of?"
        for line in slide.said.splitlines():
            line = " ".join(line.strip("-> |").split())
            if len(line.split()) > 5 and line in said:
                yield f"{slide.where}: the notes repeat {line!r}. Say what the slide does not."


def prompts(deck):
    """Two discussions at least, each with what students say; a prediction at least, each with its result on the next slide."""
    discussions = [slide for slide in deck.slides if "> **Discuss.**" in slide.body]
    if len(discussions) < 2:
        yield f"{deck.path.name}: {len(discussions)} slides with > **Discuss.**; two at least."
    for slide in discussions:
        if "**Students say.**" not in slide.notes:
            yield f"{slide.where}: the notes do not tell what to expect: **Students say.**"
    predictions = [number for number, slide in enumerate(deck.slides) if "> **Predict.**" in slide.body]
    if not predictions:
        yield f"{deck.path.name}: no slide with > **Predict.**"
    for number in predictions:
        following = deck.slides[number + 1] if number + 1 < len(deck.slides) else None
        if following is None or not REFERENCE.search(following.title + "\n" + following.body):
            yield f"{deck.slides[number].where}: the next slide shows no result out of the lesson."


def no_typed_figures(deck):
    """A figure stands in a reference, never typed: then it cannot differ from the lesson."""
    for slide in deck.slides:
        for text in (slide.title, slide.body, slide.notes):
            for figure in FIGURE.finditer(NAMED.sub("", prose(text))):
                yield (
                    f"{slide.where}: {figure[0]!r} is typed. Take it out of the lesson with {{value}}`CELL …`; a made-up figure "
                    "belongs into a block that opens with > **Constructed.**"
                )


def next_step(deck):
    """The last slide sends people on: to the lesson, a lab, something to read."""
    last = deck.slides[-1]
    for what, found in {
        "a link to the lesson": f"({deck.name}.ipynb)" in last.body,
        "a link to a lab": "](../../labs/" in last.body,
        "something to read": re.search(r"\bRead\b|further\.md", last.body),
    }.items():
        if not found:
            yield f"{last.where}: the last slide has not {what}."


def from_the_lesson(deck):
    """A deck shows the lesson: three references at least, and one of its pictures where it has any."""
    if len(REFERENCE.findall(deck.source)) < 3:
        yield f"{deck.path.name}: fewer than three references into the lesson."
    pictures = any(
        "image/png" in str(output) for cell in deck.lesson.cells.values() for output in cell.get("outputs", [])
    )
    if pictures and not re.search(r"\{(picture|explorable)-of\}", deck.source):
        yield f"{deck.path.name}: the lesson has pictures and the deck shows none."


RULES = (length, title, one_message, notes, prompts, no_typed_figures, next_step, from_the_lesson)


def problems(path: Path) -> list[str]:
    """Return everything that is wrong with the form of a deck."""
    deck = Deck(path)
    return [message for rule in RULES for message in rule(deck)]
