"""Who gets a book: groups are counted right, few redeemers give no conclusion, the remedy keeps the budget."""

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate

from targeting import fairness, policies


@pytest.fixture
def rows():
    """200 households; the first half is rich, scored higher, and redeems more."""
    generator = np.random.default_rng(1)
    rich = np.arange(200) < 100
    return pd.DataFrame(
        {
            "campaign_id": 13,
            "household_id": np.arange(1, 201),
            "probability": generator.random(200) + 0.4 * rich,
            "redeemed": (generator.random(200) < 0.3 + 0.2 * rich).astype("int64"),
        }
    )


@pytest.fixture
def groups(rows):
    rich = rows["household_id"] <= 100
    income = np.where(rich, "50K and over", np.where(rows["household_id"] <= 195, "under 50K", "unknown"))
    return pd.DataFrame({"income": income, "age": "unknown"})


def test_shares_and_intervals_of_each_group(rows, groups, settings):
    result = fairness.audit(rows, groups, settings)
    income = result["groups"]["income"]
    assert {name: entry["households"] for name, entry in income.items()} == {
        "50K and over": 100,
        "under 50K": 95,
        "unknown": 5,
    }
    best = rows.sort_values("probability").tail(100)
    rich = income["50K and over"]["mailed"]
    assert rich["estimate"] == pytest.approx((best["household_id"] <= 100).mean())
    assert rich["low"] < rich["estimate"] < rich["high"]
    assert sum(entry["redeemers"] for entry in income.values()) == rows["redeemed"].sum()


def test_the_interval_has_the_width_that_resampling_households_gives(rows, groups, settings):
    many = {**settings, "fairness": {**settings["fairness"], "resamples": 2000}}
    mailed = fairness.audit(rows, groups, many)["groups"]["income"]["under 50K"]["mailed"]
    width = 2 * 1.96 * np.sqrt(mailed["estimate"] * (1 - mailed["estimate"]) / 95)
    assert mailed["high"] - mailed["low"] == pytest.approx(width, rel=0.15)


def test_the_shares_are_those_of_fairlearn(rows, groups, settings):
    """A library that others keep, as a second witness for what is divided by what."""
    mailed = policies.choose(rows["probability"], rows["household_id"], settings["decision"]["mailing_share"])
    metrics = {"mailed": selection_rate, "redeemers_mailed": true_positive_rate, "others_mailed": false_positive_rate}
    frame = MetricFrame(
        metrics=metrics, y_true=rows["redeemed"], y_pred=mailed, sensitive_features=groups["income"]
    ).by_group
    for name, entry in fairness.measure(rows.assign(mailed=mailed), groups["income"], settings).items():
        for measure in metrics:
            if entry[measure] is not None:
                assert entry[measure]["estimate"] == pytest.approx(frame.loc[name, measure], abs=1e-6)


def test_few_redeemers_allow_no_conclusion(rows, groups, settings):
    income = fairness.audit(rows, groups, settings)["groups"]["income"]
    assert income["unknown"]["redeemers_mailed"] is None
    assert income["under 50K"]["redeemers_mailed"] is not None
    assert "too few redeemers" in fairness.as_text({"campaigns": {"13": fairness.audit(rows, groups, settings)}})


@pytest.mark.parametrize("known", [0, 5])
def test_a_missing_or_small_income_group_gives_no_ratio_and_a_sentence(rows, groups, settings, known):
    silent = (groups["income"] == "under 50K") & (rows["household_id"] > 100 + known)
    groups["income"] = groups["income"].mask(silent, fairness.UNKNOWN)
    result = fairness.audit(rows, groups, settings)
    assert result["mailing_ratio_low_to_high_income"] is None
    text = fairness.as_text({"campaigns": {"13": result}})
    assert "against 50K and over: a group is missing or too small." in text


def test_the_remedy_gives_each_group_its_part_and_names_its_price(rows, groups, settings):
    result = fairness.audit(rows, groups, settings)
    assert result["mailing_ratio_low_to_high_income"] < 0.8
    assert result["remedy"]["mailing_ratio_low_to_high_income"] == pytest.approx(1, abs=0.02)
    price = result["remedy"]["net_value_per_1000"]
    assert price["low"] <= price["estimate"] <= price["high"]
    best = policies.choose(rows["probability"], rows["household_id"], 0.5)
    split = fairness.in_proportion(rows, groups["income"], 0.5)
    lost = rows["redeemed"][best].sum() - rows["redeemed"][split].sum()
    assert result["remedy"]["redeemers_lost"] == lost > 0
    money = settings["money"]
    benefit = money["extra_spend_per_redeemer"] * money["contribution_margin"]
    saved = money["cost_per_book"] * (best.sum() - split.sum())  # parts of a book are not printed
    assert price["estimate"] == pytest.approx(1000 * (saved - benefit * lost) / len(rows))


def test_the_remedy_never_prints_more_books_than_the_budget(rows, groups):
    mailed = fairness.in_proportion(rows, groups["income"], 0.5)
    assert mailed.sum() <= 100
    assert mailed[100:195].sum() == 47


def test_who_did_not_say_is_a_group_of_its_own(tmp_path):
    table = {"household_id": [1, 2, 4], "income": ["Under 15K", "250K+", None], "age": ["19-24", "65+", "65+"]}
    pd.DataFrame(table).to_parquet(tmp_path / "demographics.parquet")
    found = fairness.attributes(tmp_path, pd.Series([2, 3, 1, 4], index=[7, 8, 9, 3]))
    assert found["income"].tolist() == ["50K and over", "unknown", "under 50K", "unknown"]
    assert found["age"].tolist() == ["65+", "unknown", "19-24", "65+"]
    assert found.index.tolist() == [7, 8, 9, 3]
