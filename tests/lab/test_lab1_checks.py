"""Every check of lab 1 is itself checked: reference, stub, other right answers, and planted wrong answers with their hints."""

import itertools
import re
import sys
import tempfile

import nbformat
import planted_lab1
import pytest
import yaml
from lab_batch import hint
from small_labs import write

from mldesign.lab import checking, processes, source, states, tasks, verbs

LAB = tasks.of(1)
PARAMS = yaml.safe_load((tasks.LABS / "project" / "params.yaml").read_text(encoding="utf-8"))


def cases(kind: str) -> list:
    return [
        pytest.param(LAB[key], attempt, id=f"{key}-{kind}{number}")
        for key, planted in planted_lab1.FUNCTIONS.items()
        for number, attempt in enumerate(planted[kind])
    ]


@pytest.fixture(scope="module")
def wrong_hints() -> dict:
    return {
        key: [hint(LAB[key], attempt) for attempt, _ in planted["wrong"]]
        for key, planted in planted_lab1.FUNCTIONS.items()
    }


def test_every_task_has_planted_answers():
    assert set(LAB) == set(planted_lab1.FUNCTIONS) | set(planted_lab1.ANSWERS)
    for planted in [*planted_lab1.FUNCTIONS.values(), *planted_lab1.ANSWERS.values()]:
        assert len(planted["wrong"]) >= 5
        assert len(planted["right"]) >= 2


@pytest.mark.parametrize("key", planted_lab1.FUNCTIONS)
def test_the_reference_passes_and_is_no_stub(key):
    reference = states.reference(LAB[key])
    assert hint(LAB[key], reference) is None
    assert not source.is_stub(LAB[key], reference)


@pytest.mark.parametrize(("task", "attempt"), cases("right"))
def test_another_right_answer_passes(task, attempt):
    assert hint(task, attempt) is None


@pytest.mark.parametrize("key", planted_lab1.FUNCTIONS)
def test_a_wrong_answer_gets_the_hint_on_its_own_error(key, wrong_hints):
    for (_, part), found in zip(planted_lab1.FUNCTIONS[key]["wrong"], wrong_hints[key], strict=True):
        assert found is not None, f"{key}: the mistake that should say {part!r} passes"
        assert part in found


@pytest.mark.parametrize("key", planted_lab1.FUNCTIONS)
def test_no_two_wrong_answers_get_the_same_hint(key, wrong_hints):
    for one, other in itertools.combinations(wrong_hints[key], 2):
        assert one != other


@pytest.mark.parametrize("key", planted_lab1.FUNCTIONS)
def test_no_hint_shows_the_reference(key, wrong_hints):
    returns = [line.strip() for line in states.reference(LAB[key]).splitlines() if line.strip().startswith("return ")]
    for found in wrong_hints[key]:
        assert not any(line in found for line in returns)
        assert tempfile.gettempdir() not in found


@pytest.mark.parametrize("key", planted_lab1.FUNCTIONS)
def test_a_process_of_its_own_gives_the_same_verdict(key, wrong_hints):
    attempt, _ = planted_lab1.FUNCTIONS[key]["wrong"][0]
    assert checking.check(LAB[key], attempt) == wrong_hints[key][0]


@pytest.mark.parametrize("key", planted_lab1.ANSWERS)
def test_small_answers(key):
    task, planted = LAB[key], planted_lab1.ANSWERS[key]
    assert task.check(task.reference(PARAMS), PARAMS) is None
    for answer in planted["right"]:
        assert verbs._answer_form(task, answer) is None
        assert task.check(answer, PARAMS) is None
    found = [task.check(answer, PARAMS) for answer, _ in planted["wrong"]]
    assert len(set(found)) == len(found)
    for (_, part), text in zip(planted["wrong"], found, strict=True):
        assert part in text
    for answer, part in planted["malformed"]:
        assert part in verbs._answer_form(task, answer)


def test_the_break_even_rate_follows_the_students_own_assumptions():
    own = {"money": {"cost_per_book": 2.0, "extra_spend_per_redeemer": 50.0, "contribution_margin": 0.2}}
    assert LAB["1.1"].check(0.2, own) is None
    assert LAB["1.1"].check(0.125, own) is not None


def test_the_notebook_ships_every_stub_checks_every_task_and_saves_every_function():
    notebook = nbformat.read(tasks.LABS / "lab1-frame.ipynb", as_version=4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    for task in LAB.values():
        assert any(f'lab.check("{task.id}"' in text for text in code)
        if task.kind == "function":
            assert any(source.function_in(text, task.name) == task.stub for text in code), f"{task.id}: stub differs"
            assert any(f'{task.name} = lab.save("{task.id}", {task.name})' in text for text in code)


def test_the_repository_accepts_right_answers_that_differ_from_the_reference(tmp_path):
    """What the check accepts, the workspace's own tests accept too. (The solved notebook does it with another set.)"""
    state = states.after(1)
    for key, planted in planted_lab1.FUNCTIONS.items():
        state[LAB[key].file] = source.with_part(LAB[key], state[LAB[key].file], planted["right"][-1])
    write(tmp_path, state)
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider"]
    code, output = processes.run(command, tmp_path, checking.environment(tmp_path), 300)
    assert code == 0, output[-3000:]


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
