"""What a registered model must do, whatever it is made of: invariance, direction, minimum function."""

import numpy as np
import pandas as pd
import pytest

from targeting import candidates, features, registry


@pytest.fixture(scope="module")
def rows(built):
    return features.campaign(features.read(built / "data/features.parquet"), 13)


@pytest.fixture(params=[registry.CHAMPION, registry.CHALLENGER])
def model(request, inside):
    return registry.load(request.param)


def household(**values):
    return pd.DataFrame([{**dict.fromkeys(features.NUMERIC, 0), "campaign_type": "Type A", **values}])


def test_who_a_household_is_changes_nothing(model, rows):
    renamed = rows.assign(household_id=rows["household_id"] + 10_000, campaign_id=99)
    np.testing.assert_array_equal(model.predict(renamed), model.predict(rows))


def test_a_household_is_scored_alone_as_it_is_in_a_campaign(model, rows):
    alone = np.concatenate([model.predict(rows.iloc[[place]]) for place in range(20)])
    np.testing.assert_allclose(alone, model.predict(rows)[:20], atol=1e-9)


def test_the_label_is_not_looked_at(model, rows):
    np.testing.assert_array_equal(model.predict(rows.assign(redeemed=1)), model.predict(rows.drop(columns="redeemed")))


@pytest.mark.parametrize("column", ["redemptions", "coupon_lines"])
def test_more_use_of_coupons_never_lowers_the_probability(model, rows, column):
    more = model.predict(rows.assign(**{column: rows[column] + 1}))
    assert (more >= model.predict(rows)).all() and (more > model.predict(rows)).any()


def test_an_eager_household_comes_before_one_that_nobody_has_seen(model):
    eager = household(
        spend=900, trips=30, recent_trips=10, coupon_lines=25, redemptions=6, affinity_spend=120, mailings=3
    )
    assert model.predict(eager)[0] > 2 * model.predict(household())[0]


def test_probabilities_are_probabilities_also_for_the_extreme(model):
    extreme = household(**dict.fromkeys(features.NUMERIC, 1_000_000))
    for frame in (extreme, household(), candidates.example()):
        assert 0 <= model.predict(frame)[0] <= 1
