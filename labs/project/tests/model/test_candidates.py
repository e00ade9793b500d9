"""The candidates as pipelines: what they accept, what they learn, what they keep."""

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from targeting import candidates, features, policies


@pytest.fixture(scope="module")
def rows(built, settings):
    return features.development(features.read(built / "data/features.parquet"), settings)


def fitted(name, rows, settings):
    options = settings["train"]["candidates"][name]
    return candidates.build(name, options).fit(candidates.inputs(rows), rows["redeemed"])


def test_the_rule_with_probabilities_keeps_the_order_of_the_rule(rows, settings):
    """Also among equals: what the rule cannot tell apart, the model cannot either."""
    score = candidates.probabilities(fitted("rule", rows, settings), rows)
    bare = policies.Rule(("redemptions", "coupon_lines")).fit(rows).decision_function(rows)
    assert (pd.Series(score).rank(method="min") == pd.Series(bare).rank(method="min")).all()


@pytest.mark.parametrize("name", ["rule", "logistic-short", "logistic", "boosting"])
def test_the_order_of_rows_does_not_matter(rows, settings, name):
    shuffled = rows.sample(frac=1, random_state=1)
    once, again = (candidates.probabilities(fitted(name, part, settings), rows) for part in (rows, shuffled))
    np.testing.assert_allclose(once, again, atol=1e-6)


@pytest.mark.parametrize("name", ["rule", "logistic-short", "logistic", "boosting"])
def test_a_model_file_holds_only_types_that_we_trust(rows, settings, name):
    model = fitted(name, rows, settings)
    again = skops.io.loads(skops.io.dumps(model), trusted=candidates.TRUSTED)
    np.testing.assert_array_equal(candidates.probabilities(again, rows), candidates.probabilities(model, rows))


def test_a_model_file_with_a_stranger_in_it_is_refused():
    dumped = skops.io.dumps(make_pipeline(FunctionTransformer(print)))
    with pytest.raises(TypeError, match="Untrusted types"):
        skops.io.loads(dumped, trusted=candidates.TRUSTED)


def test_a_flexible_candidate_learns_a_small_batch_by_heart(rows):
    """Were the pipeline broken (a column lost, labels shifted), it could not."""
    few = pd.concat([rows[rows["redeemed"] == 1].head(20), rows[rows["redeemed"] == 0].head(20)])
    options = {"max_depth": 4, "learning_rate": 0.3, "max_iter": 200, "min_samples_leaf": 1}
    model = candidates.build("test", {"kind": "boosting", **options}).fit(candidates.inputs(few), few["redeemed"])
    assert roc_auc_score(few["redeemed"], candidates.probabilities(model, few)) > 0.999


def test_candidates_see_no_identity_no_date_and_no_label(rows):
    assert set(candidates.inputs(rows)).isdisjoint({"household_id", "campaign_id", "start_date", "redeemed"})


def test_an_unknown_campaign_type_still_gets_a_probability(rows, settings):
    strange = rows.head(2).assign(campaign_type="Type Z")
    for name in settings["train"]["candidates"]:
        assert np.isfinite(candidates.probabilities(fitted(name, rows, settings), strange)).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "oracle"}, "kind 'oracle' is unknown. Kinds: rule, logistic, boosting"),
        ({"kind": "rule", "columns": ["luck"]}, "no feature is called luck"),
        ({"kind": "logistic", "columns": ["spend"], "power": 2}, "power"),
    ],
)
def test_a_mistake_in_the_parameters_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        candidates.build("x", options)


def test_a_missing_feature_is_named(rows):
    with pytest.raises(KeyError, match="affinity_spend"):
        candidates.inputs(rows.drop(columns="affinity_spend"))
