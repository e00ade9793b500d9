"""Two questions on several engines, one in a process of its own: ``python engines.py QUESTION ENGINE SOURCE TARGET``.

QUESTION ``household_weeks`` is the statement ``data/household_weeks.sql`` on purchase lines, ``promotions`` a count over
21 million rows. SOURCE is a parquet file, TARGET the parquet file to write. Lesson 2.2 compares the results,
``measure_engines.py`` the time and memory: what a process allocated ends with it. The last line printed is JSON: the
seconds to start the engine, the seconds of the question, the rows of the answer.
"""

import importlib.util
import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from mldesign import data, scratch

COLUMNS = ["household_id", "week", "basket_id", "sales_value", "retail_disc", "coupon_disc", "coupon_match_disc"]
MONEY = ["spend_4w", "spend_12w", "discount_12w"]
COUNT = "select week, display_location, count(*) as rows from source group by all order by all"
MEMORY = os.environ.get("MLDESIGN_SPARK_MEMORY")  # set when Spark is measured; its virtual machine is then as it comes
FRUGAL = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmn64m -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20 -Xss512k"
SPARK = {
    "spark.driver.memory": MEMORY or "512m",
    "spark.driver.extraJavaOptions": "" if MEMORY else FRUGAL,
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}


def weekly_sums(lines: pd.DataFrame) -> pd.DataFrame:
    """Return one row a household and week on the dense grid, in order; money in whole cents, so that sums are exact."""
    cents = (lines[["sales_value", "retail_disc"]] * 100).round().astype("int64")
    used = (lines["coupon_disc"] + lines["coupon_match_disc"] > 0).astype("int64")
    rows = lines[["household_id", "week", "basket_id"]].join(cents).assign(coupon=used)
    weekly = rows.groupby(["household_id", "week"]).agg(
        trips=("basket_id", "nunique"),
        spend=("sales_value", "sum"),
        discount=("retail_disc", "sum"),
        coupon=("coupon", "sum"),
    )
    keys = [weekly.index.unique("household_id"), weekly.index.unique("week").sort_values()]
    return weekly.reindex(pd.MultiIndex.from_product(keys), fill_value=0)


def household_weeks(lines: pd.DataFrame) -> pd.DataFrame:
    """Return what ``data/household_weeks.sql`` returns, in pandas; money in dollars."""
    dense = weekly_sums(lines).assign(active=lambda rows: rows["trips"] > 0)
    by = dense.astype("int64").groupby(level="household_id")
    past_2, past_4, past_12 = (by.rolling(n, min_periods=1).sum().droplevel(0) for n in (2, 4, 12))
    row = pd.DataFrame({"weeks_since_visit": 1 - dense["active"], "trips_4w": past_4["trips"]})
    row[["trips_12w", "active_weeks_12w"]] = past_12[["trips", "active"]]
    row["spend_4w"] = past_4["spend"] / 100
    row[["spend_12w", "discount_12w"]] = past_12[["spend", "discount"]] / 100
    row["coupon_12w"] = past_12["coupon"]
    row["lapsed"] = past_4["trips"].groupby(level="household_id").shift(-4) == 0  # the sum of the next four weeks
    week = row.index.get_level_values("week")
    row = row[(past_2["trips"] > 0) & (week >= 12) & (week <= 48)]
    whole = [name for name in row if not name.startswith(("spend", "discount"))]
    return row.astype(dict.fromkeys(whole, "int64")).reset_index()


def _pandas(source: Path) -> Callable[[], pd.DataFrame]:
    return lambda: household_weeks(pd.read_parquet(source, columns=COLUMNS))


def _duckdb(source: Path, view: str = "transactions", statement: str = "") -> Callable[[], pd.DataFrame]:
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"create view {view} as select * from read_parquet('{source.as_posix()}')")
    return lambda: connection.execute(statement or data.sql("household_weeks")).df()


def missing_for_spark() -> str:
    """Return what to install before Spark can run, or an empty text."""
    if importlib.util.find_spec("pyspark") is None:
        return "Spark is not installed. To run it too: `pip install pyspark==4.3.0`, and Java 17 or newer. Nothing later needs it."
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        return "Spark needs Java 17 or newer, and none was found. To run it too, install one. Nothing later needs it."
    return ""


def _spark(source: Path) -> Callable[[], pd.DataFrame]:
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master("local[*]").appName("household_weeks")
    for name, value in SPARK.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.read.parquet(source.as_posix()).createOrReplaceTempView("transactions")
    statement = data.sql("household_weeks")
    # Spark hands decimals over as objects; DuckDB's frames hold the nearest double, and so must these to compare.
    return lambda: spark.sql(statement).toArrow().to_pandas().astype(dict.fromkeys(MONEY, "float64"))


def _promotions(source: Path, columns: list[str] | None = None) -> Callable[[], pd.DataFrame]:
    def count() -> pd.DataFrame:
        rows = pd.read_parquet(source, columns=columns)
        return rows.groupby(["week", "display_location"]).size().rename("rows").reset_index()

    return count


# Each function starts its engine on a source and returns the function that answers the question, which is timed.
ENGINES = {
    "household_weeks": {"pandas": _pandas, "DuckDB": _duckdb, "Spark": _spark},
    "promotions": {
        "pandas": _promotions,
        "pandas, two columns": lambda source: _promotions(source, ["week", "display_location"]),
        "DuckDB": lambda source: _duckdb(source, "source", COUNT),
    },
}


def run(question: str, engine: str, place: Path) -> tuple[pd.DataFrame, dict]:
    """Answer a question on the course's data, in a process of its own; return the answer and what it took.

    Raises:
        RuntimeError: when the engine fails; the message holds what it wrote.
    """
    source = data.raw_folder() / ("promotions.parquet" if question == "promotions" else "transactions.parquet")
    target = place / f"{engine}.parquet"
    said = scratch.run(["python", __file__, question, engine, str(source), str(target)], place, seconds=600)
    return pd.read_parquet(target), json.loads(said.splitlines()[-1])


def main(question: str, engine: str, source: str, target: str) -> None:
    """Answer one question on one engine, and print what it took."""
    start = time.perf_counter()
    answer = ENGINES[question][engine](Path(source))
    ready = time.perf_counter()
    rows = answer()
    done = time.perf_counter()
    rows.to_parquet(target)
    print(json.dumps({"start": ready - start, "seconds": done - ready, "rows": len(rows)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
