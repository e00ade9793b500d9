"""Copies of the data for measurements: more of everything that grows, and every copy like the first."""

import sys
from pathlib import Path

import duckdb
import pytest

from targeting import features

ROOT = Path(__file__).parents[2]


@pytest.fixture
def copies(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    from bench import copies

    yield copies
    for name in [name for name in sys.modules if name.split(".")[0] == "bench"]:
        del sys.modules[name]


def test_three_copies_have_three_times_of_everything_and_the_same_features(built, settings, copies, tmp_path):
    copies.copy(3, tmp_path / "three", built / "data/clean")
    kept = ["campaign_id", *features.NUMERIC, "redeemed"]
    counted = "select count(distinct household_id), count(distinct basket_id), count(distinct product_id), count(*)"
    counts, frames = [], []
    for clean in (built / "data/clean", tmp_path / "three"):
        path = (clean / "transactions.parquet").as_posix()
        counts.append(duckdb.sql(f"{counted} from read_parquet('{path}')").fetchall()[0])
        with features.connect(clean, settings["data"]) as connection:
            frames.append(features.compute(connection)[kept])
    assert counts[1] == tuple(3 * count for count in counts[0])
    once, three = (frame.groupby(kept, dropna=False).size() for frame in frames)
    assert (once * 3).equals(three)
