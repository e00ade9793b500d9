"""``features.sql`` against a straightforward pandas version, and at 1 to 30 copies of the data.

``python -m bench.features``, after ``dvc repro features``. Copies get new households, baskets and products: the same
numbers again would compress and group too well.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import pandas as pd
import psutil

from targeting import features, params
from targeting.files import literal, parquet

CLEAN = Path("data/clean")
KEYS = {
    "campaign_descriptions": {},
    "campaigns": {"household_id": 10_000},
    "coupon_redemptions": {"household_id": 10_000},
    "coupons": {"product_id": 100_000_000},
    "transactions": {"household_id": 10_000, "basket_id": 1_000_000_000_000, "product_id": 100_000_000},
}


def with_pandas(data: dict) -> pd.DataFrame:
    """Return the purchase features as most people would write them first: join everything, filter, group."""
    tables = {name: pd.read_parquet(CLEAN / f"{name}.parquet") for name in features.INPUTS}
    mailed = tables["campaigns"].merge(tables["campaign_descriptions"], on="campaign_id")
    bought = mailed.merge(tables["transactions"], on="household_id")
    start, day = pd.to_datetime(bought["start_date"]), bought["store_time"].dt.normalize()
    bought = bought[(day >= start - pd.Timedelta(days=data["history_days"])) & (day < start)]
    covered = tables["coupons"][["campaign_id", "product_id"]].drop_duplicates().assign(affine=True)
    bought = bought.merge(covered, on=["campaign_id", "product_id"], how="left")
    bought["sales_value"] = bought["sales_value"].astype(float)
    groups = bought.groupby(["campaign_id", "household_id"])
    affine = bought[bought["affine"].notna()].groupby(["campaign_id", "household_id"])
    result = mailed[["campaign_id", "household_id"]].set_index(["campaign_id", "household_id"]).sort_index()
    result["spend"], result["trips"] = groups["sales_value"].sum(), groups["basket_id"].nunique()
    result["affinity_spend"] = affine["sales_value"].sum()
    result["affinity_products"] = affine["product_id"].nunique()
    return result.fillna(0).round(2).reset_index()


def with_sql(clean: Path, data: dict) -> pd.DataFrame:
    """Return all features by the statement."""
    with features.connect(clean, data) as connection:
        return features.compute(connection)


def seconds(action, repeats: int) -> float:
    """Return the median time of an action."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def copy(copies: int, target: Path) -> None:
    """Write the clean tables ``copies`` times over, with new keys in each copy."""
    target.mkdir()
    (target / "manifest.json").write_bytes((CLEAN / "manifest.json").read_bytes())
    with duckdb.connect() as connection:
        for table, keys in KEYS.items():
            moved = (
                f"replace ({', '.join(f'{key} + copy * {step} as {key}' for key, step in keys.items())})"
                if keys
                else ""
            )
            times = copies if keys else 1
            source, made = (parquet(CLEAN / f"{table}.parquet"), literal(target / f"{table}.parquet"))
            rows = f"select * exclude (copy) {moved} from {source}, range({times}) r(copy)"
            connection.execute(f"copy ({rows}) to {made} (format parquet)")


def measured(clean: Path) -> tuple[float, float]:
    """Run the statement in a process of its own; return its seconds, without start, and its peak memory in MB."""
    process = psutil.Popen(
        [sys.executable, "-m", "bench.features", "--once", str(clean)], stdout=subprocess.PIPE, text=True
    )
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, process.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.02)
    return float(process.communicate()[0]), peak / 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--copies", type=int, nargs="*", default=[1, 3, 10, 30])
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    data = params.read()["data"]
    if arguments.once:
        print(seconds(lambda: with_sql(arguments.once, data), 1))
        return
    theirs, ours = with_pandas(data), with_sql(CLEAN, data)
    pd.testing.assert_frame_equal(theirs, ours[list(theirs)], check_dtype=False)
    slow, fast = seconds(lambda: with_pandas(data), 3), seconds(lambda: with_sql(CLEAN, data), 5)
    print(f"features.sql {fast:.2f} s (budget 0.5 s), pandas {slow:.2f} s: {slow / fast:.1f} x (budget 5 x)\n")
    print("copies  seconds  seconds a copy  peak memory, MB")
    with tempfile.TemporaryDirectory() as folder:
        for copies in arguments.copies:
            copy(copies, Path(folder) / str(copies))
            spent, peak = measured(Path(folder) / str(copies))
            print(f"{copies:>6} {spent:>8.2f} {spent / copies:>15.3f} {peak:>16.0f}")


if __name__ == "__main__":
    main()
