"""The manifest and the cutting of states: each lab's state can be made from one source, and works."""

import warnings
from pathlib import Path

import pytest
from small_labs import git

from mldesign.lab import LabError, source, states, tasks

PROJECT = tasks.LABS / "project"


def shipped(project: Path) -> set[str]:
    """Return the files of ``labs/project`` that git knows, so that one which nobody has committed counts for nothing.

    An archive has no ``.git``: there the files on the disk are what is shipped.
    """
    if not (project.parent.parent / ".git").exists():
        warnings.warn("no .git here: the manifest is compared with the files on the disk", stacklevel=2)
        return {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}
    return set(git(project, "ls-files", ".").splitlines())


def idle_patterns(project: Path) -> list[str]:
    """Return the patterns of the manifest that find no file which git knows, each with its lab."""
    known, idle = shipped(project), []
    for key, block in states.manifest().items():
        for pattern in block["files"] if key.startswith("lab") else []:
            if known.isdisjoint(path.relative_to(project).as_posix() for path in project.glob(pattern)):
                idle.append(f"{key}: {pattern}")
    return idle


def test_every_file_of_the_project_belongs_to_exactly_one_lab():
    owners = {name: [] for name in shipped(PROJECT) if "__pycache__" not in name}
    for key, block in states.manifest().items():
        if key.startswith("lab"):
            for name in states.files(int(key.removeprefix("lab"))):
                owners.setdefault(name, []).append(key)
            assert set(block) == {"files"}
    wrong = {name: labs for name, labs in owners.items() if len(labs) != 1}
    assert not wrong, f"files without a lab, or with two, in labs/states.toml: {wrong}"


def test_every_pattern_of_the_manifest_finds_a_file_that_git_knows():
    idle = idle_patterns(PROJECT)
    assert not idle, f"labs/states.toml names what no commit holds; git add it, or take the line out: {idle}"


def test_a_file_that_nobody_has_committed_does_not_hide_an_idle_pattern(labs):
    git(labs.parent, "init", "--quiet")
    git(labs.parent, "add", "--all", "--force")
    assert idle_patterns(labs / "project") == []
    git(labs.parent, "rm", "--quiet", "--cached", "labs/project/rules.sql")
    assert idle_patterns(labs / "project") == ["lab3: rules.sql"]


def test_in_an_archive_the_files_on_the_disk_count(labs):
    (labs / "project" / "rules.sql").unlink()
    with pytest.warns(UserWarning, match=r"no \.git here"):
        assert idle_patterns(labs / "project") == ["lab3: rules.sql"]


def test_the_blocks_of_growing_files_are_closed_and_in_the_state_of_their_lab_only():
    for name in states.manifest()["grows"]:
        text = (PROJECT / name).read_text(encoding="utf-8")
        numbers = list(states.blocks(text))
        assert numbers == sorted(numbers)
        for lab in numbers:
            assert states.blocks(states.upto(text, lab)).keys() == {number for number in numbers if number <= lab}


def test_a_growing_file_of_python_is_cut_as_its_formatter_wants_it():
    first, second = "import os\n\n\nx = 1\n\n\n", "# --- lab 2\ny = 2\n# --- end lab 2\n"
    both = first + second + "\n\n# --- lab 3\nz = 3\n# --- end lab 3\n"
    assert states.upto(both, 1) == first.rstrip() + "\n"
    assert states.upto(both, 2) == first + second
    assert states.with_blocks(states.upto(both, 2), both, 2, 3) == both
    assert states.upto("a\n\n# --- lab 2\nb\n# --- end lab 2\n\nc\n", 1) == "a\n\nc\n"


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
