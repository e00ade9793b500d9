"""The functions that compare policies: equal to the slow and plain way of saying the same."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from mldesign import compare, lapse

ROWS = pd.DataFrame(
    {
        "household_id": [1, 2, 3, 1, 2, 3, 4],
        "week": [33, 33, 33, 34, 34, 34, 34],
        "lapsed": [0, 1, 0, 1, 0, 0, 1],
        "score": [0.2, 0.9, 0.9, 0.5, 0.9, 0.1, 0.5],
    }
)


def test_auc_of_draws_is_scikit_learns_with_weights_ties_included():
    position, counts = lapse.household_draws(ROWS["household_id"], 50)
    fast = compare.auc_of_draws(ROWS["lapsed"], ROWS["score"], position, counts)
    for value, count in zip(fast, counts, strict=True):
        weight = count[position]
        if len(set(ROWS["lapsed"][weight > 0])) == 2:
            assert value == pytest.approx(roc_auc_score(ROWS["lapsed"], ROWS["score"], sample_weight=weight))
        else:
            assert np.isnan(value)


def test_difference_of_sums_counts_absent_households_as_zero():
    a, b = pd.Series([1.0, 2.0, 4.0], index=[1, 1, 2]), pd.Series([1.0], index=[3])
    total, low, high = compare.difference_of_sums(a, b, np.array([1, 2, 3, 4]))
    assert total == 6 and low < 6 < high


def test_best_of_is_the_mean_over_all_choices():
    shown, later = np.array([[0.7, 0.9, 0.8], [0.6, 0.5, 0.4]]), np.array([1.0, 2.0, 3.0])
    for tried in (1, 2, 3):
        best = [max(pick, key=lambda c: row[c]) for row in shown for pick in combinations(range(3), tried)]
        values = [max(row[list(pick)]) for row in shown for pick in combinations(range(3), tried)]
        assert compare.best_of(shown, later, tried) == pytest.approx((np.mean(values), np.mean(later[best])))


def test_a_larger_sample_of_all_households_is_the_whole():
    aucs = compare.auc_of_samples(ROWS, [ROWS["score"]], [4], draws=3)
    assert aucs[4] == pytest.approx(np.full((3, 1), roc_auc_score(ROWS["lapsed"], ROWS["score"])))
