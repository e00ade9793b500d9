"""Check the tables before anything is built on them.

Three answers to a fault, each decided beforehand: **stop** (the run ends), **quarantine** (the row goes aside, with the
reason), **known** (the row stays; the report counts it). A rule that sends more than one row in a hundred aside stops
the run: that is a faulty feed, not faulty rows.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from capstone.files import StageError, parquet, run, write_json, write_query

KEYS = {"flights": "day, origin, carrier, flight, sched_at", "weather": "origin, observed_utc"}
LARGEST_QUARANTINE = 0.01


@dataclass(frozen=True)
class Rule:
    """What is wrong with a row: a condition in SQL that is true for faulty rows, and what is done about it."""

    table: str
    name: str
    fault: str
    answer: str


RULES = (
    Rule("flights", "no schedule, carrier or airport", "sched_at is null or carrier is null or origin is null", "stop"),
    Rule("flights", "an airport that is not in New York", "origin not in ('EWR', 'JFK', 'LGA')", "stop"),
    Rule("flights", "left more than two hours early", "left_at < sched_at - interval 2 hours", "quarantine"),
    Rule("flights", "never left: the label is 1", "left_at is null", "known"),
    Rule("flights", "left, no delay at arrival: the label is 1", "left_at is not null and arr_delay is null", "known"),
    Rule("weather", "wind above 150 miles an hour", "wind_speed > 150", "quarantine"),
    Rule("weather", "a local hour that comes twice, in November", "seen_at = timestamp '2013-11-03 01:00:00'", "known"),
)


def check(connection: duckdb.DuckDBPyConnection, table: str) -> dict:
    """Check one table, a view of that name, and return its part of the report.

    Raises:
        StageError: when a key repeats, a rule that stops is broken, or too many rows would go to quarantine.
    """
    rows = connection.execute(f"select count(*) from {table}").fetchall()[0][0]
    keys = connection.execute(f"select count(*) from (select distinct {KEYS[table]} from {table})").fetchall()[0][0]
    if keys < rows:
        raise StageError(f"{table}: {rows - keys:,} rows repeat a key ({KEYS[table]}). Ask the data's owner.")
    report = {"rows": rows, "quarantine": {}, "known": {}}
    for rule in (rule for rule in RULES if rule.table == table):
        count = connection.execute(f"select count(*) from {table} where {rule.fault}").fetchall()[0][0]
        if count and rule.answer == "stop":
            raise StageError(f"{table}: {count:,} rows: {rule.name}. Nothing was passed on; ask the data's owner.")
        if rule.answer == "quarantine" and count > LARGEST_QUARANTINE * rows:
            raise StageError(f"{table}: {count:,} of {rows:,} rows: {rule.name}. Ask for another delivery.")
        if rule.answer != "stop":
            report[rule.answer][rule.name] = count
    return report


def main() -> None:
    """Write ``data/clean``, ``data/quarantine`` and ``reports/contract.json``."""
    report = {}
    with duckdb.connect() as connection:
        for table in KEYS:
            connection.execute(f"create view {table} as select * from {parquet(Path('data/raw') / f'{table}.parquet')}")
            report[table] = check(connection, table)
        for table, key in KEYS.items():
            faults = [rule.fault for rule in RULES if rule.table == table and rule.answer == "quarantine"]
            bad = f"coalesce({' or '.join(f'({fault})' for fault in faults)}, false)"
            for place, condition in (("clean", f"not {bad}"), ("quarantine", bad)):
                target = Path("data") / place / f"{table}.parquet"
                write_query(connection, f"select * from {table} where {condition} order by {key}", target)
    write_json(Path("reports/contract.json"), report)
    print({table: sum(entry["quarantine"].values()) for table, entry in report.items()}, "rows to quarantine")


if __name__ == "__main__":
    run(main)
