"""Card and memo say what the records say, fit their purpose, and name what is missing."""

import copy
import json

import pytest

from targeting import card, fairness, memo
from targeting.files import StageError

INTERVAL = {"estimate": 420.0, "low": 235.0, "high": 604.0}
SHARE = {"estimate": 0.64, "low": 0.59, "high": 0.69}
GROUP = {"households": 316, "redeemers": 89, "mailed": SHARE, "redeemers_mailed": SHARE}
PART = {"rows": 1076, "redeemers": 132, **INTERVAL}
OUTCOME = {"books": 538, "redeemers": 130, "net_value": 750.0}
RECORDS = {
    "training": {"campaigns": [4, 5], "rows": 1885, "redeemers": 172, "as_of": "2017-08-08"},
    "contracts": {"tables": {"coupons": {"rows": 10, "clean": 7}}},
    "evaluation": {
        "logistic": {
            "net_value_per_1000": INTERVAL,
            "capture": {"estimate": 0.87, "low": 0.81, "high": 0.92},
            "campaigns": {"campaign 8": PART},
            "slices": {"Type A": PART},
            "against_baseline": {"estimate": 17.0, "low": -39.0, "high": 78.0, "verdict": "non-inferior"},
        }
    },
    "decision": {"decision": "promote", "challenger": {"version": 2}},
    "monitor": {
        "campaigns": {
            "13": {"status": "mature", "outcome": OUTCOME, "alarms": [{"layer": "data", "hint": "Ask marketing."}]},
            "22": {"status": "waiting for labels", "alarms": []},
        },
        "retraining": {"advice": "Keep: it does not pay."},
    },
    "fairness": {
        "champion": {
            "name": "coupon-book",
            "version": 2,
            "run_id": "run",
            "candidate": "logistic",
            "data_hash": "445ad4af9e48e0b8",
            "fingerprint": "649b553fb966",
        },
        "campaigns": {
            "13": {
                "households": 700,
                "groups": {"income": {"under 50K": GROUP, "unknown": {**GROUP, "redeemers_mailed": None}}},
                "mailing_ratio_low_to_high_income": 0.86,
                "remedy": {"net_value_per_1000": {"estimate": -56.0, "low": -132.0, "high": 18.0}},
            }
        },
    },
}


def test_the_memo_is_one_page_of_numbers_from_the_records(settings):
    text = memo.write(RECORDS, settings)
    assert len(text.split()) < 350
    for number in (
        "version 2 (logistic)",
        "87 of every 100",
        "+17 dollars",
        "-39 to +78",
        "538 books",
        "0.86 in campaign 13",
        "-56 (-132 to 18)",
    ):
        assert number in text.replace("\n", " ")
    needed = settings["money"]["cost_per_book"] / (130 / 538 * settings["money"]["contribution_margin"])
    assert f"Below {needed:.2f} dollars" in text


def test_the_memo_says_where_an_income_group_is_missing_or_too_small(settings):
    records, entry = copy.deepcopy(RECORDS), RECORDS["fairness"]["campaigns"]["13"]
    records["fairness"]["campaigns"]["18"] = {**entry, "mailing_ratio_low_to_high_income": None}
    text = memo.write(records, settings)
    assert "0.86 in campaign 13. " in text
    assert "Nothing can be said for campaign 18: too few households with a known income redeemed" in text
    del records["fairness"]["campaigns"]["13"]
    text = memo.write(records, settings)
    assert "Nothing can be said" in text and "divided by" not in text and "None" not in text


def test_the_memo_can_be_written_before_anything_has_come_back(settings):
    records = copy.deepcopy(RECORDS)
    records["monitor"]["campaigns"]["13"]["outcome"]["redeemers"] = 0
    assert "0 of every 1,000 books" in memo.write(records, settings)
    assert "Nobody has redeemed yet" in memo.write(records, settings)
    del records["monitor"]["campaigns"]["13"]["outcome"]
    assert "No campaign has come to its end yet" in memo.write(records, settings)


@pytest.mark.parametrize("verdict", ["superior", "non-inferior", "inconclusive", "inferior"])
def test_the_memo_has_words_for_every_verdict(settings, verdict):
    records = copy.deepcopy(RECORDS)
    records["evaluation"]["logistic"]["against_baseline"]["verdict"] = verdict
    assert "Against the simple rule" in memo.write(records, settings)


def test_a_rule_can_be_the_model_of_card_and_memo(settings):
    records = copy.deepcopy(RECORDS)
    records["evaluation"]["rule"] = records["evaluation"].pop("logistic")
    del records["evaluation"]["rule"]["against_baseline"]
    records["fairness"]["champion"] |= {"version": 1, "candidate": "rule"}
    assert "It is the rule of the charter" in memo.write(records, settings)
    assert "Kind: rule, on redemptions, coupon_lines" in card.write(records, settings)


def test_the_card_names_data_limits_and_the_way_out(settings):
    text = card.write(RECORDS, settings)
    for words in (
        "coupon-book, version 2 (logistic)",
        "data 445ad4af9e48,",
        "1,885 rows",
        "3 rows of all tables are in quarantine",
        "| campaign 8 | 1076 | 132 | 420 (235 to 604) |",
        "| 13 | unknown | 316 | 89 | 64% (59% to 69%) | too few redeemers |",
        "- Campaign 13, data: Ask marketing.",
        "registry rollback",
    ):
        assert words in text


def test_the_audit_records_all_that_card_and_memo_say_of_the_champion():
    assert set(RECORDS["fairness"]["champion"]) == {"name", *fairness.DESCRIBED}


def test_the_card_says_what_nobody_knows(settings):
    """A group without a conclusion, households of unknown income, a campaign without an outcome: in whatever words."""
    sentences = card.unknowns(RECORDS["fairness"], RECORDS["monitor"])
    for words in (("13", "unknown", "89"), ("13", "316", "700"), ("22",)):
        assert any(all(word in sentence for word in words) for sentence in sentences), words
    text = card.write(RECORDS, settings)
    assert all(f"- {sentence}\n" in text for sentence in sentences)


def test_a_missing_record_is_named_with_the_command_that_writes_it(tmp_path):
    for name, content in RECORDS.items():
        if name != "fairness":
            (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(StageError, match=r"fairness\.json is missing. Run `dvc repro fairness`"):
        card.read(tmp_path, tmp_path)
