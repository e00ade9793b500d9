"""Replay what happened from the registered day on, one campaign at a time, with what was known on each day.

A label arrives late, and only from those who got a book: a redemption is known on the day after it happens, "did not
redeem" only when the horizon has passed, and of households without a book nothing is ever known. In our data the
retailer mailed everybody, so we could look; the monitor does not, unless it is told to show what that hides.
"""

from pathlib import Path

import duckdb
import pandas as pd

from targeting import features, registry, score
from targeting.files import StageError, parquet

KEYS = list(features.KEYS)


def redemption_days(clean: Path, horizon_days: int) -> pd.DataFrame:
    """Return campaign_id, household_id, redeemed_on: the first redemption within the horizon of each household.

    Raises:
        StageError: when a table cannot be read.
    """
    try:
        with duckdb.connect() as connection:
            return connection.execute(
                f"""
                select r.campaign_id, r.household_id, cast(min(r.redemption_date) as timestamp) as redeemed_on
                from {parquet(clean / "coupon_redemptions.parquet")} r
                join {parquet(clean / "campaign_descriptions.parquet")} d on r.campaign_id = d.campaign_id
                where r.redemption_date >= d.start_date and r.redemption_date < d.start_date + {int(horizon_days)}
                group by all order by all
                """
            ).df()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise StageError(f"The redemptions cannot be read: {reason} Run `dvc repro contracts`.") from error


def replay(
    frame: pd.DataFrame, days: pd.DataFrame, model: registry.Registered, objected: frozenset[int], settings: dict
) -> pd.DataFrame:
    """Return every household of the campaigns from ``train.as_of`` on, as the champion would have decided.

    Args:
        frame: rows of ``features.sql``.
        days: of :func:`redemption_days`.
        model: the champion.
        objected: households that are not scored.
        settings: params.yaml.

    Returns:
        The rows of ``frame`` with ``probability``, ``mailed``, ``reason``, ``propensity`` (see ``targeting.score``) and
        ``redeemed_on``, in order of start and campaign. What really happened stands in ``redeemed`` and
        ``redeemed_on``; :func:`known` says what of it the grocer would have seen.

    Raises:
        StageError: when no campaign starts on that day or later.
    """
    coming = frame[(frame["start_date"] >= settings["train"]["as_of"]) & (frame["history_complete"] == 1)]
    if coming.empty:
        raise StageError("No campaign starts on train.as_of or later. Check params.yaml and data/features.parquet.")
    parts = []
    for _, rows in coming.sort_values(["start_date", *KEYS]).groupby(["start_date", "campaign_id"], sort=True):
        listed = score.score(rows, model, objected, settings)
        parts.append(rows.merge(listed.drop(columns=["model_version", "run_id"]), on=KEYS, validate="one_to_one"))
    return pd.concat(parts, ignore_index=True).merge(days, on=KEYS, how="left", validate="one_to_one")


def known(rows: pd.DataFrame, day: str | pd.Timestamp, horizon_days: int, every: bool = False) -> pd.Series:
    """Return the labels that are known when ``day`` begins: 1, 0, or missing.

    Args:
        rows: of :func:`replay`.
        day: the day.
        horizon_days: days from the start in which a redemption counts.
        every: also show households without a book: what a grocer who mails only some would never see.
    """
    day = pd.Timestamp(day)
    labels = pd.Series(pd.NA, index=rows.index, dtype="Int64")
    labels[rows["start_date"] + pd.Timedelta(days=horizon_days) <= day] = 0
    labels[rows["redeemed_on"] < day] = 1
    return labels if every else labels.mask(~rows["mailed"])


def timeline(rows: pd.DataFrame, horizon_days: int, every: bool = False) -> list[dict]:
    """Return, for the start of each campaign, what was known on that day about the campaigns before it."""
    result = []
    for (start, campaign_id), _ in rows.groupby(["start_date", "campaign_id"], sort=True):
        before = rows[rows["start_date"] < start]
        labels = known(before, start, horizon_days, every)
        mature = before["start_date"] + pd.Timedelta(days=horizon_days) <= start
        result.append(
            {
                "day": start.date().isoformat(),
                "campaign_id": int(campaign_id),
                "campaigns_before": int(before["campaign_id"].nunique()),
                "mature": int(before.loc[mature, "campaign_id"].nunique()),
                "labels_known": int(labels.notna().sum()),
                "redeemers_known": int(labels.fillna(0).sum()),
                "redeemers_before_maturity": int(labels[~mature].fillna(0).sum()),
            }
        )
    return result
