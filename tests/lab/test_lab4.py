"""Lab 4 alone: what its planted breaks do. (What every lab must keep: test_checks, test_notebooks.)"""

import nbformat
import planted
import pytest
from broken import failing

from mldesign.lab import states, tasks

CLOCK = "line.purchased_at.astimezone(self.zone).replace"
PLACE = '        """Decide on one household from its purchases."""\n'
HELPFUL = (
    '        logging.getLogger("targeting.predictions").info({"event": "asked", "household_id": body.household_id})\n'
)


def test_the_breaks_of_the_notebook_change_files_that_no_task_writes_each_in_one_place():
    code = "\n".join(cell.source for cell in nbformat.read(planted.notebook(4), as_version=4).cells)
    assert CLOCK in code
    assert PLACE.strip() in code and HELPFUL.strip() in code
    for name, text in {"src/targeting/online.py": CLOCK, "src/targeting/serve.py": PLACE}.items():
        assert states.finished(name, 4).count(text) == 1
        assert not any(task.file == name for task in tasks.of(4).values())


@pytest.mark.matrix
def test_the_helpful_change_fails_the_test_that_the_task_asks_for_and_no_other(tmp_path):
    broken = {"src/targeting/serve.py": (PLACE, PLACE + HELPFUL)}
    failed = failing(tmp_path, states.after(4), broken, "tests/service/test_serve.py")
    assert failed == {tasks.of(4)["4.7"].reference({})}
