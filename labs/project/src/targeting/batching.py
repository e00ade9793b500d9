"""Micro-batching: requests that wait at the same moment are answered by one call of the model.

A call costs some milliseconds whether it scores one row or fifty. While one runs, further requests arrive, and the next
call takes them together. Nobody is kept waiting for a batch to fill.
"""

import asyncio
from collections.abc import Callable


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
            loop.call_soon(self._flush)
        return await future

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
