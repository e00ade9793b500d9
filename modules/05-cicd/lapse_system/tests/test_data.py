"""Data tests: is this week's delivery like those that we learned from?"""

import pandas as pd
import pytest

NUMBERS = ["trips", "spend", "discount", "coupon_lines"]


@pytest.fixture(scope="module")
def weekly(sales):
    """One row a week: households that bought, and their means."""
    by = sales[sales["week"] >= sales["week"].max() - 8].groupby("week")
    return by[NUMBERS].mean().assign(households=by.size())


def test_columns_and_types(sales):
    assert set(sales.columns) == {"household_id", "week", *NUMBERS}
    assert sales.notna().all(axis=None) and all(pd.api.types.is_numeric_dtype(sales[name]) for name in sales)


def test_one_row_for_a_household_and_week(sales):
    assert not sales.duplicated(["household_id", "week"]).any()


def test_amounts_are_possible(sales):
    assert sales["trips"].between(1, 100).all() and sales["spend"].between(0, 3000).all()


def test_no_week_is_missing(sales):
    assert sorted(sales["week"].unique()) == list(range(sales["week"].min(), sales["week"].max() + 1))


def test_as_many_households_as_usual(weekly):
    usual = weekly["households"].iloc[:-1].median()
    assert 0.8 * usual < weekly["households"].iloc[-1] < 1.2 * usual


def test_they_buy_as_much_as_usual(weekly):
    ratio = weekly[["trips", "spend"]].iloc[-1] / weekly[["trips", "spend"]].iloc[:-1].median()
    assert ratio.between(0.8, 1.25).all()
