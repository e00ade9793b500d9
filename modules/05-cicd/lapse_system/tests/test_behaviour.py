"""Behavioural tests: does the trained model do what a person would expect? No number is expected, so they hold for every model."""

import numpy as np
import pandas as pd
import pytest
from lapse.contacts import at_stake
from lapse.features import FEATURES, features

from conftest import WEEK


@pytest.fixture(scope="module")
def today(sales):
    return features(sales, WEEK)


def risk(rows, model):
    return at_stake(rows, model)["probability"].to_numpy()


def test_invariance_who_a_household_is_changes_nothing(today, model):
    renamed = today.assign(household_id=today["household_id"] + 100_000)
    np.testing.assert_array_equal(risk(renamed, model), risk(today, model))


def test_invariance_a_household_scored_alone_gets_the_same(today, model):
    alone = np.concatenate([risk(today.iloc[[place]], model) for place in range(5)])
    np.testing.assert_allclose(alone, risk(today, model)[:5])


def test_direction_staying_away_raises_the_risk(today, model):
    came = today[today["weeks_since_visit"] == 0]
    assert (risk(came.assign(weeks_since_visit=1), model) > risk(came, model)).all()


def test_direction_who_spends_more_is_worth_more(today, model):
    richer = today.assign(spend_4w=2 * today["spend_4w"], spend_12w=2 * today["spend_12w"])
    more = at_stake(richer, model)["at_stake"] > at_stake(today, model)["at_stake"]
    assert more.mean() > 0.99


def test_minimum_function_a_stranger_before_a_regular(model):
    stranger = dict.fromkeys(FEATURES, 0) | {
        "weeks_since_visit": 1,
        "trips_4w": 1,
        "trips_12w": 1,
        "active_weeks_12w": 1,
    }
    stranger |= {"spend_4w": 12, "spend_12w": 12}
    regular = dict(zip(FEATURES, (0, 10, 30, 12, 300, 900, 120, 4), strict=True))
    probability = risk(pd.DataFrame([stranger, regular]).assign(household_id=[1, 2], week=WEEK), model)
    assert probability[0] > 5 * probability[1]
