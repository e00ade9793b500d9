"""Load on the service, and how long its answers take.

``python load.py open PORT KEY RATE SECONDS`` sends RATE requests a second whether or not answers come; each is timed from
the moment it was due. ``python load.py closed PORT KEY RATE SECONDS`` lets one client send at most RATE requests a second;
it waits for each answer first. Both print one line of JSON. The requests stand in ``body.json``, one a line.

A client of its own, on plain sockets: a general HTTP library would take more time than the service that it measures.
"""

import asyncio
import json
import sys
import time
from pathlib import Path


class Connection:
    """One kept-open connection to the service."""

    async def ask(self, port: int, request: bytes) -> bool:
        """Send a request, read the answer to its end, and tell whether its status was 200."""
        if not hasattr(self, "streams"):
            self.streams = await asyncio.open_connection("127.0.0.1", port)
        reader, writer = self.streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
        return b" 200 " in head.split(b"\r\n")[0]


def prepare(body: str, key: str) -> bytes:
    """Return a request as it goes over the wire."""
    content = body.encode()
    head = f"POST /score HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(content)}\r\n\r\n".encode() + content


async def closed(port: int, requests: list[bytes], rate: float, seconds: float) -> list[tuple[float, bool]]:
    """Return seconds and success of each request of one client, which sends the next when it has the last answer."""
    results, connection, due = [], Connection(), time.perf_counter()
    end = due + seconds
    while due < end:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        started = time.perf_counter()
        good = await connection.ask(port, requests[len(results) % len(requests)])
        results.append((time.perf_counter() - started, good))
        due = max(started + 1 / rate, time.perf_counter())  # what the wait has cost is left out, not made up for
    return results


async def opened(port: int, requests: list[bytes], rate: float, seconds: float) -> list[tuple[float, bool]]:
    """Return seconds and success of each request, counted from when it was due, not from when it could be sent."""
    results, free, tasks = [], [], []

    async def one(request: bytes, due: float):
        connection = free.pop() if free else Connection()
        try:
            good = await connection.ask(port, request)
            free.append(connection)
        except (ConnectionError, asyncio.IncompleteReadError):  # too many at once: the service hung up
            good = False
        results.append((time.perf_counter() - due, good))

    start = time.perf_counter() + 0.05
    for number in range(int(rate * seconds)):
        due = start + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(requests[number % len(requests)], due)))
    await asyncio.gather(*tasks)
    return results


def summary(results: list[tuple[float, bool]], seconds: float) -> dict:
    """Return requests, answers a second, failures and the latency in milliseconds that a share stays below."""
    times = sorted(1000 * taken for taken, _ in results)
    found = {"requests": len(times), "answers_per_second": len(times) / seconds}
    found["failed"] = sum(not good for _, good in results)
    for share in (50, 95, 99):
        found[f"p{share}"] = times[min(len(times) - 1, len(times) * share // 100)]
    return found | {"max": times[-1]}


def main() -> None:
    kind, port, key, amount, seconds = sys.argv[1:]
    requests = [prepare(line, key) for line in Path("body.json").read_text(encoding="utf-8").splitlines()]
    how = {"open": opened, "closed": closed}[kind]
    started = time.perf_counter()
    results = asyncio.run(how(int(port), requests, int(amount), float(seconds)))
    print(json.dumps(summary(results, time.perf_counter() - started)))


if __name__ == "__main__":
    main()
