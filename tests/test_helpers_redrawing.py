"""The plumbing of lesson 7.1: households are drawn whole, an interval is of the mean, a shuffle keeps to its group."""

import importlib.util

import numpy as np
import pandas as pd

from mldesign import data

FILE = data.ROOT / "modules" / "07-human-side" / "redrawing.py"
SPEC = importlib.util.spec_from_file_location("redrawing", FILE)
redrawing = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(redrawing)

ROWS = pd.DataFrame(
    {
        "household_id": [7, 3, 7, 5, 3, 9],
        "campaign": [1, 1, 2, 2, 2, 2],
        "x": range(6),
        "y": range(10, 16),
        "z": range(6),
    }
)


def test_all_rows_of_a_household_are_drawn_together() -> None:
    draws = redrawing.redraws(ROWS, draws=40)
    assert draws.shape == (40, 6)
    assert (draws[:, 0] == draws[:, 2]).all() and (draws[:, 1] == draws[:, 4]).all()
    assert (draws[:, [0, 1, 3, 5]].sum(axis=1) == 4).all()  # as many households as there are
    assert (draws == redrawing.redraws(ROWS, draws=40)).all()


def test_a_mean_stands_with_the_middle_of_its_redrawn_means() -> None:
    assert redrawing.spread(np.arange(0, 41)) == "1 to 39"
    assert redrawing.mean_of(np.full(6, 12.0), redrawing.redraws(ROWS, draws=40)) == "12 (12 to 12)"
    weights = np.array([[2.0, 0.0], [0.0, 2.0]])
    assert redrawing.mean_of(np.array([0.0, 40.0]), weights) == "20 (1 to 39)"


def test_columns_are_shuffled_together_and_nothing_else_moves() -> None:
    before = ROWS.copy()
    mixed = redrawing.shuffle(ROWS, ["x", "y"], seed=3)
    assert (mixed["y"] - mixed["x"] == 10).all() and sorted(mixed["x"]) == list(range(6))
    assert not (mixed["x"] == ROWS["x"]).all()
    assert (mixed["z"] == ROWS["z"]).all() and ROWS.equals(before)


def test_a_shuffle_within_a_group_stays_there() -> None:
    seen = [redrawing.shuffle(ROWS, ["x"], within="campaign", seed=seed)["x"].to_numpy() for seed in range(5)]
    assert all(set(values[:2]) == {0, 1} and set(values[2:]) == {2, 3, 4, 5} for values in seen)
    assert any((values != ROWS["x"]).any() for values in seen)
