"""What was known on which day: labels come late, and only from households with a book."""

import pandas as pd
import pytest

from targeting.labels import known, timeline
from targeting.replay import redemption_days, replay

START = pd.Timestamp("2017-08-08")


@pytest.fixture
def rows():
    """One campaign: a book and a redemption, a book and none, no book and a redemption, no book and none."""
    return pd.DataFrame(
        {
            "campaign_id": 13,
            "household_id": [1, 2, 3, 4],
            "start_date": START,
            "mailed": [True, True, False, False],
            "redeemed": [1, 0, 1, 0],
            "redeemed_on": [START + pd.Timedelta(days=10), pd.NaT, START + pd.Timedelta(days=10), pd.NaT],
        }
    )


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, [None, None, None, None]),
        (11, [None, None, None, None]),  # one has redeemed, but labels of redeemers alone would say that all redeem
        (27, [None, None, None, None]),  # who has not redeemed yet may still do
        (28, [1, 0, None, None]),
    ],
)
def test_a_label_is_known_when_it_can_be(rows, days, expected):
    labels = known(rows, START + pd.Timedelta(days=days), 28)
    assert [None if pd.isna(label) else label for label in labels] == expected


def test_the_switch_shows_households_without_a_book(rows):
    assert known(rows, START + pd.Timedelta(days=28), 28, every=True).tolist() == [1, 0, 1, 0]


def test_the_timeline_counts_what_was_known_when_the_next_campaign_started(rows):
    later = rows.assign(campaign_id=14, start_date=START + pd.Timedelta(days=11), redeemed_on=pd.NaT)
    first, second = timeline(pd.concat([rows, later], ignore_index=True), 28)
    assert first["labels_known"] == 0
    assert (second["mature"], second["labels_known"], second["redeemers_before_maturity"]) == (0, 0, 1)


def test_redemptions_outside_the_horizon_are_no_labels(tmp_path):
    pd.DataFrame(
        {
            "campaign_id": [13, 13, 13, 13],
            "household_id": [1, 1, 2, 3],
            "redemption_date": pd.to_datetime(["2017-08-20", "2017-08-10", "2017-09-05", "2017-09-04"]).date,
        }
    ).to_parquet(tmp_path / "coupon_redemptions.parquet")
    pd.DataFrame({"campaign_id": [13], "start_date": [START.date()]}).to_parquet(
        tmp_path / "campaign_descriptions.parquet"
    )
    found = redemption_days(tmp_path, 28)
    assert found["household_id"].tolist() == [1, 3]
    assert found["redeemed_on"].dt.date.astype(str).tolist() == ["2017-08-10", "2017-09-04"]


def test_the_replay_holds_every_campaign_from_the_registered_day(made_rows, champion, settings):
    frame, days = made_rows
    result = replay(frame, days, champion, frozenset({5}), settings)
    assert result["campaign_id"].unique().tolist() == [13, 14]
    assert 5 not in result["household_id"].tolist()
    assert result.groupby("campaign_id")["mailed"].mean().tolist() == pytest.approx([0.5, 0.5], abs=0.01)
