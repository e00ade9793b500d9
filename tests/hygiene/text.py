"""Rules for Markdown: plain everywhere it is shown, dollars that stay dollars, known call-outs, complete quizzes."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator

from mldesign import quiz
from tests.hygiene.page import PARSER, Cell, Page, texts

LEADS = ("Predict.", "Assumption.", "Decision.", "Careful.", "Principle.", "Try it.")
ROLE = re.compile(r"\{[a-zA-Z][\w:+.-]*\}$")
OUTSIDE = re.compile(r"^(:{3,}|\([\w-]+\)=\s*$|\+\+\+)", re.MULTILINE)
DOLLAR = re.compile(r"(?<!\\)\$")


def plain_markdown(page: Page) -> Iterator[str]:
    """No MyST directive, role, target or block break: only the site would understand it."""
    for cell in page.markdown:
        for token in cell.tokens:
            if token.type == "fence" and token.info.strip().startswith("{"):
                yield f"{cell.where} has the directive {token.info.strip()}. Notebooks are plain Markdown: use a block quote or a table."
            if token.type == "inline" and (found := OUTSIDE.search(token.content)):
                yield f"{cell.where} has the MyST syntax {found.group(0)!r}. Notebooks are plain Markdown."
        inline = cell.inline()
        for before, token in itertools.pairwise(inline):
            if token.type == "code_inline" and before.type == "text" and (found := ROLE.search(before.content)):
                yield f"{cell.where} has the role {found.group()}`{token.content}`. Use a plain link or code."


def dollars_escaped(page: Page) -> Iterator[str]:
    r"""A dollar in Markdown, or in output shown as Markdown or HTML, is written ``\$``: two of them make a formula."""
    for cell in page.markdown:
        if found := _bare_dollar(cell.source):
            yield f"{cell.where} has an unescaped dollar: {found!r}. Write \\$."
    for cell in page.code:
        for kind, text in texts(cell):
            if kind == "text/markdown" and (found := _bare_dollar(text)):
                yield f"{cell.where} shows Markdown with an unescaped dollar: {found!r}. Write \\\\$ in the f-string."
            if kind == "text/html":
                body = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
                pieces = [piece for piece in re.split(r"<[^>]*>", body) if len(DOLLAR.findall(piece)) > 1]
                if pieces:
                    yield f"{cell.where} shows two dollars in one text, which become a formula: {pieces[0].strip()[:60]!r}. Name the unit in the header."


def _bare_dollar(markdown: str) -> str:
    """Return the surroundings of the first unescaped dollar outside code, or an empty string.

    The parser drops the backslash of ``\\$``, so code is blanked in the source and the source is searched.
    """
    text = markdown
    for token in PARSER.parse(markdown):
        if token.type in ("fence", "code_block"):
            text = text.replace(token.content, "")
        for child in token.children or []:
            if child.type == "code_inline":
                text = text.replace(child.markup + child.content + child.markup, "")
    found = DOLLAR.search(text)
    return text[max(0, found.start() - 20) : found.end() + 20].replace("\n", " ") if found else ""


def leads(cell: Cell) -> list[str]:
    """Return the bold opening of each block quote of a Markdown cell; an empty string for one without."""
    found, inside = [], False
    for token in cell.tokens:
        if token.type == "blockquote_open":
            inside = True
        elif inside and token.type == "inline":
            children = [child for child in token.children or [] if child.content or child.type == "strong_open"]
            bold = len(children) > 1 and children[0].type == "strong_open"
            found.append(children[1].content if bold else "")
            inside = False
    return found


def known_leads(page: Page) -> Iterator[str]:
    """A call-out opens with one of six bold leads, full stop included: the site draws it by that word."""
    for cell in page.markdown:
        for lead in leads(cell):
            if lead.endswith(".") and lead not in LEADS:
                yield f"{cell.where} has the call-out lead {lead!r}. Leads: {' '.join(LEADS)}"


def quiz_form(page: Page) -> Iterator[str]:
    """Every question is one cell tagged quiz, numbered in order, with three to six explained options."""
    number = 0
    for cell in page.markdown:
        questions = quiz.questions(cell.source)
        if questions and "quiz" not in cell.tags:
            yield f"{cell.where} holds a quiz question without the tag quiz."
        if "quiz" in cell.tags and len(questions) != 1:
            yield f"{cell.where} is tagged quiz and holds {len(questions)} questions; write one a cell (see mldesign/quiz.py)."
        for question in questions:
            number += 1
            if question.number != number:
                yield f"{cell.where} is question {question.number}, but the {number}th of the page. Number them in order."
            for problem in quiz.problems(question):
                yield f"{cell.where}: {problem}"


def quiz_spread(page: Page) -> Iterator[str]:
    """No letter is right in more than half of a page's questions: a reader would guess it."""
    found = [question for cell in page.markdown for question in quiz.questions(cell.source)]
    right = Counter(option.label for question in found for option in question.options if option.right)
    for label, count in right.items():
        if len(found) > 2 and count > (len(found) + 1) // 2:
            yield f"{page.where}: {label} is right in {count} of {len(found)} questions. Change the order of the options."
