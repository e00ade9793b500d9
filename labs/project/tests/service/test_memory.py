"""The service keeps nothing of a request: what it holds after many is what it held after a few.

Objects and bytes are counted, not the process's memory: DuckDB's list of blocks to evict grows by some 30 MB in the
first few thousand statements, then stays (it is cleaned from 32,768 entries on).
"""

import gc
import itertools
import sys

import pyarrow as pa
import pytest
from service_world import LINE, READY

from targeting.online import TABLES

WINDOWS, MANY = 2, 40  # requests in each


def held(service) -> dict[str, int]:
    """What Python, Arrow and DuckDB hold now."""
    gc.collect()
    connection = service.online.connection
    rows = " + ".join(f"(select count(*) from {table})" for table in TABLES)
    return {
        "blocks of Python": sys.getallocatedblocks(),
        "bytes of Arrow": pa.total_allocated_bytes(),
        "bytes of DuckDB": connection.execute("select sum(memory_usage_bytes) from duckdb_memory()").fetchone()[0],
        "rows of DuckDB": connection.execute(f"select {rows}").fetchone()[0],
        "names in DuckDB": connection.execute("select count(*) from duckdb_views() where not internal").fetchone()[0],
    }


@pytest.mark.parametrize("path", ["/score", "/score/features", pytest.param("/score/batch", marks=pytest.mark.slow)])
def test_a_request_leaves_nothing_behind(service, path):
    def requests(count: int, first: int) -> None:
        for number in range(first, first + count):
            purchases = [{**LINE, "basket_id": number, "product_id": 90 + line} for line in range(number % 8)]
            household = {"household_id": 100 + number, "purchases": purchases}
            body = {
                "/score": {"campaign_id": 13, **household},
                "/score/batch": {"campaign_id": 13, "households": [household]},
                "/score/features": {**READY, "household_id": 100 + number},
            }[path]
            assert service.post(path, json=body).status_code == 200

    marks = []
    for window in range(WINDOWS + 2):  # the first two fill caches
        requests(MANY, 1 + window * MANY)
        marks.append(held(service))
    grown = {what: [after[what] - before[what] for before, after in itertools.pairwise(marks[1:])] for what in marks[0]}
    # What is kept adds in every window; caches and the test's own client do not. A line of a log is some ten blocks.
    assert min(grown["blocks of Python"]) < 5 * MANY, grown
    assert all(min(steps) <= 0 for what, steps in grown.items() if what != "blocks of Python"), grown
