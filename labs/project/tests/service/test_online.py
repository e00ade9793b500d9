"""Batch and service agree on real households: one statement, two ways to bring the rows."""

import duckdb
import pandas as pd
import pytest

from targeting import features, skew
from targeting.files import StageError, parquet
from targeting.online import Campaigns, Online

CAMPAIGN = 13


@pytest.fixture
def clean(built):
    return built / "data" / "clean"


@pytest.fixture
def opened(clean, settings):
    with features.connect(clean, settings["data"]) as connection:
        yield connection


def test_the_service_computes_what_the_batch_computes(clean, opened, settings):
    batch = features.campaign(features.compute(opened), CAMPAIGN).iloc[::25]
    households = skew.requests(opened, CAMPAIGN, batch["household_id"].tolist())
    online = Online(settings["data"], settings["ingest"]["time_zone"])
    served = skew.served(online, Campaigns.read(clean), CAMPAIGN, households)
    assert skew.differing(batch, served) == {}
    assert (served[list(features.NUMERIC)] > 0).any().all(), "zeros would compare equal uncomputed"


def test_a_difference_is_found_household_by_household():
    batch = pd.DataFrame({"household_id": [1, 2, 3]} | dict.fromkeys(features.NUMERIC, 2.0))
    batch["campaign_type"] = "Type A"
    same = batch.iloc[::-1].astype({"trips": "int64"})
    assert skew.differing(batch, same) == {}
    assert skew.differing(batch, same.assign(spend=[2.01, 2.0, 1.99], campaign_type="Type B")) == {
        "spend": 2,
        "campaign_type": 3,
    }
    assert skew.differing(batch, same[1:]) == dict.fromkeys(features.FEATURES, 1)


def test_who_replays_an_unknown_campaign_is_told(opened):
    with pytest.raises(StageError, match="no campaign 99"):
        skew.requests(opened, 99, [1])


def test_households_asked_about_together_get_what_they_get_alone(clean, opened, settings):
    """Two requests about the same household with other purchases, one of them for another campaign, do not mix."""
    rows = features.campaign(features.compute(opened), CAMPAIGN)
    many = skew.requests(opened, CAMPAIGN, rows["household_id"].iloc[:300:100].tolist())
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
