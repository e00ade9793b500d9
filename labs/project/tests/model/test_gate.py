"""The gate lets through what it should, and nothing else; each check can fail."""

import json
import time

import pytest

from targeting import candidates, dossier, gate, registry


@pytest.fixture
def report(inside):
    return json.loads((inside / "reports/contracts.json").read_text(encoding="utf-8"))


@pytest.fixture
def quick(settings):
    return {**settings, "train": {**settings["train"], "resamples": 300}}


def outcome(record):
    return {entry["check"]: entry["passed"] for entry in record["checks"]}


def test_the_real_challenger(report, quick):
    """It earns as much as the rule within the margin: nobody can say that it earns more."""
    record, _ = gate.decide(quick, report)
    assert record["decision"] == "promote"
    assert (record["champion"]["candidate"], record["challenger"]["candidate"]) == ("rule", "logistic-short")
    assert "non-inferior" in next(entry["detail"] for entry in record["checks"] if entry["check"] == "money")


def test_a_challenger_that_mails_the_wrong_half_is_refused(report, quick, monkeypatch):
    real = dossier.held_out

    def worse(version):
        rows = real(version)
        return rows.assign(mailed=~rows["mailed"]) if version == 2 else rows

    monkeypatch.setattr(dossier, "held_out", worse)
    record, _ = gate.decide(quick, report)
    assert record["decision"] == "keep"
    assert outcome(record) == {
        "load": True, "contract": True, "money": False, "slices": False, "latency": True, "size": True,
    }  # fmt: skip
    assert "does not become champion" in gate.as_text(record)


def test_a_challenger_that_fails_one_slice_is_refused(report, quick, monkeypatch):
    real = dossier.held_out

    def worse(version):
        rows = real(version)
        wrong = (rows["campaign_type"] == "Type B") & (version == 2)
        return rows.assign(mailed=rows["mailed"].where(~wrong, rows["redeemed"] == 0))

    monkeypatch.setattr(dossier, "held_out", worse)
    assert outcome(gate.decide(quick, report)[0])["slices"] is False


def test_data_whose_contracts_were_not_checked_are_refused(report, quick):
    assert outcome(gate.decide(quick, {**report, "data_hash": "other"})[0])["contract"] is False


@pytest.mark.parametrize(("limit", "failed"), [("max_latency_ms", "latency"), ("max_size_kb", "size")])
def test_a_limit_that_is_passed_is_refused(report, quick, limit, failed):
    record, _ = gate.decide({**quick, "gate": {**quick["gate"], limit: 0}}, report)
    assert (record["decision"], outcome(record)[failed]) == ("keep", False)


@pytest.mark.slow
def test_a_busy_machine_refuses_nobody(inside):
    """A model that waits its turn is not slow; one that computes for long is."""
    model = registry.load(registry.CHALLENGER)

    def timed(work):
        slow = type("Slow", (), {"predict": lambda _, row: (work(), model.predict(row))})()
        return gate.latency(slow, candidates.example(), 40)[0]["passed"]

    def compute():
        until = time.process_time() + 0.05
        while time.process_time() < until:
            pass

    assert timed(lambda: time.sleep(0.05))
    assert not timed(compute)


def test_superiority_can_be_asked_for(report, quick):
    """With 154 redeemers it cannot be shown: the rule stays champion."""
    record, _ = gate.decide({**quick, "gate": {**quick["gate"], "accept": ["superior"]}}, report)
    assert (record["decision"], outcome(record)["money"]) == ("keep", False)


def test_the_stage_promotes_and_leaves_the_same_record_when_it_runs_again(inside, command):
    command(inside, "gate")
    assert registry.champion_version() == 2
    record = (inside / "reports/decision.json").read_bytes()
    command(inside, "gate")
    assert (inside / "reports/decision.json").read_bytes() == record
    assert registry.rollback() == 1


def test_what_was_rolled_back_is_not_promoted_again(report, quick):
    registry.promote(2)
    registry.rollback()
    record, _ = gate.decide(quick, report)
    assert (record["decision"], outcome(record)["load"]) == ("keep", False)
