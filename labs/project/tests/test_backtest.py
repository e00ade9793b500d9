import numpy as np
import pandas as pd
import pytest

from targeting.backtest import backtest, difference, interval, mailing, summary
from targeting.policies import RULES, Rule

FRAME = pd.DataFrame(
    {
        "campaign_id": [4, 4, 4, 4, 5, 5],
        "household_id": [1, 2, 3, 4, 1, 2],
        "spend": [9.0, 8.0, 1.0, 2.0, 0.0, 3.0],
        "redeemed": [1, 0, 1, 0, 1, 0],
    }
)


def test_each_campaign_has_its_own_budget():
    result = backtest(FRAME, Rule(("spend",)), share=0.5, cost_per_book=1.0, benefit=10.0)
    assert result["books"].tolist() == [2, 1]
    assert result["caught"].tolist() == [1, 0]
    assert result["redeemers"].tolist() == [2, 1]
    assert result["net_value"].tolist() == [8.0, -1.0]


def test_the_policy_never_sees_the_outcome():
    with pytest.raises(KeyError, match="redeemed"):
        backtest(FRAME, Rule(("redeemed",)), share=0.5, cost_per_book=1.0, benefit=10.0)


def test_the_summary_adds_up():
    total = summary(backtest(FRAME, Rule(("spend",)), share=0.25, cost_per_book=1.0, benefit=10.0))
    assert (total["books"], total["caught"], total["net_value"]) == (1, 1, 9.0)
    assert total["share_caught"] == pytest.approx(1 / 3)  # of all redeemers, not of the books
    assert total["net_value_per_1000"] == pytest.approx(1000 * 9 / 6)


def test_a_policy_does_not_differ_from_itself(campaigns):
    rule = RULES["past spend"].fit(campaigns)
    assert difference(campaigns, rule, rule, 0.5, 1.5, 12.0, seed=1) == {
        "estimate": 0.0,
        "low": 0.0,
        "high": 0.0,
    }


def test_the_difference_is_that_of_the_two_backtests(campaigns):
    first, second = RULES["past redemptions, ties by coupon use"], RULES["past spend"]
    values = [summary(backtest(campaigns, rule, 0.5, 1.5, 12.0))["net_value_per_1000"] for rule in (first, second)]
    found = difference(campaigns, first, second, 0.5, 1.5, 12.0, seed=1)
    assert found["estimate"] == pytest.approx(values[0] - values[1])
    assert found["low"] < found["estimate"] < found["high"]


def test_mailing_everybody_mails_every_row_and_half_mails_what_the_backtest_counts(campaigns):
    rule = RULES["past spend"]
    assert mailing(campaigns, rule, 1.0).all()
    half = campaigns[mailing(campaigns, rule, 0.5)]
    result = backtest(campaigns, rule, 0.5, 1.5, 12.0)
    assert len(half) == result["books"].sum()
    assert half["redeemed"].sum() == result["caught"].sum()


def test_a_household_with_more_rows_is_drawn_as_a_whole():
    """Two households that each repeat one result tell as much as two rows would, however often they repeat it."""
    few = interval([1, 2], [0.0, 10.0], seed=1)
    many = interval(np.repeat([1, 2], 500), np.repeat([0.0, 10.0], 500), seed=1)
    assert few == many == {"estimate": 5000.0, "low": 0.0, "high": 10000.0}


def test_the_interval_covers_a_known_mean_about_as_often_as_it_says():
    generator, hits = np.random.default_rng(1), 0
    for trial in range(200):
        found = interval(np.arange(100), generator.normal(1.0, 3.0, size=100), seed=trial)
        hits += found["low"] <= 1000.0 <= found["high"]
    assert 0.89 <= hits / 200 <= 0.99


def test_the_rules_choose_alike_whatever_the_order_of_rows(campaigns):
    shuffled = campaigns.iloc[np.random.default_rng(1).permutation(len(campaigns))].reset_index(drop=True)
    rule = RULES["past redemptions"]
    pd.testing.assert_frame_equal(backtest(campaigns, rule, 0.5, 1.5, 12.0), backtest(shuffled, rule, 0.5, 1.5, 12.0))
