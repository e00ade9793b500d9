"""The attack finds what a model has learned by heart, and nothing where there is nothing to find."""

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from targeting import candidates, features, privacy


def households(member, loss):
    return pd.DataFrame({"member": member, "loss": loss})


def test_the_threshold_comes_from_practice_and_the_advantage_from_the_unseen():
    practice = households([1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9])
    called, advantage = privacy.attack(practice, households([1, 1, 0, 0, 0], [0.05, 0.95, 0.1, 0.85, 0.99]))
    assert called.tolist() == [True, False, True, False, False]
    assert advantage == pytest.approx(1 / 2 - 1 / 3)


def test_without_anything_to_find_the_advantage_is_around_zero():
    generator = np.random.default_rng(1)
    found = [
        privacy.attack(*(households(generator.integers(0, 2, 150), generator.random(150)) for _ in range(2)))[1]
        for _ in range(60)
    ]
    assert abs(np.mean(found)) < 0.04


@pytest.fixture
def rows():
    generator = np.random.default_rng(2)
    frame = pd.DataFrame(dict.fromkeys(features.NUMERIC, 0.0), index=range(600)).assign(campaign_type="Type A")
    return frame.assign(
        household_id=np.arange(600), spend=generator.random(600), redeemed=generator.integers(0, 2, 600)
    )


def test_a_model_that_learns_by_heart_is_found_out_and_a_plain_one_is_not(rows, settings):
    spend = FunctionTransformer(lambda frame: frame[["spend"]])
    by_heart = privacy.measure(make_pipeline(spend, KNeighborsClassifier(1)), rows, settings)
    assert by_heart["low"] > 0.3
    rule = {"kind": "rule", "columns": ["spend"]}
    plain = [privacy.measure(candidates.build("x", rule), rows, {**settings, "seed": seed}) for seed in range(10)]
    assert sum(entry["low"] < 0 < entry["high"] for entry in plain) >= 8


def test_the_halves_share_no_household_and_each_stands_once(rows, settings):
    twice = pd.concat([rows, rows], ignore_index=True)
    model = candidates.build("x", {"kind": "rule", "columns": ["spend"]})
    found = privacy.losses(model, twice, settings)
    assert len(found) == 600 and found["household_id"].is_unique
    assert found["member"].sum() == 300
