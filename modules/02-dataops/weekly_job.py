"""What lesson 2.2 needs around its weekly load: extracts as they arrive, and a process that can be killed.

The load itself is written in the lesson. The tills' clock is UTC, while a week of the data ends with the stores' Sunday, so an
extract cut on Monday at 0:00 UTC lacks Sunday evening; those lines come with the next extract. The data hold no time of
arrival: that each line arrives with the first job after its sale is the lesson's assumption.
"""

import functools
import hashlib
import inspect
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from mldesign import data, scratch

ARRIVAL = (
    "date_diff('day', date '2016-12-26', cast(transaction_timestamp as date)) // 7 + 1"  # 1: the week of 26 December
)
EXTRACT = f"""
    select * from transactions where {ARRIVAL} = ?
    order by transaction_timestamp, basket_id, product_id, quantity, sales_value, retail_disc
"""
PATIENCE = 60  # seconds that a stalled source keeps a job waiting


@functools.cache
def _extract(arrival: int) -> pd.DataFrame:
    return data.query(EXTRACT, [arrival])


def days(arrival: int, stall_after: int | None = None, without_store: int = 0) -> Iterator[pd.DataFrame]:
    """Yield one extract day by day, each a frame of purchase lines.

    Args:
        arrival: number of the extract; extract 33 holds what was sold in the seven days (UTC) of week 33.
        stall_after: after so many days the source prints ``stalled`` and sends nothing for a minute.
        without_store: a store whose lines are missing; 0 for none.
    """
    lines = _extract(arrival)
    lines = lines[lines["store_id"] != without_store]
    for number, (_, day) in enumerate(lines.groupby(lines["transaction_timestamp"].dt.date)):
        if number == stall_after:
            print("stalled", flush=True)
            time.sleep(PATIENCE)
        yield day


def new_store(name: str) -> Path:
    """Return an empty store: a folder with ``landing`` and ``lines``, removed when the kernel ends."""
    store = scratch.folder(name)
    for part in ("landing", "lines"):
        (store / part).mkdir()
    return store


def job(parts: list[Callable], arrival: int, store: Path, stall_after: int | None = None) -> str:
    """Run a load in a process of its own and kill the process when its source stalls; return how it ended.

    Args:
        parts: the load's functions, written in the notebook; the last is called with extract number, days and store.

    Raises:
        RuntimeError: when the load fails; the message holds what it wrote.
    """
    head = "import sys\nfrom pathlib import Path\nimport duckdb\n"
    head += f"sys.path.insert(0, {str(Path(__file__).parent)!r})\nfrom weekly_job import days\n"
    call = f"{parts[-1].__name__}({arrival}, days({arrival}, {stall_after}), Path({str(store)!r}))\nprint('loaded')\n"
    program = store.parent / "job.py"
    program.write_text("\n\n".join([head, *map(inspect.getsource, parts), call]), encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(program)],
        env=scratch.variables(store),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    ) as process:
        said = process.stdout.readline()
        if said.strip() == "stalled":
            process.kill()
            return "stalled, then killed"
        said += process.stdout.read()
    if process.returncode:
        raise RuntimeError(f"The job failed:\n{said}")
    return said.strip()


def hashes(store: Path) -> dict[str, str]:
    """Return the SHA-256 of each finished file, by its place in the store."""
    files = sorted(path for path in store.rglob("*") if path.is_file() and path.suffix != ".unfinished")
    return {path.relative_to(store).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def left_over(store: Path) -> list[str]:
    """Return the names of files that a killed job has left unfinished."""
    return sorted(path.name for path in store.rglob("*.unfinished"))


def opened(store: Path, week: int) -> str:
    """Return how many of all files DuckDB's plan opens for a question about one week, such as ``1/5``."""
    files = (store / "lines" / "*" / "*.parquet").as_posix()
    question = f"select count(*) from read_parquet('{files}', hive_partitioning = true) where week = {week}"
    plan = data.query(f"explain {question}")["explain_value"].iloc[0]
    return re.search(r"Scanning Files: (\d+/\d+)", plan).group(1)
