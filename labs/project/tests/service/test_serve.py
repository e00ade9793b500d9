"""The service through its HTTP interface: right answers, objections, silence about people."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from service_world import LINE, OBJECTED, ask

from targeting import features, scoring, serve, web
from targeting.files import StageError
from targeting.messages import FeaturesRequest
from targeting.online import Online
from targeting.registry import Registered


def test_purchases_in_probability_and_decision_out(service):
    answer = ask(service, purchases=[LINE | {"basket_id": number} for number in range(1, 30)])
    assert answer.status_code == 200
    assert answer.json() == {
        "household_id": 5, "decision": "mail", "probability": answer.json()["probability"],
        "campaign_id": 13, "model_version": 1,
    }  # fmt: skip
    assert 0.5 <= answer.json()["probability"] <= 1


def test_purchases_and_their_features_give_the_same_probability(service):
    raw = ask(service, mailed_campaigns=[8], redemptions=["2017-08-02", "2017-08-02"]).json()
    row = {
        "spend": 2.5, "trips": 1, "recent_trips": 1, "coupon_lines": 1, "discount": 0, "affinity_spend": 2.5,
        "affinity_products": 1, "mailings": 0, "redemptions": 2,
    }  # fmt: skip
    assert ask(service, "/score/features", **row).json() == raw


@pytest.mark.parametrize(
    ("moment", "recent"),
    [
        ("2017-08-08T03:59:00Z", 1),  # 23:59 of 7 August in the store
        ("2017-08-08T04:01:00Z", 0),  # the start day: not known yet
        ("2017-08-07T23:59:00-04:00", 1),
        ("2017-08-08T12:59:00+09:00", 1),  # a clock in another zone says the same moment
        ("2017-08-08T13:01:00+09:00", 0),
    ],
)
def test_a_purchase_counts_by_store_time_wherever_the_clock_stands(service, moment, recent):
    online, known = Online({"history_days": 84, "horizon_days": 28}, "America/New_York"), service.live.campaigns
    body = serve.ScoreRequest(household_id=5, campaign_id=13, purchases=[LINE | {"purchased_at": moment}])
    assert online.features(known, [(13, body)])["recent_trips"].tolist() == [recent]


def test_a_batch_answers_as_its_households_do_alone(service):
    households = [
        {"household_id": n, "purchases": [LINE | {"product_id": 99 + n}] * (n != 9)} for n in (8, 9, OBJECTED, 2)
    ]
    answer = service.post("/score/batch", json={"campaign_id": 13, "households": households}).json()
    alone = [service.post("/score", json={"campaign_id": 13, **household}).json() for household in households]
    assert answer["decisions"] == [{k: a[k] for k in ("household_id", "decision", "probability")} for a in alone]


def test_a_household_that_nobody_has_seen_is_scored_as_one_without_a_past(service):
    answer = ask(service, household_id=2**53 - 1, purchases=[])
    nothing = dict.fromkeys(features.NUMERIC, 0)
    assert answer.status_code == 200
    assert answer.json()["probability"] == ask(service, "/score/features", **nothing).json()["probability"]


@pytest.mark.parametrize(("probability", "decision"), [(0.5, "mail"), (0.499999999, "skip"), (None, "suppressed")])
def test_the_threshold_itself_is_mailed(service, probability, decision):
    assert scoring.decide(service.live.champion, 5, probability)["decision"] == decision


def test_the_same_request_twice_gives_the_same_answer(service):
    assert ask(service).json() == ask(service).json()


@pytest.mark.parametrize("path", ["/score", "/score/features"])
def test_who_objected_is_never_scored(service, world, path, monkeypatch):
    monkeypatch.setattr(Registered, "predict", lambda *_: pytest.fail("scored"))
    answer = ask(service, path, household_id=OBJECTED).json()
    assert (answer["decision"], answer["probability"]) == ("suppressed", None)
    world.objected |= {5}
    service.live.refresh()
    assert ask(service, path).json()["decision"] == "suppressed"


def test_a_defect_is_logged_and_says_nothing_about_the_person(service, monkeypatch, caplog):
    monkeypatch.setattr(Registered, "predict", lambda *_: 1 / 0)
    for path in ("/score", "/score/features"):
        answer = ask(service, path)
        assert answer.status_code == 500
        assert "division" not in answer.text


def test_too_many_waiting_are_told_to_come_back(service, monkeypatch):
    monkeypatch.setattr(scoring, "MAX_WAITING", 0)
    answer = ask(service)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_the_log_says_what_was_decided_and_not_about_whom(service, caplog):
    person = 987_654_321
    with caplog.at_level(logging.INFO, "targeting.predictions"):
        answer = ask(service, household_id=person)
        ask(service, household_id=person, purchases=None)
    lines = [web.JsonFormatter().format(record) for record in caplog.records if record.name == "targeting.predictions"]
    assert len(lines) == 1
    entry = json.loads(lines[0])
    assert entry["request_id"] == answer.headers["x-request-id"]
    assert entry["probabilities"] == [round(answer.json()["probability"], 2)]
    assert str(answer.json()["probability"]) not in caplog.text  # beside its household in the list, it would be a name
    assert {"time", "model_version", "run_id", "campaign_id", "decisions", "milliseconds"} < set(entry)
    assert str(person) not in "".join(lines) and str(person) not in caplog.text


def test_the_features_of_a_request_are_those_of_the_models():
    assert set(FeaturesRequest.model_fields) == {*features.KEYS, *features.FEATURES}


def test_requests_at_the_same_moment_get_their_own_answers(service):
    """One statement for all of them: an unknown campaign and an objection concern nobody else."""
    bodies = [{"household_id": 5, "purchases": [LINE | {"basket_id": b} for b in range(1, 2 + n)]} for n in range(6)]
    bodies += [{"campaign_id": 999}, {"household_id": OBJECTED}, {"campaign_id": 8}]
    alone = [ask(service, **body) for body in bodies]
    with ThreadPoolExecutor(len(bodies)) as clients:
        together = list(clients.map(lambda body: ask(service, **body), bodies))
    assert [answer.json() for answer in together] == [answer.json() for answer in alone]
    assert [answer.status_code for answer in together] == [200] * 6 + [422, 200, 200]
    assert len({answer.json()["probability"] for answer in together[:6]}) == 6


def test_a_port_in_use_is_a_clear_error():
    with serve.listen("127.0.0.1", 0) as taken:
        taken.listen()
        with pytest.raises(StageError, match="Choose another with --port"):
            serve.listen("127.0.0.1", taken.getsockname()[1])
