"""Micro-batching: requests that wait at the same moment are answered by one call.

A call costs some milliseconds, whether it is about one row or twenty. A call that runs in a thread starts at once, and
what arrives meanwhile is the next batch: the busier the service, the larger the batches. A call in the event loop lets
nothing arrive meanwhile. So before it a request waits one millisecond for company, and another one as long as company
keeps coming, until the batch is full.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor

WAIT = 0.001  # seconds


class Batcher:
    """Collect rows of one event loop and give each its own result."""

    def __init__(self, answer: Callable[[list], list], threads: Executor | None = None, full: int = 64):
        """Start empty.

        Args:
            answer: a function from a list of rows to as many results, in the same order; a result that is an exception
                is raised for its row alone.
            threads: where it runs; without them in the event loop, which waits.
            full: rows of the largest batch.
        """
        self.answer, self.threads, self.full = answer, threads, full
        self._waiting: list[tuple[object, asyncio.Future]] = []
        self._task: asyncio.Task | None = None

    async def __call__(self, row: object) -> object:
        """Return the result for one row; raises what ``answer`` raises."""
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._waiting.append((row, future))
        if self._task is None:
            self._task = loop.create_task(self._work())
        return await future

    async def _work(self) -> None:
        while self._waiting:
            if self.threads is None:
                await self._company()
            batch, self._waiting = self._waiting[: self.full], self._waiting[self.full :]
            for future, result in zip([future for _, future in batch], await self._results(batch), strict=True):
                if future.done():  # the client has gone
                    continue
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)
        self._task = None

    async def _company(self) -> None:
        before = 0
        while before < len(self._waiting) < self.full:
            before = len(self._waiting)
            await asyncio.sleep(WAIT)

    async def _results(self, batch: list[tuple]) -> list:
        rows = [row for row, _ in batch]
        try:
            if self.threads is None:
                return self.answer(rows)
            return await asyncio.get_running_loop().run_in_executor(self.threads, self.answer, rows)
        except Exception as error:  # whatever it raises belongs to those who asked
            return [error] * len(rows)
