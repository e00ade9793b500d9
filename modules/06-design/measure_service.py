"""Measure the coupon system's service for lesson 6.2: ``make measure OF=service`` writes two tables beside this file.

``measured-loads.csv`` has a line for each load, ``measured-latencies.csv`` the milliseconds of each of its requests. First one
client asks and waits for each answer: service times. Then requests come at random moments (Poisson, an open loop), for one
household or, one in ten, for a list of them, at rates that follow from these service times. The service runs as it is, and
without micro-batching (``one_by_one.py``). At the end the one client asks again: had nobody else used the machine, it would get
the same service times. The load comes from a process of the same machine. Under four minutes, on a machine that does nothing else.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from mldesign import coupon, scratch

HERE = Path(__file__).resolve().parent
LOADS, LATENCIES = HERE / "measured-loads.csv", HERE / "measured-latencies.csv"
LIST = 25  # households of a list
SHARE = 10  # one request in so many is for a list
COUNT, FEWEST, SECONDS = 400, 100, 15  # requests of a load: fewer where they would take longer than so many seconds
SEED = 62
MODES = {"one by one": [str(HERE / "one_by_one.py")], "together": ["-m", "targeting.serve"]}
OPEN = [("one household", busy) for busy in (0.3, 0.5, 0.7, 0.85)] + [("mixed", busy) for busy in (0.3, 0.5, 0.7)]


def requests_of(folder: Path) -> dict[str, list[bytes]]:
    """Return prepared requests for one household, for lists of households, and the two mixed."""
    sys.path.insert(0, str(folder))
    from bench.load import prepare
    from bench.service import purchase_requests

    single, _ = purchase_requests()
    bodies = [json.loads(request.partition(b"\r\n\r\n")[2]) for request in single]
    lists = []
    for start in range(0, len(bodies), LIST):
        households = [{k: v for k, v in body.items() if k != "campaign_id"} for body in bodies[start : start + LIST]]
        body = {"campaign_id": bodies[0]["campaign_id"], "households": households}
        lists.append(prepare("/score/batch", json.dumps(body).encode()))
    chosen = np.random.default_rng(SEED).permutation(COUNT) % SHARE == 0
    mixed = [(lists if many else single)[number % len(lists if many else single)] for number, many in enumerate(chosen)]
    return {"one household": single, "list": lists, "mixed": mixed}


def measure(mode: str, asked: dict[str, list[bytes]]) -> list[dict]:
    """Return a row for each load on one process of the service, with its latencies in milliseconds."""
    from bench.load import closed_loop, open_loop

    port, rows = scratch.free_port(), []
    command = ["python", *MODES[mode], "--port", str(port)]
    start = time.perf_counter()
    with scratch.server(command, f"http://127.0.0.1:{port}/ready", Path.cwd(), PYTHONPATH=str(Path("src").resolve())):
        ready = time.perf_counter() - start

        def keep(loop: str, kind: str, busy: float, rate: float, result) -> None:
            row = {
                "mode": mode,
                "loop": loop,
                "requests": kind,
                "busy": busy,
                "rate": round(rate, 2),
                "refused": len(result.errors),
            }
            rows.append(row | {"ready_s": round(ready, 1), "latencies": 1000 * np.array(result.seconds)})
            print(f"{mode}, {loop}, {kind}, {busy:.0%}: p95 {result.quantile(0.95):.0f} ms", flush=True)

        closed_loop(port, asked["mixed"], 1, 40)  # warm
        alone = {}
        for kind, count in (("one household", COUNT // 2), ("list", COUNT // SHARE)):
            result = closed_loop(port, asked[kind], 1, count)
            alone[kind] = float(np.mean(result.seconds))
            keep("alone", kind, 0, result.rate, result)
        alone["mixed"] = alone["one household"] * (1 - 1 / SHARE) + alone["list"] / SHARE
        for number, (kind, busy) in enumerate(OPEN):
            rate = busy / alone[kind]
            count = int(np.clip(SECONDS * rate, FEWEST, COUNT))
            keep("open", kind, busy, rate, open_loop(port, asked[kind], rate, count, SEED + number))
        over = 1.3 / alone["one household"]
        keep("open", "one household", 1.3, over, open_loop(port, asked["one household"], over, 60, SEED))
        result = closed_loop(port, asked["one household"], 4, COUNT // 2)
        keep("closed, 4 clients", "one household", 1, result.rate, result)
        result = closed_loop(port, asked["one household"], 1, COUNT // 4)
        keep("alone, after", "one household", 0, result.rate, result)
        changed = float(np.mean(result.seconds)) / alone["one household"]
        if not 0.8 < changed < 1.25:
            print(
                f"Careful: alone, a request took {changed:.2f} times as long after the loads as before. Measure again."
            )
    return rows


def main() -> None:
    """Measure both ways of running and write the tables."""
    asked = requests_of(coupon.system("service"))
    rows = [row for mode in MODES for row in measure(mode, asked)]
    latencies = [
        {"load": number, "milliseconds": round(value, 1)}
        for number, row in enumerate(rows)
        for value in row.pop("latencies")
    ]
    pd.DataFrame(rows).rename_axis("load").to_csv(LOADS, lineterminator="\n")
    pd.DataFrame(latencies).to_csv(LATENCIES, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
