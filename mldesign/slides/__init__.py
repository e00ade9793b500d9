"""Lecture decks: one Markdown file beside each lesson, whose figures and numbers are those that the lesson stored.

A deck ``modules/NN-name/XX-lesson.slides.md`` holds headings, sentences, prompts and speaker notes; what is known from the data it
takes out of the lesson by cell (:mod:`mldesign.slides.stored`), so it cannot say anything else than the lesson does.
:mod:`mldesign.slides.extension` teaches Sphinx these references, :mod:`mldesign.slides.build` makes the pages, and
:mod:`mldesign.slides.book` ties them to the book.
"""

from pathlib import Path

from mldesign.notebooks import pages

SUFFIX = ".slides.md"
FOLDER = "slides"  # of the site


def decks(root: Path) -> dict[str, Path]:
    """Return the decks of a book in the order of its lessons: name, such as ``01-business-value`` → source file.

    The deck of a lesson that the table of contents leaves out is left out with it.
    """
    found = [root / f"{page}{SUFFIX}" for page in pages(root / "_toc.yml") if page.startswith("modules/")]
    return {path.name.removesuffix(SUFFIX): path for path in found if path.is_file()}
