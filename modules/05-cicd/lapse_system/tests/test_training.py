"""Training tests: does learning learn? They know nothing of how good the model must be."""

import numpy as np
import pandas as pd
from lapse.features import FEATURES
from lapse.training import fit

from conftest import TRAINED


def guessing(labels):
    """The loss of a model that knows only how many lapse."""
    share = labels.mean()
    return -(share * np.log(share) + (1 - share) * np.log(1 - share))


def test_the_loss_falls_below_guessing(rows, trained):
    losses = trained[1]
    assert losses[-1] <= losses[0] and losses[-1] < 0.9 * guessing(rows["lapsed"])


def test_a_small_batch_is_learned_by_heart(rows):
    batch = pd.concat([rows[rows["lapsed"] == kind].head(3) for kind in (0, 1)])
    assert fit(batch, epochs=10, rate=2)[1][-1] < 0.05


def test_every_label_was_known_on_the_day_of_training(rows):
    assert rows["week"].max() == TRAINED - 4


def test_trained_twice_is_the_same(rows):
    some = rows.head(1000)
    first, second = (fit(some)[0].predict_proba(some[FEATURES]) for _ in range(2))
    np.testing.assert_array_equal(first, second)
