"""The receipt of a version: from the model back to code and data, and what cannot be confirmed."""

import shutil
import subprocess

import pytest

from targeting import dossier, registry, tracking
from targeting.files import StageError

WHOLE = {"commit": "c1", "data_hash": "d1", "features_sha256": "f1"}
HERE = {"commits": ["c2", "c1"], "data_hash": "d1", "features_sha256": "f1"}


def test_a_receipt_names_what_the_version_was_made_from(inside):
    found = dossier.receipt(registry.CHALLENGER)
    assert (found["version"], found["candidate"], found["campaigns"]) == (2, "logistic-short", "[4, 5, 6, 7, 8, 9, 10]")
    assert found["data_hash"] == registry.load(2).data_hash
    assert set(dossier.unconfirmed(found, dossier.present())) <= {"commit"}  # the folder of the tests is no repository


def test_everything_is_confirmed():
    assert dossier.unconfirmed(WHOLE, HERE) == []


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("commit", "c1-dirty"),
        ("commit", "none"),
        ("commit", "c"),
        ("commit", None),
        ("data_hash", "d2"),
        ("features_sha256", None),
    ],
)
def test_what_nobody_can_get_back_is_not_confirmed(name, entry):
    assert dossier.unconfirmed({**WHOLE, name: entry}, HERE) == [name]


def test_an_unknown_version_has_no_receipt(inside):
    with pytest.raises(StageError, match="no version 99"):
        dossier.receipt(99)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_what_the_pipeline_writes_leaves_a_commit_clean_and_a_new_module_does_not(tmp_path, monkeypatch):
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "dvc.lock").write_text("1", encoding="utf-8")
    for arguments in (["init"], ["add", "."], [*identity, "commit", "-m", "first"]):
        subprocess.run(["git", *arguments], check=True, capture_output=True)
    (tmp_path / "dvc.lock").write_text("2", encoding="utf-8")
    assert not tracking.commit().endswith("-dirty")
    (tmp_path / "src/new.py").write_text("2", encoding="utf-8")  # imported, and in no commit
    assert tracking.commit().endswith("-dirty")
