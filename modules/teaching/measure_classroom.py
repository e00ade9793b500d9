"""How large a hub must be: what the course's notebooks need, measured, and what follows for a class, computed.

``make notebooks`` measures every notebook on the way (``build/notebooks.json``). ``make measure OF=classroom`` keeps that as
``jupyterhub/measured-notebooks.csv``, adds the memory of an idle JupyterLab server, and writes ``jupyterhub/sizing.csv`` anew.
The assumptions stand below by name: change them for your class, and run it again.
"""

import csv
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import yaml

HERE = Path(__file__).resolve().parent / "jupyterhub"
ROOT = HERE.parents[2]
SERVER = "JupyterLab server, idle"
MEASURED = ("what", "processor seconds", "peak MB")
SIZING = ("students", "situation", "at once", "memory, GB", "cores", "nodes")

# Assumptions
CLASSES = (30, 100, 500)
SITUATIONS = {
    "a lab session: everybody": 1.0,
    "the evening before a deadline": 0.5,
    "any other hour": 0.1,
}  # share at once
NODE_GB, NODE_CORES = 32, 8  # one node
USABLE = 0.85  # share of a node that is left for students, after Kubernetes and the hub's own pods
REPEATS = 5  # how often a student runs each cell of a lab
LAB_MINUTES = 90  # the time that this takes, the shorter end of a lab


def guaranteed() -> dict:
    """Return what ``values.yaml`` sets aside for each student's server: ``{"memory": GB, "cpu": cores}``."""
    values = yaml.safe_load((HERE / "values.yaml").read_text(encoding="utf-8"))["singleuser"]
    return {"memory": float(values["memory"]["guarantee"].rstrip("G")), "cpu": values["cpu"]["guarantee"]}


def needed(rows: list[dict]) -> dict:
    """Return what one student needs: typical and highest memory in GB with the server, and cores on average through a lab."""
    server = next(float(row["peak MB"]) for row in rows if row["what"] == SERVER)
    labs = [row for row in rows if row["what"].startswith("labs/")]
    peaks = [float(row["peak MB"]) for row in labs]
    longest = max(float(row["processor seconds"]) for row in labs)
    return {
        "typical": (server + statistics.median(peaks)) / 1000,
        "highest": (server + max(peaks)) / 1000,
        "cores": REPEATS * longest / (LAB_MINUTES * 60),
    }


def sizes(each: dict) -> list[dict]:
    """Return a row for each class and situation: students at once, memory and cores set aside, and nodes.

    Args:
        each: memory in GB and cores set aside for a student, as :func:`guaranteed` returns them.
    """
    found = []
    for students in CLASSES:
        for situation, share in SITUATIONS.items():
            there = math.ceil(students * share)
            memory, cores = there * each["memory"], there * each["cpu"]
            nodes = max(math.ceil(memory / (NODE_GB * USABLE)), math.ceil(cores / (NODE_CORES * USABLE)))
            found.append(
                dict(zip(SIZING, (students, situation, there, math.ceil(memory), math.ceil(cores), nodes), strict=True))
            )
    return found


def server_memory(seconds: int = 45) -> float:
    """Return the highest memory of a JupyterLab server without a kernel in MB, as its own and its shared pages count."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            f"--ServerApp.root_dir={folder}",
            "--ServerApp.allow_root=True",
        ]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        peak, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            if server.poll() is not None:
                raise RuntimeError("JupyterLab stopped by itself: start `make lab` and read what it says.")
            peak = max(peak, psutil.Process(server.pid).memory_full_info().pss)
            time.sleep(0.2)
        server.terminate()
        server.wait()
    return peak / 1e6


def write(path: Path, columns: tuple[str, ...], rows: list[dict]) -> None:
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read(path: Path) -> list[dict]:
    """Read rows of CSV."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main() -> int:
    """Keep the last measurement of all labs and compute the sizes; return the exit code."""
    source = ROOT / "build" / "notebooks.json"
    found = json.loads(source.read_text(encoding="utf-8"))["notebooks"] if source.is_file() else []
    missing = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("labs/lab*.ipynb")} - {
        row["notebook"] for row in found
    }
    if missing:
        print(f"Not measured: {', '.join(sorted(missing))}. Run `make notebooks` on Linux first.", file=sys.stderr)
        return 1
    rows = [{"what": SERVER, "processor seconds": "", "peak MB": round(server_memory())}]
    for row in sorted(found, key=lambda row: row["notebook"]):
        rows.append(dict(zip(MEASURED, (row["notebook"], round(row["cpu"]), round(row["peak_mb"])), strict=True)))
    write(HERE / "measured-notebooks.csv", MEASURED, rows)
    write(HERE / "sizing.csv", SIZING, sizes(guaranteed()))
    print("One student:", {name: round(value, 2) for name, value in needed(rows).items()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
