"""What the stage takes, what it reports, what it refuses."""

import json

import duckdb
import pytest

from targeting import ingest
from targeting.files import StageError, sha256


@pytest.fixture
def source(tmp_path):
    """A small copy of the retailer's files: some rows of every table."""
    folder, _ = ingest.package_folder()
    target = tmp_path / "source"
    target.mkdir()
    with duckdb.connect() as connection:
        for table in ingest.SOURCE:
            connection.execute(
                f"copy (select * from read_parquet('{(folder / table).as_posix()}.parquet') limit 500) "
                f"to '{(target / table).as_posix()}.parquet' (format parquet)"
            )
    return target


def change(folder, table, query):
    """Replace a table by a query on `old`, its present content."""
    path = (folder / f"{table}.parquet").as_posix()
    with duckdb.connect() as connection:
        connection.execute(f"create table old as select * from read_parquet('{path}')")
        connection.execute(f"copy ({query}) to '{path}' (format parquet)")


def take(source, tmp_path, settings):
    return ingest.ingest(source, "test", tmp_path / "raw", settings["ingest"])


def test_real_data_are_taken_as_agreed(built):
    manifest = json.loads((built / "data/raw/manifest.json").read_text(encoding="utf-8"))
    assert manifest["changes"] == []
    assert (manifest["first_day"], manifest["last_day"]) == ("2017-01-01", "2017-12-31")
    for table, entry in manifest["tables"].items():
        assert entry["sha256"] == sha256(built / f"data/raw/{table}.parquet")


def test_money_is_exact_and_clocks_are_the_stores(built):
    path = (built / "data/raw/transactions.parquet").as_posix()
    with duckdb.connect() as connection:
        kinds = dict(row[:2] for row in connection.execute(f"describe select * from '{path}'").fetchall())
        hours = connection.execute(
            f"select min(store_time - transaction_timestamp), max(store_time - transaction_timestamp) from '{path}'"
        ).fetchone()
    assert {kinds[column] for column in ingest.MONEY} == {"DECIMAL(12,2)"}
    assert [gap.total_seconds() / 3600 for gap in hours] == [-5, -4]  # winter and summer in New York


@pytest.mark.parametrize("threads", [1, 3])
def test_same_bytes_at_any_number_of_threads(source, tmp_path, settings, threads):
    first = take(source, tmp_path, settings)["data_hash"]
    target = tmp_path / "again.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"set threads = {threads}")
        query = ingest.select("transactions", source / "transactions.parquet", "America/New_York")
        ingest.write_query(connection, query, target)
    assert sha256(target) == sha256(tmp_path / "raw/transactions.parquet")
    assert take(source, tmp_path, settings)["data_hash"] == first


def test_the_clock_of_the_machine_does_not_matter(source, tmp_path, settings, monkeypatch, stage, place):
    hashes = set()
    for zone in ("UTC", "Asia/Tokyo"):
        stage(place, "ingest", "--source", str(source), "--target", str(tmp_path / zone[:3]), TZ=zone)
        hashes.add(sha256(tmp_path / zone[:3] / "transactions.parquet"))
    assert len(hashes) == 1


def test_another_number_of_rows_is_reported(source, tmp_path, settings):
    changes = take(source, tmp_path, settings)["changes"]
    assert "transactions has 500 rows; 1,469,307 were agreed in params.yaml." in changes


def test_a_new_column_is_reported_and_not_taken(source, tmp_path, settings):
    change(source, "products", "select *, 1 as colour from old")
    assert "products has a new column colour; it is not taken." in take(source, tmp_path, settings)["changes"]
    assert "colour" not in ingest.schema(duckdb.connect(), tmp_path / "raw/products.parquet")


def test_a_missing_column_stops(source, tmp_path, settings):
    change(source, "transactions", "select * exclude (retail_disc) from old")
    with pytest.raises(StageError, match="transactions has no column retail_disc"):
        take(source, tmp_path, settings)


def test_a_wrong_type_stops(source, tmp_path, settings):
    change(source, "transactions", "select * replace (cast(quantity as varchar) as quantity) from old")
    with pytest.raises(StageError, match=r"transactions\.quantity is VARCHAR, not BIGINT"):
        take(source, tmp_path, settings)


def test_an_empty_table_stops(source, tmp_path, settings):
    change(source, "campaigns", "select * from old where false")
    with pytest.raises(StageError, match="campaigns has no rows"):
        take(source, tmp_path, settings)


def test_a_truncated_file_stops(source, tmp_path, settings):
    path = source / "transactions.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(StageError, match=r"transactions\.parquet cannot be read as parquet"):
        take(source, tmp_path, settings)


def test_a_missing_file_stops_in_one_line(source, place, stage):
    (source / "coupons.parquet").unlink()
    done = stage(place, "ingest", "--source", str(source), "--target", str(source.parent / "raw"), check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("ingest: ") and "coupons.parquet cannot be read" in done.stderr
    assert "Traceback" not in done.stderr
