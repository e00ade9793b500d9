"""Measure ``department_mix.sql`` at 1 to 100 times the households: ``make measure OF=scale`` writes ``measured-scale.csv``.

The checked purchase lines of the coupon system are copied with *new* household and basket keys; the products stay, for a
chain with a hundred times the customers has no hundred times the products. Every run is a process of its own. Kept are the
fewest seconds and processor seconds and the highest memory of all rounds. About five minutes on a machine that does nothing
else; needs 2 GB on the disk, Java 17, and pyspark, which is not in the lock: ``pip install pyspark==4.3.0``.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import pandas as pd
import psutil

from mldesign import coupon

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "02-dataops"))

from measure_engines import Watch, machine  # noqa: E402  (the same watch and the same words as in lesson 2.2)

TARGET = HERE / "measured-scale.csv"
PLAN = [  # engine, threads, copies, rounds
    *[("DuckDB", 2, copies, 3) for copies in (1, 3, 10, 30)],
    ("DuckDB", 2, 100, 2),
    *[("DuckDB", 1, copies, 3) for copies in (10, 30)],
    *[("Spark", 2, copies, 2) for copies in (1, 3, 10)],
    ("Spark", 2, 30, 1),
    ("Spark", 2, 100, 1),
]
BEST = {"rows": "max", "seconds": "min", "query_seconds": "min", "cpu_seconds": "min", "peak_mb": "max", "load": "min"}


def copies(count: int, clean: Path, folder: Path) -> Path:
    """Write the inputs of the statement with ``count`` times the households, and return their folder."""
    made = folder / str(count)
    made.mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"""
            copy (
                select
                    household_id + 10_000 * copy as household_id,
                    basket_id + 1_000_000_000_000 * copy as basket_id,
                    product_id, sales_value, store_time
                from read_parquet('{(clean / "transactions.parquet").as_posix()}'), range({count}) as t(copy)
            ) to '{(made / "transactions.parquet").as_posix()}' (format parquet)
        """)
        connection.execute(f"""
            copy (select product_id, department from read_parquet('{(clean / "products.parquet").as_posix()}'))
            to '{(made / "products.parquet").as_posix()}' (format parquet)
        """)
    return made


def measure(engine: str, threads: int, folder: Path) -> dict:
    """Run one engine in a process of its own; return its seconds, processor seconds and peak memory in MB.

    Raises:
        RuntimeError: when the engine fails; the message holds what it wrote.
    """
    target = folder / f"{engine}.parquet"
    command = [sys.executable, str(HERE / "department_mix.py"), engine, str(threads), str(folder), str(target)]
    variables, start = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, time.perf_counter()
    with subprocess.Popen(
        command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        watch = Watch(process.pid)
        watch.start()
        said, complained = process.communicate()
        watch.over.set()
        watch.join()
    if process.returncode:
        raise RuntimeError(f"{engine} failed on {folder.name} copies:\n{complained[-2000:]}")
    seconds, found = time.perf_counter() - start, json.loads(said.splitlines()[-1])
    spent = max(
        found.pop("own_cpu_seconds"), sum(watch.seconds.values())
    )  # the watch misses what ends between two looks
    return found | {
        "seconds": seconds,
        "cpu_seconds": spent,
        "peak_mb": watch.peak / 1e6,
        "load": psutil.getloadavg()[0],
    }


def main() -> None:
    """Measure the plan, compare the engines' answers, and write the table."""
    clean, runs, answers = coupon.system("scale").resolve() / "data" / "clean", [], {}
    with tempfile.TemporaryDirectory() as place:
        for count in sorted({entry[2] for entry in PLAN}):
            folder = copies(count, clean, Path(place))
            for engine, threads, size, rounds in PLAN:
                for _ in range(rounds if size == count else 0):
                    took = measure(engine, threads, folder)
                    print(
                        f"{engine}, {threads} threads, ×{count}: {took['seconds']:.1f} s, {took['peak_mb']:.0f} MB",
                        flush=True,
                    )
                    runs.append({"engine": engine, "threads": threads, "copies": count, **took})
            if count == 1:
                answers = {engine: pd.read_parquet(folder / f"{engine}.parquet") for engine in ("DuckDB", "Spark")}
            for file in folder.iterdir():
                file.unlink()
    table = pd.DataFrame(runs).groupby(["engine", "threads", "copies"], sort=False).agg(BEST).reset_index()
    table = table.round({"seconds": 2, "query_seconds": 2, "cpu_seconds": 2, "peak_mb": 0, "load": 1}).astype(
        {"peak_mb": int}
    )
    same = bool(answers["DuckDB"].astype(str).equals(answers["Spark"].astype(str)))
    table.assign(same_answer=same, **machine()).to_csv(TARGET, index=False, lineterminator="\n")
    print(f"{TARGET.name} is written; the engines' answers are {'equal' if same else 'NOT equal'}.")


if __name__ == "__main__":
    main()
