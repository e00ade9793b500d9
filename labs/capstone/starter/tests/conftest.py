"""What several tests share: parameters, and a small world of flights that is quick to compute and easy to change."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from capstone import params

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def settings() -> dict:
    return params.read(ROOT / "params.yaml")


@pytest.fixture
def flights() -> pd.DataFrame:
    """Forty days of flights of two carriers from JFK, made up: columns as ``ingest`` writes them."""
    hours = [7, 9, 11, 13, 18, 20]
    days = pd.date_range("2013-03-01", periods=40)
    rows = [(day, hour, carrier) for day in days for hour in hours for carrier in ("AA", "B6")]
    frame = pd.DataFrame(rows, columns=["day", "hour", "carrier"])
    chance = np.random.default_rng(1)
    frame["sched_at"] = frame["day"] + pd.to_timedelta(frame["hour"], unit="h")
    delay = chance.exponential(25, len(frame)).round()
    frame["left_at"] = frame["sched_at"] + pd.to_timedelta(delay, unit="m")
    frame["arr_delay"] = delay - 5
    return frame.assign(flight=frame["hour"] * 10, origin="JFK", dest="LAX", distance=2475).drop(columns="hour")


@pytest.fixture
def weather(flights) -> pd.DataFrame:
    """An observation every hour of the same days."""
    hours = pd.date_range(flights["day"].min(), flights["day"].max() + pd.Timedelta(hours=23), freq="h")
    frame = pd.DataFrame({"origin": "JFK", "observed_utc": hours + pd.Timedelta(hours=5), "seen_at": hours})
    return frame.assign(precip=0.0, visib=10.0, wind_speed=8.0, humid=60.0)
