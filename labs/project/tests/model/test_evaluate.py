"""Money, intervals and comparisons; and what a held-out campaign may have been predicted from."""

import numpy as np
import pandas as pd
import pytest

from targeting import backtest, candidates, evaluate, features, policies, train, value
from targeting.files import StageError


@pytest.fixture
def quick(settings):
    """The parameters with fewer resamples and two candidates."""
    two = {name: settings["train"]["candidates"][name] for name in ("rule", "logistic-short")}
    return {**settings, "train": {**settings["train"], "resamples": 300, "candidates": two}}


@pytest.fixture(scope="module")
def frame(built):
    return features.read(built / "data/features.parquet")


def rows(mailed, redeemed, households=None, campaign=1):
    count = len(mailed)
    return pd.DataFrame(
        {
            "campaign_id": campaign,
            "household_id": households if households is not None else range(count),
            "mailed": np.array(mailed, dtype=bool),
            "redeemed": redeemed,
        }
    )


def test_money_agrees_with_the_back_test_of_the_first_lab(frame, settings):
    """The rule, on the same campaigns, through both ways of counting."""
    usable = features.development(frame, settings)
    usable = usable[usable["campaign_id"].isin([8, 9, 10])].reset_index(drop=True)
    rule, money, share = policies.RULES["past redemptions, ties by coupon use"], settings["money"], 0.5
    benefit = value.benefit_per_redeemer(money["extra_spend_per_redeemer"], money["contribution_margin"])
    first = backtest.summary(backtest.backtest(usable, rule.fit(usable), share, money["cost_per_book"], benefit))
    scored = usable.assign(score=rule.decision_function(usable))
    scored["mailed"] = evaluate.mailing(scored, share)
    assert evaluate.worth(scored, settings)["estimate"] == pytest.approx(first["net_value_per_1000"], abs=1e-6)


def test_an_interval_rests_on_households_not_on_rows(quick):
    """Four copies of every row tell nothing new: the interval must not shrink."""
    generator = np.random.default_rng(1)
    redeemed, households = generator.integers(2, size=200), np.arange(200)
    once = evaluate.interval(households, redeemed, np.ones(200), quick)
    copied = evaluate.interval(np.tile(households, 4), np.tile(redeemed, 4), np.ones(800), quick)
    as_if_new = evaluate.interval(np.arange(800), np.tile(redeemed, 4), np.ones(800), quick)
    assert copied == once
    assert as_if_new["high"] - as_if_new["low"] < 0.7 * (once["high"] - once["low"])


def test_the_interval_of_a_mean_is_as_wide_as_theory_says(settings):
    """95 % of a mean of 400: 1.96 standard errors on each side."""
    values = np.random.default_rng(1).normal(size=400)
    found = evaluate.interval(np.arange(400), values, np.ones(400), settings)
    assert found["high"] - found["low"] == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.08)


def test_capture_calibration_and_slices_count_what_they_say(quick):
    """Ten households: the five with the higher scores are mailed, the first four were known."""
    made = rows([0] * 5 + [1] * 5, [0, 0, 0, 0, 1, 0, 0, 1, 1, 1])
    found = evaluate.assess(made.assign(score=made.index / 10, known=[1] * 4 + [0] * 6, campaign_type="Type A"), quick)
    assert found["capture"]["estimate"] == 0.75
    fifths = [(part["predicted"], part["observed"]) for part in found["calibration"]]
    assert fifths == [(0.05, 0), (0.25, 0), (0.45, 0.5), (0.65, 0.5), (0.85, 1)]
    sizes = {name: (part["rows"], part["redeemers"]) for name, part in found["slices"].items()}
    assert sizes == {"Type A": (10, 4), "known households": (4, 0), "new households": (6, 4)}


def test_nothing_to_divide_by_gives_no_number(quick):
    assert evaluate.interval([1, 2], [0, 0], [0, 0], quick) == {"estimate": None, "low": None, "high": None}


def test_a_model_against_itself_is_non_inferior(quick):
    same = rows([1, 0, 1, 0] * 10, [1, 0, 0, 0] * 10)
    result = evaluate.compare(same, same, quick)
    assert (result["estimate"], result["verdict"]) == (0, "non-inferior")


def test_catching_every_redeemer_is_superior_and_none_inferior(quick):
    redeemed = [1, 0] * 100
    good, bad = rows(redeemed, redeemed), rows([0, 1] * 100, redeemed)
    assert evaluate.compare(good, bad, quick)["verdict"] == "superior"
    assert evaluate.compare(bad, good, quick)["verdict"] == "inferior"
    benefit = quick["money"]["extra_spend_per_redeemer"] * quick["money"]["contribution_margin"]
    assert evaluate.compare(good, bad, quick)["estimate"] == pytest.approx(500 * benefit)  # of each second household


def test_models_that_were_tested_on_different_households_do_not_compare(quick):
    with pytest.raises(StageError, match=r"(?i)household"):
        evaluate.compare(rows([1], [1], [1]), rows([1], [1], [2]), quick)


def test_a_held_out_campaign_is_predicted_from_labels_known_at_its_start(frame, settings):
    folds = list(train.rolling_origin(features.development(frame, settings), settings))
    assert [campaign for campaign, _, _ in folds] == [8, 9, 10]
    for campaign, learn, test in folds:
        start = test["start_date"].iloc[0]
        assert (learn["start_date"] + pd.Timedelta(days=28) <= start).all()
        assert campaign not in set(learn["campaign_id"])


def test_a_household_is_known_when_its_fold_has_learned_from_it(frame, quick):
    usable = features.development(frame, quick)
    held_out = train.hold_out(usable, quick)
    for campaign, learn, _ in train.rolling_origin(usable, quick):
        part = held_out[held_out["campaign_id"] == campaign]
        seen = part["household_id"].isin(learn["household_id"])
        assert (part["known"] == seen).all() and 0 < seen.mean() < 1


def test_above_the_threshold_lies_the_budgets_share_of_development(frame, quick):
    _, summary, fitted = train.train(frame, quick, {"data_hash": "d", "features_sha256": "f"})
    usable, share = features.development(frame, quick), quick["decision"]["mailing_share"]
    for name, entry in fitted["models"].items():
        probability, threshold = (
            entry["model"].predict_proba(candidates.inputs(usable))[:, 1],
            summary["candidates"][name]["threshold"],
        )
        assert (probability > threshold + 1e-9).mean() <= share <= (probability >= threshold - 1e-9).mean()


def test_training_twice_gives_the_same(frame, quick):
    lineage = {"data_hash": "d", "features_sha256": "f"}
    first, second = (train.train(frame, quick, lineage) for _ in range(2))
    pd.testing.assert_frame_equal(first[0], second[0])
    assert first[1] == second[1]


def test_a_day_before_any_label_is_known_has_nothing_to_learn_from(frame, quick):
    early = {**quick, "train": {**quick["train"], "as_of": "2017-03-01"}}
    with pytest.raises(StageError, match="No campaign's labels are known by 2017-03-01"):
        train.train(frame, early, {})


def test_too_few_redeemers_are_said_to_be_too_few(frame, quick):
    strict = {**quick, "train": {**quick["train"], "min_redeemers": 1000}}
    with pytest.raises(StageError, match="too few redeemers"):
        train.train(frame, strict, {})
