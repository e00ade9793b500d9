"""The mailing list: budget, lots and their propensities, objections, and lists that must stay as they are."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from targeting import files, score, suppression
from targeting.files import StageError, sha256


@pytest.fixture
def folder(trained, tmp_path, monkeypatch):
    """A working folder that a test may write to: links to the built data and to the store of the trained one."""
    for name in ("params.yaml", "suppression.csv"):
        shutil.copy(trained / name, tmp_path)
    (tmp_path / "data/clean").mkdir(parents=True)
    shutil.copy(trained / "data/features.parquet", tmp_path / "data")
    shutil.copy(trained / "data/clean/manifest.json", tmp_path / "data/clean")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{(trained / 'mlflow.db').as_posix()}")
    return tmp_path


def rows(count=100):
    probability = np.round(np.random.default_rng(5).random(count), 3)
    return pd.DataFrame({"campaign_id": 13, "household_id": np.arange(1, count + 1), "probability": probability})


def test_the_budget_is_kept_and_the_best_come_first():
    listed = score.allocate(rows(), share=0.5, exploration=0.1, seed=1)
    assert listed["mailed"].sum() == 50
    assert (listed["reason"] == score.EXPLORATION).sum() == 5
    assert (listed["rank"] == np.arange(1, 101)).all()
    chosen = listed[listed["reason"] == score.MODEL]
    assert chosen["probability"].min() >= listed[listed["reason"] != score.MODEL]["probability"].max()


def test_the_propensity_is_how_often_a_household_is_really_mailed():
    mailed, times = np.zeros(100), 1500
    for seed in range(times):
        listed = score.allocate(rows(), 0.5, 0.1, seed).sort_values("household_id")
        mailed += listed["mailed"].to_numpy()
    said = listed["propensity"].to_numpy()
    assert said.sum() == pytest.approx(50)  # propensities add up to the books
    deviation = np.abs(mailed / times - said)
    assert deviation.max() < 4.5 * np.sqrt(said * (1 - said) / times).max()


def test_without_lots_it_is_the_plain_ranking():
    listed = score.allocate(rows(), 0.5, 0.0, 1)
    assert set(listed["reason"]) == {score.MODEL, score.NOT_MAILED}
    assert set(listed["propensity"]) == {0.0, 1.0}
    assert score.exploration_cost(listed, 12) == 0


def test_everybody_can_be_mailed():
    listed = score.allocate(rows(7), 1.0, 0.3, 1)
    assert listed["mailed"].all()
    assert listed["propensity"].tolist() == pytest.approx([1.0] * 7)


def test_leaving_a_household_out_deals_no_new_lots_to_the_others():
    households = np.arange(1, 50)
    all_lots = dict(zip(households, score.draw(1, 13, households), strict=True))
    fewer = dict(zip(households[1:], score.draw(1, 13, households[1:]), strict=True))
    assert all(all_lots[household] == lot for household, lot in fewer.items())
    assert set(score.draw(1, 18, households)).isdisjoint(all_lots.values())


def test_lots_cost_what_the_next_best_would_have_brought():
    listed = score.allocate(
        rows(10).assign(probability=[0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0]), 0.4, 0.25, 1
    )
    rest = [0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0]
    assert score.exploration_cost(listed, 12) == pytest.approx(12 * (0.6 - np.mean(rest)))


def test_the_summary_says_what_the_books_cost_and_bring(settings):
    listed = score.allocate(rows(10).assign(probability=np.arange(10) / 10), share=0.4, exploration=0.25, seed=1)
    found = score.summarise(listed, suppressed=2, settings=settings)
    assert (found["households"], found["suppressed"], found["books"], found["exploration_books"]) == (10, 2, 4, 1)
    assert found["threshold"] == 0.7
    drawn = listed.loc[listed["reason"] == score.EXPLORATION, "probability"].item()
    money = settings["money"]
    benefit = money["extra_spend_per_redeemer"] * money["contribution_margin"]
    expected = benefit * (0.9 + 0.8 + 0.7 + drawn) - 4 * money["cost_per_book"]
    assert found["expected_net_value"] == pytest.approx(expected, abs=0.005)  # to the cent


def test_the_same_list_whenever_it_is_made(folder, command, stage):
    command(folder, "score", "--campaign", "13")
    target = folder / "data/scores/campaign-13.parquet"
    first = sha256(target), sha256(target.with_suffix(".json"))
    stage(folder, "score", TZ="Asia/Tokyo")  # the next campaign after the registered day is campaign 13
    assert (sha256(target), sha256(target.with_suffix(".json"))) == first
    listed, summary = pd.read_parquet(target), json.loads(target.with_suffix(".json").read_text(encoding="utf-8"))
    assert (len(listed), listed["mailed"].sum(), summary["books"]) == (1077, 538, 538)
    assert listed["model_version"].unique().tolist() == [1]
    assert listed["run_id"].nunique() == listed["data_hash"].nunique() == 1
    assert not list(target.parent.glob("*.part"))


def test_a_household_that_objected_is_never_scored_or_mailed(folder, command):
    """End to end, by the commands that an operator would use: the best household objects, and is gone."""
    target = folder / "data/scores/campaign-13.parquet"
    command(folder, "score", "--campaign", "13")
    before = pd.read_parquet(target)
    best = int(before["household_id"].iloc[0])
    command(folder, "suppression", str(best), "--on", "2017-08-01")
    command(folder, "score", "--campaign", "13")
    after = pd.read_parquet(target)
    assert best not in set(after["household_id"])
    assert len(after) == len(before) - 1
    assert json.loads(target.with_suffix(".json").read_text(encoding="utf-8"))["suppressed"] == 1
    command(folder, "score", "--campaign", "18")
    assert best not in set(pd.read_parquet(folder / "data/scores/campaign-18.parquet")["household_id"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        ("", "line 1"),
        ("household,day\n", "line 1: expected household_id,objected_on"),
        ("household_id,objected_on\n12,2017-08-01\nsmith,2017-08-01\n", "line 3"),
        ("household_id,objected_on\n12,yesterday\n", "line 2"),
    ],
)
def test_a_damaged_list_of_objections_stops_everything(tmp_path, content, message):
    path = tmp_path / "suppression.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(StageError, match=message):
        suppression.households(path)


def test_an_objection_stays_with_its_first_day(tmp_path):
    path = tmp_path / "suppression.csv"
    path.write_text("household_id,objected_on\n12,2017-08-01\n", encoding="utf-8")
    suppression.add(3, pd.Timestamp("2017-09-01").date(), path)
    suppression.add(12, pd.Timestamp("2017-09-02").date(), path)
    assert suppression.entries(path) == {3: "2017-09-01", 12: "2017-08-01"}


def test_a_list_of_another_model_is_not_replaced_by_accident(tmp_path):
    target = tmp_path / "campaign-13.parquet"
    now = {"model_version": 2, "run_id": "b", "data_hash": "d"}
    rows(3).assign(model_version=1, run_id="a", data_hash="d").to_parquet(target)
    with pytest.raises(StageError, match="model_version"):
        score.guard(target, now, again=False)
    score.guard(target, now, again=True)
    target.write_bytes(b"PAR1")
    with pytest.raises(StageError):
        score.guard(target, now, again=False)


def test_a_list_made_from_other_data_stays_until_it_is_asked_for_again(folder, command):
    command(folder, "score", "--campaign", "13")
    target = folder / "data/scores/campaign-13.parquet"
    before = sha256(target)
    (folder / "data/clean/manifest.json").write_text('{"data_hash": "other"}', encoding="utf-8")
    with pytest.raises(StageError, match="data_hash"):
        command(folder, "score", "--campaign", "13")
    assert sha256(target) == before
    command(folder, "score", "--campaign", "13", "--again")
    assert pd.read_parquet(target)["data_hash"].unique().tolist() == ["other"]


def test_a_campaign_that_cannot_be_scored_is_named(folder, command, stage):
    with pytest.raises(StageError, match="Campaign 1 starts too early"):
        command(folder, "score", "--campaign", "1")
    done = stage(folder, "score", "--campaign", "99", check=False)
    assert done.returncode == 1 and done.stderr.startswith("score: Campaign 99 has no households")
    assert "Traceback" not in done.stderr


def test_nobody_left_is_said(settings):
    everyone = rows(3).assign(probability=0.0)
    with pytest.raises(StageError, match="every household of this campaign objected"):
        score.score(everyone, None, frozenset({1, 2, 3}), settings)


def test_without_a_champion_it_says_what_to_run(folder, command, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI")  # a new, empty store in the folder
    with pytest.raises(StageError, match=r"no champion\. Run `dvc repro`"):
        command(folder, "score")


def test_a_crash_while_writing_leaves_the_old_list(tmp_path):
    target = tmp_path / "campaign-13.parquet"
    target.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), files.replacing(target) as part:
        part.write_bytes(b"half")
        raise KeyboardInterrupt
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
