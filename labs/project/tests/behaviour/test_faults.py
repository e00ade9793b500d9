"""Killed stages, full disks, closed folders: the next run ends where an undisturbed one would have."""

import errno
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from targeting import files
from targeting.files import StageError, sha256

OUTPUTS = {  # stage → what it leaves, as `dvc.yaml` has it; and the command
    "ingest": (["ingest"], ["data/raw"]),
    "contracts": (["contracts"], ["data/clean", "data/quarantine", "reports"]),
    "features": (["features"], ["data/features.parquet"]),
    "train": (["train"], ["models"]),
    "evaluate": (["evaluate"], ["reports"]),
    "register": (["register"], ["models"]),
    "gate": (["gate"], ["reports"]),
    "score": (["score", "--campaign", "13"], ["data/scores"]),
}
KILLS = int(os.environ.get("KILLS", "20"))


def hashes(folder: Path, places: list[str]) -> dict[str, str]:
    found = [
        path
        for place in places
        for path in ([folder / place] if (folder / place).is_file() else (folder / place).rglob("*"))
    ]
    return {path.relative_to(folder).as_posix(): sha256(path) for path in sorted(found) if path.is_file()}


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


@pytest.mark.slow
@pytest.mark.parametrize("name", OUTPUTS)
def test_killed_at_a_random_moment_and_run_again(place, stage, name):
    """The stages run in order, so each finds what the ones before it have left. KILLS=3 for a quicker look."""
    command, places = OUTPUTS[name]
    environment = {**os.environ, "PYTHONPATH": str(Path(files.__file__).parent.parent), "PYTHONUTF8": "1"}
    start = time.perf_counter()
    stage(place, *command)
    duration, undisturbed = time.perf_counter() - start, hashes(place, places)
    chance = random.Random(name)
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-m", f"targeting.{command[0]}", *command[1:]],
            cwd=place, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(chance.uniform(0.2, 1) * duration)
        process.kill()
        process.wait()
        stage(place, *command)
        assert hashes(place, places) == undisturbed
