"""Lab 2 alone: what its planted break does. (What every lab must keep: test_checks, test_notebooks.)"""

import nbformat
import planted
import pytest
from broken import failing

from mldesign.lab import states, tasks

SOUND = "coupon_redemptions.redemption_date < mailed.start_date"


def test_the_break_of_the_notebook_changes_one_place_that_no_task_writes():
    code = "\n".join(cell.source for cell in nbformat.read(planted.notebook(2), as_version=4).cells)
    assert '"coupon_redemptions.redemption_date " + sign + " mailed.start_date"' in code
    assert states.finished("src/targeting/features.sql", 2).count(SOUND) == 1
    for task in tasks.of(2).values():
        if task.file == "src/targeting/features.sql":
            assert SOUND not in states.reference(task)


@pytest.mark.matrix
def test_the_failing_tests_are_those_that_the_task_speaks_of(tmp_path):
    broken = {"src/targeting/features.sql": (SOUND, SOUND.replace("<", "<="))}
    failed = failing(tmp_path, states.after(2), broken, "tests/data/test_features.py")
    assert failed == {
        tasks.of(2)["2.7"].reference({}),
        "test_agrees_with_the_history_of_the_first_lab",
        "test_mailings_and_redemptions_count_in_the_84_days_before_the_start",
    }
