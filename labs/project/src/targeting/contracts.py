"""Check every table against its contract before anything is built on it.

Three answers to a fault, each decided beforehand:

- **stop**: a broken schema, or a fault of the whole table. The run ends and nothing downstream is touched.
- **quarantine**: a row that cannot be true. It goes to ``data/quarantine`` with the reason; the rest goes on.
- **known**: a peculiarity of the retailer's data. The row stays; the report counts it and says why it does no harm.

A rule whose share of a table exceeds ``max_quarantine_share`` stops the run: that is a faulty feed, not faulty rows.
"""

import argparse
from pathlib import Path

import duckdb
import pandas as pd
import pandera.pandas as pandera
from pandera.errors import SchemaErrors

from targeting import params
from targeting.files import StageError, first_line, literal, read_json, run, write_json, write_query, write_text
from targeting.rules import Contract
from targeting.schemas import CONTRACTS


def view(connection: duckdb.DuckDBPyConnection, raw: Path) -> None:
    """Make each raw table a view of its own name, with ``row``: the number of the row in its file.

    Raises:
        StageError: when a file is missing or cannot be read.
    """
    for table in CONTRACTS:
        path = raw / f"{table}.parquet"
        try:
            connection.execute(
                f"create view {table} as select * exclude (file_row_number), file_row_number as row "
                f"from read_parquet({literal(path)}, file_row_number = true)"
            )
        except duckdb.Error as error:
            raise StageError(
                f"{path.as_posix()} cannot be read: {first_line(error)} Run `python -m targeting.ingest` again."
            ) from error


def size(raw: Path, table: str) -> int:
    """Return the bytes of a raw table's file."""
    return (raw / f"{table}.parquet").stat().st_size


def read(connection: duckdb.DuckDBPyConnection, query: str) -> pd.DataFrame:
    """Return a frame with the exact types of the file; the index is the number of the row."""
    return connection.sql(query).to_arrow_table().to_pandas(types_mapper=pd.ArrowDtype).set_index("row")


def shape(connection: duckdb.DuckDBPyConnection, table: str, contract: Contract) -> None:
    """Check columns and types of one table, before any rule that relates tables reads them.

    Raises:
        StageError: when a column is missing or has another type; the message names every breach.
    """
    columns = pandera.DataFrameSchema({name: pandera.Column(c.dtype) for name, c in contract.rules.columns.items()})
    stop(table, failures(columns, read(connection, f"select * from {table} limit 0")))


def stop(table: str, faults: pd.DataFrame) -> None:
    """Raise a StageError that names the faults of the whole table, if there are any."""
    broken = faults[faults["row"].isna()]
    if len(broken):
        raise StageError(
            f"The contract of {table} is broken: {'; '.join(broken['reason'])}. "
            "Nothing was passed on. Agree the change with the data's owner, then change src/targeting/schemas.py."
        )


def check(table: str, contract: Contract, frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Check one table and return the rows to quarantine (row, reason) and how often each known peculiarity occurs.

    Raises:
        StageError: when the schema or a rule about the whole table is broken.
    """
    faults = failures(contract.rules, frame)
    stop(table, faults)
    # A failing row is reported with every column: leave out what the rules have judged and no peculiarity reads.
    judged = [name for name in contract.rules.columns if name not in contract.known.columns]
    peculiar = failures(contract.known, frame.drop(columns=judged))["reason"].value_counts()
    return faults.astype({"row": "int64"}), {reason: int(peculiar.get(reason, 0)) for reason in contract.why}


def failures(schema: pandera.DataFrameSchema, frame: pd.DataFrame) -> pd.DataFrame:
    """Return what breaks a schema: one line for each row and reason, ``row`` missing for the whole table."""
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        check, column, found = (cases[name].astype(str) for name in ("check", "column", "failure_case"))
        kind = check.str.extract(r"dtype\('(.+)'\)", expand=False)
        reason = check.mask(check == "column_in_dataframe", "there is no column " + found)
        reason = reason.mask(kind.notna(), column + " is " + found + ", not " + kind)
        reason = reason.mask(check == "not_nullable", column + " is missing")
        reason = reason.mask(check == "multiple_fields_uniqueness", "the row repeats a key")
        return pd.DataFrame({"row": cases["index"], "reason": reason}).drop_duplicates().reset_index(drop=True)
    return pd.DataFrame({"row": pd.Series(dtype="int64"), "reason": pd.Series(dtype="object")})


def to_quarantine(table: str, faults: pd.DataFrame, rows: int, max_share: float) -> pd.DataFrame:
    """Return each row to quarantine once: columns ``row``, ascending, and ``reason``, all its reasons joined by ``; ``.

    Args:
        table: name of the table, for the message.
        faults: one line for each row and reason; a row that breaks two rules has two lines.
        rows: how many rows the table has.
        max_share: a single rule that hits more than this share of them is a faulty feed, not faulty rows.

    Raises:
        StageError: when there is such a rule.
    """
    for reason, count in faults["reason"].value_counts().sort_index().items():
        if count > max_share * rows:
            raise StageError(
                f"{table}: {count:,} of {rows:,} rows: {reason}. More than {max_share:.0%} of a table is a faulty "
                "feed, not faulty rows. Ask the data's owner; nothing was passed on."
            )
    return faults.groupby("row", sort=True)["reason"].agg("; ".join).reset_index()


def apply(raw: Path, clean: Path, quarantine: Path, max_share: float) -> dict:
    """Check all tables, then write ``clean`` and ``quarantine`` (one parquet file a table each) and return the report.

    Everything is checked before anything is written: a broken contract leaves the files of the last good run.

    Raises:
        StageError: when a contract is broken, or a rule hits more than ``max_share`` of a table.
    """
    manifest = read_json(raw / "manifest.json", "python -m targeting.ingest")
    report, removed = {}, {}
    with duckdb.connect() as connection:
        view(connection, raw)
        for table, contract in CONTRACTS.items():
            shape(connection, table, contract)
        for table in sorted(CONTRACTS, key=lambda name: -size(raw, name)):  # the largest first, into free memory
            contract = CONTRACTS[table]
            frame = read(connection, contract.query)
            faults, known = check(table, contract, frame)
            counts = faults["reason"].value_counts().sort_index()
            removed[table] = to_quarantine(table, faults, len(frame), max_share)
            report[table] = {
                "rows": len(frame),
                "clean": len(frame) - len(removed[table]),
                "quarantined": {reason: int(count) for reason, count in counts.items()},
                "known": {reason: {"rows": count, "why": contract.why[reason]} for reason, count in known.items()},
            }
    with duckdb.connect() as connection:  # the first one is closed and has given its memory back
        view(connection, raw)
        for table, faults in removed.items():
            connection.register("faults", faults)
            columns = f"select {table}.* exclude (row)"
            kept = f"{columns} from {table} anti join faults on {table}.row = faults.row order by {table}.row"
            write_query(connection, kept, clean / f"{table}.parquet")
            bad = f"{columns}, faults.reason from {table} join faults on {table}.row = faults.row order by {table}.row"
            write_query(connection, bad, quarantine / f"{table}.parquet")
            connection.unregister("faults")
    days = {name: manifest[name] for name in ("first_day", "last_day", "data_hash")}
    write_json(clean / "manifest.json", days)
    return {**days, "changes": manifest["changes"], "tables": {table: report[table] for table in CONTRACTS}}


def as_text(report: dict) -> str:
    """Return the report as Markdown, for people."""
    lines = [f"# Data contract report\n\nData from {report['first_day']} to {report['last_day']}.\n"]
    lines += [f"- Changed: {change}\n" for change in report["changes"]]
    lines.append("\n| table | rows | passed on | quarantined, and why |\n|---|---|---|---|\n")
    for table, entry in report["tables"].items():
        why = "; ".join(f"{count:,}: {reason}" for reason, count in entry["quarantined"].items()) or "none"
        lines.append(f"| {table} | {entry['rows']:,} | {entry['clean']:,} | {why} |\n")
    lines.append(
        "\n## Known peculiarities, left in\n\n| table | rows | what | why it does no harm |\n|---|---|---|---|\n"
    )
    for table, entry in report["tables"].items():
        lines += [f"| {table} | {k['rows']:,} | {what} | {k['why']} |\n" for what, k in entry["known"].items()]
    return "".join(lines)


def main() -> None:
    """Run the stage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data", type=Path, default=Path("data"), help="folder with raw/; clean/ and quarantine/ are written beside it"
    )
    parser.add_argument("--reports", type=Path, default=Path("reports"))
    arguments = parser.parse_args()
    data, share = arguments.data, params.read()["contracts"]["max_quarantine_share"]
    report = apply(data / "raw", data / "clean", data / "quarantine", share)
    write_json(arguments.reports / "contracts.json", report)
    write_text(arguments.reports / "contracts.md", as_text(report))
    quarantined = sum(entry["rows"] - entry["clean"] for entry in report["tables"].values())
    print(f"{len(report['tables'])} contracts hold; {quarantined:,} rows in quarantine, see {arguments.reports}.")


if __name__ == "__main__":
    run(main)
