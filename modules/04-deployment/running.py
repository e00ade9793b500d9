"""Run the service of lesson 4.1 from a notebook, with keys of its own, and ask it for many households."""

import contextlib
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pandas as pd

from mldesign import scratch
from mldesign.lapse import FEATURES

PROGRAM = Path(__file__).with_name("service.py")
KEYS = {"KEY": secrets.token_hex(), "ADMIN_KEY": secrets.token_hex()}  # new in every run, in memory only


@contextlib.contextmanager
def serve(place: Path, **settings: str) -> Iterator[httpx.Client]:
    """Run the service in a folder with model files while the block runs; stop it at the end, also after an error.

    Args:
        place: the folder with ``<version>.skops`` files; ``requests.jsonl`` is written there.
        settings: environment variables of the service, see ``service.py``.

    Yields:
        A client that knows the address and the key.

    Raises:
        RuntimeError: when the service does not start; the message holds what it printed.
    """
    port = scratch.free_port()
    address = f"http://127.0.0.1:{port}"
    command = ["python", str(PROGRAM), str(port)]
    with (
        scratch.server(command, f"{address}/health", place, **KEYS, **settings),
        httpx.Client(base_url=address, headers={"x-api-key": KEYS["KEY"]}, timeout=30, trust_env=False) as client,
    ):
        yield client


def requests_of(weeks: pd.DataFrame, week: int) -> list[dict]:
    """Return one request for each household of a week of ``household_weeks``."""
    return weeks.loc[weeks["week"] == week, ["household_id", "week", *FEATURES]].to_dict("records")


def score_all(client: httpx.Client, households: list[dict], size: int = 300) -> pd.DataFrame:
    """Hand in jobs of ``size`` households and fetch each answer when it is there; return a row for each household.

    Raises:
        httpx.HTTPStatusError: when the service refuses a job, or has lost one that failed.
    """
    answers = []
    for start in range(0, len(households), size):
        job = client.post("/jobs", json=households[start : start + size]).raise_for_status().json()["job"]
        while (found := client.get(f"/jobs/{job}").raise_for_status().json()["answers"]) is None:
            time.sleep(0.02)
        answers += found
    return pd.DataFrame(answers)
