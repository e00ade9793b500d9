"""Model: it can learn, it learns in order of time, and what is saved is what was trained."""

import numpy as np
import pandas as pd
import pytest
import skops.io

from capstone import candidates, train


@pytest.fixture
def rows() -> pd.DataFrame:
    """Rows whose outcome follows from one feature."""
    chance = np.random.default_rng(2)
    frame = pd.DataFrame({name: chance.random(400) for name in [*candidates.WAITS, *candidates.NUMBERS]})
    frame = frame.assign(origin="JFK", carrier="AA", origin_wait=chance.choice([0.0, 200.0], 400))
    return frame.assign(disrupted=(frame["origin_wait"] > 100).astype(int))


def test_it_learns_what_can_be_learned(rows, settings):
    model = candidates.make("challenger", settings).fit(rows[candidates.FEATURES], rows["disrupted"])
    assert (model.predict(rows[candidates.FEATURES]) == rows["disrupted"]).mean() > 0.99


def test_every_fold_is_learned_before_it_is_tested(settings):
    folds = train.folds(pd.Series(pd.date_range("2013-01-01", "2013-12-31")), settings["split"])
    assert len(folds) == 6
    assert all(fold["train_until"] < fold["test_from"] for fold in folds)
    assert folds[-1]["test_until"] == settings["split"]["last_test"]


def test_a_model_comes_back_from_its_file(rows, settings, tmp_path):
    model = candidates.make("challenger", settings).fit(rows[candidates.FEATURES], rows["disrupted"])
    skops.io.dump(model, tmp_path / "model.skops")
    again = skops.io.load(tmp_path / "model.skops", trusted=candidates.TRUSTED)
    both = (each.predict_proba(rows[candidates.FEATURES]) for each in (model, again))
    np.testing.assert_array_equal(*both)
