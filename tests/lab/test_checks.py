"""Every check of every lab is itself checked: reference, stub, other right answers, planted wrong answers with their hints."""

import functools
import itertools
import re
import sys
import tempfile

import nbformat
import planted
import pytest
import yaml
from lab_batch import hint
from small_labs import write

from mldesign.lab import checking, processes, source, states, tasks, verbs

PARAMS = yaml.safe_load((tasks.LABS / "project" / "params.yaml").read_text(encoding="utf-8"))


FEW = 4  # of the planted wrong answers of a task are run in every test; all of them in the matrix


@functools.cache
def hint_of(key: str, number: int) -> str | None:
    """The hint that one planted wrong answer of a task gets."""
    return hint(planted.TASKS[key], planted.CODE[key]["wrong"][number][0])


def some(key: str) -> dict[str, str | None]:
    """What the hint of each of a few wrong answers must say → the hint."""
    return {part: hint_of(key, number) for number, (_, part) in enumerate(planted.CODE[key]["wrong"][:FEW])}


def hints(key: str) -> list:
    """The hint of every wrong answer of a task."""
    return [hint_of(key, number) for number in range(len(planted.CODE[key]["wrong"]))]


@pytest.mark.parametrize("lab", planted.LABS)
def test_every_task_has_planted_answers(lab):
    answers = planted.of(lab).CODE | planted.of(lab).ANSWERS
    assert set(tasks.of(lab)) == set(answers)
    for found in answers.values():
        assert len(found["wrong"]) >= 5
        assert len(found["right"]) >= 2


@pytest.mark.parametrize("key", planted.CODE)
def test_the_reference_passes_and_is_no_stub(key):
    task = planted.TASKS[key]
    assert hint(task, states.reference(task)) is None
    assert not source.is_stub(task, states.reference(task))


@pytest.mark.parametrize(("task", "attempt"), planted.right_code())
def test_another_right_answer_passes(task, attempt):
    assert hint(task, attempt) is None
    assert not source.same(task, attempt, states.reference(task))


@pytest.mark.parametrize("key", planted.CODE)
def test_a_wrong_answer_gets_the_hint_on_its_own_error(key):
    for part, found in some(key).items():
        assert found is not None, f"{key}: the mistake that should say {part!r} passes"
        assert part in found
    assert_none_shows_the_reference(key, some(key).values())


@pytest.mark.matrix
@pytest.mark.parametrize("key", planted.CODE)
def test_every_wrong_answer_gets_a_hint_on_its_own_error_that_no_other_gets(key):
    for (_, part), found in zip(planted.CODE[key]["wrong"], hints(key), strict=True):
        assert found is not None, f"{key}: the mistake that should say {part!r} passes"
        assert part in found
    for one, other in itertools.combinations(hints(key), 2):
        assert one != other
    assert_none_shows_the_reference(key, hints(key))


def assert_none_shows_the_reference(key, found):
    task = planted.TASKS[key]
    lines = [line.strip() for line in states.reference(task).splitlines()]
    telling = [line for line in lines if line.startswith("return ") or (task.kind != "function" and len(line) > 25)]
    for text in found:
        assert not any(line in text for line in telling)
        assert tempfile.gettempdir() not in text


def same_verdict(key):
    attempt = planted.CODE[key]["wrong"][0][0]
    return checking.check(planted.TASKS[key], attempt) == hint_of(key, 0)


@pytest.mark.parametrize("lab", planted.LABS)
def test_a_process_of_its_own_gives_the_same_verdict(lab):
    assert same_verdict(next(iter(planted.of(lab).CODE)))


@pytest.mark.matrix
@pytest.mark.parametrize("key", planted.CODE)
def test_a_process_of_its_own_gives_the_same_verdict_on_every_task(key):
    assert same_verdict(key)


@pytest.mark.parametrize("key", planted.ANSWERS)
def test_small_answers(key):
    task, found = planted.TASKS[key], planted.ANSWERS[key]
    assert task.check(task.reference(PARAMS), PARAMS) is None
    for answer in found["right"]:
        assert verbs.answer_form(task, answer) is None
        assert task.check(answer, PARAMS) is None
    said = [task.check(answer, PARAMS) for answer, _ in found["wrong"]]
    assert len(set(said)) == len(said)
    for (_, part), text in zip(found["wrong"], said, strict=True):
        assert part in text
    for answer, part in found["malformed"]:
        assert part in verbs.answer_form(task, answer)


@pytest.mark.parametrize("lab", planted.LABS)
def test_the_notebook_ships_every_stub_checks_every_task_and_saves_what_a_cell_holds(lab):
    notebook = nbformat.read(planted.notebook(lab), as_version=4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    for task in tasks.of(lab).values():
        assert any(f'lab.check("{task.id}"' in text for text in code)
        if task.kind == "function":
            assert any(source.function_in(text, task.name) == task.stub for text in code), f"{task.id}: stub differs"
        if task.kind == "lines":
            assert any(f'{task.name} = """\n{task.stub}"""' in text for text in code), f"{task.id}: stub differs"
        if task.kind in tasks.CELL:
            assert any(f'{task.name} = lab.save("{task.id}", {task.name})' in text for text in code)


@pytest.mark.matrix
@pytest.mark.parametrize("lab", planted.LABS)
def test_the_repository_accepts_right_answers_that_differ_from_the_reference(lab, tmp_path):
    """What the checks accept, the tests of this lab accept too, in the state that this lab leaves."""
    state = states.after(lab)
    for key, found in planted.of(lab).CODE.items():
        task = planted.TASKS[key]
        state[task.file] = source.with_part(task, state[task.file], found["right"][-1])
    write(tmp_path, state)
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", "-p", "no:randomly"]
    command += planted.tests(lab, states.files(lab))
    code, output = processes.run(command, tmp_path, checking.environment(tmp_path), 300)
    assert code == 0, output[-3000:]


@pytest.mark.parametrize("lab", planted.LABS)
def test_the_sample_answer_quotes_dollars_that_a_cell_shows(lab):
    notebook = nbformat.read(planted.notebook(lab), as_version=4)
    samples = [cell.source.split("*Strong.*")[1] for cell in notebook.cells if "*Strong.*" in cell.source]
    quoted = {figure for sample in samples for figure in re.findall(r"\\\$\d+", sample.split("</details>")[0])}
    outputs = (output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs)
    shown = "".join(output.data.get("text/markdown", "") for output in outputs if "data" in output)
    assert quoted
    missing = sorted(figure for figure in quoted if figure not in shown)
    assert not missing, f"quoted, but no output shows them: {missing}"
