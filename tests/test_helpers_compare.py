"""The functions that compare policies: equal to the slow and plain way of saying the same."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from mldesign import compare, data, lapse

ROWS = pd.DataFrame(
    {
        "household_id": [1, 2, 3, 1, 2, 3, 4],
        "week": [33, 33, 33, 34, 34, 34, 34],
        "lapsed": [0, 1, 0, 1, 0, 0, 1],
        "score": [0.2, 0.9, 0.9, 0.5, 0.9, 0.1, 0.5],
    }
)


def test_auc_of_draws_is_scikit_learns_with_weights_ties_included():
    position, counts = lapse.household_draws(ROWS["household_id"], 50)
    fast = compare.auc_of_draws(ROWS["lapsed"], ROWS["score"], position, counts)
    for value, count in zip(fast, counts, strict=True):
        weight = count[position]
        if len(set(ROWS["lapsed"][weight > 0])) == 2:
            assert value == pytest.approx(roc_auc_score(ROWS["lapsed"], ROWS["score"], sample_weight=weight))
        else:
            assert np.isnan(value)


def test_difference_of_sums_counts_absent_households_as_zero():
    a, b = pd.Series([1.0, 2.0, 4.0], index=[1, 1, 2]), pd.Series([1.0], index=[3])
    total, low, high = compare.difference_of_sums(a, b, np.array([1, 2, 3, 4]))
    assert total == 6 and low < 6 < high


def test_best_of_is_the_mean_over_all_choices():
    shown, later = np.array([[0.7, 0.9, 0.8], [0.6, 0.5, 0.4], [0.5, 0.5, 0.5]]), np.array([1.0, 2.0, 4.0])
    for tried in (1, 2, 3):
        best = [max(pick, key=lambda c: row[c]) for row in shown for pick in combinations(range(3), tried)]
        values = [max(row[list(pick)]) for row in shown for pick in combinations(range(3), tried)]
        assert compare.best_of(shown, later, tried) == pytest.approx((np.mean(values), np.mean(later[best])))


def test_a_larger_sample_of_all_households_is_the_whole():
    aucs = compare.auc_of_samples(ROWS, [ROWS["score"]], [4], draws=3)
    assert aucs[4] == pytest.approx(np.full((3, 1), roc_auc_score(ROWS["lapsed"], ROWS["score"])))


def test_a_larger_sample_contains_the_smaller_one():
    """Two sizes at once give what each gives alone, with the same draws."""
    both = compare.auc_of_samples(ROWS, [ROWS["score"]], [4, 3], draws=20)
    alone = compare.auc_of_samples(ROWS, [ROWS["score"]], [3], draws=20)
    assert both[3].tolist() == alone[3].tolist()


def test_best_of_refuses_a_missing_result():
    with pytest.raises(ValueError, match="one class only"):
        compare.best_of(np.array([[0.5, np.nan]]), np.array([1.0, 2.0]), 1)


def test_samples_of_one_class_are_left_out():
    assert compare.auc_of_samples(ROWS, [ROWS["score"]], [1, 4], draws=50)[1].shape[0] < 50


def test_the_rule_prefers_fewer_trips_then_more_spend():
    rows = pd.DataFrame({"trips_12w": [2, 1, 1, 3], "spend_12w": [500.0, 5.0, 50.0, 900.0]})
    assert list(compare.fewest_trips(rows).sort_values(ascending=False).index) == [2, 1, 0, 3]


def test_precision_at_k_without_ties_is_the_share_of_the_top_and_with_ties_their_mean():
    rows = pd.DataFrame({"week": [33] * 4 + [34] * 4, "lapsed": [1, 0, 1, 0, 0, 1, 1, 0]})
    assert compare.precision_at_k(rows, [4, 3, 2, 1, 4, 3, 2, 1], 2) == [0.5, 0.5, 0.5]
    mean, low, high = compare.precision_at_k(rows, [1] * 8, 2)
    assert mean == 0.5 and low < mean < high


def test_precision_at_k_takes_every_row_above_the_edge_and_draws_the_rest():
    """Two of three places are sure, the third is drawn among two, one of which lapses."""
    rows = pd.DataFrame({"week": [33] * 5, "lapsed": [1, 1, 1, 0, 1]})
    mean, low, high = compare.precision_at_k(rows, [9, 8, 7, 7, 1], 3)
    assert (mean, low, high) == pytest.approx((2.5 / 3, 2 / 3, 1))


class Constant:
    """A classifier that has learned the share of lapses, and says it of everybody."""

    def fit(self, rows, lapsed):
        self.share = lapsed.mean()
        return self

    def predict_proba(self, rows):
        return np.column_stack([np.full(len(rows), 1 - self.share), np.full(len(rows), self.share)])


def test_policies_learn_from_the_past_and_weigh_by_what_four_usual_weeks_spend():
    learn = pd.DataFrame({"trips_12w": [1, 1, 1, 9], "lapsed": [1, 1, 0, 0], "spend_12w": 1.0})
    rows = pd.DataFrame({"trips_12w": [1, 9], "lapsed": [0, 1], "spend_12w": [30.0, 300.0]})
    scores = compare.policies(learn, rows, Constant(), ["trips_12w"])
    assert list(scores) == ["model", "rule", "table", "model × spend", "table × spend"]
    assert scores["table"].tolist() == pytest.approx([2 / 3, 0])
    assert scores["table × spend"].tolist() == pytest.approx([20 / 3, 0])
    assert scores["model × spend"].tolist() == pytest.approx([5, 50])


def test_what_returners_spend_is_that_of_the_next_four_weeks_in_their_row_of_the_table():
    weeks, spend = data.table("household_weeks"), data.query("select household_id, week, sales_value from transactions")
    learn, rows = lapse.split(weeks)
    got = compare.returners_spend(learn, rows.head(200))
    few = learn[(learn["trips_12w"] == 1) & (learn["lapsed"] == 0)][["household_id", "week"]]
    after = few.merge(spend, on="household_id", suffixes=("", "_spent"))
    ahead = after["week_spent"].sub(after["week"]).between(1, 4)
    expected = after.loc[ahead, "sales_value"].astype(float).sum() / len(few)
    assert got[rows.head(200)["trips_12w"] == 1].tolist()[:1] == pytest.approx([expected])


def test_net_value_uses_usual_spend_unless_told():
    sent = pd.DataFrame({"household_id": [7, 8], "lapsed": [1, 0], "spend_12w": [60.0, 60.0]})
    assert list(compare.net_value(sent)) == pytest.approx([0.5, -0.5])
    worth = pd.Series([80.0, 40.0], index=[1, 0])  # by index, not by place
    assert list(compare.net_value(sent, worth)) == pytest.approx([1.5, -0.5])
    assert compare.net_value(sent).index.tolist() == [7, 8]


def test_the_interval_of_a_mean_holds_it_and_a_constant_has_none():
    low, high = compare.mean_interval(pd.Series([0.0, 1.0, 0.0, 1.0, 1.0]), pd.Series([1, 2, 3, 4, 5]))
    assert low < 0.6 < high
    assert compare.mean_interval(pd.Series([2.0] * 4), pd.Series([1, 1, 2, 3])) == [2.0, 2.0]


def test_the_interval_of_a_mean_is_that_of_95_per_cent_and_of_whole_households():
    """Ten households, each with ten equal rows: one value in ten a household, so rows are no better than households."""
    values, ids = pd.Series(np.repeat(np.arange(10.0), 10)), pd.Series(np.repeat(np.arange(10), 10))
    low, high = compare.mean_interval(values, ids, draws=4000)
    error = np.arange(10.0).std() / np.sqrt(10)
    assert (high - low) / (2 * 1.96 * error) == pytest.approx(1, abs=0.05)


def test_the_digest_sees_the_last_row():
    assert (
        compare.digest(ROWS)
        == compare.digest(ROWS.copy())
        != compare.digest(ROWS.assign(week=[33, 33, 33, 34, 34, 34, 35]))
    )


def test_check_probabilities_offers_once_where_it_seems_to_pay():
    rows = ROWS.assign(spend_12w=84.0)  # a lapse that is prevented is worth 84 / 3 × 0.2 × 0.25 = 1.40
    chances = np.array([0.1, 0.9, 0.9, 0.9, 0.9, 0.1, 0.1])
    table = compare.check_probabilities(rows, {"p": chances})
    assert table.loc["p", "AUC"] == pytest.approx(roc_auc_score(ROWS["lapsed"], chances), abs=5e-4)
    assert table.loc["p", "Brier score"] == pytest.approx(((chances - ROWS["lapsed"]) ** 2).mean(), abs=5e-4)
    assert table.loc["p", "mean probability"] == pytest.approx(chances.mean(), abs=5e-4)
    assert table.loc["p", "offers that seem to pay"] == 3  # households 2 and 3 in week 33, household 1 in week 34
    assert table.loc["p", "net value, dollars"] == 1  # two of the three lapse: 2 × 1.40 − 3 × 0.50
