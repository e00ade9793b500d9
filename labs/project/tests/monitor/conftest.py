"""Made-up households in two campaigns before the registered day and two after, and a champion of the first two."""

import numpy as np
import pandas as pd
import pytest

from targeting import candidates, features
from targeting.registry import Registered

STARTS = {8: "2017-05-08", 9: "2017-05-31", 13: "2017-08-08", 14: "2017-09-20"}


def make(campaign_id: int, seed: int, size: int = 400) -> pd.DataFrame:
    """Households 1 to ``size`` in one campaign; who used coupons, or redeemed before, redeems more often."""
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame({name: generator.gamma(2, 5, size) for name in features.NUMERIC})
    frame["redemptions"] = generator.poisson(0.5, size)
    redeemed = generator.random(size) < 1 / (1 + np.exp(3 - frame["redemptions"] - 0.1 * frame["coupon_lines"]))
    return frame.assign(
        campaign_id=campaign_id,
        household_id=np.arange(1, size + 1),
        campaign_type="Type A",
        start_date=pd.Timestamp(STARTS[campaign_id]),
        history_complete=1,
        horizon_complete=1,
        redeemed=redeemed.astype("int64"),
    )


@pytest.fixture
def made_rows():
    frame = pd.concat([make(number, 20 + number) for number in STARTS], ignore_index=True)
    redeemers = frame[frame["redeemed"] == 1]
    days = redeemers[["campaign_id", "household_id"]].assign(redeemed_on=redeemers["start_date"] + pd.Timedelta(days=5))
    return frame, days


@pytest.fixture(scope="module")
def champion(settings):
    frame = pd.concat([make(number, 20 + number) for number in (8, 9)], ignore_index=True)
    model = candidates.build("rule", settings["train"]["candidates"]["rule"])
    model.fit(candidates.inputs(frame), frame["redeemed"])
    return Registered(1, "run", "rule", "hash", 0.1, "fingerprint", model)
