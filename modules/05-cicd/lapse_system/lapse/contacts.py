"""Features and a model in, the week's list out."""

import pandas as pd

from lapse.features import FEATURES

WEEKLY_CONTACTS = 50
PAUSE = 8  # weeks in which nobody is contacted twice


def at_stake(rows: pd.DataFrame, model) -> pd.DataFrame:
    """Return the rows with ``probability`` of lapsing and ``at_stake``: probability × usual spend of four weeks, dollars."""
    probability = model.predict_proba(rows[FEATURES].astype(float))[:, 1]
    return rows.assign(probability=probability, at_stake=probability * rows["spend_12w"] / 3)


def choose(rows: pd.DataFrame, model, contacted: set[int]) -> pd.DataFrame:
    """Return the households with most at stake that were not contacted lately, at most ``WEEKLY_CONTACTS``."""
    free = at_stake(rows, model).loc[lambda scored: ~scored["household_id"].isin(contacted)]
    order = free.sort_values(["at_stake", "household_id"], ascending=[False, True])
    return order.head(WEEKLY_CONTACTS)
