"""Batch and service agree on real households: one statement, two ways to bring the rows."""

import duckdb
import pandas as pd
import pytest

from targeting import features
from targeting.files import parquet
from targeting.messages import Household
from targeting.online import MONEY, Campaigns, Online

CAMPAIGN, START = 13, "2017-08-08"


@pytest.fixture
def clean(built):
    return built / "data" / "clean"


def household(connection, household_id: int) -> Household:
    """What a till would send about a household: everything, also what is older or later than the window."""
    columns = ("basket_id", "product_id", *MONEY, "transaction_timestamp")
    lines = connection.execute(
        f"select {', '.join(columns)} from transactions where household_id = ? and store_time >= date '{START}' - 100 "
        f"and store_time < date '{START}' + 20 order by basket_id, product_id",
        [household_id],
    ).fetchall()
    mailed = connection.execute(
        "select campaign_id from campaigns join campaign_descriptions using (campaign_id) "
        f"where household_id = ? and start_date < date '{START}' order by campaign_id",
        [household_id],
    ).fetchall()
    redeemed = connection.execute(
        "select redemption_date from coupon_redemptions where household_id = ? order by all", [household_id]
    ).fetchall()
    return Household(
        household_id=household_id,
        purchases=[
            dict(zip((*columns[:-1], "purchased_at"), (*line[:-1], f"{line[-1].isoformat()}Z"), strict=True))
            for line in lines
        ],
        mailed_campaigns=[row[0] for row in mailed],
        redemptions=[row[0] for row in redeemed],
    )


def test_the_service_computes_what_the_batch_computes(clean, settings):
    with features.connect(clean, settings["data"]) as connection:
        batch = features.campaign(features.compute(connection), CAMPAIGN).iloc[::25]
        households = [household(connection, int(number)) for number in batch["household_id"]]
    online = Online(settings["data"], settings["ingest"]["time_zone"])
    served = online.features(Campaigns.read(clean), [(CAMPAIGN, household) for household in households])
    expected = batch[list(features.FEATURES)].reset_index(drop=True)
    pd.testing.assert_frame_equal(served, expected, check_dtype=False)
    assert (served[list(features.NUMERIC)] > 0).any().all(), "zeros would compare equal uncomputed"


def test_households_asked_about_together_get_what_they_get_alone(clean, settings):
    """Two requests about the same household with other purchases, one of them for another campaign, do not mix."""
    with features.connect(clean, settings["data"]) as connection:
        rows = features.campaign(features.compute(connection), CAMPAIGN)
        many = [household(connection, int(number)) for number in rows["household_id"].iloc[:300:100]]
    asked = [(CAMPAIGN, each) for each in many] + [
        (18, many[0]),
        (CAMPAIGN, many[1].model_copy(update={"purchases": []})),
    ]
    online, known = Online(settings["data"], settings["ingest"]["time_zone"]), Campaigns.read(clean)
    together = online.features(known, asked)
    alone = pd.concat([online.features(known, [pair]) for pair in asked], ignore_index=True)
    pd.testing.assert_frame_equal(together, alone)
    assert together["spend"].nunique() == len(asked)


def test_the_campaigns_known_are_those_of_the_tables(clean):
    known = Campaigns.read(clean)
    with duckdb.connect() as connection:
        products = connection.execute(
            f"select count(distinct product_id) from {parquet(clean / 'coupons.parquet')} where campaign_id = 13"
        ).fetchone()[0]
    assert len(known.described) == 27
    assert len(known.covered[CAMPAIGN]) == products
