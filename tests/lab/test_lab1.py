"""Lab 1 alone: what its break does, what its sample answers quote. (What every lab must keep: test_checks, test_notebooks.)"""

import re
import sys

import nbformat
import yaml
from small_labs import write

from mldesign.lab import checking, processes, states, tasks

LAB = tasks.of(1)
PARAMS = yaml.safe_load((tasks.LABS / "project" / "params.yaml").read_text(encoding="utf-8"))


def test_the_break_even_rate_follows_the_students_own_assumptions():
    own = {"money": {"cost_per_book": 2.0, "extra_spend_per_redeemer": 50.0, "contribution_margin": 0.2}}
    assert LAB["1.1"].check(0.2, own) is None
    assert LAB["1.1"].check(0.125, own) is not None


def test_the_failing_test_is_the_one_that_the_notebooks_break_fails(tmp_path):
    """The break of section 7, made in a copy: exactly the named test fails."""
    write(tmp_path, states.after(1))
    statement = tmp_path / "src/targeting/history.sql"
    clock = "timezone('America/New_York', timezone('UTC', transaction_timestamp))"
    text = statement.read_text(encoding="utf-8")
    assert text.count(clock) == 1
    statement.write_text(text.replace(clock, "transaction_timestamp"), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider", "tests/test_history.py"]
    code, output = processes.run(command, tmp_path, checking.environment(tmp_path), 60)
    assert code == 1
    failed = set(re.findall(r"FAILED tests/test_history\.py::(\w+)", output))
    assert failed == {LAB["1.7"].reference(PARAMS)}
    notebook = nbformat.read(tasks.LABS / "lab1-frame.ipynb", as_version=4)
    assert any(clock in cell.source and 'transaction_timestamp")' in cell.source for cell in notebook.cells)
