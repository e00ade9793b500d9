"""Measure formats for lesson 6.2: ``make measure OF=storage`` writes ``measured-storage.csv`` beside this file.

The checked purchase lines of the coupon system, written by DuckDB in several formats, then read back for one question that
needs two of the columns. Every reading is a process of its own; kept are the fewest seconds of five. Less than a minute.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import pandas as pd

from mldesign import coupon

TARGET = Path(__file__).resolve().parent / "measured-storage.csv"
ROUNDS = 5
FORMATS = {  # file name → how DuckDB writes it
    "lines.csv": "format csv, header",
    "lines.csv.gz": "format csv, header, compression gzip",
    "lines-plain.parquet": "format parquet, compression uncompressed",
    "lines-snappy.parquet": "format parquet, compression snappy",
    "lines-zstd.parquet": "format parquet, compression zstd",
}
READ = """
import duckdb, sys, time
start = time.perf_counter()
with duckdb.connect() as connection:
    print(connection.execute(f"select round(sum(sales_value), 2) from '{sys.argv[1]}' where store_id = 367").fetchone()[0], end=" ")
print(time.perf_counter() - start)
"""


def main() -> None:
    """Write, read back, check that every format gives the same answer, and write the table."""
    source, rows, answers = coupon.system("storage").resolve() / "data" / "clean" / "transactions.parquet", [], set()
    with tempfile.TemporaryDirectory() as place:
        for name, how in FORMATS.items():
            path = Path(place) / name
            with duckdb.connect() as connection:
                connection.execute(f"copy (select * from '{source.as_posix()}') to '{path.as_posix()}' ({how})")
            seconds = []
            for _ in range(ROUNDS):
                said = subprocess.run(
                    [sys.executable, "-c", READ, path.as_posix()], capture_output=True, text=True, check=True
                )
                answer, taken = said.stdout.split()
                answers.add(round(float(answer), 2))
                seconds.append(float(taken))
            rows.append(
                {
                    "format": name.split("-")[-1].removeprefix("lines."),
                    "bytes": path.stat().st_size,
                    "seconds": min(seconds),
                }
            )
    if len(answers) > 1:
        raise RuntimeError(
            f"The formats give different answers: {sorted(answers)}. Look at the types that the CSV is read with."
        )
    pd.DataFrame(rows).round({"seconds": 4}).to_csv(TARGET, index=False, lineterminator="\n")
    print(pd.DataFrame(rows))


if __name__ == "__main__":
    main()
