"""The stopping rule of a canary: when it waits, stops and goes on, and how often it stops a release without a fault."""

import numpy as np
import pandas as pd
import pytest

from targeting import rollout


def seen(requests: int, failed: int, mail: int) -> dict[str, int]:
    return {"requests": requests, "failed": failed, "mail": mail}


@pytest.mark.parametrize(
    ("rest", "canary", "wanted"),
    [
        (seen(900, 2, 450), seen(49, 40, 0), "wait"),
        (seen(49, 0, 25), seen(900, 0, 450), "wait"),
        (seen(900, 2, 450), seen(50, 0, 25), "go on"),
        (seen(900, 2, 450), seen(100, 20, 50), "stop"),
        (seen(900, 90, 450), seen(100, 0, 50), "stop"),
        (seen(900, 2, 450), seen(100, 0, 80), "stop"),
        (seen(900, 2, 450), seen(100, 0, 20), "stop"),
        (seen(900, 0, 450), seen(100, 0, 50), "go on"),
        (seen(900, 0, 900), seen(100, 0, 100), "go on"),
    ],
)
def test_a_canary_waits_stops_or_goes_on(rest, canary, wanted):
    assert rollout.verdict(rest, canary, limit=2.24, least=50) == wanted


def test_a_release_without_a_fault_is_stopped_as_rarely_as_registered(settings):
    rng, rule = np.random.default_rng(4), settings["canary"]
    draws = [seen(n, *map(int, (rng.binomial(n, 0.03), rng.binomial(n, 0.5)))) for n in (9_000, 1_000) * 2_000]
    stopped = [rollout.verdict(*draws[place : place + 2], rule["limit"], rule["least"]) for place in range(0, 4_000, 2)]
    assert stopped.count("stop") / len(stopped) == pytest.approx(0.05, abs=0.015)


def test_a_shadow_decides_by_each_versions_own_threshold():
    class Version:
        def __init__(self, threshold):
            self.threshold = threshold

        def predict(self, frame):
            return frame["spend"].to_numpy()

    rows = pd.DataFrame({"household_id": [3, 1, 2], "spend": [0.2, 0.5, 0.8]})
    both = rollout.shadow(rows, Version(0.5), Version(0.7))
    assert both["household_id"].tolist() == [3, 1, 2]
    assert both["champion"].tolist() == [False, True, True]
    assert both["challenger"].tolist() == [False, False, True]
