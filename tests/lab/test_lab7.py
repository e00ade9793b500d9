"""Lab 7 alone: what its planted break does. (What every lab must keep: test_checks, test_notebooks.)"""

import ast
import re
import sys

import nbformat
import planted
import pytest
from small_labs import write

from mldesign.lab import checking, processes, states, tasks

ENTRY = 'if __name__ == "__main__":'


def faster() -> str:
    """Return the way to deal lots that the notebook puts into score.py."""
    code = [cell.source for cell in nbformat.read(planted.notebook(7), as_version=4).cells if cell.cell_type == "code"]
    (text,) = (found[1] for source in code if (found := re.search(r"FAST = '''\n(.*?)'''", source, re.DOTALL)))
    return text


def test_the_break_of_the_notebook_overrules_a_function_that_no_task_writes():
    text = states.finished("src/targeting/score.py", 7)
    assert text.count(ENTRY) == 1
    assert "draw" in {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    for lab in range(1, 8):
        for task in tasks.of(lab).values() if lab in tasks.labs() else []:
            if task.file == "src/targeting/score.py":
                assert "def draw" not in states.reference(task)
    assert faster().startswith("def draw(seed")


@pytest.mark.matrix
def test_the_failing_test_is_the_one_that_the_task_asks_for(tmp_path):
    write(tmp_path, states.after(7))
    module = tmp_path / "src/targeting/score.py"
    text = module.read_text(encoding="utf-8")
    module.write_text(text.replace(ENTRY, faster() + ENTRY), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--tb=no",
        "-p",
        "no:cacheprovider",
        "tests/behaviour/test_score.py",
    ]
    code, output = processes.run(command, tmp_path, checking.environment(tmp_path), 300)
    assert code == 1
    failed = set(re.findall(r"FAILED tests/behaviour/test_score\.py::(\w+)", output))
    assert failed == {"test_leaving_a_household_out_deals_no_new_lots_to_the_others"}


@pytest.mark.parametrize("document", states.templates(7))
def test_a_decision_record_is_given_out_as_a_form_and_finished_in_the_reference(document):
    assert "[" in states.templates(7)[document]
    assert not re.search(r"\[[^\]]+\](?!\()", states.finished(document, 7))
