"""The table of features: by hand on a tiny case, as of the start on the real one, equal on every engine."""

import importlib.util
import os
import re
import shutil

import duckdb
import pandas as pd
import pytest

from targeting import features
from targeting.files import StageError, sha256
from targeting.history import history

MONEY = ("sales_value", "retail_disc", "coupon_disc", "coupon_match_disc")


def connect(tables, last_day="2017-12-31", first_day="2017-01-01"):
    """A connection that sees these frames as the inputs of features.sql, with the types of the checked tables."""
    connection = duckdb.connect()
    for name, frame in tables.items():
        connection.register("frame", frame)
        columns = ", ".join(
            f"cast({c} as decimal(12, 2)) as {c}"
            if c in MONEY
            else f"cast({c} as date) as {c}"
            if c.endswith("_date")
            else c
            for c in frame.columns
        )
        connection.execute(f"create table {name} as select {columns} from frame")
        connection.unregister("frame")
    data = {"history_days": 84, "horizon_days": 28}
    connection.execute(f"create view settings as {features.settings_query(first_day, last_day, data)}")
    return connection


@pytest.fixture(scope="session")
def table(built):
    return features.read(built / "data/features.parquet")


def test_by_hand(tiny):
    rows = features.compute(connect(tiny)).set_index(["campaign_id", "household_id"])
    first = rows.loc[(2, 7)]
    assert first["spend"] == 6.85  # 2.50 + 1.25 on the first day, 3.10 in the last second; 9.99 is the start day
    assert first["trips"] == 2 and first["recent_trips"] == 1
    assert first["coupon_lines"] == 1 and first["discount"] == 0.5
    assert first["affinity_spend"] == 5.6 and first["affinity_products"] == 1  # two coupons on one product count once
    assert first["mailings"] == 1 and first["redemptions"] == 1
    assert first["redeemed"] == 1  # on the 28th day, the last that counts
    second = rows.loc[(2, 8)]
    assert second[["spend", "trips", "coupon_lines", "mailings", "redemptions", "redeemed"]].tolist() == [0] * 6


def test_a_redemption_on_the_29th_day_does_not_count(tiny):
    tiny["coupon_redemptions"].loc[1, "redemption_date"] = pd.Timestamp("2017-06-29")
    assert features.compute(connect(tiny)).set_index(["campaign_id", "household_id"]).loc[(2, 7), "redeemed"] == 0


@pytest.mark.parametrize(("last_day", "known"), [("2017-06-27", False), ("2017-06-28", True)])
def test_a_label_is_unknown_until_its_horizon_has_passed(tiny, last_day, known):
    row = features.compute(connect(tiny, last_day)).set_index(["campaign_id", "household_id"]).loc[(2, 7)]
    assert bool(row["horizon_complete"]) == known
    assert pd.notna(row["redeemed"]) == known


@pytest.mark.parametrize(("day", "recent"), [("2017-05-03", 0), ("2017-05-04", 1), ("2017-06-01", 0)])
def test_a_trip_is_recent_in_the_28_days_before_the_start(tiny, day, recent):
    tiny["transactions"].loc[2, "store_time"] = pd.Timestamp(day)
    row = features.compute(connect(tiny)).set_index(["campaign_id", "household_id"]).loc[(2, 7)]
    assert row["recent_trips"] == recent


@pytest.mark.parametrize(
    ("day", "counted"), [("2017-03-08", 0), ("2017-03-09", 1), ("2017-05-31", 1), ("2017-06-01", 0)]
)
def test_mailings_and_redemptions_count_in_the_84_days_before_the_start(tiny, day, counted):
    tiny["campaign_descriptions"].loc[0, "start_date"] = pd.Timestamp(day)
    tiny["coupon_redemptions"].loc[0, "redemption_date"] = pd.Timestamp(day)
    row = features.compute(connect(tiny)).set_index(["campaign_id", "household_id"]).loc[(2, 7)]
    assert (row["mailings"], row["redemptions"]) == (counted, counted)


def test_a_campaign_without_full_history_is_marked_and_not_used(tiny):
    assert features.compute(connect(tiny, first_day="2017-03-09"))["history_complete"].tolist() == [0, 1, 1]
    marked = features.compute(connect(tiny, first_day="2017-03-10"))
    assert marked["history_complete"].tolist() == [0, 0, 0]
    assert features.usable(marked).empty
    with pytest.raises(StageError, match="Campaign 2 starts too early"):
        features.campaign(marked, 2)


def test_an_empty_campaign_is_named(tiny):
    with pytest.raises(StageError, match=r"Campaign 9 has no households\. Known: 1, 2"):
        features.campaign(features.compute(connect(tiny)), 9)


@pytest.mark.parametrize(("campaign_id", "start"), [(8, "2017-05-08"), (13, "2017-08-08"), (18, "2017-10-30")])
def test_no_later_row_changes_a_feature(built, settings, table, campaign_id, start):
    """Without every row of the start day and later, the features are what they are with all of them."""
    with features.connect(built / "data/clean", settings["data"]) as connection:
        assert not list(features.leaks(connection, campaign_id, start))
        assert len(features.campaign(features.compute(connection), campaign_id))  # it was there to be compared


def test_the_leak_test_can_fail(built, settings, monkeypatch, tmp_path):
    """A statement to which every start is a week late does see later rows, so the test above is not blind."""
    start = "        campaign_descriptions.start_date,\n"
    text = features.STATEMENT.read_text(encoding="utf-8")
    assert start in text
    late = tmp_path / "late.sql"
    late.write_text(text.replace(start, start.replace(",", " + 7 as start_date,")), encoding="utf-8")
    monkeypatch.setattr(features, "STATEMENT", late)
    with features.connect(built / "data/clean", settings["data"]) as connection:
        assert {"spend", "trips", "affinity_spend", "redemptions"} <= set(features.leaks(connection, 8, "2017-05-08"))


def test_the_campaigns_of_each_role(table, settings):
    settings = {**settings, "train": {"as_of": "2017-08-08"}}
    learned, decided = features.development(table, settings), features.production(table, settings)
    assert learned["campaign_id"].unique().tolist() == [4, 5, 6, 7, 8, 9, 10]
    assert (len(learned), learned["redeemed"].sum()) == (1885, 172)
    assert decided["campaign_id"].unique().tolist() == [13, 14, 15, 16, 17, 18, 19, 20]
    assert (len(decided), decided["redeemed"].sum()) == (3215, 398)


def test_campaigns_11_and_12_mature_a_day_late(table):
    known, a_day_later = (set(features.mature_by(table, f"2017-08-0{day}", 28)["campaign_id"]) for day in (8, 9))
    assert a_day_later - known == {11, 12}


def test_censored_campaigns_have_no_label(table):
    censored = table[table["horizon_complete"] == 0]
    assert censored["campaign_id"].unique().tolist() == [21, 22, 23]
    assert censored["redeemed"].isna().all()


@pytest.mark.parametrize(
    ("last_day", "known"), [("2017-06-03", "2017-04-24"), ("2017-06-04", "2017-05-08"), ("2018-12-31", "2017-11-27")]
)
def test_an_earlier_last_day_replays_what_was_known_then(built, settings, last_day, known):
    """Campaign 8 starts on 8 May: its 28th day is 4 June. A day after the end of the data adds no label."""
    with features.connect(built / "data/clean", settings["data"], last_day) as connection:
        labelled = features.compute(connection).dropna(subset="redeemed")
    assert labelled["start_date"].max() == pd.Timestamp(known)


def test_agrees_with_the_history_of_the_first_lab(table, settings):
    first = history(settings["data"])
    both = first.merge(table, on=[*features.KEYS], suffixes=("_first", ""))
    assert len(both) == len(first)
    for column in ("trips", "coupon_lines", "redemptions", "redeemed"):
        assert (both[column] == both[f"{column}_first"]).all(), column
    differs = (both["spend"] - both["spend_first"]).abs() > 0.005
    assert differs.sum() <= 9  # the households whose faulty rows went to quarantine


def test_same_bytes_at_any_number_of_threads(built, settings, tmp_path):
    statement = features.STATEMENT.read_text(encoding="utf-8")
    for threads in (1, 2, 8):
        with features.connect(built / "data/clean", settings["data"]) as connection:
            connection.execute(f"set threads = {threads}")
            features.write_query(connection, statement, tmp_path / f"{threads}.parquet")
    hashes = {sha256(tmp_path / f"{threads}.parquet") for threads in (1, 2, 8)}
    assert hashes == {sha256(built / "data/features.parquet")}


@pytest.mark.parametrize(
    "dialect",
    [
        r"\blog\s*\(",
        r"\bextract\s*\(",
        r"\binterval\b",
        r"\bdate_?diff\b",
        r"at\s+time\s+zone",
        r"\bexclude\b|\breplace\b|\bqualify\b",
        r"\barg_max\b|\bmax_by\b",
        r"\bquantile",
        r"->|//|::",
        r"[\"`]",
    ],
)
def test_the_statement_keeps_to_what_all_engines_share(dialect):
    """What differs between DuckDB and Spark, in spelling or, worse, in result."""
    code = re.sub(r"--.*", "", features.STATEMENT.read_text(encoding="utf-8")).lower()
    assert not re.search(dialect, code)


def test_spark_gives_the_same_rows(built, stage, tmp_path):
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("needs `pip install pyspark==4.3.0` and Java 17")
    target = tmp_path / "spark.parquet"
    stage(built, "features", "--engine", "spark", "--target", str(target))
    pd.testing.assert_frame_equal(features.read(target), features.read(built / "data/features.parquet"))


def test_without_spark_the_message_says_what_to_do(built, stage, tmp_path):
    blocked = tmp_path / "sitecustomize.py"
    blocked.write_text("import sys\nsys.modules['pyspark'] = None\n", encoding="utf-8")
    source = str(features.STATEMENT.parent.parent)
    done = stage(
        built, "features", "--engine", "spark", "--target", str(tmp_path / "spark.parquet"), check=False,
        PYTHONPATH=os.pathsep.join((str(tmp_path), source)),
    )  # fmt: skip
    assert done.returncode == 1 and "pip install pyspark" in done.stderr and "Traceback" not in done.stderr
