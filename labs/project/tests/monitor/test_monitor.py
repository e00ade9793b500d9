"""The monitor as a whole: quiet when nothing happens, loud and helpful when something does, blind where a grocer is."""

import json

import pytest
from sklearn.metrics import roc_auc_score

from targeting import drift_report, features, monitor, retrain, triage
from targeting.features import NUMERIC
from targeting.files import StageError
from targeting.labels import known
from targeting.replay import replay

DAY = "2018-01-01"


@pytest.fixture
def quick(settings):
    return {**settings, "monitor": {**settings["monitor"], "resamples": 50}}


@pytest.fixture
def watched(made_rows, champion, quick):
    """Run the monitor after a change of what happened from the registered day on."""

    def run(change=lambda rows: rows, **options):
        frame, days = made_rows
        rows = change(replay(frame, days, champion, frozenset(), quick))
        development = features.development(frame, quick)
        return monitor.monitor(rows, development, "rule", quick, options.pop("day", DAY), **options)

    return run


def alarms(report: dict) -> list[dict]:
    return [alarm for entry in report["campaigns"].values() for alarm in entry["alarms"]]


def test_nothing_happens_nothing_rings(watched):
    report = watched()
    assert [entry["status"] for entry in report["campaigns"].values()] == ["mature", "mature"]
    assert alarms(report) == []


def test_a_dead_column_is_taken_for_a_bug(watched):
    found = alarms(watched(lambda rows: rows.assign(affinity_spend=0.0)))
    assert all(alarm["layer"] == "data" and "affinity_spend" in alarm["columns"] for alarm in found)
    assert len(found) == 2
    assert all(alarm["hint"].startswith("Bug first: affinity_spend") for alarm in found)


def other_coupons(rows):
    return rows.assign(affinity_spend=rows["affinity_spend"] * 3)


def test_what_the_grocer_did_itself_is_noted_and_calls_nobody(watched):
    report = watched(other_coupons)
    assert all(entry["unusual"] == ["affinity_spend"] for entry in report["campaigns"].values())
    assert alarms(report) == []
    assert "| affinity_spend |" in monitor.as_text(report)


def test_who_is_called_is_a_setting(watched, quick):
    quick["monitor"]["calls"] = ["affinity_spend"]
    found = alarms(watched(other_coupons))
    assert [alarm["columns"] for alarm in found] == [["affinity_spend"]] * 2
    quick["monitor"]["calls"] = ["afinity_spend"]
    with pytest.raises(StageError, match=r"monitor\.calls: no column afinity_spend"):
        watched()


def test_half_of_the_purchases_are_taken_for_a_bug(watched):
    columns = list(triage.PURCHASES)
    found = alarms(watched(lambda rows: rows.assign(**(rows[columns] * 0.3))))
    assert "purchases have halved" in found[0]["hint"]


def test_another_behaviour_with_the_same_features_is_the_world(watched):
    def fewer(rows):
        return rows.assign(redeemed_on=rows["redeemed_on"].where(rows["household_id"] % 3 == 0))

    found = alarms(watched(fewer))
    assert {alarm["layer"] for alarm in found} == {"outcome"}
    assert "redeem less than predicted, and their features did not move" in found[0]["hint"]


def test_censored_campaigns_are_kept_apart(watched):
    cut = watched(lambda rows: rows.assign(horizon_complete=(rows["campaign_id"] == 13).astype(int)), day="2017-10-01")
    assert cut["campaigns"]["14"]["status"] == "censored"
    assert "outcome" not in cut["campaigns"]["14"]
    assert cut["retraining"]["campaigns"] == 1


def test_a_campaign_waits_for_its_labels(watched):
    early = watched(day="2017-10-01")
    assert [entry["status"] for entry in early["campaigns"].values()] == ["mature", "waiting for labels"]
    assert "14" not in watched(day="2017-09-20")["campaigns"]


def test_a_campaign_that_waits_teaches_nothing(watched):
    """Who redeems before the horizon has passed is no label: labels of redeemers alone would say that all redeem."""
    early = watched(day="2017-10-01")
    assert early["retraining"]["campaigns"] == 1
    assert sum(part["books"] for part in early["segments"] if part["segment"].startswith("Type")) == 180


def test_a_day_after_the_data_is_refused(trained, command, tmp_path):
    with pytest.raises(StageError, match="The data end on 2017-12-31"):
        command(trained, "monitor", "--day", "2018-01-02", "--reports", str(tmp_path))


def test_what_happens_without_a_book_changes_nothing_unless_asked(watched):
    def secret(rows):
        return rows.assign(redeemed=rows["redeemed"].where(rows["mailed"], 1 - rows["redeemed"]))

    assert watched(secret) == watched()
    assert watched(secret, hidden=True) != watched(hidden=True)
    assert "everybody" in watched(hidden=True)["campaigns"]["13"]["outcome"]["auc"]


def test_what_is_usual_between_campaigns_does_not_ring(made_rows, champion, quick):
    """Campaigns of development lay further apart than this one lies from them: more than chance, and no alarm."""
    frame, days = made_rows
    frame.loc[frame["campaign_id"] == 9, "spend"] *= 1.6
    rows = replay(frame, days, champion, frozenset(), quick)
    report = monitor.monitor(rows, features.development(frame, quick), "rule", quick, DAY)
    for entry in report["campaigns"].values():
        assert "spend" in entry["drift"]["different"]
        assert "spend" not in entry["unusual"]


def test_money_and_ranking_of_a_campaign_are_those_of_its_books(made_rows, champion, quick, watched):
    frame, days = made_rows
    rows = replay(frame, days, champion, frozenset(), quick)
    for number, entry in watched()["campaigns"].items():
        found, books = entry["outcome"], rows[rows["mailed"] & (rows["campaign_id"] == int(number))]
        redeemed = books["redeemed_on"].notna()
        assert (found["books"], found["redeemers"]) == (len(books), redeemed.sum())
        money = quick["money"]
        benefit = money["extra_spend_per_redeemer"] * money["contribution_margin"]
        assert found["net_value"] == pytest.approx(benefit * redeemed.sum() - money["cost_per_book"] * len(books))
        plain, weighted = (
            roc_auc_score(redeemed, books["probability"], sample_weight=weights)
            for weights in (None, 1 / books["propensity"])
        )
        assert found["auc"]["weighted_with_exploration"] == pytest.approx(weighted, abs=1e-6) != plain


def test_the_report_is_the_same_twice(watched):
    assert json.dumps(watched()) == json.dumps(watched())
    assert "## Retrain?" in monitor.as_text(watched())


def test_a_rule_that_never_changes_gains_nothing_by_retraining(made_rows, champion, quick):
    frame, days = made_rows
    rows = replay(frame, days, champion, frozenset(), quick)
    rows = rows.assign(label=known(rows, DAY, 28))
    found = retrain.advice(features.development(frame, quick), rows, "rule", quick)
    assert (found["books_that_change"], found["gain"]["estimate"]) == (0, 0)
    assert found["advice"].startswith("Keep")


def test_the_estimate_from_books_alone_is_near_the_truth(made_rows, champion, quick):
    """Weighted by propensity, what books show agrees with what everybody would show, within its interval."""
    frame, days = made_rows
    rows = replay(frame, days, champion, frozenset(), quick)
    development = features.development(frame, quick)
    seen, everybody = (
        retrain.advice(development, rows.assign(label=known(rows, DAY, 28, every)), "logistic", quick, every)
        for every in (False, True)
    )
    assert seen["per_1000"]["low"] <= everybody["per_1000"]["estimate"] <= seen["per_1000"]["high"]


def test_the_page_and_its_json_use_our_thresholds(made_rows, tmp_path):
    frame = made_rows[0]
    reference, current = (frame.loc[frame["campaign_id"] == number, list(NUMERIC)] for number in (8, 13))
    limits = dict.fromkeys(NUMERIC, 0.5) | {"trips": 0.0001}
    texts = []
    for name in ("one.html", "two.html"):
        drift_report.write(reference, current, limits, tmp_path / name)
        texts.append((tmp_path / name).with_suffix(".json").read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    assert "DriftedColumnsCount" in texts[0]
    count = json.loads(texts[0])["metrics"][0]["value"]["count"]
    assert count == 1
    assert (tmp_path / "one.html").stat().st_size > 1_000_000
