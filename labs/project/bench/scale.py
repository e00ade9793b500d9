"""The stage ``features`` on more data than there is: ``python -m bench.scale``, after ``dvc repro features``.

Prints seconds, processor seconds and peak memory of ``python -m targeting.features``, start of Python included, for
each engine and number of copies; every run is a process of its own. ``--keep`` writes the table to
``bench/measured-scale.csv``, which ``targeting.capacity`` plans with. Spark needs Java and pyspark, see the README.
"""

import argparse
import contextlib
import os
import platform
import sys
import tempfile
import threading
import time
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import psutil

from bench.copies import copy

MEASURED = Path("bench/measured-scale.csv")
BEST = {"rows": "max", "seconds": "min", "cpu_seconds": "min", "peak_mb": "max"}


class Watch(threading.Thread):
    """Follows a process and all that it starts until it ends: peak memory in MB, processor seconds, both together."""

    def __init__(self, process: psutil.Popen):
        super().__init__(daemon=True)
        self.process, self.peak_mb, self.spent = process, 0.0, {}

    def run(self) -> None:
        """Look twenty times a second."""
        while self.process.poll() is None:
            memory = 0
            with contextlib.suppress(psutil.NoSuchProcess):
                for one in (self.process, *self.process.children(recursive=True)):
                    memory += one.memory_info().rss
                    times = one.cpu_times()
                    self.spent[one.pid] = times.user + times.system
            self.peak_mb = max(self.peak_mb, memory / 1e6)
            time.sleep(0.05)


def measure(engine: str, clean: Path, target: Path) -> dict[str, float]:
    """Run the stage on a folder of tables; return its seconds, processor seconds and peak memory in MB.

    Raises:
        RuntimeError: when the stage fails; the message ends with its last lines.
    """
    command = [sys.executable, "-m", "targeting.features", "--engine", engine, "--clean", str(clean)]
    start = time.perf_counter()
    log = target.with_suffix(".log")
    with log.open("wb") as out:
        process = psutil.Popen([*command, "--target", str(target)], stdout=out, stderr=out)
        watch = Watch(process)
        watch.start()
        code = process.wait()
    seconds = time.perf_counter() - start
    watch.join()
    if code:
        last = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:])
        raise RuntimeError(f"{engine} failed on {clean.name} copies:\n{last}")
    return {"seconds": seconds, "cpu_seconds": sum(watch.spent.values()), "peak_mb": watch.peak_mb}


def machine() -> dict[str, str | int]:
    """Return what the figures depend on."""
    packages = " ".join(f"{name}-{version(name)}" for name in ("duckdb", "pyspark") if _installed(name))
    return {
        "processors": os.cpu_count() or 1,
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {packages}",
    }


def _installed(package: str) -> bool:
    with contextlib.suppress(ImportError):
        return bool(version(package))
    return False


def main() -> None:
    """Measure, print, and keep what was measured when asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--copies", type=int, nargs="*", default=[1, 3, 10, 30, 100])
    parser.add_argument("--engines", nargs="*", default=["duckdb"], choices=["duckdb", "spark"])
    parser.add_argument("--rounds", type=int, default=1, help="fewest seconds and highest memory of them are kept")
    parser.add_argument("--keep", action="store_true", help=f"add to {MEASURED.as_posix()}, replacing these engines")
    arguments = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory() as place:
        for copies in arguments.copies:
            clean = Path(place) / str(copies)
            copy(copies, clean)
            for engine in arguments.engines * arguments.rounds:
                took = measure(engine, clean, Path(place) / "features.parquet")
                rows = len(pd.read_parquet(Path(place) / "features.parquet", columns=["household_id"]))
                found.append({"engine": engine, "copies": copies, "rows": rows, **took})
                print(f"{engine}, {copies} copies: {took['seconds']:.1f} s, {took['peak_mb']:.0f} MB", flush=True)
            for file in clean.iterdir():  # a hundred copies take gigabytes
                file.unlink()
    table = pd.DataFrame(found).groupby(["engine", "copies"]).agg(BEST).reset_index()
    table = table.round({"seconds": 2, "cpu_seconds": 2, "peak_mb": 0}).astype({"peak_mb": int}).assign(**machine())
    if arguments.keep:
        if MEASURED.is_file():
            before = pd.read_csv(MEASURED)
            table = pd.concat([before[~before["engine"].isin(arguments.engines)], table])
        table.sort_values(["engine", "copies"]).to_csv(MEASURED, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
