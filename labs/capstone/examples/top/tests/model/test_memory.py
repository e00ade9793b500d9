"""Model: a month is predicted by models that have not seen it."""

import numpy as np
import pandas as pd

from capstone import candidates, train


def test_what_happens_in_the_test_month_changes_no_prediction(settings):
    """Turn every label of the test month round: its predictions stay."""
    chance = np.random.default_rng(4)
    rows = pd.DataFrame({name: chance.random(900) for name in [*candidates.WAITS, *candidates.NUMBERS]})
    days = pd.date_range("2013-03-01", periods=90).repeat(10)
    rows = rows.assign(day=days, origin="JFK", carrier="AA", flight=1, sched_at=days)
    rows["disrupted"] = (rows["origin_wait"] > 0.5).astype(int)
    fold = {
        "train_from": "2013-03-01",
        "train_until": "2013-04-30",
        "test_from": "2013-05-01",
        "test_until": "2013-05-29",
    }
    turned = rows.assign(disrupted=rows["disrupted"].where(rows["day"] < fold["test_from"], 1 - rows["disrupted"]))
    before, after = (train.predict(frame, fold, settings)["challenger"] for frame in (rows, turned))
    np.testing.assert_array_equal(before, after)
