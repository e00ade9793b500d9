"""Killed stages, full disks, closed folders: the next run ends where an undisturbed one would have."""

import errno
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from targeting import files
from targeting.files import StageError, sha256

SOURCE = Path(files.__file__).parent
STAGES = {  # in the order of the pipeline: stage → its command, and what it leaves
    "ingest": (["ingest"], ["data/raw/*"]),
    "contracts": (["contracts"], ["reports/contracts.*", "data/clean/*", "data/quarantine/*"]),
    "features": (["features"], ["data/features.*"]),
    "train": (["train"], ["models/training.*", "models/held_out.*"]),
    "evaluate": (["evaluate"], ["reports/evaluation.*"]),
    "register": (["register"], ["models/registered.*"]),
    "feeds": (["feeds"], ["reports/feeds.*"]),
    "gate": (["gate"], ["reports/decision.*"]),
    "score": (["score", "--campaign", "13"], ["data/scores/*"]),
    "monitor": (["monitor"], ["reports/monitor.*", "reports/drift/*.json"]),  # the pages draw new identifiers
    "fairness": (["fairness"], ["reports/fairness.*"]),
    "card": (["card"], ["reports/model_card.*"]),
    "memo": (["memo"], ["reports/memo.*"]),
}
HERE = [name for name, (command, _) in STAGES.items() if (SOURCE / f"{command[0]}.py").is_file()]  # lab 8 adds the last
KILLS = int(os.environ.get("KILLS", "20"))


def hashes(folder: Path, patterns: list[str]) -> dict[str, str]:
    found = (path for pattern in patterns for path in sorted(folder.glob(pattern)) if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path) for path in found}


def test_a_full_disk_leaves_the_old_file_and_says_so(tmp_path, monkeypatch):
    target = tmp_path / "list.parquet"
    target.write_bytes(b"old")

    def full(self, other):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StageError, match=r"Cannot write .*list\.parquet: .*No space left.*free space"):
        files.write_text(target, "new")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["list.parquet"]


@pytest.mark.skipif(os.name == "nt", reason="needs a limit on the size of files, which Windows has not")
@pytest.mark.parametrize(
    ("command", "target", "kilobytes"),
    [
        (["features"], "data/features.parquet", 20),
        (["train"], "models/held_out.parquet", 3),
        (["score", "--campaign", "13", "--again"], "data/scores/campaign-13.parquet", 5),
    ],
)
@pytest.mark.slow
def test_a_stage_that_finds_no_room_says_so_and_leaves_the_old_file(inside, command, target, kilobytes):
    """A limit on the size of a file, as a full disk: whoever writes it, DuckDB or pandas, is told by the system."""
    path, created = inside / target, not (inside / target).exists()
    if created:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"old")
    before = sha256(path)
    code = (
        "import resource, runpy, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({1000 * kilobytes}, resource.RLIM_INFINITY))\n"
        f"sys.argv = {command!r}\n"
        f"runpy.run_module('targeting.{command[0]}', run_name='__main__')\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCE.parent), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], cwd=inside, env=environment, capture_output=True, text=True)
    try:
        assert done.returncode == 1
        assert f"{command[0]}: Cannot write {target}" in done.stderr and "free space" in done.stderr
        assert "Traceback" not in done.stderr
        assert sha256(path) == before and not list(path.parent.glob("*.part"))
    finally:
        if created:
            path.unlink()


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    (tmp_path / "data").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(StageError, match=r"Cannot write .*data/raw/manifest\.json"):
        files.write_json(tmp_path / "data/raw/manifest.json", {})


@pytest.mark.skipif(
    os.name == "nt" or getattr(os, "geteuid", lambda: 1)() == 0, reason="needs a user whom permissions bind"
)
def test_a_read_only_folder_is_named(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StageError, match="Check permissions"):
            files.write_text(tmp_path / "list.csv", "new")
    finally:
        tmp_path.chmod(0o700)


def test_damaged_inputs_are_named(tmp_path):
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    with pytest.raises(StageError, match=r"broken\.json is not valid JSON .*Run `dvc repro` again"):
        files.read_json(tmp_path / "broken.json", "dvc repro")
    with pytest.raises(StageError, match=r"absent\.json is missing\. Run `dvc repro` first"):
        files.read_json(tmp_path / "absent.json", "dvc repro")


def left(folder: Path, name: str, stage) -> tuple[dict[str, str], list[list[str]]]:
    """What a stage leaves: the hashes of its files, and the registry, without the ids of runs, which are drawn anew."""
    lines = stage(folder, "registry", "list").stdout.splitlines() if name in ("register", "gate") else []
    return hashes(folder, STAGES[name][1]), [line.split()[:-1] for line in lines]


@pytest.mark.slow
@pytest.mark.parametrize("name", HERE)
def test_killed_at_a_random_moment_and_run_again(place, stage, name, tmp_path):
    """Every kill hits a first run, on what the stages before it have left.

    KILLS=3 for a quicker look; -rP shows how many came before the stage had ended.
    """
    for earlier in HERE[: HERE.index(name)]:
        if not hashes(place, STAGES[earlier][1][:1]):
            stage(place, *STAGES[earlier][0])
    command = STAGES[name][0]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE.parent), "PYTHONUTF8": "1"}
    shutil.copytree(place, tmp_path / "before")
    start = time.perf_counter()
    stage(place, *command)
    duration, undisturbed = time.perf_counter() - start, left(place, name, stage)
    chance, killed = random.Random(name), 0
    for _ in range(KILLS):
        shutil.rmtree(place)
        shutil.copytree(tmp_path / "before", place)
        process = subprocess.Popen(
            [sys.executable, "-m", f"targeting.{command[0]}", *command[1:]],
            cwd=place, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(chance.uniform(0.2, 1) * duration)
        process.kill()
        killed += process.wait() != 0
        stage(place, *command)
        assert left(place, name, stage) == undisturbed
    print(f"{name}: {killed} of {KILLS} kills came before its end; it takes {duration:.1f} s")
    assert killed
