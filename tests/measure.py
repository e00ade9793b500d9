"""Time and peak memory of a notebook's kernel with all its children, and the table that is printed at the end."""

import json
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

INTERVAL = 0.1  # seconds between two samples
TIME_BUDGET = {"modules": 60, "labs": 120}  # seconds a notebook on a free machine, by its first folder
PATIENCE = 3  # times the budget, by the clock on the wall: more is waiting, not a crowded machine
MEMORY_BUDGET = 1000  # MB: Binder gives 1 to 2 GB
MEMORY_BUDGET_JAVA = 1300  # MB, with Spark beside the kernel


@dataclass
class Measurement:
    """What one run of one notebook took."""

    notebook: str
    seconds: float = 0.0
    peak_mb: float = 0.0
    java: bool = False
    cells: dict[int, float] = field(default_factory=dict)  # number of the code cell → seconds
    cpu: float = 0.0  # processor seconds of the kernel and all that it started and waited for; 0 where unknown

    def over_budget(self) -> list[str]:
        """Return one message for each budget that is exceeded.

        Time counts by the clock or by the processor, whichever is less: a crowded machine stretches the one, threads the other.
        """
        found = []
        limit = TIME_BUDGET.get(self.notebook.split("/")[0], 60)
        took = min(self.seconds, self.cpu or self.seconds)
        if took > limit or self.seconds > PATIENCE * limit:
            cell, longest = max(self.cells.items(), key=lambda item: item[1])
            found.append(
                f"{self.notebook} took {self.seconds:.0f} s ({self.cpu:.0f} s of processor time), its limit is {limit} s; the slowest is code cell {cell} "
                f"({longest:.0f} s). Let DuckDB count and group there, work on fewer rows, or leave out repetitions."
            )
        limit = MEMORY_BUDGET_JAVA if self.java else MEMORY_BUDGET
        if self.peak_mb > limit:
            found.append(
                f"{self.notebook} needed {self.peak_mb:.0f} MB at its peak, its limit is {limit} MB. "
                "Let DuckDB count and group instead of loading a table as a frame."
            )
        return found


class Sampler(threading.Thread):
    """Samples the memory of a process and all its descendants every 0.1 s until stopped.

    On Linux it adds up the proportional set size, in which memory shared by two processes counts once; elsewhere the
    resident set size, which counts it twice.
    """

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.root = psutil.Process(pid)
        self.peak = 0
        self._done = threading.Event()

    def run(self) -> None:
        while True:
            try:
                family = [self.root, *self.root.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            if sum(map(_resident, family)) > self.peak:  # never less than the proportional size, and read in no time
                self.peak = max(self.peak, sum(map(_memory, family)))
            if self._done.wait(INTERVAL):
                return

    def stop(self) -> None:
        self._done.set()
        self.join(timeout=5)


def processor_seconds(pid: int) -> float:
    """Return the processor time of a process and of its children that have ended; where the system does not say, 0."""
    try:
        return float(sum(psutil.Process(pid).cpu_times()[:4])) if sys.platform == "linux" else 0.0
    except psutil.NoSuchProcess:
        return 0.0


def _memory(process: psutil.Process) -> int:
    """Return the bytes of one process; 0 when it has just ended."""
    try:
        return process.memory_full_info().pss if sys.platform == "linux" else process.memory_info().rss
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


def _resident(process: psutil.Process) -> int:
    """Return the resident bytes of one process, shared ones counted in full; 0 when it has just ended."""
    try:
        return process.memory_info().rss
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


def store(folder: Path, measurement: Measurement) -> None:
    """Write one measurement into a folder; two workers never write the same file."""
    name = measurement.notebook.replace("/", "__") + ".json"
    (folder / name).write_text(json.dumps(asdict(measurement)), encoding="utf-8")


def merge(folder: Path, target: Path) -> list[Measurement]:
    """Read the measurements of a run, sorted by notebook, and write them as one file where there are any."""
    rows = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    if rows:
        target.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"measured": time.strftime("%Y-%m-%d"), "notebooks": rows}, indent=1)
        target.write_text(text + "\n", encoding="utf-8")
    return [Measurement(**{**row, "cells": {int(cell): s for cell, s in row["cells"].items()}}) for row in rows]


def table(measurements: list[Measurement]) -> list[str]:
    """Return the lines of the printed table: notebook, seconds, processor seconds, peak memory, slowest cell."""
    width = max(len(row.notebook) for row in measurements)
    lines = [f"{'notebook':<{width}}  cells  seconds  processor  peak MB  slowest cell"]
    for row in measurements:
        cell, longest = max(row.cells.items(), key=lambda item: item[1], default=(0, 0.0))
        lines.append(
            f"{row.notebook:<{width}}  {len(row.cells):5d}  {row.seconds:7.1f}  {row.cpu:9.1f}  {row.peak_mb:7.0f}  Cell {cell}: {longest:.1f} s"
        )
    return lines
