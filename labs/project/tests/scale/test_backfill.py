"""What may pass is tried again, what will not is said, and lists made again are the same lists."""

import shutil
from pathlib import Path

import pytest

from targeting import backfill, score
from targeting.files import StageError, sha256
from targeting.retrying import retry


@pytest.fixture
def folder(trained, tmp_path, monkeypatch):
    """A working folder with the features and the champion of the trained one."""
    for name in ("params.yaml", "suppression.csv"):
        shutil.copy(trained / name, tmp_path)
    (tmp_path / "data/clean").mkdir(parents=True)
    shutil.copy(trained / "data/features.parquet", tmp_path / "data")
    shutil.copy(trained / "data/clean/manifest.json", tmp_path / "data/clean")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{(trained / 'mlflow.db').as_posix()}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def failing(errors):
    """Return an action that raises these errors, one a call, and then returns its number of calls."""
    calls = []

    def action():
        calls.append(len(calls) + 1)
        if len(calls) <= len(errors):
            raise errors[len(calls) - 1]
        return len(calls)

    return action


def test_what_passes_is_tried_again_with_longer_waits():
    waits = []
    assert retry(failing([TimeoutError(), ConnectionError()]), 4, 0.5, waits.append) == 3
    assert waits == [0.5, 1.0]


def test_the_last_error_is_raised_and_nobody_waits_after_it():
    waits = []
    with pytest.raises(TimeoutError, match="second"):
        retry(failing([TimeoutError("first"), TimeoutError("second")]), 2, 0.5, waits.append)
    assert waits == [0.5]


@pytest.mark.parametrize("error", [StageError("another model"), ValueError("code"), OSError("disk full")])
def test_what_will_not_pass_is_not_tried_again(error):
    with pytest.raises(type(error)):
        retry(failing([error]), 4, 0.5, pytest.fail)


def lists() -> dict[str, str]:
    """Return the hash of every file that scoring has written."""
    return {path.name: sha256(path) for path in sorted(Path("data/scores").iterdir())}


def test_killed_half_way_and_run_again_leaves_the_same_lists(folder, monkeypatch):
    assert [backfill.one(campaign_id) for campaign_id in (13, 14, 15)] == ["new"] * 3
    before = lists()
    Path("data/scores/campaign-14.parquet").unlink()
    Path("data/scores/campaign-15.parquet.part").write_bytes(b"half")  # what a kill leaves
    load, errors = score.registry.load, [TimeoutError("locked"), ConnectionError("gone")]
    monkeypatch.setattr(score.registry, "load", lambda: load() if not errors else (_ for _ in ()).throw(errors.pop()))
    assert [backfill.one(campaign_id, sleep=lambda _: None) for campaign_id in (13, 14, 15)] == ["same", "new", "same"]
    assert lists() == before


def test_a_campaign_that_cannot_be_made_does_not_stop_the_others(folder, command, capsys):
    with pytest.raises(SystemExit) as end:
        command(folder, "backfill", "99", "13")
    assert end.value.code == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("campaign 99: failed: Campaign 99 has no households")
    assert said[1] == "campaign 13: new"
