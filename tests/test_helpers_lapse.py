"""mldesign.lapse: no label from the future, and households drawn as wholes."""

import numpy as np
import pandas as pd
import pytest

from mldesign import lapse
from mldesign.data import table

WEEKS = pd.DataFrame({"household_id": [1, 1, 2, 3], "week": [28, 33, 29, 41]})


def test_split_keeps_the_weeks_between_apart():
    train, test = lapse.split(WEEKS)
    assert train["week"].tolist() == [28]
    assert test["week"].tolist() == [33]


def test_split_refuses_labels_from_the_future():
    with pytest.raises(ValueError, match="Test from week 33"):
        lapse.split(WEEKS, train_until=28, test=(32, 40))


def test_draws_weigh_all_rows_of_a_household_alike_and_repeat():
    position, counts = lapse.household_draws([7, 7, 5, 9], draws=50, seed=1)
    assert position.tolist() == [0, 0, 1, 2]
    assert counts.shape == (50, 3)
    assert (counts.sum(axis=1) == 3).all()
    assert np.array_equal(counts, lapse.household_draws([7, 7, 5, 9], draws=50, seed=1)[1])
    assert counts.std() > 0


def test_the_model_learns_from_the_features_of_the_table():
    train, test = lapse.split(table("household_weeks"))
    model = lapse.logistic().fit(train[lapse.FEATURES], train["lapsed"])
    risk = model.predict_proba(test[lapse.FEATURES])[:, 1]
    assert risk[test["lapsed"] == 1].mean() > 3 * risk[test["lapsed"] == 0].mean()


def test_contacts_takes_each_household_once_and_the_highest_first():
    rows = pd.DataFrame({"household_id": [1, 2, 3, 1, 2, 3, 4], "week": [33, 33, 33, 34, 34, 34, 34]})
    chosen = lapse.contacts(rows, [0.2, 0.9, 0.9, 0.5, 0.9, 0.1, 0.5], weekly=2)
    assert chosen[["week", "household_id"]].to_numpy().tolist() == [[33, 2], [33, 3], [34, 1], [34, 4]]
    assert chosen["score"].tolist() == [0.9, 0.9, 0.5, 0.5]
    by_place = pd.Series([0.2, 0.9, 0.9, 0.5, 0.9, 0.1, 0.5], index=range(7)[::-1])  # scores belong to rows by place
    assert lapse.contacts(rows, by_place, weekly=2).equals(chosen)
