"""Data: a row of weather holds the rain of its whole hour, so the hour of the decision is not known yet."""

import pandas as pd

from capstone import features
from capstone.files import parquet


def test_rain_that_falls_after_the_decision_is_not_known(flights, weather, settings, tmp_path):
    """Rain in every hour from the decision on, and in none before: no feature may be wet."""
    decided = pd.Timedelta(hours=settings["decision"]["hour"])
    weather["precip"] = (weather["seen_at"] - weather["seen_at"].dt.normalize() >= decided).astype(float)
    for name, frame in {"flights": flights, "weather": weather}.items():
        frame.to_parquet(tmp_path / f"{name}.parquet")
    tables = (parquet(tmp_path / f"{name}.parquet") for name in ("flights", "weather"))
    with features.connect(*tables, settings["decision"]) as connection:
        found = connection.sql(features.statement()).df()
    assert len(found) and (found["precip"] == 0).all()
