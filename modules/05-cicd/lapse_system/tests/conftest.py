"""What the tests share: the delivery of this week, a model trained on it, and sales made up by hand."""

from pathlib import Path

import pandas as pd
import pytest
from lapse.training import fit, training_rows

WEEK, TRAINED = 33, 32  # the week that has just ended, and the week in which the model was trained


@pytest.fixture(scope="session")
def sales():
    return pd.read_parquet(Path(__file__).parents[1] / "sales.parquet")


@pytest.fixture(scope="session")
def rows(sales):
    return training_rows(sales[sales["week"] <= TRAINED], TRAINED)


@pytest.fixture(scope="session")
def trained(rows):
    return fit(rows)


@pytest.fixture(scope="session")
def model(trained):
    return trained[0]


@pytest.fixture
def visits():
    """Make sales by hand: one trip of 10 dollars in each of the weeks given for a household."""

    def make(**weeks):
        pairs = [(int(name.strip("h")), week) for name, found in weeks.items() for week in found]
        made = pd.DataFrame(pairs, columns=["household_id", "week"])
        return made.assign(trips=1, spend=10.0, discount=1.0, coupon_lines=0)

    return make
