"""The lapse problem of modules 1 to 5: which households that still come are about to stay away for four weeks?

The rows are the lesson table ``household_weeks`` (``data/household_weeks.sql``). Lesson 1.1 builds these pieces step by
step; later lessons start from here.
"""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

FEATURES = [
    "weeks_since_visit",
    "trips_4w",
    "trips_12w",
    "active_weeks_12w",
    "spend_4w",
    "spend_12w",
    "discount_12w",
    "coupon_12w",
]
MATURES = 4  # weeks after the decision until its label is known
EDGES = [0, 1, 2, 3, 4, 6, 8, 12, 20, np.inf]  # trips in twelve weeks: the nine rows of the lookup table
# Assumptions that lesson 1.1 registers and varies.
SAVE_RATE = 0.20  # share of lapsing households that an offer keeps
MARGIN = 0.25  # profit per dollar of sales
OFFER_COST = 0.50  # dollars a contact
WEEKLY_CONTACTS = 50


def logistic() -> Pipeline:
    """Return the unfitted model of lesson 1.1: logs of counts and dollars, scaled, into a logistic regression."""
    return make_pipeline(FunctionTransformer(np.log1p), StandardScaler(), LogisticRegression(max_iter=1000))


def split(
    weeks: pd.DataFrame, train_until: int = 28, test: tuple[int, int] = (33, 40)
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split rows by time, so that each training label was known before the first test decision.

    Args:
        weeks: rows with a column ``week``, such as ``table("household_weeks")``.
        train_until: the last week to train on; its label is known ``MATURES`` weeks later.
        test: the first and the last week to test on.

    Returns:
        The training rows and the test rows, each in the order given.

    Raises:
        ValueError: when the label of ``train_until`` is not known before the first test week.
    """
    first, last = test
    if first <= train_until + MATURES:
        raise ValueError(
            f"The labels of week {train_until} are known at the end of week {train_until + MATURES}; "
            f"a test from week {first} would train on the future. Test from week {train_until + MATURES + 1}."
        )
    return weeks[weeks["week"] <= train_until], weeks[weeks["week"].between(first, last)]


def contacts(rows: pd.DataFrame, score, weekly: int = WEEKLY_CONTACTS) -> pd.DataFrame:
    """Return the rows that get an offer: each week the highest scores among households not contacted before.

    Args:
        rows: rows of ``household_weeks`` of at most eight weeks, in which nobody is contacted twice.
        score: one number a row; ties go to the smaller household id.
        weekly: contacts a week.

    Returns:
        The chosen rows with their ``score``, by week and score.
    """
    order = rows.assign(score=np.asarray(score))
    order = order.sort_values(["week", "score", "household_id"], ascending=[True, False, True])
    seen: set = set()
    chosen = []
    for _, week in order.groupby("week"):
        chosen.append(week[~week["household_id"].isin(seen)].head(weekly))
        seen.update(chosen[-1]["household_id"])
    return pd.concat(chosen)


def household_draws(household_ids, draws: int = 200, seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    """Draw households with replacement, for an interval that treats the rows of one household as one case.

    Args:
        household_ids: the household of each row, n values.
        draws: how many bootstrap samples.
        seed: of the random generator.

    Returns:
        The position of each row's household, n integers from 0 to h − 1, and how often each household was drawn, an array
        of shape (draws, h). The weights of the rows in draw ``i`` are ``counts[i][position]``.
    """
    position, households = pd.factorize(np.asarray(household_ids))
    share = np.full(len(households), 1 / len(households))
    return position, np.random.default_rng(seed).multinomial(len(households), share, size=draws).astype(float)
