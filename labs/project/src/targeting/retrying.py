"""Try again what failed in passing: a store that was locked for a moment, a server that did not answer in time."""

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
TRANSIENT = (ConnectionError, TimeoutError)  # may be gone in a second; a StageError is there until somebody mends it


# TASK 7.6: try again what may pass, and nothing else
def retry(
    action: Callable[[], Result], attempts: int, first_wait: float, sleep: Callable[[float], None] = time.sleep
) -> Result:
    """Return what ``action`` returns. When it raises a ``TRANSIENT`` error, wait and try again.

    Args:
        action: something that can be repeated without harm.
        attempts: how often it is tried at most; the error of the last time is raised.
        first_wait: seconds before the second attempt; each later wait is twice the one before.
        sleep: waits for so many seconds.
    """
    for attempt in range(1, attempts + 1):
        try:
            return action()
        except TRANSIENT:
            if attempt == attempts:
                raise
            sleep(first_wait * 2 ** (attempt - 1))
    raise ValueError(f"attempts must be 1 or more, not {attempts}.")


# END TASK 7.6
