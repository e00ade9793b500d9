"""Lab 5 alone: what its planted break and its planted incident do. (What every lab must keep: test_checks, test_notebooks.)"""

import nbformat
import planted
import pytest
from broken import failing

from mldesign.lab import states, tasks


def test_the_break_of_the_notebook_changes_what_no_task_writes():
    code = "\n".join(cell.source for cell in nbformat.read(planted.notebook(5), as_version=4).cells)
    assert 'text.replace("GroupKFold", "KFold")' in code
    assert "GroupKFold(5)" in states.finished("src/targeting/outcomes.py", 5)
    assert "src/targeting/outcomes.py" not in {task.file for task in tasks.of(5).values()}


@pytest.mark.matrix
def test_the_failing_test_is_the_one_that_the_task_asks_for(tmp_path):
    broken = {"src/targeting/outcomes.py": ("GroupKFold", "KFold")}
    failed = failing(tmp_path, states.after(5), broken, "tests/monitor/test_outcomes.py")
    assert failed == {tasks.of(5)["5.6"].reference({})}


@pytest.mark.parametrize("task", ["5.2", "5.3"])
def test_a_stub_that_runs_is_the_naive_answer(task):
    """Who leaves it alone is told "not attempted"; who writes the same in other words gets its hint."""
    assert "NotImplementedError" not in tasks.of(5)[task].stub
