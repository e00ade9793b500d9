"""Run ``features.sql``: what was known about each evening departure at the hour of decision."""

from pathlib import Path

import duckdb

from capstone import params
from capstone.files import parquet, run, write_query

SQL = Path(__file__).with_name("features.sql")


def connect(flights: str, weather: str, decision: dict) -> duckdb.DuckDBPyConnection:
    """Return a connection with the inputs of ``features.sql``.

    Args:
        flights: what stands behind ``from`` for the flights, such as ``read_parquet('…')``.
        weather: the same for the weather.
        decision: that part of params.yaml.
    """
    connection = duckdb.connect()
    connection.execute(f"create table flights as select * from {flights}")
    connection.execute(f"create table weather as select * from {weather}")
    connection.execute(
        "create table settings as select ? as decision_hour, ? as first_hour, ? as late_minutes",
        [decision["hour"], decision["first_hour"], decision["late_minutes"]],
    )
    return connection


def statement() -> str:
    """Return the text of ``features.sql``."""
    return SQL.read_text(encoding="utf-8")


def main() -> None:
    """Write ``data/features.parquet``."""
    clean = Path("data/clean")
    tables = (parquet(clean / f"{name}.parquet") for name in ("flights", "weather"))
    with connect(*tables, params.read()["decision"]) as connection:
        write_query(connection, statement(), Path("data/features.parquet"))
        rows = connection.execute(f"select count(*) from {parquet(Path('data/features.parquet'))}").fetchall()[0][0]
    print(f"{rows:,} evening departures")


if __name__ == "__main__":
    run(main)
