"""Measure the service of lesson 4.1 under load: ``make measure`` writes ``latency.csv`` beside this file.

Three rounds, each over all loads, so that a busy minute of the machine does not strike one load alone; each figure is the
median of its three. Takes about five minutes, on a machine that does nothing else. The load comes from a process of its own
on the same machine.
"""

import json
import platform
import secrets
from pathlib import Path

import pandas as pd
import skops.io

from mldesign import scratch
from mldesign.data import table
from mldesign.lapse import FEATURES, logistic, split

HERE = Path(__file__).resolve().parent
ROUNDS = 3
RATES = (50, 100, 200, 400, 800, 1200)  # requests a second
LOADS = [  # settings of one process of the service, and what it is asked: kind, rate, seconds
    ({"PAUSE": "0.3"}, [("closed", 40, 10), ("open", 40, 10)]),
    *[({"BATCH": batch}, [("open", rate, max(3, 600 / rate)) for rate in RATES]) for batch in "01"],
]


def prepare(place: Path) -> None:
    """Put a model version and the requests of week 33 into a folder, as the service and its load expect them."""
    weeks = table("household_weeks")
    train, test = split(weeks)
    skops.io.dump(logistic().fit(train[FEATURES].astype(float), train["lapsed"]), place / "v1.skops")
    rows = test.loc[test["week"] == 33, ["household_id", "week", *FEATURES]]
    lines = [json.dumps(row) for row in rows.to_dict("records")]
    (place / "body.json").write_text("\n".join(lines), encoding="utf-8")


def measure(place: Path, settings: dict[str, str], asked: list[tuple[str, int, float]]) -> list[dict]:
    """Return what each load gave on one process of the service; latencies in milliseconds."""
    port, key = str(scratch.free_port()), secrets.token_hex()
    command, health = ["python", str(HERE / "service.py"), port], f"http://127.0.0.1:{port}/health"
    rows = []
    with scratch.server(command, health, place, KEY=key, ADMIN_KEY=secrets.token_hex(), **settings):
        for kind, rate, seconds in [("closed", 100, 1), *asked]:  # the first one warms up
            load = ["python", str(HERE / "load.py"), kind, port, key, str(rate), str(seconds)]
            found = {name: round(value, 2) for name, value in json.loads(scratch.run(load, place)).items()}
            what = {"loop": kind, "rate": rate, "batching": int(settings.get("BATCH", 0))}
            what |= {"pause_s": float(settings.get("PAUSE", 0))}
            rows.append(what | found)
    return rows[1:]


def main() -> None:
    place, rounds = scratch.folder("latency"), []
    prepare(place)
    for number in range(ROUNDS):
        rounds += [row for settings, asked in LOADS for row in measure(place, settings, asked)]
        print(f"round {number + 1} of {ROUNDS}", flush=True)
    same = ["loop", "rate", "batching", "pause_s"]
    typical = pd.DataFrame(rounds).groupby(same, sort=False).median().round(2).reset_index()
    typical = typical.astype({"requests": int, "failed": int})
    versions = f"# {platform.system()}, {platform.machine()}, Python {platform.python_version()}; milliseconds\n"
    text = versions + typical.to_csv(index=False, lineterminator="\n")
    (HERE / "latency.csv").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
