"""The decision of a day and its money."""

import pandas as pd


def choose(frame: pd.DataFrame, probability: pd.Series, money: dict, budget: int) -> pd.Series:
    """Return 1 for departures that get a desk: where it pays, the most probable first, at most ``budget`` a day.

    Args:
        frame: departures with ``day``, in the order of features.sql, which breaks ties.
        probability: of a disruption, same index.
        money: ``cost_per_desk`` and ``saved_per_disruption``, in dollars.
        budget: desks a day.
    """
    pays = probability * money["saved_per_disruption"] > money["cost_per_desk"]
    rank = probability.groupby(frame["day"]).rank(ascending=False, method="first")
    return (pays & (rank <= budget)).astype(int)


def value(desk: pd.Series, disrupted: pd.Series, money: dict) -> pd.Series:
    """Return what each departure earned, in dollars: nothing without a desk."""
    return desk * (money["saved_per_disruption"] * disrupted - money["cost_per_desk"])
