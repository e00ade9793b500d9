"""Quiz questions as plain Markdown, and a parser that holds them to their form.

A question is one Markdown cell that reads the same on the site, on GitHub, in an untrusted JupyterLab, on Colab and
without JavaScript::

    **Question 1.** Which figure decides whether the policy pays?

    <details><summary>A. The AUC</summary>

    **Not this one.** It ranks all households alike; the budget reaches only the first 200.

    </details>
    <details><summary>B. The net value at the budget</summary>

    **Right.** It counts what the decision does.

    </details>

Opening an option shows whether it is right, and why. The book's tests and the question bank read the questions with
:func:`questions`.
"""

import re
from dataclasses import dataclass

RIGHT = "**Right.**"
WRONG = "**Not this one.**"
FEWEST_WORDS = 6  # an explanation shorter than this explains nothing

_QUESTION = re.compile(r"^\*\*Question (\d+)\.\*\*[ \t]*(.*?)(?=^\*\*Question \d+\.\*\*|\Z)", re.MULTILINE | re.DOTALL)
_OPTION = re.compile(r"<details>\s*<summary>\s*([A-Z])\.\s*(.*?)</summary>\s*\n[ \t]*\n(.*?)</details>", re.DOTALL)


@dataclass(frozen=True)
class Option:
    """One answer: its letter, its text, whether it is right, and the explanation behind it (without the lead)."""

    label: str
    text: str
    right: bool | None
    explanation: str


@dataclass(frozen=True)
class Question:
    """A question with its number in the notebook, its text and its options in order."""

    number: int
    text: str
    options: list[Option]


def questions(markdown: str) -> list[Question]:
    """Return the questions of a Markdown text in order; an empty list where there are none."""
    found = []
    for number, body in _QUESTION.findall(markdown):
        options = [_option(*match) for match in _OPTION.findall(body)]
        found.append(Question(int(number), body.split("<details>")[0].strip(), options))
    return found


def _option(label: str, text: str, body: str) -> Option:
    body = body.strip()
    right = True if body.startswith(RIGHT) else False if body.startswith(WRONG) else None
    explanation = body.removeprefix(RIGHT).removeprefix(WRONG).strip()
    return Option(label, text.strip(), right, explanation)


def problems(question: Question) -> list[str]:
    """Return what is wrong with the form of a question; an empty list when nothing is."""
    where = f"Question {question.number}"
    found = []
    if not question.text:
        found.append(f"{where} has no text.")
    if not 3 <= len(question.options) <= 6:
        found.append(
            f"{where} has {len(question.options)} readable options; write three to six, each in <details> with a blank line after </summary>."
        )
    expected = [chr(ord("A") + i) for i in range(len(question.options))]
    if [option.label for option in question.options] != expected:
        found.append(f"{where}: its options must be lettered {', '.join(expected)} in order.")
    if question.options and not any(option.right for option in question.options):
        found.append(f"{where} has no right option.")
    for option in question.options:
        if option.right is None:
            found.append(f"{where}, option {option.label} must open with {RIGHT} or {WRONG}")
        if len(option.explanation.split()) < FEWEST_WORDS:
            found.append(f"{where}, option {option.label} is not explained (fewer than {FEWEST_WORDS} words).")
    return found
