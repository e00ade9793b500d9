"""Lab 3 alone: what its planted breaks do. (What every lab must keep: test_checks, test_notebooks.)"""

import nbformat
import planted
import pytest
from broken import failing

from mldesign.lab import states, tasks

TIES = "score = values + score / (1 + score)"
KNOWN = 'rows["start_date"] + pd.Timedelta(days=horizon_days) <='
BREAKS = {"src/targeting/policies.py": TIES, "src/targeting/features.py": KNOWN}
FAILING = {  # the first file for folds that call mature_by, the second for everybody
    "model/test_evaluate": {
        "test_a_held_out_campaign_is_predicted_from_labels_known_at_its_start",
        "test_a_household_is_known_when_its_fold_has_learned_from_it",
    },
    "data/test_features": {"test_campaigns_11_and_12_mature_a_day_late", "test_the_campaigns_of_each_role"},
}


@pytest.mark.parametrize("file", BREAKS)
def test_a_break_of_the_notebook_changes_one_place_that_no_task_writes(file):
    code = "\n".join(cell.source for cell in nbformat.read(planted.notebook(3), as_version=4).cells)
    assert BREAKS[file] in code
    assert states.finished(file, 3).count(BREAKS[file]) == 1
    for task in (*tasks.of(1).values(), *tasks.of(2).values(), *tasks.of(3).values()):
        if task.file == file:
            assert BREAKS[file] not in states.reference(task)


@pytest.mark.matrix
def test_the_failing_tests_are_those_that_the_task_speaks_of(tmp_path):
    broken = {"src/targeting/features.py": (KNOWN, 'rows["start_date"] <=')}
    for number, (module, names) in enumerate(FAILING.items()):
        assert failing(tmp_path / str(number), states.after(3), broken, f"tests/{module}.py") == names
    assert tasks.of(3)["3.7"].reference({}) in FAILING["model/test_evaluate"]
