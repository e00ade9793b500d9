"""All labs in one workspace, one after the other: what a student owns at the end is the case study, and needs no course."""

import json
import os
import shutil
import sys
from pathlib import Path

import planted
import pytest
import yaml
from notebook_runs import run
from small_labs import git

from mldesign.lab import archive, checking, prepared, processes, states, tasks

LAST = planted.LABS[-1]
SAME = ("ingest", "contracts", "features")  # stages whose results are the same bytes, whoever wrote them


def away(folder: Path, *words: str) -> str:
    """Run a command in a repository where nothing of the course can be imported, and return what it prints."""
    environment = checking.environment(folder) | {"PYTHONPATH": checking.python_path(folder / "src")}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])  # dvc.yaml: python
    environment["DVC_SITE_CACHE_DIR"] = str(folder.with_name(f"{folder.name}-dvc"))
    code, output = processes.run([sys.executable, "-m", *words], folder, environment, 1800)
    assert code == 0, f"{' '.join(words)}\n{output[-4000:]}"
    return output


def results(folder: Path) -> dict[str, list]:
    """Return the hashes of what stages made, by stage, from the lock that DVC keeps."""
    lock = yaml.safe_load((folder / "dvc.lock").read_text(encoding="utf-8"))["stages"]
    return {name: sorted((out["path"], out["md5"]) for out in lock[name]["outs"]) for name in SAME if name in lock}


def evaluation(folder: Path) -> dict[str, float]:
    """Return what each candidate earned, in dollars per 1,000 households."""
    report = json.loads((folder / "reports" / "evaluation.json").read_text(encoding="utf-8"))
    return {name: entry["net_value_per_1000"]["estimate"] for name, entry in report.items()}


@pytest.mark.matrix
def test_the_labs_in_a_row_leave_the_case_study_which_runs_without_the_course(tmp_path):
    workspace, reference = tmp_path / "workspace", tmp_path / "reference"
    for number in planted.LABS:
        printed = run(number, workspace, lambda task: "right")
        assert "· not yet" not in printed, printed[-3000:]
        assert f"{len(tasks.of(number))} of {len(tasks.of(number))} tasks passed" in printed
        if number == LAST - 1:  # the last lab deletes a household, so its data are others than the reference's
            prepared.copy(number, reference)
            assert results(workspace) == results(reference)
            for name, earned in evaluation(
                reference
            ).items():  # a model that is built in another way differs in the last digits
                assert evaluation(workspace)[name] == pytest.approx(earned, abs=5)

    owned = set(git(workspace, "ls-files").splitlines())
    assert set(states.after(LAST)) <= owned
    taken = tmp_path / "taken away"
    shutil.copytree(workspace, taken, ignore=shutil.ignore_patterns(".lab", "__pycache__"))
    archive.follow(taken, workspace.as_uri())
    # These right answers are not tidy. A student's lint says so, and its two commands mend it.
    away(taken, "ruff", "format", "--quiet", ".")
    away(taken, "ruff", "check", "--quiet", "--fix", "--unsafe-fixes", ".")
    away(taken, "dvc", "repro")
    assert "failed" not in away(taken, "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly")
    away(taken, "ruff", "check", ".")
