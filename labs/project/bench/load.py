"""A small HTTP client for load: it writes prepared bytes and times answers, so that it costs less than the server."""

import asyncio
import time
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Result:
    """What a load gave: requests a second, seconds of each, and the first lines of answers that were not 200."""

    rate: float = 0.0
    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """Return the latency that this share of requests stays below, in milliseconds."""
        return float(1000 * np.quantile(self.seconds, share))


def prepare(path: str, body: bytes) -> bytes:
    """Return a request as it goes over the wire."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def exchange(reader, writer, request: bytes, started: float, result: Result) -> None:
    """Send one request and read its answer; time runs from ``started``."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
    result.seconds.append(time.perf_counter() - started)
    line = head.split(b"\r\n")[0].decode()
    if " 200 " not in line + " ":
        result.errors.append(line)


async def _closed(port: int, requests: list[bytes], clients: int, count: int) -> Result:
    result, numbers = Result(), iter(range(count))

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            await exchange(reader, writer, requests[number % len(requests)], time.perf_counter(), result)
        writer.close()

    start = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    result.rate = count / (time.perf_counter() - start)
    return result


async def _open(port: int, requests: list[bytes], moments: np.ndarray) -> Result:
    result, idle, tasks = Result(), [], []

    async def one(request: bytes, due: float) -> None:
        pair, since = idle.pop() if idle else (None, 0.0)
        if pair is None or time.perf_counter() - since > 2:  # servers close what has been idle for long
            pair = await asyncio.open_connection("127.0.0.1", port)
        await exchange(*pair, request, due, result)
        idle.append((pair, time.perf_counter()))

    start = time.perf_counter() + 0.1
    for number, moment in enumerate(moments):
        due = start + moment
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(requests[number % len(requests)], due)))
    await asyncio.gather(*tasks)
    result.rate = len(moments) / (time.perf_counter() - start)
    for (_, writer), _ in idle:
        writer.close()
    return result


def closed_loop(port: int, requests: list[bytes], clients: int, count: int) -> Result:
    """Let ``clients`` send ``count`` requests, each waiting for its answer before the next: how much can it take?"""
    return asyncio.run(_closed(port, requests, clients, count))


def open_loop(port: int, requests: list[bytes], rate: float, count: int, seed: int | None = None) -> Result:
    """Send ``rate`` requests a second whether or not answers come; a late answer is timed from when it was due.

    They come evenly; with a ``seed`` at random moments, as from customers who do not know of each other (Poisson).
    """
    moments = np.arange(count) / rate
    if seed is not None:
        moments = np.cumsum(np.random.default_rng(seed).exponential(1 / rate, count))
    return asyncio.run(_open(port, requests, moments))
