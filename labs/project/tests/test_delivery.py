"""DORA's measures, by hand on a short log, and read from a real history."""

import os
import subprocess

import pandas as pd
import pytest

from targeting import delivery

DAY = pd.Timestamp
SINCE, UNTIL = DAY("2017-06-01"), DAY("2017-06-29")


def log(*rows) -> pd.DataFrame:
    """One row each: committed, deployed, restored; a deployment with a third entry has failed."""
    frame = pd.DataFrame(
        {
            "committed": [row[0] for row in rows],
            "deployed": [row[1] for row in rows],
            "failed": [len(row) > 2 for row in rows],
            "restored": [row[2] if len(row) > 2 else None for row in rows],
        }
    )
    times = ("committed", "deployed", "restored")
    return frame.assign(**{name: pd.to_datetime(frame[name], format="ISO8601") for name in times})


def test_by_hand():
    found = log(
        ("2017-05-20", "2017-05-31", "2017-06-05"),  # before the period
        ("2017-06-01 00:00", "2017-06-01 02:00"),
        ("2017-06-03 00:00", "2017-06-03 04:00", "2017-06-03 05:00"),
        ("2017-06-10 00:00", "2017-06-20 00:00"),
        ("2017-06-27 12:00", "2017-06-28 00:00", None),  # still fails
    )
    measured = delivery.measures(found, SINCE, UNTIL)
    assert measured == {
        "deployments_per_week": 1.0, "lead_time_hours": 8.0, "failure_share": 0.5, "recovery_hours": 12.5,
    }  # fmt: skip


def test_a_quiet_month_has_no_lead_time():
    measured = delivery.measures(log(("2017-05-01", "2017-05-02")), SINCE, UNTIL)
    assert measured == {
        "deployments_per_week": 0.0, "lead_time_hours": None, "failure_share": None, "recovery_hours": None,
    }  # fmt: skip


def test_without_a_failure_there_is_no_recovery():
    measured = delivery.measures(log(("2017-06-01", "2017-06-02")), SINCE, UNTIL)
    assert (measured["failure_share"], measured["recovery_hours"]) == (0.0, None)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hour = iter(range(24))

    def git(*words):
        stamp = f"2017-06-01T{next(hour):02}:00:00+0000"
        who = {f"GIT_{role}_{part}": "s@localhost" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
        dates = {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp, "GIT_CONFIG_GLOBAL": str(tmp_path / "none")}
        kept = {"PATH": os.environ["PATH"]}
        subprocess.run(["git", *words], check=True, capture_output=True, env=kept | who | dates)

    return git


def test_merges_and_reverts_are_read_from_git(repository):
    git = repository
    git("init", "--quiet", "--initial-branch=main")  # hour 0
    git("commit", "--quiet", "--allow-empty", "--message", "first")
    for name in ("good", "bad"):
        git("switch", "--quiet", "--create", name)
        git("commit", "--quiet", "--allow-empty", "--message", name)  # hours 3 and 7
        git("switch", "--quiet", "main")
        git("merge", "--quiet", "--no-ff", name)  # hours 5 and 9
    git(
        "commit",
        "--quiet",
        "--allow-empty",
        "--message",
        f"Revert\n\nThis reverts commit {delivery.git('rev-parse', 'HEAD').strip()}",
    )
    found = delivery.read()
    assert found["failed"].tolist() == [False, True]
    hours = [(row - DAY("2017-06-01", tz="UTC")) / pd.Timedelta(hours=1) for row in found["deployed"]]
    assert hours == [5, 9]
    assert ((found["deployed"] - found["committed"]) == pd.Timedelta(hours=2)).all()
    assert found["restored"].iloc[1] - found["deployed"].iloc[1] == pd.Timedelta(hours=1)
