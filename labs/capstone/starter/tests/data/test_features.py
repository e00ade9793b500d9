"""Data: features know nothing that the hour of decision does not know."""

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from capstone import features
from capstone.files import parquet


@pytest.fixture
def compute(tmp_path, settings):
    """Run features.sql on two frames and return its rows."""

    def run(flights: pd.DataFrame, weather: pd.DataFrame) -> pd.DataFrame:
        flights.to_parquet(tmp_path / "flights.parquet")
        weather.to_parquet(tmp_path / "weather.parquet")
        tables = (parquet(tmp_path / f"{name}.parquet") for name in ("flights", "weather"))
        with features.connect(*tables, settings["decision"]) as connection:
            return connection.sql(features.statement()).df()

    return run


def test_what_happens_after_the_decision_changes_no_feature(compute, flights, weather, settings):
    """Change everything that happens after one day's decision: that day's features stay, to the last digit."""
    day = pd.Timestamp("2013-04-05")
    decided = day + pd.Timedelta(hours=settings["decision"]["hour"])
    before = compute(flights, weather)
    morning = (flights["day"] == day) & (flights["sched_at"] < decided)
    flights.loc[morning & (flights.index % 3 == 0), "left_at"] = decided + pd.Timedelta(minutes=1)
    flights.loc[flights["day"] >= day, "arr_delay"] = 10.0
    known = compute(flights, weather)
    later = flights["left_at"] > decided
    flights.loc[later, "left_at"] += pd.Timedelta(hours=4)
    flights.loc[flights["day"] >= day, "arr_delay"] = 500.0
    weather.loc[weather["seen_at"] > decided, ["precip", "humid"]] = 99.0
    changed = compute(flights, weather)
    assert not before.empty
    one = [frame[frame["day"] == day].drop(columns="disrupted").reset_index(drop=True) for frame in (known, changed)]
    assert_frame_equal(*one)


def test_every_departure_of_the_evening_comes_once(compute, flights, weather):
    found = compute(flights, weather)
    assert len(found) == (flights["sched_at"].dt.hour >= 17).sum()
    assert not found.duplicated(["day", "origin", "carrier", "flight", "sched_at"]).any()


def test_what_never_left_or_never_arrived_is_disrupted(compute, flights, weather):
    evening = flights.index[flights["sched_at"].dt.hour >= 17]
    flights["arr_delay"] = 0.0
    flights.loc[evening[0], ["left_at", "arr_delay"]] = None
    flights.loc[evening[1], "arr_delay"] = 30.0
    assert compute(flights, weather)["disrupted"].sum() == 2
