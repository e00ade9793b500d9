"""The state after every lab is a repository that stands alone: cut out, `dvc repro` runs, and its own tests pass."""

import os
import sys
from pathlib import Path

import pytest
from small_labs import git, write

from mldesign.lab import checking, processes, states

LABS = sorted(int(key.removeprefix("lab")) for key in states.manifest() if key.startswith("lab"))


@pytest.mark.matrix
@pytest.mark.parametrize("lab", LABS)
def test_the_state_after_a_lab_runs_its_pipeline_and_its_tests_away_from_the_course(lab, tmp_path):
    """Nothing but its own `src` can be imported. Minutes each; `-k 5` for one, `-rP` shows what they print."""
    state = states.after(lab)
    write(tmp_path, state)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "-c", "user.name=S", "-c", "user.email=s@localhost", "commit", "--quiet", "--message", "state")
    environment = checking.environment(tmp_path) | {"PYTHONPATH": checking.python_path(tmp_path / "src")}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])  # dvc.yaml: python
    environment["DVC_SITE_CACHE_DIR"] = str(tmp_path.with_name(f"{tmp_path.name}-dvc"))
    commands = [["dvc", "repro"]] if "dvc.yaml" in state else []
    for command in (*commands, ["pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]):
        code, output = processes.run([sys.executable, "-m", *command], tmp_path, environment, 1800)
        print(output[-300:])
        assert code == 0, f"lab {lab}: {' '.join(command)}\n{output[-3000:]}"
