"""Growth, waiting and money: laws that hold by hand, and the plan from what is committed."""

import math

import numpy as np
import pytest

from targeting import capacity, queueing
from targeting.files import StageError

TIMES = np.tile([0.01, 0.03], 500)  # mean 0.02 s, spread 0.5


def test_a_power_law_goes_on_from_its_largest_sizes():
    points = [(40, 500), (1, 200), (10, 250)]
    assert capacity.exponent(points) == pytest.approx(0.5)
    assert capacity.reaches(points, 2000) == pytest.approx(640)


def test_what_does_not_grow_reaches_no_limit():
    assert math.isinf(capacity.reaches([(1, 300), (10, 300)], 2000))


def test_one_instance_waits_as_long_as_the_exact_formula_says():
    rate, second_moment = 40.0, np.mean(TIMES**2)
    exact = rate * second_moment / 2 / (1 - rate * 0.02)
    assert queueing.mean_wait(rate, TIMES, 1) == pytest.approx(exact, rel=1e-3)  # a spread over n - 1 is right too


def test_full_means_that_the_queue_only_grows():
    assert math.isinf(queueing.mean_wait(50.0, TIMES, 1))
    assert math.isinf(queueing.response(60.0, TIMES, 1))


@pytest.mark.parametrize(("rate", "instances"), [(20.0, 1), (40.0, 1), (80.0, 2), (160.0, 4), (270.0, 6)])
def test_the_formula_agrees_with_a_simulation(rate, instances):
    simulated = queueing.simulate(rate, TIMES, instances, 60_000, seed=1)
    assert np.quantile(simulated, 0.95) == pytest.approx(queueing.response(rate, TIMES, instances), rel=0.1)
    assert simulated.mean() == pytest.approx(0.02 + queueing.mean_wait(rate, TIMES, instances), rel=0.1)


def test_the_promise_is_kept_with_one_down_and_not_with_two():
    needed = queueing.instances_needed(320.0, TIMES, 0.033)
    assert queueing.response(320.0, TIMES, needed - 1) <= 0.033 < queueing.response(320.0, TIMES, needed - 2)


def test_an_impossible_promise_is_refused():
    with pytest.raises(ValueError):
        queueing.instances_needed(1.0, TIMES, 0.025)


def test_people_are_part_of_the_cost():
    design = {"machines": 3, "hours": 700, "care_hours": 10, "build_hours": 72, "life_months": 36}
    found = capacity.cost(design, {"machine_hour": 0.2, "engineer_hour": 50}, 4000)
    assert found == pytest.approx({"machines": 420, "people": 600, "total": 1020, "per_thousand": 255})


def test_missing_measurements_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr(capacity, "BENCH", tmp_path)
    with pytest.raises(StageError, match="make measure"):
        capacity.service_times()


def test_the_assumptions_can_be_planned_with(settings):
    times = capacity.service_times()
    found = capacity.service(settings["capacity"], times)
    assert (1000 * found["p95_ms"] > 0).all() and (found["p95_ms"] <= settings["capacity"]["target_p95_ms"]).all()
    spent = capacity.costs(settings["capacity"], times)
    assert len(spent) == len(settings["capacity"]["growth"]) * len(settings["capacity"]["designs"])
    assert (spent["total"] >= spent["people"]).all()
