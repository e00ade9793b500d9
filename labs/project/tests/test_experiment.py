import numpy as np
import pytest

from targeting.experiment import households_per_arm, smallest_difference, verdict


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (1.0, 9.0, "superior"),
        (-10.0, 30.0, "non-inferior"),
        (-90.0, 30.0, "inconclusive"),
        (-90.0, -60.0, "inferior"),
        (-40.0, -5.0, "non-inferior"),
        (0.0, 9.0, "non-inferior"),
        (-50.0, 9.0, "inconclusive"),
        (-90.0, -50.0, "inconclusive"),
    ],
)
def test_what_an_interval_says(low, high, expected):
    assert verdict(low, high, margin=50.0) == expected


def test_an_interval_upside_down_is_refused():
    with pytest.raises(ValueError):
        verdict(5.0, -5.0, margin=50.0)


def test_a_negative_margin_is_refused():
    with pytest.raises(ValueError):
        verdict(-5.0, 5.0, margin=-50.0)


def test_sample_size_and_smallest_difference_agree():
    needed = households_per_arm(sd=120.0, difference=10.0)
    assert smallest_difference(sd=120.0, per_arm=needed) <= 10.0 < smallest_difference(sd=120.0, per_arm=needed - 1)


def test_half_the_difference_needs_four_times_the_households():
    assert households_per_arm(100.0, 5.0) == pytest.approx(4 * households_per_arm(100.0, 10.0), abs=4)


def test_the_promised_power_is_met_by_simulation():
    generator = np.random.default_rng(1)
    per_arm = households_per_arm(sd=100.0, difference=30.0)
    control = generator.normal(0.0, 100.0, size=(4000, per_arm)).mean(axis=1)
    treated = generator.normal(30.0, 100.0, size=(4000, per_arm)).mean(axis=1)
    found = np.abs(treated - control) > 1.959964 * 100.0 * np.sqrt(2 / per_arm)
    assert found.mean() == pytest.approx(0.8, abs=0.03)


def test_no_experiment_finds_nothing():
    with pytest.raises(ValueError):
        households_per_arm(sd=100.0, difference=0.0)
