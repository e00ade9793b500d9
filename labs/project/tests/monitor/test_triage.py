"""Alarms of the last campaign stop a scheduled run; those of earlier ones have been seen."""

import json

import pandas as pd
import pytest

from targeting import triage
from targeting.files import StageError


@pytest.mark.parametrize(("early", "late"), [([], []), (["old"], []), ([], ["new"])])
def test_only_the_last_campaign_counts(tmp_path, monkeypatch, capsys, early, late):
    def entry(start, hints):
        return {"start": start, "alarms": [{"layer": "data", "columns": ["spend"], "hint": hint} for hint in hints]}

    (tmp_path / "reports").mkdir()
    content = {"campaigns": {"9": entry("2017-09-04", early), "13": entry("2017-12-28", late)}}
    (tmp_path / "reports/monitor.json").write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    if late:
        with pytest.raises(StageError, match="1 alarms"):
            triage.main()
    else:
        triage.main()
    assert ("new" in capsys.readouterr().out) is bool(late)


@pytest.mark.parametrize(
    ("unusual", "different", "dead", "called"),
    [
        (["spend", "mailings", "probability"], ["spend", "mailings", "probability"], [], ["spend"]),
        (["mailings"], ["mailings", "trips"], [], []),
        (["redemptions"], ["redemptions"], ["redemptions"], ["redemptions"]),  # a feed that died, whichever
        (["probability"], ["probability"], [], ["probability"]),  # no feature explains the scores
        (["probability"], ["probability", "mailings"], [], []),
    ],
)
def test_somebody_is_called_for_what_can_be_asked_for_again(unusual, different, dead, called):
    assert triage.calling(unusual, different, dead, ["spend", "trips"]) == called


def test_a_column_is_dead_when_it_had_values_and_has_almost_none():
    reference = pd.DataFrame({"spend": [5.0] * 100, "redemptions": [0] * 95 + [1] * 5, "trips": [0] * 50 + [3] * 50})
    current = pd.DataFrame({"spend": [0.0] * 19 + [5.0], "redemptions": [0] * 20, "trips": [0] * 12 + [3] * 8})
    assert triage.died(["spend", "redemptions", "trips"], reference, current) == ["spend"]
    assert triage.died(["trips"], reference, current) == []
