"""A deletion reaches every place, and the proof would notice one that it missed."""

import json

import duckdb
import pandas as pd
import pytest

from targeting import deletion, ingest, suppression

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
    monkeypatch.setattr(deletion.registry, "load", lambda: champion)
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
    monkeypatch.setattr(deletion.registry, "load", lambda: champion)
    suppression.add(PERSON, pd.Timestamp("2017-09-01").date(), lists / "deletions.csv")
    assert deletion.prove(lists, PERSON, lists / "deletions.csv")["proved"] is False, "not on the suppression list"
    suppression.add(PERSON, pd.Timestamp("2017-09-01").date(), lists / "suppression.csv")
    assert suppression.entries(lists / "suppression.csv") == {7: "2017-08-01", PERSON: "2017-09-01"}


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
