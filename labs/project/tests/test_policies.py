import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from targeting.policies import RULES, Rule, choose, scores


def test_the_best_scores_are_mailed_in_the_order_given():
    assert choose([1.0, 9.0, 5.0, 7.0], [1, 2, 3, 4], 0.5).tolist() == [False, True, False, True]


def test_of_equal_scores_the_lower_household_id_is_mailed():
    assert choose([1.0, 1.0, 1.0, 1.0], [8, 3, 5, 1], 0.5).tolist() == [False, True, False, True]


def test_the_list_does_not_depend_on_the_order_of_the_rows():
    generator = np.random.default_rng(1)
    ids = np.arange(200)
    score = generator.integers(0, 3, size=200)
    shuffled = generator.permutation(200)
    first = set(ids[choose(score, ids, 0.3)])
    second = set(ids[shuffled][choose(score[shuffled], ids[shuffled], 0.3)])
    assert first == second


@pytest.mark.parametrize(("share", "households", "books"), [(0.5, 7, 3), (0.29, 100, 29), (0.0, 5, 0), (1.0, 5, 5)])
def test_no_more_books_than_the_budget_allows(share, households, books):
    assert choose(np.arange(households), np.arange(households), share).sum() == books


def test_the_second_column_only_breaks_ties_of_the_first():
    frame = pd.DataFrame({"redemptions": [0, 1, 1], "coupon_lines": [900, 0, 2]})
    score = Rule(("redemptions", "coupon_lines")).fit(frame).decision_function(frame)
    assert np.argsort(-score).tolist() == [2, 1, 0]


def test_one_household_scores_as_it_does_among_all(campaigns):
    rule = RULES["past redemptions, ties by coupon use"].fit(campaigns)
    alone = [scores(rule, campaigns.iloc[[row]])[0] for row in range(20)]
    assert scores(rule, campaigns)[:20].tolist() == alone


def test_a_rule_says_which_column_it_misses():
    with pytest.raises(KeyError, match="coupon_lines"):
        Rule(("coupon_lines",)).fit(pd.DataFrame({"spend": [1.0]}))


def test_a_rule_and_a_model_have_the_same_interface(campaigns):
    features = campaigns[["spend", "coupon_lines"]]
    for policy in (clone(RULES["past spend"]), LogisticRegression()):
        assert scores(policy.fit(features, campaigns["redeemed"]), features).shape == (len(campaigns),)
