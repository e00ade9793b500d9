"""The helpers of lesson 6.1: what a design costs and why it does not hold; a night's tills, its plan, and what DVC says of it."""

import importlib.util
import sys

import pytest
import yaml

from mldesign import data


def _load(name):
    """Return a helper that stands beside the lesson."""
    spec = importlib.util.spec_from_file_location(name, data.ROOT / "modules" / "06-design" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # a dataclass looks its module up
    spec.loader.exec_module(module)
    return module


designs, night = _load("designs"), _load("night")
NIGHTLY = designs.Design("batch", 4, 36, 1, 0, 0.6, 10_000)  # 1,000 households in ten minutes
SERVICE = designs.Design("service", 32, 36, 2, 0, 0.6, 10_000)
PRICES = designs.Prices(machine_hour=1, engineer_hour=100, life_months=36, care_each=16)
DAILY = designs.Requirement(age=48, households=1_000, updates=1, engineers=2)


def asked(**changes):
    return designs.replace(DAILY, **changes)


def test_a_month_of_a_nightly_job_by_hand():
    assert designs.minutes(NIGHTLY, 1_000) == pytest.approx(10)
    assert designs.runs(NIGHTLY, DAILY) == 1
    assert designs.monthly(NIGHTLY, DAILY, PRICES) == pytest.approx(730 / 24 / 6 + (4 + 1) * 100)


def test_younger_data_need_more_runs_and_none_is_quicker_than_a_run():
    assert designs.runs(NIGHTLY, asked(age=2)) == 14  # 110 minutes between two runs, then 10 for the run
    assert designs.problem(NIGHTLY, asked(age=0.1), PRICES) == "one run takes 10.0 minutes"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"updates": 144}, ""),
        ({"updates": 145}, "145 runs of 10 minutes do not fit into a day"),
        ({"households": 10_001}, "nobody has seen it work beyond 10,000 households"),
        ({"engineers": 0}, "needs 1 engineers"),
    ],
)
def test_why_a_batch_does_not_hold(changes, why):
    assert designs.problem(NIGHTLY, asked(**changes), PRICES) == why


def test_a_service_has_a_spare_and_grows_with_its_load():
    assert designs.machine_hours(SERVICE, DAILY) == 2 * 730
    busy = asked(updates=432)  # five answers a second, three machines' work, five at 60 %
    assert designs.machine_hours(SERVICE, busy) == 6 * 730
    assert designs.problem(SERVICE, asked(age=0), PRICES) == ""


def test_lines_end_where_a_design_no_longer_holds():
    found = designs.lines({"nightly": NIGHTLY}, DAILY, PRICES, range(143, 147))
    assert [often for often, _ in found["nightly"]] == [143, 144]


@pytest.mark.parametrize(("mood", "error"), [("silent", TimeoutError), ("hangs up", ConnectionError)])
def test_tills_misbehave_once_and_answer_then(mood, error):
    with night.Tills({"17": [mood]}) as tills:
        port = tills.server_address[1]
        with pytest.raises(error):
            night.ask("17", port, limit=0.5)
        assert night.ask("17", port, limit=30) == night.ask("16", port, limit=30) == "closed"
    assert "TILLS" not in night.os.environ


def test_when_nobody_listens_it_is_temporary_too():
    with night.Tills({}) as tills:
        port = tills.server_address[1]
    with pytest.raises((ConnectionError, TimeoutError)):
        night.ask("17", port, limit=3)


def test_the_worker_makes_lists_quietly_or_says_why_not(capsys):
    def make(campaign):
        print("a list")
        if campaign == "71":
            raise RuntimeError("There is no campaign 71.\nName another.")

    with night.Tills({}), night.Worker(make):
        assert night.step("17") == 0
        assert night.step("71") == 1
    assert capsys.readouterr().out == "permanent: There is no campaign 71. Name another.\n"


def test_without_a_worker_it_is_temporary():
    with night.Worker(print) as worker:
        port = str(worker.server_address[1])
    with pytest.MonkeyPatch.context() as patch, night.Tills({}):
        patch.setenv("WORKER", port)
        assert night.step("17") == night.TEMPORARY


@pytest.mark.parametrize(
    ("error", "code"),
    [(TimeoutError("late"), 75), (ConnectionError("gone"), 75), (RuntimeError("no such campaign"), 1)],
)
def test_the_exit_code_says_what_may_be_done(monkeypatch, error, code):
    def fail(_campaign):
        raise error

    monkeypatch.setattr(night, "make_list", fail)
    with night.Tills({}):
        assert night.step("17") == code


def test_the_plan_has_a_list_for_each_campaign_and_the_printer_waits_for_all(tmp_path):
    stages = yaml.safe_load(night.write_plan([16, 17], tmp_path))["stages"]
    assert stages["list"]["foreach"] == [16, 17]
    assert stages["print"]["deps"] == ["data/scores/campaign-16.parquet", "data/scores/campaign-17.parquet"]
    assert (tmp_path / "night.py").is_file()


def test_what_dvc_says_is_read():
    said = """Stage 'features' didn't change, skipping
Stage 'night/dvc.yaml:list@16' didn't change, skipping
Running stage 'night/dvc.yaml:list@17':
Running stage 'night/dvc.yaml:list@19':
ERROR: failed to reproduce 'night/dvc.yaml:list@19': failed to run: python night/night.py 19, exited with 75"""
    assert night.read(said) == {"kept": "list@16", "made": "list@17", "failed": "list@19", "exit code": 75}
    assert night.read("Running stage 'night/dvc.yaml:print':") == {
        "kept": "", "made": "print", "failed": "", "exit code": 0
    }  # fmt: skip
