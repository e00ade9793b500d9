"""Run ``features.sql``: for all campaigns (DuckDB or Spark), or for the few households of one request.

Three names matter to the rest of the system:

- ``NUMERIC``, ``CATEGORICAL``: the columns a model may look at; ``FEATURES`` is both
- :func:`compute`: the table of the inputs that a connection has
- :func:`development`, :func:`production`, :func:`campaign`: which rows may be used for what, by the calendar alone
"""

import argparse
import datetime
from pathlib import Path

import duckdb
import pandas as pd

from targeting import params
from targeting.files import StageError, first_line, literal, parquet, read_json, run, write_query

STATEMENT = Path(__file__).with_name("features.sql")
INPUTS = ("campaign_descriptions", "campaigns", "coupon_redemptions", "coupons", "transactions")
NUMERIC = (
    "spend", "trips", "recent_trips", "coupon_lines", "discount",
    "affinity_spend", "affinity_products", "mailings", "redemptions",
)  # fmt: skip
CATEGORICAL = ("campaign_type",)
FEATURES = (*NUMERIC, *CATEGORICAL)
KEYS = ("campaign_id", "household_id")


def settings_query(first_day: str, last_day: str, data: dict) -> str:
    """Return the one-row table ``settings`` of ``features.sql`` as a query.

    Args:
        first_day: first day in the data, as ``2017-01-01``.
        last_day: last day in the data; an earlier one replays what was known then.
        data: the block ``data`` of params.yaml.
    """
    days = [datetime.date.fromisoformat(day).isoformat() for day in (first_day, last_day)]
    return (
        f"select date '{days[0]}' as first_day, date '{days[1]}' as last_day, "
        f"{int(data['history_days'])} as history_days, {int(data['horizon_days'])} as horizon_days"
    )


def connect(clean: Path, data: dict, last_day: str | None = None) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB with the inputs of ``features.sql`` as views.

    Args:
        clean: folder of checked tables, written by ``targeting.contracts``.
        data: the block ``data`` of params.yaml.
        last_day: replay this day: later labels are unknown. Default: the last day of the data.

    Raises:
        StageError: when a table is missing.
    """
    manifest = read_json(clean / "manifest.json", "python -m targeting.contracts")
    connection = duckdb.connect()
    for table in INPUTS:
        try:
            connection.execute(f"create view {table} as select * from {parquet(clean / f'{table}.parquet')}")
        except duckdb.Error as error:
            raise StageError(
                f"Table {table} cannot be read: {first_line(error)} Run `python -m targeting.contracts`."
            ) from error
    last_day = min(last_day or manifest["last_day"], manifest["last_day"])
    connection.execute(f"create view settings as {settings_query(manifest['first_day'], last_day, data)}")
    return connection


def compute(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return the features of every row of ``campaigns`` that the connection sees, as ``features.sql`` orders them.

    Money becomes float (exact to the cent), counts int64, the label Int64 (missing where the horizon has not passed).
    """
    return tidy(connection.execute(STATEMENT.read_text(encoding="utf-8")).df())


def keep(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> None:
    """Let a connection see only those rows of an input that meet a condition, given in SQL."""
    connection.execute(f"create or replace temp table {table} as select * from {table} where {condition}")


def leaks(connection: duckdb.DuckDBPyConnection, campaign_id: int, day: str) -> list[str]:
    """Return the features of a campaign that change when everything of its start day and later is taken away.

    Args:
        connection: as :func:`connect` opens it. It sees no later row afterwards.
        campaign_id: the campaign.
        day: its start, as ``2017-05-08``.
    """
    everything = compute(connection)
    keep(connection, "transactions", f"store_time < date '{day}'")
    keep(connection, "coupon_redemptions", f"redemption_date < date '{day}'")
    keep(connection, "campaign_descriptions", f"start_date < date '{day}' or campaign_id = {campaign_id}")
    now, known = (
        frame[frame["campaign_id"] == campaign_id].set_index("household_id")
        for frame in (everything, compute(connection))
    )
    return [name for name in FEATURES if not now[name].equals(known[name])]


def tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame of features the types that models are trained and served with."""
    kinds = dict.fromkeys(("spend", "discount", "affinity_spend"), "float64")
    kinds |= dict.fromkeys((*KEYS, *(name for name in NUMERIC if name not in kinds)), "int64")
    return frame.astype({**kinds, "redeemed": "Int64", "start_date": "datetime64[us]"})


def read(path: Path = Path("data/features.parquet")) -> pd.DataFrame:
    """Return the table of features that the stage has written.

    Raises:
        StageError: when it is missing or cannot be read.
    """
    try:
        with duckdb.connect() as connection:
            return tidy(connection.execute(f"select * from {parquet(path)} order by campaign_id, household_id").df())
    except duckdb.Error as error:
        raise StageError(f"{path.as_posix()} cannot be read: {first_line(error)} Run `dvc repro features`.") from error


def usable(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with full history and a known label, ``redeemed`` as int64: all others are marked, not used."""
    rows = frame[(frame["history_complete"] == 1) & (frame["horizon_complete"] == 1)]
    return rows.astype({"redeemed": "int64"}).reset_index(drop=True)


def mature_by(frame: pd.DataFrame, day: str, horizon_days: int) -> pd.DataFrame:
    """Return the usable rows whose label is known when ``day`` begins."""
    rows = usable(frame)
    return rows[rows["start_date"] + pd.Timedelta(days=horizon_days) <= pd.Timestamp(day)].reset_index(drop=True)


def development(frame: pd.DataFrame, settings: dict) -> pd.DataFrame:
    """Return what a model may learn from on the registered day: campaigns whose labels are known by then."""
    return mature_by(frame, settings["train"]["as_of"], settings["data"]["horizon_days"])


def production(frame: pd.DataFrame, settings: dict) -> pd.DataFrame:
    """Return the campaigns decided on the registered day or later, whose labels are known at the end of the data."""
    rows = usable(frame)
    return rows[rows["start_date"] >= pd.Timestamp(settings["train"]["as_of"])].reset_index(drop=True)


def campaign(frame: pd.DataFrame, campaign_id: int) -> pd.DataFrame:
    """Return the rows of one campaign.

    Raises:
        StageError: when nobody is in it, or the data do not reach back far enough to know its households.
    """
    rows = frame[frame["campaign_id"] == campaign_id].reset_index(drop=True)
    if rows.empty:
        raise StageError(
            f"Campaign {campaign_id} has no households. Known: {', '.join(map(str, frame['campaign_id'].unique()))}."
        )
    if (rows["history_complete"] == 0).any():
        raise StageError(
            f"Campaign {campaign_id} starts too early: the data do not hold its full history. Choose a later one."
        )
    return rows


def main() -> None:
    """Run the stage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clean", type=Path, default=Path("data/clean"))
    parser.add_argument("--target", type=Path, default=Path("data/features.parquet"))
    parser.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb")
    arguments = parser.parse_args()
    data = params.read()["data"]
    if arguments.engine == "spark":
        from targeting import spark  # here, because it imports this module

        spark.write(arguments.clean, data, arguments.target)
    else:
        with connect(arguments.clean, data) as connection:
            write_query(connection, STATEMENT.read_text(encoding="utf-8"), arguments.target)
    with duckdb.connect() as connection:
        rows, campaigns = connection.execute(
            f"select count(*), count(distinct campaign_id) from read_parquet({literal(arguments.target)})"
        ).fetchone()
    if not rows:
        raise StageError("No household was mailed in any campaign: check data/clean/campaigns.parquet.")
    print(f"{rows:,} households of {campaigns} campaigns, with {arguments.engine}.")


if __name__ == "__main__":
    run(main)
