"""The rules of the gate on slices, on cases small enough to count."""

import numpy as np
import pandas as pd
import pytest

from targeting import judging


@pytest.fixture
def small(settings):
    return {**settings, "train": {**settings["train"], "resamples": 200}}


def held_out(mailed: str, kind: str = "Type A", start: int = 0) -> pd.DataFrame:
    """A hundred households of which 30 redeem; ``mailed``: ``redeemers`` or ``others``, thirty either way."""
    row = np.arange(100)
    chosen = row < 30 if mailed == "redeemers" else row >= 70
    frame = pd.DataFrame({"campaign_id": 8, "household_id": start + row, "campaign_type": kind, "known": row % 2})
    return frame.assign(redeemed=(row < 30).astype(int), mailed=chosen)


def test_a_slice_that_loses_is_enough(small):
    challenger = pd.concat([held_out("redeemers"), held_out("others", "Type B", 100)])
    champion = pd.concat([held_out("redeemers"), held_out("redeemers", "Type B", 100)])
    passed, judged, few = judging.by_slice(challenger, champion, small)
    assert (passed, judged["Type B"]["verdict"], dict(few)) == (False, "inferior", {})
    passed, judged, _ = judging.by_slice(champion, challenger, small)
    assert (passed, judged["Type B"]["verdict"]) == (True, "superior")


def test_a_slice_with_few_redeemers_is_not_judged_but_named(small):
    lost = held_out("others", "Type B", 100).assign(redeemed=(np.arange(100) < 19).astype(int))
    won = lost.assign(mailed=lost["household_id"] < 130)
    challenger, champion = pd.concat([held_out("redeemers"), lost]), pd.concat([held_out("redeemers"), won])
    _, judged, few = judging.by_slice(challenger, champion, small)
    assert few == {"Type B": 19} and "Type B" not in judged
    assert "Type B not judged, 19 redeemers" in judging.slices(challenger, champion, small)["detail"]
    lost.loc[lost["household_id"] == 119, "redeemed"] = 1
    challenger = pd.concat([held_out("redeemers"), lost])
    assert judging.by_slice(challenger, champion, small)[0] is False
