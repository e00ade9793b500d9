"""What several tests share: the parameters and the real development campaigns, read once."""

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from targeting import params
from targeting.history import history


@pytest.fixture(scope="session")
def settings() -> dict:
    return params.read(Path(__file__).parent.parent / "params.yaml")


@pytest.fixture(scope="session")
def campaigns(settings):
    return history(settings["data"])


# --- lab 2
@pytest.fixture(scope="session")
def stage():
    """Run one stage in a folder, as `dvc repro` does: a process of its own. Returns the finished process."""

    def run(folder: Path, name: str, *arguments: str, check: bool = True, **environment) -> subprocess.CompletedProcess:
        source = str(Path(__file__).parent.parent / "src")
        done = subprocess.run(
            [sys.executable, "-m", f"targeting.{name}", *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": source, "PYTHONUTF8": "1", **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode == 0 or not check, done.stderr
        return done

    return run


@pytest.fixture
def command(monkeypatch):
    """Run one stage as `stage` does, but in this process, which saves its start. Returns nothing; errors are raised."""

    def run(folder: Path, name: str, *arguments: str) -> None:
        with monkeypatch.context() as context:
            context.chdir(folder)
            context.setattr(sys, "argv", [name, *arguments])
            importlib.import_module(f"targeting.{name}").main()

    return run


@pytest.fixture(scope="session")
def place(tmp_path_factory) -> Path:
    """An empty working folder with the repository's parameters, and its lists before anybody was on them.

    What tests expect of the real data holds for all households: your own deletions and objections must not change it.
    """
    folder = tmp_path_factory.mktemp("place")
    root = Path(__file__).parent.parent
    shutil.copy(root / "params.yaml", folder)
    for name in ("suppression.csv", "deletions.csv"):
        if (root / name).is_file():
            header = (root / name).read_text(encoding="utf-8").splitlines()[0]
            (folder / name).write_text(f"{header}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def built(place, stage) -> Path:
    """The working folder after ingest, contracts and features ran on the real data. Read, do not write."""
    for name in ("ingest", "contracts", "features"):
        stage(place, name)
    return place


@pytest.fixture
def tiny() -> dict[str, pd.DataFrame]:
    """One campaign, two households, every kind of row: small enough to check by hand."""
    day = pd.Timestamp
    return {
        "campaign_descriptions": pd.DataFrame(
            {
                "campaign_id": [1, 2],
                "campaign_type": ["Type B", "Type A"],
                "start_date": [day("2017-04-20"), day("2017-06-01")],
                "end_date": [day("2017-05-20"), day("2017-07-15")],
            }
        ),
        "campaigns": pd.DataFrame({"campaign_id": [1, 2, 2], "household_id": [7, 7, 8]}),
        "coupons": pd.DataFrame({"coupon_upc": [50, 51], "product_id": [100, 100], "campaign_id": [2, 2]}),
        "coupon_redemptions": pd.DataFrame(
            {
                "household_id": [7, 7],
                "coupon_upc": [40, 50],
                "campaign_id": [1, 2],
                "redemption_date": [day("2017-05-02"), day("2017-06-28")],
            }
        ),
        "transactions": pd.DataFrame(
            {
                "household_id": [7, 7, 7, 7, 8],
                "basket_id": [1, 1, 2, 3, 4],
                "product_id": [100, 101, 100, 100, 101],
                "sales_value": [2.50, 1.25, 3.10, 9.99, 4.00],
                "retail_disc": [0.50, 0.00, 0.00, 0.00, 1.00],
                "coupon_disc": [0.00, 0.00, 0.75, 0.00, 0.00],
                "coupon_match_disc": [0.00, 0.00, 0.00, 0.00, 0.25],
                # the last moment of 31 May is known, the first of 1 June is not; 9 March is the first day of the 84
                "store_time": pd.to_datetime(
                    [
                        "2017-03-09 08:00:00",
                        "2017-03-09 08:00:00",
                        "2017-05-31 23:59:59",
                        "2017-06-01 00:00:00",
                        "2017-03-08 23:59:00",
                    ]
                ),
            }
        ),
    }


# --- end lab 2


# --- lab 3
@pytest.fixture(scope="session")
def trained(built, stage) -> Path:
    """The same folder after train and register: version 1 is the rule and champion, version 2 the challenger."""
    stage(built, "train")
    stage(built, "register")
    return built


@pytest.fixture
def inside(trained, monkeypatch) -> Path:
    """The trained folder as current folder; whatever a test promotes, the rule is champion again afterwards."""
    from targeting import registry, tracking

    monkeypatch.chdir(trained)
    yield trained
    with tracking.store() as client:
        client.set_registered_model_tag(registry.MODEL, "history", "[1]")
        client.set_registered_model_alias(registry.MODEL, registry.CHAMPION, "1")
        for version in ("1", "2"):
            client.set_model_version_tag(registry.MODEL, version, "rolled_back", "no")


# --- end lab 3
