"""Code: at break-even a desk earns nothing, so it stays free for somebody else."""

import pandas as pd

from capstone import money


def test_a_desk_that_only_breaks_even_is_not_placed():
    frame = pd.DataFrame({"day": pd.to_datetime(["2013-05-01"] * 2)})
    prices = {"cost_per_desk": 100, "saved_per_disruption": 400}
    assert money.choose(frame, pd.Series([0.25, 0.26]), prices, budget=9).tolist() == [0, 1]
