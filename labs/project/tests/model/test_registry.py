"""Registration, promotion, the way back, and models that must be refused."""

import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import mlflow
import pytest

from targeting import dossier, register, registry, tracking
from targeting.files import StageError


def training(folder):
    return json.loads((folder / "models/training.json").read_text(encoding="utf-8"))


def test_the_first_champion_is_the_baseline_of_the_charter(inside, settings):
    champion = registry.load()
    assert (champion.version, champion.candidate) == (1, settings["train"]["baseline"])
    assert champion.data_hash == training(inside)["data_hash"]


def test_registering_again_changes_nothing(inside):
    before = registry.versions()
    register.register(training(inside))
    assert registry.versions().equals(before)


def test_there_and_back(inside):
    registry.promote(2)
    assert registry.champion_version() == 2
    assert registry.load().candidate == "logistic-short"
    assert registry.rollback() == 1
    assert registry.champion_version() == 1
    assert dossier.was_rolled_back(2)


def test_promoting_twice_does_not_lose_the_way_back(inside):
    registry.promote(2)
    registry.promote(2)
    assert registry.rollback() == 1


def test_the_way_back_has_as_many_steps_as_the_way_there(inside):
    for version in (2, 1):
        registry.promote(version)
    assert [registry.rollback(), registry.rollback()] == [2, 1]
    with pytest.raises(StageError, match="no earlier champion"):
        registry.rollback()


def test_without_an_earlier_champion_there_is_no_way_back(inside):
    with pytest.raises(StageError, match="no earlier champion"):
        registry.rollback()


@pytest.mark.parametrize(("which", "message"), [(99, "no version 99"), ("winner", "no winner")])
def test_an_unknown_model_is_named(inside, which, message):
    with pytest.raises(StageError, match=message):
        registry.load(which)


def test_a_model_whose_file_was_changed_is_refused(inside):
    with tracking.store() as client:
        path = tracking.model_file(client.get_model_version(registry.MODEL, "2").tags["model_uri"])
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(StageError, match="not the one that was registered"):
            registry.promote(2)
        path.unlink()
        with pytest.raises(StageError, match="cannot be loaded back"):
            registry.promote(2)
    finally:
        path.write_bytes(whole)
    assert registry.champion_version() == 1


def test_a_model_that_misses_its_golden_predictions_is_refused(inside, monkeypatch):
    golden = json.loads(json.dumps(mlflow.artifacts.load_dict(f"runs:/{registry.load(2).run_id}/golden.json")))
    golden["probabilities"][3] += 0.001
    monkeypatch.setattr(mlflow.artifacts, "load_dict", lambda address: golden)
    with pytest.raises(StageError, match=r"Version 2 .*golden predictions"):
        registry.promote(2)
    assert registry.champion_version() == 1


def test_a_run_says_what_made_it(inside):
    with tracking.store() as client:
        run = client.get_run(registry.load(2).run_id)
    assert {"commit", "data_hash", "features_sha256", "fingerprint", "campaigns", "as_of"} <= set(run.data.tags)
    assert {"net_value_per_1000", "net_value_per_1000_low", "against_baseline_low", "campaign_8"} <= set(
        run.data.metrics
    )
    info = mlflow.models.get_model_info(run.data.tags["model_uri"])
    assert info.signature.inputs.input_names()[0] == "spend" and info.saved_input_example_info
    environment = tracking.model_file(run.data.tags["model_uri"]).with_name("requirements.txt").read_text().split()
    assert {f"{package}=={importlib.metadata.version(package)}" for package in tracking.PACKAGES} <= set(environment)
    kept = {entry.path for entry in client.list_artifacts(run.info.run_id)}
    assert {"evaluation.png", "golden.json", "held_out.csv"} <= kept


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_the_commit_of_a_run_shows_whether_files_were_changed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert tracking.commit() == "none"
    (tmp_path / "params.yaml").write_text("seed: 1\n", encoding="utf-8")
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    for arguments in (["init"], ["add", "."], [*identity, "commit", "-m", "first"]):
        subprocess.run(["git", *arguments], check=True, capture_output=True)
    whole = tracking.commit()
    assert re.fullmatch("[0-9a-f]{40}", whole)
    (tmp_path / "params.yaml").write_text("seed: 2\n", encoding="utf-8")
    assert tracking.commit() == f"{whole}-dirty"


@pytest.mark.slow
def test_a_locked_store_is_said_to_be_locked(inside, stage, monkeypatch):
    with sqlite3.connect("mlflow.db") as holder:
        holder.execute("begin exclusive")
        done = stage(inside, "registry", "promote", "2", check=False, MLFLOW_SQLALCHEMYSTORE_POOL_SIZE="1")
    assert done.returncode == 1
    assert "locked" in done.stderr and "wait until it ends" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.slow
def test_two_processes_that_create_the_store_at_once_do_not_destroy_it(tmp_path):
    code = "from targeting import tracking\nwith tracking.store() as c: print(c.get_experiment_by_name('coupon-book'))"
    environment = {**os.environ, "PYTHONPATH": str(Path(tracking.__file__).parent.parent)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    both = [subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=environment, **pipes) for _ in range(2)]
    for process in both:
        out, err = process.communicate(timeout=120)
        assert "name='coupon-book'" in out, err
    with sqlite3.connect(tmp_path / "mlflow.db") as store:
        assert store.execute("pragma integrity_check").fetchone() == ("ok",)
        assert store.execute("select count(*) from experiments where name = 'coupon-book'").fetchone() == (1,)


@pytest.fixture
def postgres(tmp_path):
    """The address of an empty database: TARGETING_POSTGRES, or that of a server which runs for this test."""
    program = shutil.which("pg_ctl")
    if "TARGETING_POSTGRES" in os.environ:
        yield os.environ["TARGETING_POSTGRES"]
        return
    if program is None or importlib.util.find_spec("psycopg") is None or getattr(os, "geteuid", lambda: 1)() == 0:
        pytest.skip(
            "needs psycopg[binary], and a PostgreSQL server: pg_ctl on the PATH and a user other than root, or "
            "TARGETING_POSTGRES=postgresql://user:password@host/database"
        )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data, log = str(tmp_path / "database"), str(tmp_path / "log")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
    for arguments in (["init", "-o", "-A trust -U course --no-sync"], ["start", "-w", "-l", log, "-o", options]):
        subprocess.run([program, "-D", data, "-s", *arguments], check=True, stdout=subprocess.DEVNULL)
    yield f"postgresql://course@127.0.0.1:{port}/postgres"
    subprocess.run([program, "-D", data, "-s", "-m", "immediate", "stop"], check=True)


def test_the_same_on_postgresql(built, stage, tmp_path, postgres):
    """One setting: the address of an empty database."""
    shutil.copytree(built, tmp_path / "copy", ignore=shutil.ignore_patterns("mlflow.db*", "mlartifacts", "models"))
    for command in (("train",), ("register",), ("registry", "promote", "2"), ("registry", "rollback")):
        done = stage(tmp_path / "copy", *command, MLFLOW_TRACKING_URI=postgres)
    assert "Version 1 is champion again." in done.stdout
    assert not (tmp_path / "copy/mlflow.db").exists()
