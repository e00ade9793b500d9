"""Micro-batching: requests that wait at the same moment are answered by one call of the model.

A call costs some milliseconds, whether it scores one row or fifty. So a request waits one millisecond for company, and
another one as long as company keeps coming, until the batch is full.
"""

import asyncio
from collections.abc import Callable

WAIT = 0.001  # seconds
FULL = 64  # rows


class Batcher:
    """Collect rows of one event loop and give each its own result."""

    def __init__(self, predict: Callable[[list], list]):
        """Args: a function from a list of rows to as many results, in the same order."""
        self.predict = predict
        self._waiting: list[tuple[object, asyncio.Future]] = []

    async def __call__(self, row: object) -> object:
        """Return the result for one row; raises what ``predict`` raises."""
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._waiting.append((row, future))
        if len(self._waiting) == 1:
            loop.call_later(WAIT, self._gather, 1)
        return await future

    def _gather(self, before: int) -> None:
        if before < len(self._waiting) < FULL:
            asyncio.get_running_loop().call_later(WAIT, self._gather, len(self._waiting))
        else:
            self._flush()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            results = self.predict([row for row, _ in waiting])
        except Exception as error:  # whatever the model raises belongs to those who asked
            for _, future in waiting:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(waiting, results, strict=True):
            if not future.done():  # the client may have gone
                future.set_result(result)
