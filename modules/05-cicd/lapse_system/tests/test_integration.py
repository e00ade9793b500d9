"""Integration tests: do the parts work together, from file to file, week after week?"""

import pandas as pd
import pytest
from lapse.job import run

from conftest import WEEK


@pytest.fixture(scope="module")
def folder(tmp_path_factory, sales, model):
    place = tmp_path_factory.mktemp("weeks")
    for week in (WEEK - 1, WEEK):
        sales[sales["week"] <= week].to_parquet(place / "sales.parquet")
        run(place, week, model)
    return place


def test_two_weeks_reach_a_hundred_households(folder):
    lists = [pd.read_csv(folder / f"list-{week}.csv") for week in (WEEK - 1, WEEK)]
    assert pd.concat(lists)["household_id"].nunique() == 100


def test_run_again_it_writes_the_same_bytes(folder, model):
    before = (folder / f"list-{WEEK}.csv").read_bytes()
    assert run(folder, WEEK, model).read_bytes() == before
