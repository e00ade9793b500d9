"""Replay what happened from the registered day on, one campaign at a time, with what was known on each day.

In our data the retailer mailed everybody, so we could look at every outcome; ``targeting.labels`` says what of it the
grocer would have seen.
"""

from pathlib import Path

import duckdb
import pandas as pd

from targeting import features, registry, score
from targeting.files import StageError, first_line, parquet

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
        raise StageError(f"The redemptions cannot be read: {first_line(error)} Run `dvc repro contracts`.") from error


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
        ``redeemed_on``; :func:`targeting.labels.known`
        says what of it the grocer would have seen.

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
