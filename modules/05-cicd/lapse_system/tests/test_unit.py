"""Unit tests: does one function do what it says? Sales of a few made-up households, answers known by hand."""

import numpy as np
import pandas as pd
from lapse.contacts import choose
from lapse.features import features
from lapse.training import lapsed


class Half:
    """A model for which everybody lapses with probability 0.4."""

    def predict_proba(self, inputs):
        return np.tile([0.6, 0.4], (len(inputs), 1))


def test_a_window_holds_its_weeks(visits):
    row = features(visits(h1=range(1, 21)), 20).iloc[0]
    assert (row["trips_4w"], row["trips_12w"], row["active_weeks_12w"]) == (4, 12, 12)


def test_who_has_been_away_for_two_weeks_is_not_asked_about(visits):
    assert features(visits(h1=[8, 10], h2=[8, 11]), 12)["household_id"].tolist() == [2]


def test_nothing_is_known_before_it_happens(visits):
    sales = visits(h1=range(1, 25), h2=range(1, 25, 2))
    pd.testing.assert_frame_equal(features(sales, 20), features(sales[sales["week"] <= 20], 20))


def test_four_weeks_without_a_purchase_is_a_lapse(visits):
    sales = visits(h1=[12, 16], h2=[12, 17])
    assert lapsed(sales, features(sales, 12)).tolist() == [0, 1]


def test_most_at_stake_comes_first_and_nobody_twice(visits):
    rows = features(visits(h1=[12], h2=[11, 12], h3=[10, 11, 12]), 12)
    chosen = choose(rows, Half(), contacted={3})
    assert chosen["household_id"].tolist() == [2, 1]
    assert chosen["at_stake"].round(2).tolist() == [2.67, 1.33]
