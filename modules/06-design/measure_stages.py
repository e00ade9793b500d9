"""Time the stages of the coupon system for lesson 6.1: ``make measure OF=stages`` writes ``stages.csv`` beside this file.

Each stage's own command runs in a scratch copy of the finished system, as a process of its own, as in the night; then the list of
one campaign. Three rounds, the median of each; by the clock and by the processor. Takes about three minutes.
"""

import os
import platform
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import yaml

from mldesign import coupon, scratch

HERE = Path(__file__).resolve().parent
ROUNDS = 3
LIST = "python -m targeting.score --campaign 16 --again"


def timed(command: str, place: Path) -> tuple[float, float]:
    """Run a command in a folder; return its seconds by the clock and of the processor.

    Raises:
        RuntimeError: when it fails; the message holds what it printed.
    """
    program = [sys.executable, *shlex.split(command)[1:]]
    variables = scratch.variables(place) | {"PYTHONPATH": str(place / "src")}
    before, start = os.times(), time.perf_counter()
    done = subprocess.run(
        program, cwd=place, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    seconds, after = time.perf_counter() - start, os.times()
    if done.returncode:
        raise RuntimeError(f"`{command}` failed:\n{done.stdout}")
    worked = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, worked


def main() -> None:
    place, rows = coupon.system(), []
    stages = yaml.safe_load((place / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    commands = {
        name: [stage["cmd"]] if isinstance(stage["cmd"], str) else stage["cmd"] for name, stage in stages.items()
    }
    for number in range(ROUNDS):
        for stage, lines in (commands | {"list": [LIST]}).items():
            times = [timed(line, place) for line in lines]
            rows.append([stage, *(round(sum(part), 2) for part in zip(*times, strict=True))])
        print(f"round {number + 1} of {ROUNDS}", flush=True)
    table = pd.DataFrame(rows, columns=["stage", "seconds", "cpu_seconds"])
    table = table.groupby("stage", sort=False).median().round(2)
    about = (
        f"# {platform.system()}, {platform.machine()}, Python {platform.python_version()}; median of {ROUNDS} rounds\n"
    )
    (HERE / "stages.csv").write_text(about + table.to_csv(lineterminator="\n"), encoding="utf-8", newline="\n")
    print(table)


if __name__ == "__main__":
    main()
