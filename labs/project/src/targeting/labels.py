"""Which outcomes the grocer knows on a day.

A label arrives late, and only from those who got a book. It is known when the horizon has passed, of everybody at once:
who redeems early could be counted earlier, but then those with a label would all be redeemers. Of households without a
book nothing is ever known.
"""

import pandas as pd


def known(rows: pd.DataFrame, day: str | pd.Timestamp, horizon_days: int, every: bool = False) -> pd.Series:
    """Return the labels that are known when ``day`` begins: 1, 0, or missing, in the order of ``rows``.

    Args:
        rows: of :func:`targeting.replay.replay`; ``redeemed_on`` is the first redemption within the horizon, missing
            when there is none.
        day: the day.
        horizon_days: days from the start in which a redemption counts; the start day is the first.
        every: treat all households as mailed: what a grocer who mails only some would never see.
    """
    day = pd.Timestamp(day)
    if every:
        rows = rows.assign(mailed=True)
    # TASK 5.1: a label exists when the horizon has passed and the household got a book, and not before
    passed = rows["start_date"] + pd.Timedelta(days=horizon_days) <= day
    return rows["redeemed_on"].notna().astype("Int64").where(passed & rows["mailed"])
    # END TASK 5.1


def timeline(rows: pd.DataFrame, horizon_days: int, every: bool = False) -> list[dict]:
    """Return, for the start of each campaign, what was known on that day about the campaigns before it."""
    result = []
    for (start, campaign_id), _ in rows.groupby(["start_date", "campaign_id"], sort=True):
        before = rows[rows["start_date"] < start]
        labels = known(before, start, horizon_days, every)
        mature = before["start_date"] + pd.Timedelta(days=horizon_days) <= start
        early = ~mature & (before["redeemed_on"] < start) & (before["mailed"] | every)
        result.append(
            {
                "day": start.date().isoformat(),
                "campaign_id": int(campaign_id),
                "campaigns_before": int(before["campaign_id"].nunique()),
                "mature": int(before.loc[mature, "campaign_id"].nunique()),
                "labels_known": int(labels.notna().sum()),
                "redeemers_known": int(labels.fillna(0).sum()),
                "redeemers_before_maturity": int(early.sum()),  # seen at the till, but no label yet
            }
        )
    return result
