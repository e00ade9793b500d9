"""Thresholds ring as often as they say when nothing changed, and ring when something did."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from targeting.drift import Blocks, distance, judge, null_distances, rate_error, thresholds, usual

SETTINGS = {"seed": 1, "monitor": {"resamples": 200, "false_alarm_rate": 0.1}}


def population(seed: int, households: int = 300, campaigns: int = 3) -> pd.DataFrame:
    """Households that keep their own level over several campaigns: their rows are not independent."""
    generator = np.random.default_rng(seed)
    own = np.repeat(generator.normal(size=(households, 2)), campaigns, axis=0)
    values = own + 0.2 * generator.normal(size=own.shape)
    frame = pd.DataFrame(values, columns=["spend", "trips"])
    return frame.assign(household_id=np.repeat(np.arange(households), campaigns))


def test_the_distance_of_a_shift_is_the_shift():
    reference = np.arange(100.0)
    assert distance(reference, reference) == 0
    assert distance(reference, reference + 10) == pytest.approx(10 / reference.std())


def test_a_household_is_drawn_with_all_of_its_rows_or_with_one():
    frame = pd.DataFrame({"household": [3, 1, 3, 3], "x": [30.0, 10.0, 31.0, 32.0]})
    blocks, generator = Blocks(frame["household"], frame[["x"]]), np.random.default_rng(0)
    for _ in range(20):
        drawn = blocks.reference(generator).ravel()
        assert len(drawn) == (drawn == 10).sum() + 3 * (drawn == 31).sum()
    assert len(blocks.campaign(7, generator)) == 7


def test_the_false_alarm_rate_is_the_stated_one_when_nothing_has_changed():
    reference = population(1)
    blocks = Blocks(reference["household_id"], reference[["spend", "trips"]])
    limits = thresholds(null_distances(blocks, 100, 400, seed=2), rate=0.1)
    rang = (null_distances(blocks, 100, 400, seed=3) > limits).any(axis=1).sum()
    low, high = binom.interval(0.998, 400, 0.1)
    assert low * 0.8 <= rang <= high * 1.2


def test_thresholds_by_row_instead_of_household_ring_too_often():
    reference = population(1)
    by_household = Blocks(reference["household_id"], reference[["spend", "trips"]])
    by_row = Blocks(pd.Series(np.arange(len(reference))), reference[["spend", "trips"]])
    limits = thresholds(null_distances(by_row, 300, 200, seed=2), rate=0.1)
    rang = (null_distances(by_household, 300, 200, seed=3) > limits).any(axis=1).mean()
    assert rang > 0.15


def test_a_shift_is_found_and_named():
    reference = population(1)
    current = population(2, campaigns=1)
    pair = [(reference["household_id"], reference[["spend", "trips"]])]
    assert judge(pair, current, SETTINGS)["different"] == []
    assert judge(pair, current.assign(trips=current["trips"] + 1), SETTINGS)["different"] == ["trips"]


def test_the_error_of_the_rate_shrinks_with_more_resamples():
    few, many = (rate_error(size, 0.05) for size in (100, 1000))
    assert few["high"] - few["low"] > many["high"] - many["low"]
    assert many["low"] < 0.05 < many["high"]


def test_what_is_usual_is_the_farthest_that_development_ever_was():
    frame = population(1).assign(campaign_id=[4, 5, 7] * 300, campaign_type="Type B")
    frame.loc[frame["campaign_id"] == 7, "trips"] += 2
    found = usual(frame, ["spend", "trips"], 30)
    assert found["campaigns"] == [4, 5, 7]
    assert found["per_column_rate"] == 0.25
    assert found["largest"]["trips"] > 1 > found["largest"]["spend"]
