"""``department_mix.sql`` on one engine, in a process of its own: ``python department_mix.py ENGINE THREADS FOLDER TARGET``.

FOLDER holds ``transactions.parquet`` and ``products.parquet``, TARGET is the parquet file to write. The last line printed
is JSON: the seconds of the statement by the clock, without the start of the engine; the processor seconds of this process,
Spark's own not among them; and the rows of the answer.
"""

import json
import os
import sys
import time
from pathlib import Path

import duckdb

STATEMENT = Path(__file__).with_name("department_mix.sql")
TABLES = ("transactions", "products")
SPARK = {
    "spark.driver.memory": "4g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}


def on_duckdb(threads: int, folder: Path, target: Path) -> float:
    """Write the answer of DuckDB with so many threads; return the seconds that the statement took."""
    with duckdb.connect(config={"threads": threads}) as connection:
        for name in TABLES:
            path = (folder / f"{name}.parquet").as_posix()
            connection.execute(f"create view {name} as select * from read_parquet('{path}')")
        statement, start = STATEMENT.read_text(encoding="utf-8"), time.perf_counter()
        connection.execute(f"copy ({statement}) to '{target.as_posix()}' (format parquet)")
        return time.perf_counter() - start


def on_spark(threads: int, folder: Path, target: Path) -> float:
    """Write the answer of Spark on this machine with so many threads; return the seconds that the statement took."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master(f"local[{threads}]").appName("department_mix")
    for name, value in SPARK.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    for name in TABLES:
        spark.read.parquet((folder / f"{name}.parquet").as_posix()).createOrReplaceTempView(name)
    start = time.perf_counter()
    rows = spark.sql(STATEMENT.read_text(encoding="utf-8")).toArrow()
    taken = time.perf_counter() - start
    spark.stop()
    with duckdb.connect() as connection:
        connection.register("answer", rows)
        connection.execute(
            f"copy (select * from answer order by household_id, department) to '{target.as_posix()}' (format parquet)"
        )
    return taken


def main(engine: str, threads: str, folder: str, target: str) -> None:
    """Answer on one engine, and print what it took."""
    taken = {"DuckDB": on_duckdb, "Spark": on_spark}[engine](int(threads), Path(folder), Path(target))
    with duckdb.connect() as connection:
        rows = connection.execute(f"select count(*) from read_parquet('{Path(target).as_posix()}')").fetchone()[0]
    print(json.dumps({"query_seconds": taken, "own_cpu_seconds": time.process_time(), "rows": rows}))


if __name__ == "__main__":
    main(*sys.argv[1:])
