"""Run ``features.sql`` on Spark: :func:`write` starts ``python -m targeting.spark CLEAN SETTINGS TARGET``.

A process of its own, because the Java machine that it starts keeps its memory until the process ends. Spark writes
nothing: the rows come back as Arrow and are written as DuckDB's are, in the same order, so that files compare.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

from targeting.features import INPUTS, STATEMENT, settings_query
from targeting.files import StageError, read_json, run, write_query

OPTIONS = {
    "spark.driver.memory": "1g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}


def write(clean: Path, data: dict, target: Path) -> None:
    """Let Spark, in a process of its own, write the table of features; same statement, same rows.

    Args:
        clean: folder of checked tables.
        data: the block ``data`` of params.yaml.
        target: the parquet file to write.

    Raises:
        StageError: when pyspark or Java is absent, or Spark fails; the message ends with its last lines.
    """
    manifest = read_json(clean / "manifest.json", "python -m targeting.contracts")
    settings = settings_query(manifest["first_day"], manifest["last_day"], data)
    command = [sys.executable, "-m", "targeting.spark", str(clean), settings, str(target)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise StageError("\n".join(done.stderr.strip().splitlines()[-3:]))


def session():
    """Start a local Spark session.

    Raises:
        StageError: when pyspark is not installed, or no Java is found.
    """
    try:
        from pyspark.sql import SparkSession
    except ModuleNotFoundError as error:
        raise StageError("Spark is not installed. Run `pip install pyspark==4.3.0`, or use --engine duckdb.") from error
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise StageError("Spark needs Java 17 or later, and none was found. Install it, or use --engine duckdb.")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master("local[*]").appName("features")
    for name, value in OPTIONS.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def main() -> None:
    """Compute the features on Spark and write them to a parquet file."""
    clean, settings, target = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    spark = session()
    try:
        for table in INPUTS:
            spark.read.parquet((clean / f"{table}.parquet").as_posix()).createOrReplaceTempView(table)
        spark.sql(settings).createOrReplaceTempView("settings")
        rows = spark.sql(STATEMENT.read_text(encoding="utf-8")).toArrow()
    finally:
        spark.stop()
    with duckdb.connect() as connection:
        connection.register("result", rows)
        write_query(connection, "select * from result order by campaign_id, household_id", target)


if __name__ == "__main__":
    run(main)
