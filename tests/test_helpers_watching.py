"""The helper of lesson 4.2: its distances are scipy's, its lookup table is lesson 1.1's."""

import importlib.util

import numpy as np
import pandas as pd
import pytest
from scipy.stats import wasserstein_distance

from mldesign import data

FILE = data.ROOT / "modules" / "04-deployment" / "watching.py"
SPEC = importlib.util.spec_from_file_location("watching", FILE)
watching = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(watching)

RNG = np.random.default_rng(0)
ROWS = pd.DataFrame({"dollars": RNG.lognormal(size=500).round(2), "trips": RNG.poisson(2, 500)})


def test_distances_are_those_of_scipy():
    now = pd.DataFrame({"dollars": [0.5, 2, 2, 7.25], "trips": [0, 9, 1, 1]})
    found = watching.Reference(ROWS).distances(now)
    for name in ROWS:
        assert found[name] == pytest.approx(wasserstein_distance(now[name], ROWS[name]) / ROWS[name].std())


def test_weighted_distances_within_are_those_of_scipy():
    part, weight = np.arange(40), RNG.integers(0, 3, 500).astype(float)
    found = watching.Reference(ROWS).distances_within(part, weight)
    for name in ROWS:
        parts = ROWS[name][:40], ROWS[name][40:], weight[:40], weight[40:]
        assert found[name] == pytest.approx(wasserstein_distance(*parts) / ROWS[name].std())


def test_the_lookup_gives_the_share_of_its_row():
    rows = pd.DataFrame({"trips_12w": [1, 1, 5, 6, 30], "lapsed": [1, 0, 0, 1, 0]})
    asked = watching.Lookup(rows).predict_proba(rows[["trips_12w"]])
    assert asked[:, 1].tolist() == [0.5, 0.5, 0.5, 0.5, 0.0]


def test_quantiles_grow_with_the_drift_and_shrink_with_the_sample():
    rows = pd.DataFrame({"week": np.repeat(range(13, 29), 200), "spend": RNG.lognormal(size=3200)})
    found = watching.quiet_quantiles(rows, "spend", [20, 200], [0, 0.5], draws=32)
    assert found[200].shape == (2, 25)
    assert found[20][0, 12] > found[200][0, 12]
    assert found[200][1, 12] > found[200][0, 12]


def test_a_fall_of_all_values_is_as_far_as_it_can_be_worked_out():
    """Fifteen weeks of one value and one of another: a week is compared with the other weeks, in standard deviations."""
    rows = pd.DataFrame({"week": np.repeat(range(13, 29), 10), "spend": np.repeat([30.0] + [10.0] * 15, 10)})
    found = watching.quiet_quantiles(rows, "spend", [5], [0, 0.5], draws=16)[5]
    own = 20 / rows["spend"].std()  # week 13 lies 20 dollars from all others, each other week 20 / 15 from the rest
    assert found[0, 0] == pytest.approx(own / 15, abs=1e-3)
    assert found[0, -1] == pytest.approx(own, abs=1e-3)
    fallen = np.abs(np.array([15 - 10] + [5 - 170 / 15] * 15)) / rows["spend"].std()
    assert found[1, 0] == pytest.approx(fallen.min(), abs=1e-3)
    assert found[1, -1] == pytest.approx(fallen.max(), abs=1e-3)
