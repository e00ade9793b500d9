"""mldesign.offers: nobody twice, no label from the future, and the same table and money as lesson 1.1."""

import numpy as np
import pandas as pd
import pytest

from mldesign import lapse, offers
from mldesign.data import table


@pytest.fixture(scope="module")
def everything():
    return offers.household_weeks()


def test_unchanged_purchases_give_the_lesson_table(everything):
    pd.testing.assert_frame_equal(everything.drop(columns=["usual", "trips"]), table("household_weeks"))


def test_changed_purchases_change_the_table(everything):
    fewer = offers.household_weeks(f"select * from {offers.RAW} where household_id <= 100")
    expected = everything[everything["household_id"] <= 100].reset_index(drop=True)
    pd.testing.assert_frame_equal(fewer, expected)


def test_nobody_is_contacted_twice_and_every_week_is_full(everything):
    chosen = offers.contacts(everything, 28, 33)
    assert not chosen["household_id"].duplicated().any()
    assert chosen.groupby("week").size().to_dict() == dict.fromkeys(range(33, 41), 50)


def test_labels_from_the_future_are_refused(everything):
    with pytest.raises(ValueError, match="Decide from week 33"):
        offers.contacts(everything, 28, 32)


def test_the_money_of_lesson_1_1(everything):
    gain = offers.earned(offers.contacts(everything, 28, 33), everything)
    assert len(gain) == everything["household_id"].nunique()
    assert gain.sum() == pytest.approx(90, abs=1)  # its table × spend, under the registered value of a save


def test_an_offer_to_a_household_that_was_not_at_risk_is_wasted(everything):
    chosen = pd.DataFrame({"household_id": [10**6], "week": [33]})
    assert offers.earned(chosen, everything).loc[10**6] == -lapse.OFFER_COST
    assert offers.judged(chosen, everything)["lapsed"].tolist() == [0]


def test_a_list_is_judged_by_what_really_happened_not_by_what_it_believed(everything):
    chosen = offers.contacts(everything, 28, 33)
    believed = chosen.assign(lapsed=1, usual=1000.0)
    assert offers.earned(believed, everything).equals(offers.earned(chosen, everything))
    lapsing, lost = offers.cost(everything.assign(lapsed=1), everything, 28, 33)
    assert lapsing < len(chosen)
    by_spend = offers.contacts(everything.assign(lapsed=1), 28, 33)
    assert lost.sum() == pytest.approx(
        offers.earned(chosen, everything).sum() - offers.earned(by_spend, everything).sum()
    )


def test_an_interval_holds_95_per_cent_from_low_to_high():
    dollars = pd.Series(np.arange(100.0))
    low, high = (int(part) for part in offers.with_interval(dollars).split("(")[1].rstrip(")").split(" to "))
    assert (high - low) / (2 * 1.96 * dollars.std() * 10) == pytest.approx(1, abs=0.06)


def test_an_interval_repeats_and_holds_the_sum():
    dollars = pd.Series([1.0, 2.0, -3.0, 40.0], index=[4, 7, 9, 12])
    text = offers.with_interval(dollars)
    assert text == offers.with_interval(dollars)
    assert text.startswith("40 (")


def test_an_interval_has_no_negative_zero():
    assert offers.with_interval(pd.Series([-0.01] * 10)) == "0 (0 to 0)"


def test_a_list_from_unchanged_purchases_costs_nothing(everything):
    lapsing, lost = offers.cost(everything, everything, 28, 33)
    assert lapsing == offers.contacts(everything, 28, 33)["lapsed"].sum()
    assert (lost == 0).all()


def test_a_list_that_saves_nobody_loses_what_the_list_earns(everything):
    loyal = everything[everything.groupby("household_id")["lapsed"].transform("sum") == 0]
    lapsing, lost = offers.cost(loyal, everything, 28, 33)
    earned = offers.earned(offers.contacts(everything, 28, 33), everything).sum()
    assert lapsing == 0
    assert lost.sum() == pytest.approx(earned + 400 * lapse.OFFER_COST)
