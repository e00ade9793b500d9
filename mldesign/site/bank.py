"""The counts of the question bank: the directive ``question-counts``, filled in while building."""

import os
from collections import Counter
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from mldesign.notebooks import ROOT
from mldesign.questions import DIFFICULTIES, Chapter, collect


def table(chapters: list[Chapter], base: Path = ROOT / "modules" / "teaching") -> str:
    """Return the counts as Markdown: a row for each lesson, linked from ``base``, a column for each objective, then a sentence."""
    lessons = [chapter for chapter in chapters if chapter.is_lesson]
    numbers = range(1, max((len(chapter.objectives) for chapter in lessons), default=0) + 1)
    rows = [["lesson", "on page + for tests", *map(str, numbers)], ["---"] * (2 + len(numbers))]
    total = Counter(item.difficulty for chapter in chapters for item in chapter.items)
    for chapter in lessons:
        told = Counter((item.objective, item.difficulty) for item in chapter.items)
        cells = [" / ".join(str(told[number, kind]) for kind in DIFFICULTIES) for number in numbers]
        cells = [cell if number <= len(chapter.objectives) else "" for number, cell in zip(numbers, cells, strict=True)]
        address = Path(os.path.relpath(chapter.notebook, base)).as_posix()
        quiz = len(chapter.items) - len(chapter.more)
        rows.append([f"[{chapter.number}]({address})", f"{quiz} + {len(chapter.more)}", *cells])
    more = sum(len(chapter.more) for chapter in chapters)
    quiz = sum(len(chapter.items) for chapter in chapters) - more
    kinds = ", ".join(f"{total[kind]} {kind}" for kind in DIFFICULTIES)
    said = f"With those of *Getting ready* and of the labs: {quiz} questions on pages, {more} for tests; by difficulty {kinds}."
    return "\n".join([*(f"| {' | '.join(row)} |" for row in rows), "", said])


class QuestionCounts(SphinxDirective):
    """Stands where the table of counts is wanted."""

    def run(self):
        """Return the table."""
        place = nodes.container()
        lines = table(collect()).splitlines()
        self.state.nested_parse(StringList(lines, self.env.docname), self.content_offset, place)
        return place.children


def setup(app):
    """Register the directive with Sphinx."""
    app.add_directive("question-counts", QuestionCounts)
