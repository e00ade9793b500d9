"""Lab 8 alone: what its planted break does. (What every lab must keep: test_checks, test_notebooks.)"""

import re
import sys

import nbformat
import planted
import pytest
from small_labs import write

from mldesign.lab import checking, processes, states, tasks

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
    write(tmp_path, states.after(8))
    module = tmp_path / MODULE
    missing = '    if not Path(settings["deletion"]["list"]).exists():\n        return frozenset()\n'
    module.write_text(module.read_text(encoding="utf-8").replace(STRICT, missing + STRICT), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--tb=no",
        "-p",
        "no:cacheprovider",
        "tests/govern/test_deletion.py",
    ]
    code, output = processes.run(command, tmp_path, checking.environment(tmp_path), 300)
    assert code == 1
    assert re.findall(r"FAILED tests/govern/test_deletion\.py::(\w+)", output) == [tasks.of(8)["8.6"].reference({})]
