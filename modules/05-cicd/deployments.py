"""A synthetic log of deployments for lesson 5.1: drawn from assumptions that the lesson shows, as often as one likes."""

import numpy as np
import pandas as pd

DAYS = 182  # 26 weeks
COLUMNS = ["axis", "committed", "deployed", "failed", "restored", "unplanned"]
MEASURES = [
    "lead time, median h",
    "deployments a week",
    "recovery, median h",
    "fail rate",
    "rework rate",
]  # DORA's five


def draw(axes: dict[str, tuple[int, float, float, float]], start: pd.Timestamp, seed: int) -> pd.DataFrame:
    """Return one row a deployment, by time of deployment, with the columns ``COLUMNS``.

    Args:
        axes: for each axis: planned deployments in 26 weeks, usual lead time (hours), share that fails, and usual hours from
            a failed deployment to recovery. Times vary around the usual, by a factor of two and more for the lead.
        start: of the 26 weeks.
        seed: of the draw.

    Returns:
        Times as timestamps; ``restored`` is empty where nothing failed. Seven failures of ten are mended by a deployment of
        their own, ``unplanned``, two hours after its commit; it may fall after the 26 weeks.
    """
    rng, hour, made = np.random.default_rng(seed), pd.Timedelta(hours=1), []
    for axis, (count, lead, fails, hours) in axes.items():
        for day in np.sort(rng.uniform(0, DAYS, count)):
            deployed = start + 24 * hour * day
            failed = rng.random() < fails
            back = deployed + hour * hours * rng.lognormal(0, 0.4) if failed else pd.NaT
            made.append([axis, deployed - hour * lead * rng.lognormal(0, 0.8), deployed, failed, back, False])
            if failed and rng.random() < 0.7:
                made.append([axis, back - 2 * hour, back, False, pd.NaT, True])
    return pd.DataFrame(made, columns=COLUMNS).sort_values("deployed", ignore_index=True)
