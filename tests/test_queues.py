"""The simulation of two instances in lesson 6.2 against what is known about queues."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

PLACE = Path(__file__).resolve().parent.parent / "modules" / "06-design" / "queues.py"
spec = importlib.util.spec_from_file_location("queues_of_lesson_6_2", PLACE)
queues = importlib.util.module_from_spec(spec)
spec.loader.exec_module(queues)

ONE = np.array([1.0])
MANY = 60_000


def test_two_that_share_wait_as_erlang_says():
    exponential = np.random.default_rng(1).exponential(1, 20_000)
    short, _ = queues.two_instances(1.2, exponential, ONE, 0.0, apart=False, requests=MANY, seed=2)
    blocked = 1.2**2 / 2 / (1 + 1.2 + 1.2**2 / 2)  # Erlang's B for two, from which C and the mean wait of M/M/2 follow
    waiting = blocked / (1 - 0.6 * (1 - blocked))
    assert (short.mean() - exponential.mean()) == pytest.approx(waiting / (2 * (1 - 0.6)), rel=0.06)


def test_apart_the_short_ones_wait_as_behind_one_instance():
    short, _ = queues.two_instances(1.0, ONE, 5 * ONE, 0.3, apart=True, requests=MANY, seed=3)
    assert short.mean() - 1 == pytest.approx(0.7 / (2 * 0.3), rel=0.06)  # M/D/1 at 70 %, Pollaczek and Khinchine


def test_apart_no_short_one_stands_behind_a_long_one():
    apart, _ = queues.two_instances(0.05, ONE, 100 * ONE, 0.2, apart=True, requests=5000, seed=4)
    shared, _ = queues.two_instances(0.05, ONE, 100 * ONE, 0.2, apart=False, requests=5000, seed=4)
    assert apart.max() < 5 < shared.max()


def test_both_ways_meet_the_same_requests():
    ways = [queues.two_instances(0.5, ONE, 2 * ONE, 0.3, apart, requests=1000, seed=5) for apart in (True, False)]
    assert [len(kind) for kind in ways[0]] == [len(kind) for kind in ways[1]]
    assert min(ways[0][1]) == pytest.approx(2.0)
