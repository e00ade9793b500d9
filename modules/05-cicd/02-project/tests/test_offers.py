"""What must hold of the list whatever the model, on households small enough to count by hand."""

import pandas as pd
from offers import stake

from mldesign.lapse import contacts

MONEY = {"save_rate": 0.20, "margin": 0.25, "offer_cost": 0.50}


def households(weeks: tuple[int, ...] = (33,), count: int = 4) -> pd.DataFrame:
    """Made-up rows: household 1 spends 120 dollars in twelve weeks, household 2 twice that, and so on."""
    return pd.DataFrame(
        [{"household_id": i, "week": week, "spend_12w": 120.0 * i} for week in weeks for i in range(1, count + 1)]
    )


def test_a_save_is_worth_profit_not_sales():
    # 120 dollars in twelve weeks are 40 in four; a fifth of these is saved, a quarter of that is profit
    assert stake(households(), MONEY).tolist() == [2.0, 4.0, 6.0, 8.0]


def test_the_budget_holds_in_every_week():
    sent = contacts(households(weeks=(33, 34), count=9), score=range(18), weekly=3)
    assert sent.groupby("week").size().tolist() == [3, 3]


def test_nobody_gets_two_offers():
    sent = contacts(households(weeks=(33, 34), count=9), score=range(18), weekly=6)
    assert sent["household_id"].is_unique
