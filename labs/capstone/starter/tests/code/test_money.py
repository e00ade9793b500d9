"""Code: the decision of a day and its money, on cases that are counted by hand."""

import pandas as pd
import pytest

from capstone import money

PRICES = {"cost_per_desk": 120, "saved_per_disruption": 400}


def test_a_desk_goes_to_the_most_probable_where_it_pays():
    frame = pd.DataFrame({"day": pd.to_datetime(["2013-05-01"] * 4 + ["2013-05-02"])})
    probability = pd.Series([0.5, 0.29, 0.9, 0.6, 0.31])
    assert money.choose(frame, probability, PRICES, budget=2).tolist() == [0, 0, 1, 1, 1]


def test_a_desk_costs_and_a_caught_disruption_saves():
    assert money.value(pd.Series([1, 1, 0]), pd.Series([1, 0, 1]), PRICES).tolist() == [280, -120, 0]


@pytest.mark.parametrize("budget", [0, 1, 3])
def test_no_day_has_more_desks_than_the_budget(budget):
    frame = pd.DataFrame({"day": pd.to_datetime(["2013-05-01"] * 5)})
    assert money.choose(frame, pd.Series([0.9] * 5), PRICES, budget).sum() == budget
