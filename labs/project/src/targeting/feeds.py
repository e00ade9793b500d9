"""The data test before the gate: has every feed arrived, campaign by campaign?

A feed that stops breaks no contract, because no row is wrong: rows are only missing. It shows in the features. A
feature is *silent* in a campaign when far fewer households than in any development campaign have more than 0 of it.

Writes ``reports/feeds.json``; a silent feature stops the run, and with it the gate.
"""

import argparse
from pathlib import Path

import pandas as pd

from targeting import features, params
from targeting.features import NUMERIC
from targeting.files import StageError, run, write_json


def silent(table: pd.DataFrame, development: list[int], floor: float, min_households: int) -> list[tuple[int, str]]:
    """Return each campaign and feature that is silent: ``[(18, "coupon_lines")]``.

    A feature's share is the part of a campaign's households that have more than 0 of it; a missing value is not more
    than 0. A campaign with fewer than ``min_households`` proves nothing and is left out altogether.

    Args:
        table: rows of ``features.sql``; ``campaign_id`` and the columns of ``NUMERIC`` are looked at.
        development: the campaigns to compare with; among them the lowest share of each feature counts.
        floor: a feature is silent where its share is below ``floor`` times that lowest share.
        min_households: size from which a campaign is judged, and compared with.
    """
    # TASK 6.2: which feature has gone silent, and where?
    present = (table[list(NUMERIC)] > 0).groupby(table["campaign_id"]).mean()
    judged = present[table.groupby("campaign_id").size() >= min_households]
    limit = floor * judged[judged.index.isin(development)].min()
    below = judged.lt(limit, axis="columns")
    return [(int(campaign), name) for campaign in judged.index for name in NUMERIC if below.loc[campaign, name]]
    # END TASK 6.2


def main() -> None:
    """Run the data test."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--features", type=Path, default=Path("data/features.parquet"))
    parser.add_argument("--reports", type=Path, default=Path("reports"))
    arguments = parser.parse_args()
    settings, table = params.read(), features.read(arguments.features)
    table = table[table["history_complete"] == 1]  # earlier campaigns are quiet because the data begin in their history
    development = list(range(settings["data"]["first_campaign"], settings["data"]["last_campaign"] + 1))
    found = silent(table, development, **settings["feeds"])
    if found:
        places = "; ".join(f"{name} in campaign {campaign}" for campaign, name in found)
        raise StageError(f"Silent: {places}. No contract is broken. Ask the owner of the feed; train nothing on it.")
    write_json(arguments.reports / "feeds.json", {"campaigns": int(table["campaign_id"].nunique()), "silent": []})
    print(f"{len(NUMERIC)} features of {table['campaign_id'].nunique()} campaigns: no feed is silent.")


if __name__ == "__main__":
    run(main)
