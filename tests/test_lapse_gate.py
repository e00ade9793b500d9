"""The gate and the report of lesson 5.2: every check can be red, and the formula of its figure is that of the draws."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

MODULE = Path(__file__).resolve().parent.parent / "modules" / "05-cicd"
PROJECT = MODULE / "02-project"
LIMITS = {"margin": 10.0, "min_differing": 30, "max_latency_ms": 1000.0, "max_size_kb": 1000.0}


def load(path: Path, monkeypatch):
    """Import one file of the lesson under its own name, and forget it after the test."""
    monkeypatch.syspath_prepend(str(path.parent))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, path.stem, module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def offers(monkeypatch):
    return load(PROJECT / "offers.py", monkeypatch)


@pytest.fixture
def gate(offers, monkeypatch):
    return load(PROJECT / "gate.py", monkeypatch)


@pytest.fixture
def ci(gate, monkeypatch):
    return load(PROJECT / "ci.py", monkeypatch)


@pytest.mark.parametrize(
    ("differences", "said"),
    [
        (np.zeros(400), "same list"),
        (np.r_[np.full(20, 5.0), np.zeros(380)], "too few differ"),
        (np.tile([0.04, 0.02], 200), "superior"),
        (np.tile([0.04, -0.04], 200), "non-inferior"),
        (np.tile([0.4, -0.4], 200), "inconclusive"),
        (np.tile([-0.04, -0.02], 200), "inferior"),
    ],
)
def test_each_verdict(gate, differences, said):
    assert gate.verdict(differences, 10.0, 30)[0] == said


def test_the_interval_is_in_dollars_per_1000_households(gate):
    _, words = gate.verdict(np.tile([0.04, -0.02], 200), 10.0, 30)
    assert words == "+10 (+7 to +13) dollars per 1,000 households; 400 of 400 households differ"


@pytest.mark.parametrize(
    "differences", [np.tile([0.4, -0.4], 200), np.tile([-0.04, -0.02], 200), np.r_[5.0, np.zeros(99)]]
)
def test_performance_refuses_what_was_not_shown(gate, differences):
    assert not gate.performance(pd.Series(differences), LIMITS)["passed"]


def rows(households: int = 400) -> pd.DataFrame:
    """Made-up rows: every second household comes often; those from 300 on were not there to learn from."""
    found = []
    for week in (12, 33, 41):
        for i in range(households):
            if week == 12 and i >= 300:
                continue
            trips = 20 if i % 2 else 4
            numbers = {
                "trips_4w": trips // 3,
                "trips_12w": trips,
                "active_weeks_12w": 4,
                "spend_4w": 20.0,
                "spend_12w": 90.0,
            }
            numbers |= {"weeks_since_visit": 0, "discount_12w": 1.0, "coupon_12w": 0, "lapsed": int(i % 7 == 0)}
            found.append({"household_id": i, "week": week, **numbers})
    return pd.DataFrame(found)


SETTINGS = {"learn": [12, 28], "test": [[33, 40], [41, 48]], "gate": LIMITS}


def test_slices_refuse_only_a_certain_loss(gate):
    part = pd.Series(0.0, range(400))
    often = part.where(part.index % 2 == 0, -0.05)  # a certain loss of those who come often
    refused = gate.slices(rows(), {"weeks 33 to 40": often, "weeks 41 to 48": often}, SETTINGS)
    assert not refused["passed"] and "12 trips and more: inferior" in refused["detail"]
    assert "fewer than 12 trips: same list" in refused["detail"]
    unsure = pd.Series(np.tile([3.0, -3.0, -3.0, 3.0], 100), range(400))
    assert gate.slices(rows(), {"weeks 33 to 40": unsure, "weeks 41 to 48": unsure}, SETTINGS)["passed"]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda weeks: pd.concat([weeks, weeks.head(5)], ignore_index=True), "a key twice"),
        (lambda weeks: weeks.assign(spend_4w=weeks["spend_4w"] * 100), "4 weeks exceed 12"),
        (lambda weeks: weeks.assign(lapsed=2), "label is neither 0 nor 1"),
        (lambda weeks: weeks.assign(weeks_since_visit=5), "not at risk"),
        (lambda weeks: weeks.drop(columns="trips_4w"), "a column is missing"),
    ],
)
def test_the_contract_names_what_is_broken(gate, change, rule):
    assert gate.data_contract(rows())["passed"]
    refused = gate.data_contract(change(rows()))
    assert not refused["passed"] and rule in refused["detail"]


def test_latency_and_size_can_refuse(gate, offers):
    weeks = rows().astype({"trips_4w": float})
    model = offers.train(weeks, {"learn": [12, 28], "features": ["trips_4w", "spend_12w"]})
    row = weeks[["trips_4w", "spend_12w"]].head(1)
    assert all(line["passed"] for line in gate.carried(model, row, LIMITS))
    none = LIMITS | {"max_latency_ms": 0.0, "max_size_kb": 0.0}
    assert not any(line["passed"] for line in gate.carried(model, row, none))


def test_the_report_says_what_did_not_run(ci):
    text = ci.report("x", [{"check": "tests", "passed": False, "detail": "failed: test_a"}])
    assert text.startswith("### Refused: x") and "| tests | **no** | failed: test_a |" in text
    assert "| contract | not run |" in text and ci.NEXT["tests"] in text
    green = ci.report("x", [{"check": name, "passed": True, "detail": ""} for name in ci.CHECKS])
    assert green.startswith("### May be approved: x")


@pytest.mark.parametrize("rule", ["veto", "higher number", "proof"])
def test_the_formula_of_the_figure_is_that_of_draws(rule, monkeypatch):
    noise = load(MODULE / "noise.py", monkeypatch)
    drawn = np.random.default_rng(1).normal(-20, 490, size=(4000, 900))
    mean, error = drawn.mean(axis=1), drawn.std(axis=1, ddof=1) / 30
    promotes = {"veto": mean + 1.96 * error > -10, "higher number": mean > 0, "proof": mean - 1.96 * error > -10}
    assert abs(promotes[rule].mean() - noise.share(rule, -20, 900, 490, 10)) < 0.03
