"""The offer list of lesson 1.1 on changed purchases, and what it earns: for pricing faults, repairs and retention in dollars.

Each week some households get an offer, nobody twice in eight weeks, ranked by the champion of lesson 1.1: the lapse rate
of households with so many trips, times usual spend. Save rate, margin and cost are the assumptions registered there.
"""

from functools import lru_cache

import numpy as np
import pandas as pd

from mldesign import lapse
from mldesign.data import connect, sql

RAW = "memory.main.transactions"  # the raw purchases, behind the view of the same name that household_weeks() makes
WEEKS = 8  # of decisions, in which nobody is contacted twice


def household_weeks(purchases: str = f"select * from {RAW}") -> pd.DataFrame:
    """Return the lesson table ``household_weeks`` as it would be if these were the purchases.

    Args:
        purchases: SQL that returns the columns of ``transactions``; read the raw table as :data:`RAW`.

    Returns:
        The table's columns in its own order, with ``usual`` (dollars in four usual weeks) and ``trips`` (bin of trips).
    """
    with connect() as connection:
        connection.execute(f"create temp view transactions as {purchases}")
        rows = connection.execute(sql("household_weeks")).df()
    return rows.assign(usual=rows["spend_12w"].astype(float) / 3, trips=pd.cut(rows["trips_12w"], lapse.EDGES))


def contacts(rows: pd.DataFrame, train_until: int, first: int, per_week: int = lapse.WEEKLY_CONTACTS) -> pd.DataFrame:
    """Return the rows that get an offer in the eight weeks from ``first`` on, nobody twice.

    Args:
        rows: what :func:`household_weeks` returned.
        train_until: the last week whose labels the lapse rates may use; known four weeks later.
        first: the first week of decisions.
        per_week: offers a week.

    Raises:
        ValueError: when the label of ``train_until`` is not known before ``first``.
    """
    if first <= train_until + lapse.MATURES:
        raise ValueError(
            f"The labels of week {train_until} are known at the end of week {train_until + lapse.MATURES}. "
            f"Decide from week {train_until + lapse.MATURES + 1}."
        )
    lapse_rate = rows[rows["week"] <= train_until].groupby("trips", observed=True)["lapsed"].mean()
    test = rows[rows["week"].between(first, first + WEEKS - 1)]
    test = test.assign(score=test["trips"].map(lapse_rate).astype(float) * test["usual"])
    return lapse.contacts(test, test["score"], per_week)


def judged(chosen: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Return what really happened to contacts: ``lapsed`` and ``usual``, indexed by household and week.

    Args:
        chosen: what :func:`contacts` returned.
        truth: :func:`household_weeks` of all purchases. A contact who is not in it was not at risk and gets 0 and 0.
    """
    keys = ["household_id", "week"]
    return truth.set_index(keys)[["lapsed", "usual"]].reindex(pd.MultiIndex.from_frame(chosen[keys])).fillna(0)


def earned(chosen: pd.DataFrame, truth: pd.DataFrame) -> pd.Series:
    """Return the dollars that offers earn over doing nothing, by household, judged on other rows than they were chosen by.

    Args:
        chosen: what :func:`contacts` returned.
        truth: :func:`household_weeks` of all purchases.

    Returns:
        One value for each household of either, 0 for those without an offer.
    """
    real = judged(chosen, truth)
    net = real["lapsed"] * real["usual"] * lapse.SAVE_RATE * lapse.MARGIN - lapse.OFFER_COST
    everyone = np.union1d(truth["household_id"].unique(), chosen["household_id"].unique())
    return net.groupby(level="household_id").sum().reindex(everyone, fill_value=0)


def cost(rows: pd.DataFrame, truth: pd.DataFrame, train_until: int, first: int) -> tuple[int, pd.Series]:
    """Return what a list made from changed rows finds, and what it loses against the list made from all purchases.

    Args:
        rows: :func:`household_weeks` of changed purchases.
        truth: :func:`household_weeks` of all purchases, by which both lists are judged.
        train_until: as in :func:`contacts`.
        first: as in :func:`contacts`.

    Returns:
        How many contacts of the changed list really lapse, and the dollars lost by household (negative: gained).
    """
    chosen = contacts(rows, train_until, first)
    lost = earned(contacts(truth, train_until, first), truth) - earned(chosen, truth)
    return int(judged(chosen, truth)["lapsed"].sum()), lost


@lru_cache(maxsize=2)
def _draws(households: int) -> np.ndarray:
    """Return how often each household was drawn, an array of shape (2000, households)."""
    return lapse.household_draws(range(households), draws=2000)[1]


def with_interval(dollars: pd.Series) -> str:
    """Return a sum over households with its 95 % bootstrap interval by household, such as ``90 (17 to 166)``."""
    low, high = np.percentile(_draws(len(dollars)) @ dollars.to_numpy(), [2.5, 97.5])
    return f"{round(dollars.sum())} ({round(low)} to {round(high)})"  # whole numbers have no "-0"
