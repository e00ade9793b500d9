"""The small system of lesson 5.1: its features are the course's, its faults can be planted, its table tells red from green."""

import importlib.util
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from mldesign import data
from mldesign.lapse import FEATURES

HERE = data.ROOT / "modules" / "05-cicd"


def module(name: str, folder: Path = HERE):
    spec = importlib.util.spec_from_file_location(name, folder / f"{name.rpartition('.')[2]}.py")
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="module", autouse=True)
def forgotten():
    """Leave no module of the system behind: other tests import modules of these names, too."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name in ("faults", "suite", "deployments") or name.split(".")[0] == "lapse":
            del sys.modules[name]


@pytest.fixture(scope="module")
def faults():
    return module("faults")


@pytest.fixture(scope="module")
def suite():
    return module("suite")


def test_its_features_are_those_of_the_lesson_table(faults):
    features = module("features", HERE / "lapse_system" / "lapse")
    assert features.FEATURES == FEATURES
    own = features.features(faults.weekly_sales(), 33)[["household_id", *FEATURES]]
    table = data.table("household_weeks").query("week == 33")[["household_id", *FEATURES]].reset_index(drop=True)
    pd.testing.assert_frame_equal(own.round(2).astype(float), table.astype(float), check_column_type=False)


def test_every_fault_finds_its_place_and_changes_something(faults, tmp_path):
    sales = faults.weekly_sales()
    for fault in faults.FAULTS:
        assert bool(fault.file) != bool(fault.spoil) and fault.axis in ("code", "data", "model")
        if fault.spoil:
            assert not fault.deliver(sales, 33).reset_index(drop=True).equals(sales)
            continue
        path = tmp_path / fault.file
        path.parent.mkdir(exist_ok=True)
        path.write_text((HERE / "lapse_system" / fault.file).read_text(encoding="utf-8"), encoding="utf-8")
        fault.plant(tmp_path)
        assert fault.new in path.read_text(encoding="utf-8")
        compile(path.read_text(encoding="utf-8"), fault.name, "exec")


def test_a_fault_without_a_place_says_where_it_looked(faults, tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"lost: a\.py holds the text 'y' 0 times"):
        faults.Fault("lost", "code", "", "a.py", "y", "z").plant(tmp_path)


def test_the_tests_are_read_whole(suite):
    found = suite.tests()
    assert set(found["kind"]) == set(suite.KINDS)
    for file in (HERE / "lapse_system" / "tests").glob("test_*.py"):
        assert (
            file.read_text(encoding="utf-8").count("\ndef test_") == found.index.str.startswith(f"{file.name}::").sum()
        )


def test_green_without_a_fault_and_red_with_one(faults, suite, tmp_path):
    sales, folders = faults.weekly_sales(), [tmp_path / "whole", tmp_path / "broken"]
    for folder in folders:
        shutil.copytree(suite.SYSTEM, folder)
        faults.hand_over(sales, folder)
    next(fault for fault in faults.FAULTS if fault.name == "window of five weeks").plant(folders[1])
    whole, broken, *red = suite.run(*folders).splitlines()
    assert whole == f"whole: {len(suite.tests())} green, 0 red" and broken.endswith(" 1 red")
    assert [line.strip() for line in red] == ["test_unit.py::test_a_window_holds_its_weeks"]


def test_progress_adds_up_minutes_and_what_is_new(suite):
    tests = pd.DataFrame({"kind": ["unit", "unit", "data"], "lines": [2, 4, 1]}, index=list("abc"))
    sees = pd.DataFrame({"f": [1.0, 1, 0], "g": [0.0, 1, 1], "h": [0.0, 0, 1]}, index=list("abc"))
    found = suite.progress(tests, sees, list("abc"), pd.Series({"f": 10.0, "g": 5, "h": -3}), 3, 15)
    assert found["minutes"].tolist() == [21, 33, 51]
    assert found["caught"].tolist() == [10, 15, 15]


def test_what_no_planted_fault_turned_red_can_be_red(faults, suite, tmp_path):
    sales = faults.weekly_sales()
    breaks = {
        "away": ("lapse/features.py", '["weeks_since_visit"] <= 1', '["weeks_since_visit"] <= 2'),
        "lapse": ("lapse/training.py", "range(1, 5)", "range(1, 4)"),
        "gap": ("", "", ""),
    }
    for name, (file, old, new) in breaks.items():
        shutil.copytree(suite.SYSTEM, tmp_path / name)
        faults.hand_over(sales[sales["week"] != 20] if name == "gap" else sales, tmp_path / name)
        faults.Fault(name, "code", "", file, old, new).plant(tmp_path / name)
    red = suite.run(*(tmp_path / name for name in breaks))
    for test in ("who_has_been_away_for_two_weeks", "four_weeks_without_a_purchase", "no_week_is_missing"):
        assert test in red


def test_a_log_of_deployments_is_drawn_as_assumed():
    deployments = module("deployments")
    axes = {"code": (20, 10, 0.0, 4), "model": (400, 10, 0.5, 100)}
    log = deployments.draw(axes, pd.Timestamp("2017-01-02"), seed=1)
    planned = log[~log["unplanned"]]
    assert planned["axis"].value_counts().to_dict() == {"model": 400, "code": 20}
    assert not log.loc[log["axis"] == "code", "failed"].any()
    assert 0.4 < planned.loc[planned["axis"] == "model", "failed"].mean() < 0.6
    assert (log["committed"] < log["deployed"]).all() and log["deployed"].is_monotonic_increasing
    assert (log["restored"].notna() == log["failed"]).all() and (log["restored"] > log["deployed"])[log["failed"]].all()
