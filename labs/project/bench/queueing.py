"""What a request costs, and how long it takes when many come: ``python -m bench.queueing``, after ``dvc repro``.

First 200 households are asked about, one after the other, without a network. Counted is the *processor* time of each,
the median of three rounds: by the clock, other programs on this machine would be measured too. ``--keep`` writes these
service times to ``bench/measured-times.csv``, with which ``targeting.capacity`` plans.

Then the service is started. One client, who waits for each answer, finds out how long a request takes that waits for
no other. From these times the formula of ``targeting.queueing`` forecasts what 95 % stay below when they come at random
moments (Poisson), whether or not earlier ones are answered; then they do come, and forecast and measurement are printed
side by side. Both are by the clock, on this machine, in the same run: close other programs first.
"""

import argparse
import asyncio
import time
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from bench.load import Result, closed_loop, open_loop
from bench.servers import free_port, running
from bench.service import purchase_requests
from targeting import params
from targeting.live import Live
from targeting.messages import ScoreRequest
from targeting.online import Online
from targeting.queueing import SHARE, response
from targeting.scoring import Service

TIMES = Path("bench/measured-times.csv")
SEED = 1


def processor_times(requests: list[bytes], rounds: int) -> np.ndarray:
    """Return the processor seconds from the bytes of each request to its decision, one request at a time."""
    settings = params.read()
    live = Live(Path("data/clean"))
    live.refresh()
    service = Service(live, Online(settings["data"], settings["ingest"]["time_zone"]))
    bodies = [request.partition(b"\r\n\r\n")[2] for request in requests]

    async def one(body: bytes) -> float:
        start = time.process_time()
        await service.household(ScoreRequest.model_validate_json(body))
        return time.process_time() - start

    async def everything() -> list[list[float]]:
        return [[await one(body) for body in bodies] for _ in range(rounds + 1)]

    with threadpool_limits(1):
        found = asyncio.run(everything())[1:]  # the first one warms up
    service.threads.shutdown()
    return np.median(found, axis=0)


def under_load(requests: list[bytes], busy: list[float], count: int) -> None:
    """Start the service and let ``count`` requests come at each load; print forecast and measurement.

    Args:
        requests: bytes to send.
        busy: shares of its time for which the service should be busy; the rate follows from how long a request takes.
        count: at each load.
    """
    port = free_port()
    with running(["targeting.serve", "--port", str(port)], port, "/ready"):
        closed_loop(port, requests, 1, 20)  # warm
        alone = closed_loop(port, requests, 1, count)
        print(f"alone: mean {1000 * np.mean(alone.seconds):.1f} ms, {quantiles(alone)}", flush=True)
        for share in busy:
            rate = share / float(np.mean(alone.seconds))
            forecast = 1000 * response(rate, np.array(alone.seconds), 1)
            result = open_loop(port, requests, rate, count, SEED)
            measured = result.quantile(SHARE)
            print(
                f"{share:.0%} busy, {rate:.1f} a second: forecast p95 {forecast:.1f} ms, measured {quantiles(result)}, "
                f"{len(result.errors)} refused; measured p95 is {measured / forecast:.2f} of the forecast",
                flush=True,
            )


def quantiles(result: Result) -> str:
    """Return the percentiles of a result as text."""
    return ", ".join(f"p{share} {result.quantile(share / 100):.1f} ms" for share in (50, 95, 99))


def main() -> None:
    """Measure, print, and keep the service times when asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--busy", type=float, nargs="*", default=[0.3, 0.6, 0.8, 0.9], help="loads, as shares of time")
    parser.add_argument("--requests", type=int, default=1000, help="at each load")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts; 0: only under load")
    parser.add_argument("--keep", action="store_true", help=f"write {TIMES.as_posix()}")
    arguments = parser.parse_args()
    requests, lines = purchase_requests()
    if arguments.rounds:
        times = processor_times(requests, arguments.rounds)
        mean, deviation = 1000 * times.mean(), 1000 * times.std()
        print(f"{len(times)} households, {lines:.0f} purchases each")
        print(f"processor time: mean {mean:.1f} ms, standard deviation {deviation:.1f} ms")
        if arguments.keep:
            table = pd.DataFrame({"milliseconds": np.sort(1000 * times)}).round(3)
            table.to_csv(TIMES, index=False, lineterminator="\n")
    if arguments.busy:
        under_load(requests, arguments.busy, arguments.requests)


if __name__ == "__main__":
    main()
