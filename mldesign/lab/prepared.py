"""What the pipeline of earlier labs has made: data, models, reports, runs. A lab starts with all of it, also when they were skipped.

The state after a lab, with its pipeline run, is made once on a machine and kept in ``.cache/labs``; a new workspace is a copy of
it. Made again when a file of ``labs/project`` that it holds, the lock, or this module changes. It can be deleted at any time.
"""

import hashlib
import platform
import shutil
import sys
from pathlib import Path

import yaml
from filelock import FileLock

from mldesign.lab import archive, git, processes, states, tasks, terminal
from mldesign.lab.errors import LabError

PIPELINE = "dvc.yaml"
# A state that is copied holds its own store of runs, whatever store this process has been pointed to.
STORES = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_EXPERIMENT", "MLFLOW_RUN", "TARGETING_")
SECONDS = 900  # for the whole pipeline on a slow machine; a usual one needs one


def has_pipeline(lab: int) -> bool:
    """Say whether the state after a lab holds stages to run."""
    return lab > 0 and PIPELINE in states.after(lab)


def make() -> None:
    """Make the state after every lab, so that no notebook waits for one.

    Raises:
        LabError: when a pipeline fails on this machine; the message holds its last line.
    """
    for lab in tasks.labs():
        if has_pipeline(lab):
            _made(lab)


def copy(lab: int, folder: Path) -> None:
    """Fill an empty folder with the state after a lab, its pipeline run and committed.

    Raises:
        LabError: when the pipeline fails on this machine; the message holds its last line.
    """
    made = _made(lab)
    shutil.copytree(made, folder, dirs_exist_ok=True)
    archive.follow(folder, _unfinished(made).as_uri())


def bring_up_to_date(lab: int, folder: Path) -> list[str]:
    """Run the stages of earlier labs in a workspace, where something that they depend on has changed, and commit what they record.

    Stages that this lab changes are left to the lab.

    Returns:
        A line for the student when something was run, or could not be.
    """
    stages = _stages(lab)
    if not stages:
        return []
    code, output = _dvc(folder, *stages)
    if code:
        return [
            f"The pipeline of the earlier labs does not run in your workspace: {_last_line(output, folder)} In a terminal, in the "
            f"folder of the workspace, `dvc repro {stages[-1]}` shows the whole message. Cells that need its results will fail."
        ]
    if "Running stage" not in output and "checking out outputs" not in output:
        return []
    _commit_results(folder, stages, f"Results before lab {lab}")
    return ["The pipeline of the earlier labs was run; data, models and reports are up to date."]


def _stages(lab: int) -> list[str]:
    """Return the stages that stand after the lab before, and that this lab does not change."""
    if not has_pipeline(lab - 1):
        return []
    before, now = (yaml.safe_load(state[PIPELINE])["stages"] for state in (states.after(lab - 1), states.after(lab)))
    return [name for name in before if before[name] == now[name]]


def _made(lab: int) -> Path:
    """Return the folder that holds the state after a lab with its pipeline run; make it when it is not there."""
    shelf = tasks.LABS.parent / ".cache" / "labs"
    series = f"after-lab{lab}-python{sys.version_info[0]}{sys.version_info[1]}"  # two environments keep one each
    place = shelf / f"{series}-{_key(lab)}"
    shelf.mkdir(parents=True, exist_ok=True)
    with FileLock(shelf / f"after-lab{lab}.lock"):
        if not place.is_dir():
            for old in shelf.glob(f"{series}-*"):  # of an earlier version, or of a run that was killed
                shutil.rmtree(old, ignore_errors=True)
            try:
                _make(lab, _unfinished(place))
                _unfinished(place).rename(place)
            finally:
                shutil.rmtree(_unfinished(place), ignore_errors=True)
    return place


def _unfinished(place: Path) -> Path:
    """Return the folder in which a state is made, which is where MLflow's addresses in it point."""
    return place.with_name(f"{place.name}.part")


def _key(lab: int) -> str:
    """Return a short hash of all that a state is made from."""
    # MLflow's addresses in a state are absolute: a course's folder that was moved needs them made anew.
    here = f"{platform.system()} {tasks.LABS.parent.resolve()}"
    parts = [here, Path(__file__).read_text(encoding="utf-8")]
    lock = tasks.LABS.parent / "constraints.txt"
    parts += [lock.read_text(encoding="utf-8")] if lock.is_file() else []
    for number in range(1, lab + 1):
        parts += [f"{name}\n{text}" for name, text in sorted(states.after(number).items())]
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()[:12]


def _make(lab: int, folder: Path) -> None:
    if has_pipeline(lab - 1):
        copy(lab - 1, folder)
    else:
        folder.mkdir(parents=True)
        git.create(folder)
    state = states.after(lab)
    for name, text in state.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    git.commit(folder, sorted(state), f"State after lab {lab}")
    code, output = _dvc(folder, without=STORES)
    if code:
        raise LabError(f"The pipeline of lab {lab} does not run on this machine: {_last_line(output, folder)}")
    _commit_results(folder, list(yaml.safe_load(state[PIPELINE])["stages"]), f"Results of lab {lab}")
    shutil.rmtree(folder / ".dvc" / "tmp", ignore_errors=True)


def _dvc(folder: Path, *stages: str, without: tuple[str, ...] = ()) -> tuple[int | None, str]:
    command = [sys.executable, "-m", "dvc", "repro", *stages]
    variables = terminal.environment(folder)
    kept = {name: value for name, value in variables.items() if not name.startswith(without)} if without else variables
    return processes.run(command, folder, kept, SECONDS)


def _commit_results(folder: Path, stages: list[str], message: str) -> None:
    """Commit what stages record under git: their lock, and the results that DVC leaves to git."""
    described = yaml.safe_load((folder / PIPELINE).read_text(encoding="utf-8"))["stages"]
    outs = [out for name in stages for out in described[name].get("outs", []) if isinstance(out, dict)]
    results = [path for out in outs for path, options in out.items() if options.get("cache") is False]
    git.commit(folder, [path for path in ["dvc.lock", *results] if (folder / path).is_file()], message)


def _last_line(output: str, folder: Path) -> str:
    lines = [line.strip() for line in terminal.tidy(output, folder).splitlines() if line.strip()]
    said = [line for line in lines if not line.startswith("ERROR: failed to reproduce")]
    return (said or ["no message."])[-1][:300]
