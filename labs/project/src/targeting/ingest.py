"""Take the retailer's tables into ``data/raw``: the columns we use, exact money, store time. Nothing is judged yet.

Purchases are stamped in UTC; campaigns and redemptions are dated in the store. Clocks are shifted here, once, so that
no statement further on needs to know about time zones. ``promotions`` (21 million rows) is left out: no feature uses
it.

``data/raw/manifest.json`` says what was taken: rows and hashes of each table, the days that the data cover, and what
has changed since ``params.yaml`` was last agreed. A missing column or a changed type stops the run.
"""

import argparse
import sys
from pathlib import Path

import duckdb

from targeting import params
from targeting.files import StageError, fingerprint, first_line, parquet, run, sha256, write_json, write_query
from targeting.source import MONEY, SOURCE, count, differences, package_folder, schema


def store_time(time_zone: str) -> str:
    """Return the SQL expression for the local time of a purchase, whose ``transaction_timestamp`` is in UTC.

    Args:
        time_zone: of the stores, by name (``America/New_York``): a fixed number of hours knows no summer time.
    """
    zone = time_zone.replace("'", "''")
    return f"timezone('{zone}', timezone('UTC', transaction_timestamp))"


def select(table: str, source: Path, time_zone: str, left_out: frozenset[int] = frozenset()) -> str:
    """Return the statement that takes one table: the known columns, in a total order, without some households."""
    columns = []
    for column in SOURCE[table]:
        if column in MONEY:
            columns.append(f"cast({column} as decimal(12, 2)) as {column}")
        elif column.endswith("_date"):
            columns.append(f"cast({column} as date) as {column}")
        else:
            columns.append(column)
    if table == "transactions":
        columns.append(f"{store_time(time_zone)} as store_time")
    without = ", ".join(map(str, sorted(left_out)))
    # coalesce: a row without a household is for the contract to judge
    where = f"where coalesce(household_id not in ({without}), true)" if without and "household_id" in columns else ""
    return f"select {', '.join(columns)} from {parquet(source)} {where} order by all"


def ingest(source: Path, name: str, target: Path, settings: dict, left_out: frozenset[int] = frozenset()) -> dict:
    """Take every table of ``source`` into ``target`` and return the manifest, which is written last.

    Args:
        source: folder of the retailer's parquet files.
        name: what to call the source in the manifest.
        target: folder to write to.
        settings: the block ``ingest`` of params.yaml.
        left_out: households that asked to be deleted.

    Raises:
        StageError: when a table cannot be taken; nothing of that table is written.
    """
    tables, changes = {}, []
    with duckdb.connect() as connection:
        for table in SOURCE:
            path, taken = source / f"{table}.parquet", target / f"{table}.parquet"
            found = schema(connection, path)
            changes += differences(table, found, count(connection, path), settings["rows"].get(table))
            try:
                write_query(connection, select(table, path, settings["time_zone"], left_out), taken)
            except duckdb.Error as error:
                raise StageError(
                    f"{path.as_posix()} cannot be taken: {first_line(error)} "
                    "Restore the file, or mend `ingest` in params.yaml, then run again."
                ) from error
            hashes = {"source_sha256": sha256(path), "sha256": sha256(taken)}
            tables[table] = {"rows": count(connection, taken), **hashes}
        days = connection.execute(
            f"select min(store_time), max(store_time) from {parquet(target / 'transactions.parquet')}"
        ).fetchone()
    if left_out:
        changes.append(f"Left out, because they asked to be deleted: {len(left_out)} households.")
    manifest = {
        "source": name,
        "time_zone": settings["time_zone"],
        "first_day": days[0].date().isoformat(),
        "last_day": days[1].date().isoformat(),
        "data_hash": fingerprint({table: entry["sha256"] for table, entry in tables.items()}),
        "changes": changes,
        "tables": tables,
    }
    write_json(target / "manifest.json", manifest)
    return manifest


def deleted(settings: dict) -> frozenset[int]:
    """Return the households that asked to be deleted; nobody can ask before lab 8 has set ``deletion.list``.

    Raises:
        StageError: when the list cannot be read: without it a delivery would bring them back.
    """
    if "deletion" not in settings:
        return frozenset()
    from targeting import suppression

    return suppression.households(Path(settings["deletion"]["list"]))


def main() -> None:
    """Run the stage and report changes on standard error."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, help="folder of parquet files (default: the data package)")
    parser.add_argument("--target", type=Path, default=Path("data/raw"))
    arguments = parser.parse_args()
    source, name = (arguments.source, arguments.source.name) if arguments.source else package_folder()
    settings = params.read()
    manifest = ingest(source, name, arguments.target, settings["ingest"], deleted(settings))
    for change in manifest["changes"]:
        print(f"changed: {change}", file=sys.stderr)
    rows = sum(entry["rows"] for entry in manifest["tables"].values())
    print(f"{rows:,} rows of {len(SOURCE)} tables taken, {manifest['first_day']} to {manifest['last_day']}.")


if __name__ == "__main__":
    run(main)
