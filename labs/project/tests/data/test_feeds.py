"""The data test: silent where a feed has stopped, quiet about real campaigns, and not fooled by small ones."""

import json

import numpy as np
import pandas as pd
import pytest

from targeting import features, feeds
from targeting.features import NUMERIC
from targeting.files import StageError

DEVELOPMENT = [4, 5]


def campaigns(**shares) -> pd.DataFrame:
    """Campaigns 4, 5 and 13 of 100 households; ``spend=[.9, .8, .1]`` is each one's share above 0, others are 1."""
    parts = []
    for place, campaign_id in enumerate((4, 5, 13)):
        row = np.arange(100)
        columns = {name: (row < 100 * shares.get(name, [1, 1, 1])[place]) * 3.0 for name in NUMERIC}
        parts.append(pd.DataFrame({"campaign_id": campaign_id, "household_id": row, **columns}))
    return pd.concat(parts, ignore_index=True)


def test_a_feed_that_stops_is_named():
    table = campaigns(coupon_lines=[0.6, 0.5, 0], redemptions=[0.1, 0.04, 0.01])
    assert list(feeds.silent(table, DEVELOPMENT, 0.5, 50)) == [(13, "coupon_lines"), (13, "redemptions")]


def test_half_of_the_lowest_is_still_allowed():
    assert not list(feeds.silent(campaigns(mailings=[1, 0.5, 0.25]), DEVELOPMENT, 0.5, 50))


def test_a_small_campaign_neither_rings_nor_lowers_the_limit():
    table = campaigns(redemptions=[0.5, 0.5, 0], mailings=[0.5, 0, 0.1])
    small = table.groupby("campaign_id").head(49)
    assert not list(feeds.silent(small, DEVELOPMENT, 0.5, 50))
    table = table[(table["campaign_id"] != 5) | (table["household_id"] < 10)]
    assert (13, "mailings") in list(feeds.silent(table, DEVELOPMENT, 0.5, 50))


def test_a_missing_value_is_not_more_than_nothing():
    table = campaigns()
    table.loc[table["campaign_id"] == 13, "discount"] = np.nan
    assert list(feeds.silent(table, DEVELOPMENT, 0.5, 50)) == [(13, "discount")]


def test_the_real_campaigns_pass_and_a_stopped_feed_stops_the_run(built, command, tmp_path):
    command(built, "feeds")
    assert json.loads((built / "reports/feeds.json").read_text(encoding="utf-8"))["silent"] == []
    table = features.read(built / "data/features.parquet")
    stopped = table.assign(coupon_lines=table["coupon_lines"].where(table["campaign_id"] < 13, 0))
    stopped.to_parquet(tmp_path / "features.parquet")
    with pytest.raises(StageError, match="coupon_lines in campaign 13"):
        command(built, "feeds", "--features", str(tmp_path / "features.parquet"))
