"""Requests that wait at the same moment are answered by one call, and each gets its own answer or error."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from targeting.batching import Batcher


def test_requests_that_wait_together_are_scored_together():
    calls = []

    def predict(rows):
        calls.append(len(rows))
        return [row * 10 for row in rows]

    async def many():
        batcher = Batcher(predict)
        return await asyncio.gather(*(batcher(row) for row in range(5)))

    assert asyncio.run(many()) == [0, 10, 20, 30, 40]
    assert calls == [5]


def test_what_arrives_during_a_call_is_the_next_batch():
    calls, begun, go_on = [], threading.Event(), threading.Event()

    def answer(rows):
        calls.append(rows)
        begun.set()
        go_on.wait(10)
        return [ValueError("alone") if row == 3 else row * 10 for row in rows]

    async def many():
        with ThreadPoolExecutor(1) as threads:
            batcher = Batcher(answer, threads, full=3)
            first = asyncio.create_task(batcher(0))
            while not begun.is_set():
                await asyncio.sleep(0.001)
            others = asyncio.gather(*(batcher(row) for row in range(1, 6)), return_exceptions=True)
            await asyncio.sleep(0)
            go_on.set()
            return [await first, *await others]

    results = asyncio.run(asyncio.wait_for(many(), 30))
    assert calls == [[0], [1, 2, 3], [4, 5]]
    assert [results[place] for place in (0, 1, 2, 4, 5)] == [0, 10, 20, 40, 50]
    assert str(results[3]) == "alone"


def test_an_error_of_the_model_reaches_everyone_who_waits():
    async def many():
        batcher = Batcher(lambda rows: 1 / 0)
        return await asyncio.gather(*(batcher(row) for row in range(3)), return_exceptions=True)

    assert [type(error) for error in asyncio.run(many())] == [ZeroDivisionError] * 3
