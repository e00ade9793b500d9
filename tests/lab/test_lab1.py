"""Lab 1 alone: what its break does, what its sample answers quote. (What every lab must keep: test_checks, test_notebooks.)"""

import nbformat
import pytest
import yaml
from broken import failing

from mldesign.lab import states, tasks

LAB = tasks.of(1)
PARAMS = yaml.safe_load((tasks.LABS / "project" / "params.yaml").read_text(encoding="utf-8"))


def test_the_break_even_rate_follows_the_students_own_assumptions():
    own = {"money": {"cost_per_book": 2.0, "extra_spend_per_redeemer": 50.0, "contribution_margin": 0.2}}
    assert LAB["1.1"].check(0.2, own) is None
    assert LAB["1.1"].check(0.125, own) is not None


@pytest.mark.matrix
def test_the_failing_test_is_the_one_that_the_notebooks_break_fails(tmp_path):
    """The break of section 7, made in a copy: exactly the named test fails."""
    clock = "timezone('America/New_York', timezone('UTC', transaction_timestamp))"
    broken = {"src/targeting/history.sql": (clock, "transaction_timestamp")}
    assert failing(tmp_path, states.after(1), broken, "tests/test_history.py") == {LAB["1.7"].reference(PARAMS)}
    notebook = nbformat.read(tasks.LABS / "lab1-frame.ipynb", as_version=4)
    assert any(clock in cell.source and 'transaction_timestamp")' in cell.source for cell in notebook.cells)
