"""Behaviour: what must hold of any model that decides, also of the next one."""

import numpy as np
import pandas as pd
import pytest

from capstone import candidates, gate

EVALUATION = {
    "metric": "net value a day",
    "unit": "day",
    "margin": 0,
    "difference": {"estimate": 100.0, "low": 5.0, "high": 200.0},
    "split": [{"train_until": "2013-04-30", "test_from": "2013-05-01"}],
}
CONTRACT = {"flights": {"quarantine": {"left early": 1}}}


@pytest.fixture
def model(settings):
    """A challenger that was trained on days on which long waits end badly."""
    chance = np.random.default_rng(3)
    frame = pd.DataFrame({name: chance.random(600) for name in candidates.NUMBERS})
    frame = frame.assign(origin="JFK", carrier="AA", origin_wait=chance.exponential(30, 600), carrier_wait=0.0)
    disrupted = (frame["origin_wait"] + chance.normal(0, 10, 600) > 40).astype(int)
    return candidates.make("challenger", settings).fit(frame[candidates.FEATURES], disrupted), frame


def test_a_longer_wait_never_lowers_the_probability(model):
    fitted, frame = model
    before = fitted.predict_proba(frame[candidates.FEATURES])[:, 1]
    after = fitted.predict_proba(frame.assign(origin_wait=frame["origin_wait"] + 30)[candidates.FEATURES])[:, 1]
    assert (after >= before).all()


def test_the_gate_keeps_the_baseline_unless_the_whole_interval_is_above_the_margin():
    assert gate.decide(EVALUATION, CONTRACT, 1)["decision"] == "promote"
    unsure = EVALUATION | {"difference": {"estimate": 100.0, "low": -5.0, "high": 205.0}}
    assert gate.decide(unsure, CONTRACT, 1)["decision"] == "keep"


def test_the_gate_refuses_what_was_learned_after_it_was_tested():
    late = EVALUATION | {"split": [{"train_until": "2013-05-01", "test_from": "2013-05-01"}]}
    assert gate.decide(late, CONTRACT, 1)["decision"] == "keep"


def test_the_gate_refuses_what_was_learned_while_a_feed_was_faulty():
    assert gate.decide(EVALUATION, CONTRACT, 0)["decision"] == "keep"
