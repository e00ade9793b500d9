"""The manifest and the cutting of states: each lab's state can be made from one source, and works."""

import subprocess
import sys

import pytest

from conftest import write
from mldesign.lab import LabError, checking, processes, source, states, tasks

PROJECT = tasks.LABS / "project"


def tracked() -> list[str]:
    run = subprocess.run(["git", "ls-files", "."], cwd=PROJECT, capture_output=True, text=True, check=True)
    return run.stdout.splitlines()


def test_every_file_of_the_project_belongs_to_exactly_one_lab():
    owners = {name: [] for name in tracked()}
    for key, block in states.manifest().items():
        if key.startswith("lab"):
            for name in states.files(int(key.removeprefix("lab"))):
                owners.setdefault(name, []).append(key)
            assert set(block) == {"files"}
    wrong = {name: labs for name, labs in owners.items() if len(labs) != 1}
    assert not wrong, f"files without a lab, or with two, in labs/states.toml: {wrong}"


def test_every_pattern_of_the_manifest_finds_a_file():
    for key, block in states.manifest().items():
        if key.startswith("lab"):
            for pattern in block["files"]:
                assert any(PROJECT.glob(pattern)), f"labs/states.toml, {key}: {pattern} finds nothing"


def test_the_blocks_of_growing_files_are_closed_and_in_the_state_of_their_lab_only():
    for name in states.manifest()["grows"]:
        text = (PROJECT / name).read_text(encoding="utf-8")
        numbers = list(states.blocks(text))
        assert numbers == sorted(numbers)
        for lab in numbers:
            assert states.blocks(states.upto(text, lab)).keys() == {number for number in numbers if number <= lab}


def test_a_block_that_does_not_end_is_an_error():
    for text in ("# --- lab 2\n", "# --- lab 2\n# --- end lab 3\n"):
        with pytest.raises(LabError, match="lab 2"):
            states.blocks(text)


@pytest.mark.parametrize("lab", tasks.labs())
def test_the_state_at_the_start_of_a_lab_has_every_stub_and_is_valid_python(lab):
    state = states.at_start(lab)
    for task in tasks.of(lab).values():
        if task.file:
            assert source.is_stub(task, source.part(task, state[task.file]))
    for name, text in state.items():
        if name.endswith(".py"):
            compile(text, name, "exec")


@pytest.mark.parametrize("lab", tasks.labs())
def test_the_state_after_a_lab_passes_its_own_tests(lab, tmp_path):
    write(tmp_path, states.after(lab))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    code, output = processes.run(command, tmp_path, checking.environment(tmp_path), 300)
    assert code == 0, output[-3000:]
