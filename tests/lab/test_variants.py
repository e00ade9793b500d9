"""Variants: every student's own assumptions, and what the text of lab 1 says in words holds under all of them."""

import re
import sys

import numpy as np
import pytest
import yaml
from small_labs import git

from mldesign import lab
from mldesign.lab import LabError, tasks, variants

NAMES = ["ada", "ben", "0042", "x.y@example.org", *(f"student-{number}" for number in range(300))]


def money(folder) -> dict:
    return yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8"))["money"]


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """The folder of a workspace of the real labs, not yet there; imports and current folder as before afterwards."""
    monkeypatch.setenv("MLDESIGN_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", sys.dont_write_bytecode)
    return tmp_path / "workspace"


def test_a_name_always_gives_the_same_assumptions():
    assert variants.money("ada") == {
        "cost_per_book": 1.59,
        "extra_spend_per_redeemer": 44.3,
        "contribution_margin": 0.28,
    }
    assert len({tuple(variants.money(name).values()) for name in NAMES[:44]}) == 44


def test_the_workspace_has_the_assumptions_of_its_variant_and_keeps_them(workspace, capsys):
    lab.start(1, variant="0042")
    assert money(workspace) == variants.money("0042")
    assert variants.standing(workspace) == "0042"
    assert re.search(
        r"Variant 0042: a book costs \$\d\.\d\d, .*Dollars that the text of a lab names", capsys.readouterr().out
    )
    assert git(workspace, "status", "--porcelain") == ""
    lab.start(1)
    lab.start(1, variant="0042")
    assert "0042" not in capsys.readouterr().out
    lab.start(1, variant="ada")
    assert "params.yaml holds those of variant 0042: they stay." in capsys.readouterr().out
    lab.rebuild(1)
    assert money(workspace) == variants.money("0042")


def test_assumptions_that_the_student_chose_stay(workspace, capsys):
    lab.start(1)
    file = workspace / "params.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("1.50 ", "1.75 "), encoding="utf-8")
    lab.start(1, variant="ada")
    assert "params.yaml holds assumptions of your own: they stay." in capsys.readouterr().out
    assert money(workspace)["cost_per_book"] == 1.75


@pytest.mark.parametrize("name", ["", "a b", "../x", "x" * 65, "ada\nseed: 1", 7])
def test_what_is_no_plain_word_is_refused(workspace, name):
    with pytest.raises(LabError, match="cannot name a variant"):
        lab.start(1, variant=name)
    assert not workspace.exists()


def test_the_key_of_a_small_answer_is_that_of_the_variant():
    task, own = tasks.find("1.1"), {"money": variants.money("ada")}
    other = {"money": variants.money("ben")}
    assert task.check(task.reference(own), own) is None
    assert task.check(task.reference(own), other) is not None


def test_what_lab_1_says_in_words_holds_under_every_variant(monkeypatch):
    monkeypatch.syspath_prepend(str(tasks.LABS / "project" / "src"))
    from targeting.backtest import backtest, difference
    from targeting.history import history
    from targeting.policies import RULES, Rule

    settings = yaml.safe_load((tasks.LABS / "project" / "params.yaml").read_text(encoding="utf-8"))
    frame, seed = history(settings["data"]), settings["seed"]
    by_spend, by_redemptions, best = RULES.values()
    counts = {
        name: backtest(frame, rule, share, 0.0, 1.0)[["campaign_id", "books", "caught"]]
        for name, rule, share in [
            ("all", best, 1.0),
            ("best", best, 0.5),
            ("spend", by_spend, 0.5),
            ("redemptions", by_redemptions, 0.5),
        ]
    }
    small = frame[frame["campaign_id"] != 8]
    pairs = [
        ("superior", frame, best, by_spend),
        ("superior", small, best, by_spend),
        ("non-inferior", frame, Rule(("coupon_lines",)), best),
        ("inferior", frame, by_redemptions, best),
        ("inconclusive", small, by_redemptions, best),
    ]
    # In units of what a redeemer is worth, an interval depends on the break-even rate alone.
    ends = [(word, difference(*pair, 0.5, rate, 1.0, seed)) for word, *pair in pairs for rate in variants.BREAK_EVEN]
    benefits = []
    for name in NAMES:
        cost, extra, margin = variants.money(name).values()
        benefit = extra * margin
        benefits.append(benefit)
        earned = {rule: benefit * found["caught"] - cost * found["books"] for rule, found in counts.items()}
        assert earned["all"].sum() < 0 < earned["best"].sum()
        assert list(counts["best"]["campaign_id"][earned["best"] > 0]) == [8, 9], (
            "on five of seven lists the best half loses"
        )
        assert earned["redemptions"].sum() < 0 < earned["spend"].sum() < earned["best"].sum()
        assert earned["best"][counts["best"]["campaign_id"] != 8].sum() < 0
    for word, found in ends:
        for benefit in (np.min(benefits), np.max(benefits)):
            low, high = benefit * found["low"], benefit * found["high"]
            words = {"superior": low > 0, "non-inferior": 0 >= low > -50, "inferior": high < -50}
            assert words.get(word, low <= -50 <= high), (word, low, high)
