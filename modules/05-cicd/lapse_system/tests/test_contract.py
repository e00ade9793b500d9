"""Contract tests: can the mailing house read the list? It takes everything as text and looks the numbers up in its own file."""

import pandas as pd
import pytest
from lapse.job import run

from conftest import WEEK


@pytest.fixture(scope="module")
def received(tmp_path_factory, sales, model):
    folder = tmp_path_factory.mktemp("handover")
    sales.to_parquet(folder / "sales.parquet")
    return pd.read_csv(run(folder, WEEK, model), dtype=str)


def test_the_columns_are_those_agreed_on(received):
    assert list(received.columns) == ["household_id", "week", "probability"]


def test_the_numbers_are_in_their_file(received, sales):
    customers = {f"{number:.0f}" for number in sales["household_id"].unique()}
    assert received["household_id"].isin(customers).all() and received["household_id"].is_unique


def test_a_full_list_with_probabilities(received):
    assert len(received) == 50 and received["probability"].astype(float).between(0, 1).all()
