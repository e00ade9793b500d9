"""``features.sql`` against a straightforward pandas version, and the stage at 10 and 30 copies of the data.

``python -m bench.features``, after ``dvc repro features``. ``bench.scale`` goes further, for the capacity plan.
"""

import statistics
import tempfile
import time
from pathlib import Path

import pandas as pd

from bench.budgets import line
from bench.copies import copy
from bench.scale import measure
from targeting import features, params

CLEAN = Path("data/clean")


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


def grown(copies: int) -> dict[str, float]:
    """Return seconds, processor seconds and peak memory (MB) of the stage on so many copies of the data."""
    with tempfile.TemporaryDirectory() as folder:
        copy(copies, Path(folder) / "clean")
        return measure("duckdb", Path(folder) / "clean", Path(folder) / "features.parquet")


def main() -> None:
    """Compare the results, then the times, and print; exit code 1 when a budget is missed."""
    data = params.read()["data"]
    theirs, ours = with_pandas(data), with_sql(CLEAN, data)
    pd.testing.assert_frame_equal(theirs, ours[list(theirs)], check_dtype=False)
    slow, fast = seconds(lambda: with_pandas(data), 3), seconds(lambda: with_sql(CLEAN, data), 5)
    once, ten, thirty = (grown(copies) for copies in (1, 10, 30))
    times = thirty["cpu_seconds"] / ten["cpu_seconds"]
    spent = ", ".join(f"{found['cpu_seconds']:.1f}" for found in (once, ten, thirty))
    kept = [
        line("features.sql, all campaigns", f"{fast:.2f} s", "0.5 s", fast <= 0.5),
        line("pandas, the same features", f"{slow:.2f} s"),
        line("features.sql against pandas", f"{slow / fast:.1f} x", "5 x", slow / fast >= 5),
        line("the stage at 1, 10, 30 copies, processor seconds", spent),
        line("the stage at 10 copies: peak memory", f"{ten['peak_mb']:.0f} MB", "1000 MB", ten["peak_mb"] <= 1000),
        line("the stage at 30 copies against 10, processor seconds", f"{times:.1f} x", "3.3 x", times <= 3.3),
    ]
    raise SystemExit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
