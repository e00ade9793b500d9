"""Time and memory of the engines of lesson 2.2: ``make measure OF=engines`` writes ``measured-engines.csv`` beside this file.

The purchase lines are copied 1, 10 and 30 times with *new* household, basket and product keys: with the old keys a copy
would compress to nothing and add no household. Every engine runs in a process of its own, in rounds, so that a busy
minute of the machine does not strike one engine alone. Kept are the fewest seconds and processor seconds and the highest
memory of all rounds; ``load`` is the lowest number of processes that wanted a processor in the minute before a run ended,
its own threads included. Needs Java 17 and pyspark, which are not in the lock: ``pip install pyspark==4.3.0``.
"""

import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from importlib.metadata import version
from pathlib import Path

import duckdb
import pandas as pd
import psutil
from engines import ENGINES

from mldesign import data

HERE = Path(__file__).parent
TARGET = HERE / "measured-engines.csv"
COPIES = (1, 10, 30)
ROUNDS = 3
SPARK_MEMORY = "4g"  # the heap that Spark may use; its part outside the heap comes on top


def copies(count: int, folder: Path) -> Path:
    """Write the purchase lines ``count`` times with new keys into one parquet file, and return its path."""
    target = folder / f"lines-{count}.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"""
            copy (
                select * replace (
                    household_id + 10_000 * copy as household_id,
                    basket_id + 100_000_000_000 * copy as basket_id,
                    product_id + 100_000_000 * copy as product_id
                )
                from read_parquet('{(data.raw_folder() / "transactions.parquet").as_posix()}'), range({count}) as t(copy)
            ) to '{target.as_posix()}' (format parquet)
        """)
    return target


class Watch(threading.Thread):
    """Follows a process and all it starts: highest memory together (bytes), processor seconds together."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.root, self.peak, self.seconds, self.over = psutil.Process(pid), 0, {}, threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.1):
            memory = 0
            with contextlib.suppress(psutil.NoSuchProcess):
                for process in (self.root, *self.root.children(recursive=True)):
                    memory += process.memory_info().rss
                    times = process.cpu_times()
                    self.seconds[process.pid] = times.user + times.system
            self.peak = max(self.peak, memory)


def measure(question: str, engine: str, source: Path, folder: Path) -> dict:
    """Run one engine in a process of its own; return its seconds, processor seconds and peak memory in MB.

    Raises:
        RuntimeError: when the engine fails; the message holds what it wrote.
    """
    command = [sys.executable, "engines.py", question, engine, str(source), str(folder / "result.parquet")]
    variables = {**os.environ, "MLDESIGN_SPARK_MEMORY": SPARK_MEMORY, "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        command, cwd=HERE, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        watch = Watch(process.pid)
        watch.start()
        said, complained = process.communicate()
        watch.over.set()
        watch.join()
    if process.returncode:
        raise RuntimeError(f"{engine} failed on {question}:\n{complained[-2000:]}")
    took = json.loads(said.splitlines()[-1])
    load = psutil.getloadavg()[0]
    return took | {"cpu_seconds": sum(watch.seconds.values()), "peak_mb": watch.peak / 1e6, "load": load}


def machine() -> dict[str, str | int]:
    """Return what the figures depend on: processors, memory, system, versions, day."""
    packages = ("pandas", "duckdb", "pyspark")
    return {
        "processors": len(psutil.Process().cpu_affinity())
        if hasattr(psutil.Process, "cpu_affinity")
        else os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "versions": " ".join(f"{name}-{version(name)}" for name in packages),
        "measured": time.strftime("%Y-%m-%d"),
    }


def main() -> None:
    """Measure every engine on every size and write the table."""
    facts, runs = machine(), []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        lines = {count: copies(count, folder) for count in COPIES}
        sizes = {count: count * len(data.table("transactions")) for count in COPIES}
        work = [("household_weeks", e, n, lines[n], sizes[n]) for n in COPIES for e in ENGINES["household_weeks"]]
        promotions = data.raw_folder() / "promotions.parquet"
        size = int(data.query("select count(*) as rows from promotions")["rows"].iloc[0])
        work += [("promotions", engine, 1, promotions, size) for engine in ENGINES["promotions"]]
        for number in range(1, ROUNDS + 1):
            for question, engine, count, source, rows in work:
                took = measure(question, engine, source, folder)
                print(
                    f"round {number}: {question}, {engine}, ×{count}: {took['seconds']:.2f} s, {took['peak_mb']:.0f} MB",
                    flush=True,
                )
                runs.append({"question": question, "engine": engine, "copies": count, "source_rows": rows, **took})
            keep(runs, number, facts)
    print(f"{TARGET.name}: {len(work)} lines, each the best of {ROUNDS} runs.")


def keep(runs: list[dict], rounds: int, facts: dict) -> None:
    """Write the fastest run and the highest memory of each engine and size."""
    by = pd.DataFrame(runs).groupby(["question", "engine", "copies", "source_rows"], sort=False)
    table = by.agg(
        {"rows": "max", "start": "min", "seconds": "min", "cpu_seconds": "min", "peak_mb": "max", "load": "min"}
    ).reset_index()
    table = table.round({"start": 2, "seconds": 2, "cpu_seconds": 1, "peak_mb": 0, "load": 1}).astype({"peak_mb": int})
    table.assign(rounds=rounds, **facts).to_csv(TARGET, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
