from datetime import datetime

import duckdb
import pytest

from targeting.history import history

DATA = {"first_campaign": 4, "last_campaign": 10, "history_days": 84, "horizon_days": 28}
START = datetime(2017, 5, 8)


@pytest.fixture
def shop():
    """A shop with campaign 8 from 8 May, mailed to household 1; a test adds purchases and redemptions."""
    with duckdb.connect() as connection:
        connection.execute("create table campaigns (campaign_id bigint, household_id bigint)")
        connection.execute(
            "create table campaign_descriptions (campaign_id bigint, campaign_type varchar, start_date timestamp)"
        )
        connection.execute(
            "create table coupon_redemptions (household_id bigint, campaign_id bigint, redemption_date timestamp)"
        )
        connection.execute(
            "create table transactions (household_id bigint, basket_id bigint, sales_value double, coupon_disc double,"
            " coupon_match_disc double, transaction_timestamp timestamp)"
        )
        connection.execute("insert into campaigns values (8, 1)")
        connection.execute("insert into campaign_descriptions values (8, 'Type A', ?)", [START])
        yield connection


def buy(connection, when: str, spend: float = 10.0, basket: int = 1, coupon: float = 0, match: float = 0):
    line = [basket, spend, coupon, match, datetime.fromisoformat(when)]
    connection.execute("insert into transactions values (1, ?, ?, ?, ?, ?)", line)


def redeem(connection, when: str, campaign: int = 8):
    connection.execute("insert into coupon_redemptions values (1, ?, ?)", [campaign, datetime.fromisoformat(when)])


def test_a_household_without_purchases_keeps_its_row(shop):
    row = history(DATA, shop).iloc[0]
    assert (row["spend"], row["trips"], row["redemptions"], row["redeemed"]) == (0.0, 0, 0, 0)


@pytest.mark.parametrize(
    ("stamp", "spend"),
    [
        ("2017-05-08T02:00", 10.0),  # 22:00 of 7 May in the store
        ("2017-05-08T04:00", 0.0),  # midnight in the store: the start day
        ("2017-02-13T05:00", 10.0),  # first minute of the 84th day before, winter time
        ("2017-02-13T04:59", 0.0),  # one minute earlier
    ],
)
def test_purchases_are_dated_in_store_time(shop, stamp, spend):
    buy(shop, stamp)
    assert history(DATA, shop).iloc[0]["spend"] == spend


def test_a_basket_of_several_lines_is_one_trip_and_each_line_with_a_coupon_counts(shop):
    buy(shop, "2017-05-01T20:00", coupon=0.5)
    buy(shop, "2017-05-01T20:00", match=0.5)
    buy(shop, "2017-05-02T20:00", basket=2)
    row = history(DATA, shop).iloc[0]
    assert (row["spend"], row["trips"], row["coupon_lines"]) == (30.0, 2, 2)


@pytest.mark.parametrize(
    ("day", "counted"), [("2017-02-12", 0), ("2017-02-13", 1), ("2017-05-07", 1), ("2017-05-08", 0)]
)
def test_past_redemptions_are_those_of_the_84_days_before(shop, day, counted):
    redeem(shop, day, campaign=7)
    assert history(DATA, shop).iloc[0]["redemptions"] == counted


@pytest.mark.parametrize(
    ("day", "redeemed"), [("2017-05-07", 0), ("2017-05-08", 1), ("2017-06-04", 1), ("2017-06-05", 0)]
)
def test_a_redemption_counts_in_the_28_days_from_the_start(shop, day, redeemed):
    redeem(shop, day)
    assert history(DATA, shop).iloc[0]["redeemed"] == redeemed


def test_another_campaigns_coupon_is_no_redemption_of_this_one(shop):
    redeem(shop, "2017-05-10", campaign=7)
    assert history(DATA, shop).iloc[0]["redeemed"] == 0


def test_nothing_that_happens_from_the_start_on_changes_what_was_known(shop):
    buy(shop, "2017-05-01T20:00")
    redeem(shop, "2017-05-02", campaign=7)
    known = ["spend", "trips", "coupon_lines", "redemptions"]
    before = history(DATA, shop)[known]
    buy(shop, "2017-05-08T12:00", spend=99.0)
    redeem(shop, "2017-05-08", campaign=7)
    assert history(DATA, shop)[known].equals(before)


def test_one_row_for_each_household_mailed(campaigns):
    assert not campaigns.duplicated(["campaign_id", "household_id"]).any()
    assert sorted(campaigns["campaign_id"].unique()) == [4, 5, 6, 7, 8, 9, 10]


def test_every_label_is_mature_before_campaign_13_is_decided(campaigns):
    last = campaigns["start_date"].max()
    assert (datetime(2017, 8, 8) - last).days >= DATA["horizon_days"]
