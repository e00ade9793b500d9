"""What the mailing list must do, whatever model ranks it. The model's own behaviour: test_decisions.py."""

import numpy as np
import pandas as pd
import pytest

from targeting import features


@pytest.fixture
def campaign() -> pd.DataFrame:
    """Forty made-up households of one campaign, as features: most have no redemption yet, and many are alike."""
    number = np.arange(40)
    history = dict.fromkeys(features.NUMERIC, 1 + number % 3)
    history |= {"redemptions": np.where(number % 6 == 0, 1 + number // 12, 0), "coupon_lines": number % 4 // 3}
    return pd.DataFrame({"campaign_id": 13, "household_id": 101 + number, **history, "campaign_type": "Type A"})


@pytest.fixture
def mail(campaign, settings):
    """``mail(rows)`` returns the households that get a book as the best of a campaign: a set of household_id."""
    from targeting import candidates, registry, score  # here, because they load MLflow

    rule = candidates.build("rule", settings["train"]["candidates"]["rule"])
    rule.fit(candidates.inputs(campaign), campaign["redemptions"] > 1)
    champion = registry.Registered(0, "no run", "rule", "no data", 0.5, "none", rule)

    def mail(rows: pd.DataFrame) -> set[int]:
        listed = score.score(rows, champion, frozenset(), settings)
        return set(listed.loc[listed["reason"] == score.MODEL, "household_id"])

    return mail


# TASK 6.1: two behaviours of the list, a test each
def test_the_order_of_rows_changes_nothing(mail, campaign):
    for seed in range(5):
        assert mail(campaign.sample(frac=1, random_state=seed)) == mail(campaign)


def test_a_further_redemption_never_costs_a_book_and_can_bring_one(mail, campaign):
    before, gained = mail(campaign), set()
    for place, household in campaign["household_id"].items():
        more = campaign.copy()
        more.loc[place, "redemptions"] += 1
        after = mail(more)
        assert household in after or household not in before
        gained |= {household} & (after - before)
    assert gained
    # END TASK 6.1
