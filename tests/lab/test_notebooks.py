"""Every lab as students leave it. The matrix of all ways takes minutes; CI runs it beside the tests (`make labs`)."""

import re

import planted
import pytest
from notebook_runs import run
from small_labs import git

from mldesign import lab
from mldesign.lab import tasks


def failures(printed: str) -> list[str]:
    return re.findall(r"\d+ failed", printed)


@pytest.mark.matrix
@pytest.mark.parametrize("number", planted.LABS)
def test_solved_with_other_answers_than_the_reference(number, tmp_path):
    printed = run(number, tmp_path / "workspace", lambda task: "right")
    count = len(tasks.of(number))
    assert "· not yet" not in printed
    assert f"{count} of {count} tasks passed" in printed
    assert failures(printed) == planted.of(number).FAILED  # the planted break, and nothing after it


@pytest.mark.matrix
@pytest.mark.parametrize("number", planted.LABS)
def test_solved_work_survives_the_untouched_notebook(number, tmp_path):
    workspace = tmp_path / "workspace"
    run(number, workspace, lambda task: "right")
    files = {task.file: (workspace / task.file).read_bytes() for task in tasks.of(number).values() if task.file}
    for _ in range(2):
        printed = run(number, workspace)
        assert f"{len(tasks.of(number))} of {len(tasks.of(number))} tasks passed" in printed
        assert files == {name: (workspace / name).read_bytes() for name in files}


@pytest.mark.matrix
@pytest.mark.parametrize("number", planted.LABS)
def test_all_references_and_then_solved(number, tmp_path):
    printed = run(number, tmp_path / "workspace", lambda task: "reference")
    assert f"0 of {len(tasks.of(number))} tasks passed" in printed
    assert failures(printed) == planted.of(number).FAILED
    printed = run(number, tmp_path / "workspace", lambda task: "right")
    assert "· not yet" not in printed


@pytest.mark.matrix
@pytest.mark.parametrize("turn", range(3))
@pytest.mark.parametrize("number", planted.LABS)
def test_a_mix_in_a_workspace_where_earlier_labs_are_skipped_or_half_done(number, turn, tmp_path):
    ways = ("stub", "right", "wrong", "reference")
    workspace = tmp_path / "workspace"
    if number > 1 and turn:
        run(number - 1, workspace, lambda task: ways[(int(task.id[-1]) + turn) % 2])
    printed = run(number, workspace, lambda task: ways[(int(task.id[-1]) + turn) % 4])
    assert failures(printed) == planted.of(number).FAILED
    assert "· not yet" in printed


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("MLDESIGN_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "workspace"


@pytest.mark.matrix
def test_labs_start_in_any_order_and_twice(workspace, capsys):
    for number in [planted.LABS[-1], *planted.LABS, planted.LABS[-1]]:
        lab.start(number)
        assert git(workspace, "status", "--porcelain") == ""
    assert "differs" not in capsys.readouterr().out


@pytest.mark.matrix
def test_one_lab_after_the_other_in_one_workspace(workspace, capsys):
    for number in planted.LABS:
        lab.start(number)
        lab.start(number)
        assert git(workspace, "status", "--porcelain") == ""
        capsys.readouterr()
    lab.progress()
    assert "passed  " not in capsys.readouterr().out
