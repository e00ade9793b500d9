"""Each rule of a contract, broken on purpose; and the real faults of the real data, counted."""

import json
import shutil

import duckdb
import pytest

from targeting import contracts
from targeting.files import StageError


@pytest.fixture
def raw(built, tmp_path):
    """A copy of the real raw tables that a test may spoil."""
    shutil.copytree(built / "data/raw", tmp_path / "raw")
    return tmp_path / "raw"


def spoil(raw, table, query):
    """Replace a raw table by a query on `old`, its present content."""
    path = (raw / f"{table}.parquet").as_posix()
    with duckdb.connect() as connection:
        connection.execute(f"create table old as select * from read_parquet('{path}')")
        connection.execute(f"copy ({query}) to '{path}' (format parquet)")


def judge(raw, table):
    """Check one table alone, which is what most tests need; returns the rows to quarantine."""
    contract = contracts.CONTRACTS[table]
    with duckdb.connect() as connection:
        contracts.view(connection, raw)
        return contracts.check(table, contract, contracts.read(connection, contract.query))[0]


def test_every_fault_of_the_real_data_is_named_and_counted(built):
    report = json.loads((built / "reports/contracts.json").read_text(encoding="utf-8"))["tables"]
    assert report["transactions"]["quarantined"] == {"money was paid for a quantity of 0": 29}
    assert report["coupons"]["quarantined"] == {"the row repeats a key": 4872}
    known = {name: entry["rows"] for name, entry in report["transactions"]["known"].items()}
    assert known == {
        "quantity counts in another unit (fuel, miscellaneous)": 13509,
        "quantity 0 and nothing paid": 8840,
        "something was bought and nothing paid": 2406,
        "the product is not in the list of products": 4836,
    }
    assert report["products"]["known"]["package_size is missing"]["rows"] == 30586
    assert report["demographics"]["known"]["marital_status is missing"]["rows"] == 137


def test_nothing_is_lost_between_clean_and_quarantine(built):
    with duckdb.connect() as connection:
        for table in contracts.CONTRACTS:
            raw, clean, bad = (
                connection.execute(
                    f"select count(*) from '{(built / 'data' / part / table).as_posix()}.parquet'"
                ).fetchone()[0]
                for part in ("raw", "clean", "quarantine")
            )
            assert raw == clean + bad, table


def test_what_is_passed_on_has_the_columns_of_what_was_taken(built):
    with duckdb.connect() as connection:
        for table in contracts.CONTRACTS:
            raw, clean = (
                connection.execute(
                    f"describe select * from '{(built / 'data' / part / table).as_posix()}.parquet'"
                ).fetchall()
                for part in ("raw", "clean")
            )
            assert raw == clean, table


def test_each_row_in_quarantine_has_its_reason(built):
    with duckdb.connect() as connection:
        path = (built / "data/quarantine/transactions.parquet").as_posix()
        reasons = connection.execute(f"select distinct reason, quantity from '{path}'").fetchall()
    assert reasons == [("money was paid for a quantity of 0", 0)]


@pytest.mark.parametrize(
    ("table", "query", "reason"),
    [
        (
            "coupon_redemptions",
            "select * replace (date '2018-12-31' as redemption_date) from old limit 5",
            "redeemed outside the campaign's dates",
        ),
        ("coupon_redemptions", "select * replace (999999::bigint as household_id) from old limit 5", "not mailed"),
        ("campaigns", "select * replace (99::bigint as campaign_id) from old limit 5", "no such campaign"),
        ("campaigns", "from old union all (from old limit 5)", "repeats a key"),
        ("campaigns", "select * replace (null::bigint as household_id) from old limit 5", "household_id is missing"),
        ("campaign_descriptions", "select * replace ('Type Z' as campaign_type) from old", "not one of Type A"),
        ("campaign_descriptions", "select * replace (date '2016-01-01' as end_date) from old", "ends before it starts"),
        ("demographics", "select * replace ('12-18' as age) from old limit 5", "not one of 19-24"),
        ("campaigns", "select * replace (999999::bigint as household_id) from old limit 5", "never bought anything"),
        ("products", "select * replace ('Other' as brand) from old limit 5", "not one of National, Private"),
        (
            "transactions",
            "select * replace (cast(-0.01 as decimal(12, 2)) as sales_value) from old limit 5",
            "money is negative",
        ),
        ("transactions", "select * replace (-1::bigint as quantity) from old limit 5", "the quantity is negative"),
        ("transactions", "(from old limit 5) union all (from old limit 5)", "repeats a key"),
    ],
)
def test_a_row_that_cannot_be_true_is_named(raw, table, query, reason):
    spoil(raw, table, query)
    assert judge(raw, table)["reason"].str.contains(reason).any()


def test_purchases_in_the_wrong_time_zone_are_found(raw):
    spoil(raw, "transactions", "select * replace (transaction_timestamp as store_time) from old")
    assert judge(raw, "transactions")["reason"].str.contains("wrong time zone").sum() == 34729


def test_a_week_without_sales_stops(raw):
    spoil(raw, "transactions", "select * from old where week <> 30")
    with pytest.raises(StageError, match=r"contract of transactions is broken: a week without sales\."):
        judge(raw, "transactions")


def test_a_missing_column_or_a_wrong_type_stops_and_leaves_the_last_good_files(raw, tmp_path):
    contracts.apply(raw, tmp_path / "clean", tmp_path / "quarantine", 0.05)
    before = (tmp_path / "clean/products.parquet").read_bytes()
    spoil(raw, "products", "select * exclude (brand) replace (cast(product_id as varchar) as product_id) from old")
    with pytest.raises(StageError, match="contract of products is broken") as stopped:
        contracts.apply(raw, tmp_path / "clean", tmp_path / "quarantine", 0.05)
    assert "there is no column brand; product_id is string[pyarrow], not int64[pyarrow]" in str(stopped.value)
    assert (tmp_path / "clean/products.parquet").read_bytes() == before


def test_a_faulty_feed_stops_instead_of_filling_the_quarantine(raw, tmp_path):
    with pytest.raises(StageError, match="the row repeats a key") as stopped:
        contracts.apply(raw, tmp_path / "clean", tmp_path / "quarantine", 0.01)
    assert "coupons" in str(stopped.value) and "4872" in str(stopped.value).replace(",", "")


def test_an_empty_or_truncated_table_stops(raw):
    (raw / "coupons.parquet").write_bytes(b"PAR1")
    with pytest.raises(StageError, match=r"coupons\.parquet cannot be read"):
        judge(raw, "coupons")
