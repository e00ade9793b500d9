"""Copies of the checked tables, for measurements at a larger size: ``copy(10, folder)`` writes them ten times over.

Each copy is another crowd of households that buys other products in other baskets. The same rows again would compress
to almost nothing, add no group and no distinct value, and so flatter whatever is measured on them.
"""

from pathlib import Path

import duckdb

from targeting.files import literal, parquet

CLEAN = Path("data/clean")

# Table → its columns that need a new value in each copy. In copy 0, 1, 2 … a column moves by 0, 1, 2 … times the number
# that stands here: {"household_id": 10} makes households 7, 17, 27 … of household 7. With an empty {} the table is
# written once.
# TASK 7.1: which columns move, and by how much
KEYS = {
    "campaign_descriptions": {},
    "campaigns": {"household_id": 10_000},
    "coupon_redemptions": {"household_id": 10_000},
    "coupons": {"product_id": 100_000_000},
    "transactions": {"household_id": 10_000, "basket_id": 1_000_000_000_000, "product_id": 100_000_000},
}
# END TASK 7.1


def copy(copies: int, target: Path, source: Path = CLEAN) -> None:
    """Write the inputs of ``features.sql`` ``copies`` times over; a table without a key that moves is written once.

    Args:
        copies: 1 writes them as they are.
        target: a folder, made if it is missing.
        source: folder of checked tables.
    """
    target.mkdir(parents=True, exist_ok=True)
    (target / "manifest.json").write_bytes((source / "manifest.json").read_bytes())
    with duckdb.connect() as connection:
        for table, keys in KEYS.items():
            moved = ", ".join(f"{key} + copy * {step} as {key}" for key, step in keys.items())
            what = f"* exclude (copy) replace ({moved})" if keys else "* exclude (copy)"
            rows = f"select {what} from {parquet(source / f'{table}.parquet')}, range({copies if keys else 1}) r(copy)"
            connection.execute(f"copy ({rows}) to {literal(target / f'{table}.parquet')} (format parquet)")
