"""Advice about retraining: in money, by the interval, from books that stand for more than themselves."""

import numpy as np
import pandas as pd
import pytest

from targeting import features, retrain
from targeting.labels import known
from targeting.replay import replay
from targeting.score import EXPLORATION


@pytest.mark.parametrize(
    ("gains", "advice"), [([1.0] * 1000, "Retrain"), ([0.1] * 1000, "Keep"), ([20.5, -19.5] * 500, "Not shown")]
)
def test_the_advice_follows_the_interval_not_the_estimate(settings, monkeypatch, gains, advice):
    """A retraining costs 250 dollars; the gains are of 1,000 households of one campaign."""
    found = pd.DataFrame({"campaign_id": 13, "household_id": range(1000), "gain": gains, "changed": True})
    monkeypatch.setattr(retrain, "differences", lambda *_: found)
    assert retrain.advice(None, None, "rule", settings)["advice"].startswith(advice)


def test_a_random_book_weighs_in_training_what_it_stands_for(made_rows, champion, settings, monkeypatch):
    frame, days = made_rows
    rows = replay(frame, days, champion, frozenset(), settings)
    rows = rows.assign(label=known(rows, "2018-01-01", 28))
    weighed, refit = [], retrain.refit

    def noted(frame, labels, weights, *others):
        weighed.append(weights)
        return refit(frame, labels, weights, *others)

    monkeypatch.setattr(retrain, "refit", noted)
    retrain.differences(features.development(frame, settings), rows, "rule", settings, every=False)
    lots = rows[(rows["campaign_id"] == 13) & (rows["reason"] == EXPLORATION)]
    assert np.allclose(weighed[0], 1)  # before campaign 13: development alone
    assert weighed[1][weighed[1] > 1].tolist() == (1 / lots["propensity"]).tolist()
