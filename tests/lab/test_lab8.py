"""Lab 8 alone: what its planted break does. (What every lab must keep: test_checks, test_notebooks.)"""

import nbformat
import planted
import pytest
from broken import failing

from mldesign.lab import states, tasks

STRICT = '    return suppression.households(Path(settings["deletion"]["list"]))'
MODULE = "src/targeting/ingest.py"


def test_the_break_of_the_notebook_changes_one_place_that_no_task_writes():
    code = "\n".join(cell.source for cell in nbformat.read(planted.notebook(8), as_version=4).cells)
    assert f"strict = '{STRICT}'" in code
    assert states.finished(MODULE, 8).count(STRICT) == 1
    for lab in tasks.labs():
        for task in tasks.of(lab).values():
            if task.file == MODULE:
                assert STRICT not in states.reference(task)


@pytest.mark.matrix
def test_one_test_notices_a_list_that_is_not_missed(tmp_path):
    missing = '    if not Path(settings["deletion"]["list"]).exists():\n        return frozenset()\n'
    broken = {MODULE: (STRICT, missing + STRICT)}
    failed = failing(tmp_path, states.after(8), broken, "tests/govern/test_deletion.py")
    assert failed == {tasks.of(8)["8.6"].reference({})}
