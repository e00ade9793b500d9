"""``features.sql`` against a plain pandas version: ``python -m bench.features``, after ``dvc repro features``.

How both grow with the data is measured by ``bench.scale``.
"""

import statistics
import time
from pathlib import Path

import pandas as pd

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


def main() -> None:
    """Compare the results, then the times, and print."""
    data = params.read()["data"]
    theirs, ours = with_pandas(data), with_sql(CLEAN, data)
    pd.testing.assert_frame_equal(theirs, ours[list(theirs)], check_dtype=False)
    slow, fast = seconds(lambda: with_pandas(data), 3), seconds(lambda: with_sql(CLEAN, data), 5)
    print(f"features.sql {fast:.2f} s (budget 0.5 s), pandas {slow:.2f} s: {slow / fast:.1f} x (budget 5 x)")


if __name__ == "__main__":
    main()
