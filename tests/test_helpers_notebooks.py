"""Running and storing notebooks, and reading quiz questions."""

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from mldesign import notebooks, quiz
from tests import small_book


def test_pages_come_in_reading_order(tmp_path):
    toc = tmp_path / "_toc.yml"
    toc.write_text(
        "root: index\nparts:\n  - chapters:\n      - file: a\n        sections:\n          - file: a1\n      - file: b\n",
        encoding="utf-8",
    )
    (tmp_path / "a1.ipynb").write_text("{}", encoding="utf-8")
    (tmp_path / "b.md").write_text("", encoding="utf-8")
    assert notebooks.pages(toc) == ["index", "a", "a1", "b"]
    assert notebooks.notebooks(toc) == [tmp_path / "a1.ipynb"]


def test_stored_twice_is_stored_the_same(tmp_path):
    first = small_book.executed(tmp_path)
    path = tmp_path / small_book.LESSON
    before = path.read_bytes()
    for cell in first.cells:
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            before = before.replace(cell.outputs[0].data["text/plain"].encode(), b"TIME")
    notebooks.execute(path)
    after = path.read_bytes()
    for cell in nbformat.read(path, as_version=4).cells:
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            after = after.replace(cell.outputs[0].data["text/plain"].encode(), b"TIME")
    assert before == after


def test_a_notebook_that_fails_is_left_as_it_was(tmp_path):
    path = tmp_path / "fails.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1 + 1"), new_code_cell("1 / 0")]), path)
    before = path.read_bytes()
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        notebooks.execute(path)
    assert path.read_bytes() == before


def test_only_what_matters_is_stored():
    code = new_code_cell("# @title Solution\nx = 1  \n\n", metadata={"execution": {"started": "now"}})
    code.outputs = [new_output("stream", name="stdout", text=text) for text in ("a", "b")]
    code.outputs += [new_output("stream", name="stderr", text="c"), new_output("stream", name="stdout", text="d")]
    heading = new_markdown_cell("#### Solution", metadata={notebooks.COLLAPSED: True})
    notebook = new_notebook(cells=[heading, code], metadata={"kernelspec": {"name": "mine", "display_name": "Mine"}})
    notebooks.normalise(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.colab.collapsed_sections == [heading.id]
    assert code.source == "# @title Solution\nx = 1"
    assert code.metadata == {"cellView": "form"}
    assert [(output.name, output.text) for output in code.outputs] == [
        ("stdout", "ab"),
        ("stderr", "c"),
        ("stdout", "d"),
    ]


# Quiz

QUESTION = small_book.question(3)


def test_question_is_read():
    (question,) = quiz.questions(QUESTION)
    assert question.number == 3 and question.text == "What does the total say?"
    assert [option.label for option in question.options] == ["A", "B", "C"]
    assert [option.right for option in question.options] == [False, True, False]
    assert question.options[1].explanation == "The cell adds the numbers from zero to nine."
    assert quiz.problems(question) == []


def test_two_questions_are_told_apart_and_prose_has_none():
    assert [question.number for question in quiz.questions(QUESTION + "\n\n" + QUESTION.replace("3.", "4."))] == [3, 4]
    assert quiz.questions("A **Question** of taste.") == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("What does the total say?", "", "no text"),
        ("**Right.**", "**Not this one.**", "no right option"),
        ("**Right.** ", "", "option B must open with"),
        ("B. The sum", "D. The sum", "lettered A, B, C"),
        ("The cell adds the numbers from zero to nine.", "Yes.", "option B is not explained"),
        ("C. Nothing at all</summary>\n\n", "C. Nothing at all</summary>\n", "2 readable options"),
    ],
)
def test_faults_of_a_question_are_named(old, new, words):
    assert old in QUESTION
    (question,) = quiz.questions(QUESTION.replace(old, new))
    assert any(words in problem and "Question 3" in problem for problem in quiz.problems(question))
