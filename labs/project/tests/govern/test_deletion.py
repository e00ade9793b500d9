"""A deletion reaches every place, and the proof would notice one that it missed."""

import json
import os
import shutil
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml

from targeting import deletion, ingest, registry, suppression
from targeting.files import StageError, parquet, write_query

PERSON = 13  # also the number of a campaign: a search for the bare number would find it everywhere


@pytest.fixture
def root(tmp_path):
    """A repository in which household 13 stands in every kind of file."""
    table = pd.DataFrame({"campaign_id": [13, 13], "household_id": [PERSON, 5], "probability": [0.2, 0.1]})
    for place in (
        "data/raw",
        "data/clean",
        "data/scores",
        "models",
        "mlartifacts/run",
        ".dvc/cache/files/md5/ab",
        "logs",
    ):
        (tmp_path / place).mkdir(parents=True)
    for path in ("data/raw/campaigns.parquet", "data/scores/campaign-13.parquet", ".dvc/cache/files/md5/ab/cdef"):
        table.to_parquet(tmp_path / path)
    table.to_csv(tmp_path / "mlartifacts/run/held_out.csv", index=False)
    (tmp_path / "models/training.json").write_text('{"campaigns": [13], "rows": 13}', encoding="utf-8")
    lines = [{"campaign_id": 13, "milliseconds": 13}, {"household_id": PERSON}]
    (tmp_path / "logs/predictions.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    (tmp_path / "models/model.skops").write_bytes(b"\xff\xfe\x00")
    return tmp_path


def test_every_place_is_found_and_nothing_else(root):
    assert deletion.search(root, PERSON) == {
        "data/raw/campaigns.parquet": 1,
        "data/scores/campaign-13.parquet": 1,
        "mlartifacts/run/held_out.csv": 1,
        ".dvc/cache/files/md5/ab/cdef": 1,
        "logs/predictions.jsonl": 1,
    }
    assert deletion.search(root, 99) == {}


def test_what_no_stage_rebuilds_loses_the_household_and_nobody_else(root):
    changed = deletion.forget(root, PERSON)
    assert changed == ["data/scores/campaign-13.parquet", "mlartifacts/run/held_out.csv"]
    assert not set(changed) & set(deletion.search(root, PERSON))
    assert pd.read_parquet(root / changed[0])["household_id"].tolist() == [5]
    assert pd.read_csv(root / changed[1])["probability"].tolist() == [0.1]
    assert deletion.forget(root, PERSON) == []


@pytest.fixture
def lists(root):
    for name in ("suppression.csv", "deletions.csv"):
        (root / name).write_text("household_id,objected_on\n7,2017-08-01\n", encoding="utf-8")
    (root / "data/clean/manifest.json").write_text('{"data_hash": "now"}', encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("hash_of_champion", "cleaned", "proved"), [("now", True, True), ("then", True, False), ("now", False, False)]
)
def test_the_proof_fails_when_anything_remains(lists, monkeypatch, hash_of_champion, cleaned, proved):
    champion = type("Champion", (), {"version": 1, "data_hash": hash_of_champion})
    monkeypatch.setattr(registry, "load", lambda: champion)
    for name in ("suppression.csv", "deletions.csv"):
        suppression.add(PERSON, pd.Timestamp("2017-09-01").date(), lists / name)
    if cleaned:
        for path in deletion.search(lists, PERSON):
            (lists / path).unlink()
    proof = deletion.prove(lists, PERSON, lists / "deletions.csv")
    assert proof["proved"] is proved
    (lists / "reports").mkdir()
    (lists / "reports/deletion.json").write_text(json.dumps(proof), encoding="utf-8")
    assert "reports/deletion.json" not in deletion.search(lists, PERSON), "the proof itself must not break the next one"


def test_a_deletion_never_loses_an_objection(lists, monkeypatch):
    monkeypatch.setattr(deletion, "search", lambda *_: {})
    champion = type("Champion", (), {"version": 1, "data_hash": "now"})
    monkeypatch.setattr(registry, "load", lambda: champion)
    suppression.add(PERSON, pd.Timestamp("2017-09-01").date(), lists / "deletions.csv")
    assert deletion.prove(lists, PERSON, lists / "deletions.csv")["proved"] is False, "not on the suppression list"
    suppression.add(PERSON, pd.Timestamp("2017-09-01").date(), lists / "suppression.csv")
    assert suppression.entries(lists / "suppression.csv") == {7: "2017-08-01", PERSON: "2017-09-01"}


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository of its own with every tenth household, built by DVC as far as the features, and pushed."""
    project, root, folder = Path(__file__).parents[2], tmp_path / "repository", ingest.package_folder()[0]
    shutil.copytree(project / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(project / ".dvc", root / ".dvc", ignore=shutil.ignore_patterns("cache", "tmp"))
    for name in ("params.yaml", "suppression.csv", "deletions.csv"):
        shutil.copy(project / name, root)
    (root / "source").mkdir()
    with duckdb.connect() as connection:
        for table, columns in ingest.SOURCE.items():
            part = "household_id % 10 = 3" if "household_id" in columns else "true"
            query = f"select * from {parquet(folder / f'{table}.parquet')} where {part}"
            write_query(connection, query, root / f"source/{table}.parquet")
    stages = yaml.safe_load((project / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    stages = {name: stages[name] for name in ("ingest", "contracts", "features", "deletions")}
    stages["ingest"]["cmd"] += " --source source"
    stages["gate"] = {"cmd": "python -c pass", "deps": ["data/features.parquet"]}
    (root / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}), encoding="utf-8")
    monkeypatch.chdir(root)
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    monkeypatch.setenv("PYTHONPATH", str(root / "src"))
    deletion.dvc("config", "core.no_scm", "true")
    deletion.dvc("repro")
    deletion.dvc("push")
    return root


@pytest.mark.slow
def test_a_request_goes_through_dvc_from_raw_data_to_logs_and_leaves_a_proof(repository, command, monkeypatch):
    features = pd.read_parquet("data/features.parquet")
    (repository / "data/scores").mkdir()
    features[["campaign_id", "household_id"]].to_parquet("data/scores/campaign-13.parquet", index=False)
    (repository / "logs").mkdir()
    entry = {"event": "prediction", "campaign_id": PERSON, "decisions": ["mail"], "probabilities": [0.2]}
    (repository / "logs/predictions.jsonl").write_text(json.dumps(entry) + "\n", encoding="utf-8")
    before = deletion.search(repository, PERSON)
    places = {path.split("/")[0] + "/" + path.split("/")[1] for path in before}
    assert {"data/raw", "data/clean", "data/features.parquet", "data/scores", ".dvc/cache", "build/remote"} <= places

    # by hand, into the list only: the pipeline does not pass over it
    listed = (repository / "deletions.csv").read_bytes()
    suppression.add(PERSON, pd.Timestamp("2017-09-01").date(), repository / "deletions.csv")
    with pytest.raises(StageError, match="dvc repro"):
        deletion.dvc("repro")
    with pytest.raises(StageError, match=rf"names {PERSON}, .*targeting\.deletion {PERSON}"):
        deletion.check(repository, Path("deletions.csv"))
    (repository / "deletions.csv").write_bytes(listed)

    def champion():  # as if the champion were trained again, on what the pipeline has now
        now = json.loads((repository / "data/clean/manifest.json").read_text(encoding="utf-8"))["data_hash"]
        return type("Champion", (), {"version": 2, "data_hash": now})

    monkeypatch.setattr(registry, "load", champion)
    command(repository, "deletion", str(PERSON), "--on", "2017-09-01")
    proof = json.loads((repository / "reports/deletion.json").read_text(encoding="utf-8"))
    assert proof["proved"] and proof["remaining"] == {} and all(proof["listed"].values())
    after = pd.read_parquet("data/features.parquet")
    assert len(after) == (features["household_id"] != PERSON).sum(), "everybody else is still there"


def test_the_next_delivery_does_not_bring_the_household_back(tmp_path):
    rows = pd.DataFrame({"campaign_id": [1, 1, 2], "household_id": [PERSON, 5, None]}).astype("Int64")
    rows.to_parquet(tmp_path / "campaigns.parquet")
    with duckdb.connect() as connection:
        query = ingest.select("campaigns", tmp_path / "campaigns.parquet", "UTC", frozenset({PERSON}))
        assert connection.execute(query).fetchall() == [(1, 5), (2, None)]


def test_a_delivery_is_not_taken_without_the_list(tmp_path, settings, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ingest.StageError, match=r"deletions\.csv"):
        ingest.deleted(settings)
    (tmp_path / "deletions.csv").write_text("household_id,objected_on\n13,2017-09-01\n", encoding="utf-8")
    assert ingest.deleted(settings) == {PERSON}
    assert ingest.deleted({}) == frozenset()
