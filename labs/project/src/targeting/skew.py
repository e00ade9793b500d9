"""Does the service compute what the batch computes? Real households are replayed as requests, feature by feature.

``python -m targeting.skew --campaign 13`` sends every fifth household of a campaign through the code that the service
runs, and compares with ``data/features.parquet``. Exit code 1, and the features that differ, when one does: run it
before a release. Two numbers are equal or they are not, so no threshold is needed and no luck.
"""

import argparse
from pathlib import Path

import duckdb
import pandas as pd

from targeting import features, params
from targeting.features import FEATURES
from targeting.files import StageError, run
from targeting.messages import Household
from targeting.online import MONEY, Campaigns, Online

TOGETHER = 16  # households in one statement, as in the service
LINE = ("basket_id", "product_id", *MONEY)


def requests(connection: duckdb.DuckDBPyConnection, campaign_id: int, households: list[int]) -> list[Household]:
    """Return what a till would send about households, in ascending order: more than the window, the service picks.

    Args:
        connection: as :func:`targeting.features.connect` opens it.
        campaign_id: the campaign; purchases from 100 days before its start to 6 days after are sent.
        households: their numbers.
    """
    wanted = sorted(int(number) for number in households)
    found = connection.execute(
        "select start_date from campaign_descriptions where campaign_id = ?", [campaign_id]
    ).fetchone()
    if found is None:
        raise StageError(f"There is no campaign {campaign_id}.")
    day = f"date '{found[0]}'"

    def rows(query: str) -> dict[int, list[tuple]]:
        grouped = {number: [] for number in wanted}
        for number, *rest in connection.execute(query, [wanted]).fetchall():
            grouped[number].append(rest)
        return grouped

    lines = rows(
        f"select household_id, {', '.join(LINE)}, transaction_timestamp from transactions where list_contains(?, "
        f"household_id) and store_time >= {day} - 100 and store_time < {day} + 7 order by all"
    )
    mailed = rows(
        "select household_id, campaign_id from campaigns join campaign_descriptions using (campaign_id) "
        f"where list_contains(?, household_id) and start_date < {day} order by all"
    )
    redeemed = rows(
        "select household_id, redemption_date from coupon_redemptions where list_contains(?, household_id) order by all"
    )
    return [
        Household(
            household_id=number,
            purchases=[
                dict(zip(LINE, line, strict=False)) | {"purchased_at": f"{line[-1].isoformat()}Z"}
                for line in lines[number]
            ],
            mailed_campaigns=[row[0] for row in mailed[number]],
            redemptions=[row[0] for row in redeemed[number]],
        )
        for number in wanted
    ]


def served(online: Online, known: Campaigns, campaign_id: int, households: list[Household]) -> pd.DataFrame:
    """Return the features that the service computes for these households, with ``household_id``, in the order given."""
    asked = [(campaign_id, household) for household in households]
    parts = [online.features(known, asked[place : place + TOGETHER]) for place in range(0, len(asked), TOGETHER)]
    found = pd.concat(parts, ignore_index=True)
    return found.assign(household_id=[household.household_id for household in households])


def differing(batch: pd.DataFrame, served: pd.DataFrame) -> dict[str, int]:
    """Return feature → number of households whose value differs; empty when batch and service agree.

    Args:
        batch: ``household_id`` and the ``FEATURES``, one row a household, in any order; other columns do not matter.
        served: the same from the service, in any order. A household that only one of them has differs in every feature.
    """
    # TASK 4.5: compare household by household, feature by feature
    one, other = (frame.set_index("household_id")[list(FEATURES)].astype(object) for frame in (batch, served))
    everyone = one.index.union(other.index)
    wrong = one.reindex(everyone) != other.reindex(everyone)
    return {name: int(count) for name, count in wrong.sum().items() if count}
    # END TASK 4.5


def main() -> None:
    """Compare one campaign."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--campaign", type=int, required=True)
    parser.add_argument("--every", type=int, default=5, help="replay every n-th household (default: 5)")
    parser.add_argument("--clean", type=Path, default=Path("data/clean"))
    arguments = parser.parse_args()
    settings = params.read()
    batch = features.campaign(features.read(), arguments.campaign).iloc[:: arguments.every]
    with features.connect(arguments.clean, settings["data"]) as connection:
        households = requests(connection, arguments.campaign, batch["household_id"].tolist())
    online = Online(settings["data"], settings["ingest"]["time_zone"])
    found = differing(batch, served(online, Campaigns.read(arguments.clean), arguments.campaign, households))
    if found:
        listed = ", ".join(f"{name} ({count})" for name, count in found.items())
        raise StageError(f"Of {len(batch)} households the service computes another {listed}. Do not release it.")
    print(f"{len(batch)} households of campaign {arguments.campaign}: the service computes what the batch computed.")


if __name__ == "__main__":
    run(main)
