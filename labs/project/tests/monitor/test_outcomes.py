"""What books say about those who got none, and about segments."""

import pandas as pd
import pytest

from targeting import exploration, features, outcomes
from targeting.labels import known
from targeting.replay import replay


def campaign(propensity: list[float], mailed: list[bool], labels: list) -> pd.DataFrame:
    return pd.DataFrame({"mailed": mailed, "propensity": propensity, "label": pd.array(labels, dtype="Int64")})


def test_a_random_book_stands_for_those_that_had_its_chance():
    rows = campaign([1, 1, 0.25, 0.25, 0.25, 0.25], [True, True, True, False, False, False], [1, 0, 1, *[None] * 3])
    assert exploration.share_of_all(rows) == pytest.approx(5 / 6, abs=1e-6)


def test_without_random_books_nothing_is_known_of_the_rest():
    rows = campaign([1, 1, 0, 0], [True, True, False, False], [1, 0, None, None])
    assert exploration.share_of_all(rows) is None


def test_the_mean_over_many_lots_is_the_truth(made_rows, champion, settings):
    """No bias: what the books say, averaged over lots that could have been drawn, is what everybody would say."""
    frame, days = made_rows
    found = []
    for seed in range(60):
        rows = replay(frame[frame["campaign_id"] == 13], days, champion, frozenset(), {**settings, "seed": seed})
        rows = rows.assign(label=known(rows, "2018-01-01", 28))
        found.append(exploration.share_of_all(rows))
    truth = rows["redeemed"].astype(float).mean()
    books = rows.loc[rows["mailed"], "label"].astype(float).mean()
    assert abs(pd.Series(found).mean() - truth) < 0.015 < books - truth


def test_only_books_that_move_and_have_a_label_count_for_the_gain():
    """Four households: both lists, only the new one (by lot), only the old one, only the new one without a label."""
    campaign = pd.DataFrame({"label": pd.array([1, 1, 0, None], dtype="Int64"), "propensity": [1.0, 0.25, 1.0, 0.25]})
    found = exploration.gain(campaign, [True, True, False, True], [True, False, True, False], benefit=12, cost=2)
    assert found.tolist() == [0, 40, 2, 0]


def test_segments_have_sizes_and_stay_silent_when_small(made_rows, champion, settings):
    frame, days = made_rows
    rows = replay(frame, days, champion, frozenset(), settings)
    rows = rows.assign(label=known(rows, "2018-01-01", 28))
    development = features.development(frame, settings)
    found = {part["segment"]: part for part in outcomes.segments(rows, development)}
    assert found["Type A"]["books"] == (rows["reason"] == "model").sum()
    assert "new households" not in found  # all were there in development
    few = rows[rows["household_id"] <= 6]
    assert all(part["observed"] is None for part in outcomes.segments(few, development) if part["redeemers"] < 5)


def test_held_out_scores_come_from_models_that_did_not_see_the_household(made_rows, settings):
    development = features.development(made_rows[0], settings)
    honest = outcomes.held_out(development, "logistic", settings)
    labels = honest["redeemed"]
    flipped = outcomes.held_out(
        development.assign(redeemed=labels.where(development["household_id"] != 7, 1 - labels)), "logistic", settings
    )
    same = development["household_id"] == 7
    pd.testing.assert_series_equal(honest.loc[same, "probability"], flipped.loc[same, "probability"])
