import pytest

from targeting import value


def test_every_book_costs_and_every_redeemer_earns():
    assert value.net_value(books=100, redeemers=20, cost_per_book=2.0, benefit=15.0) == 100.0


def test_books_without_redeemers_cost_money():
    assert value.net_value(books=10, redeemers=0, cost_per_book=2.0, benefit=15.0) == -20.0


def test_more_redeemers_than_books_is_an_error():
    with pytest.raises(ValueError):
        value.net_value(books=2, redeemers=3, cost_per_book=1.0, benefit=1.0)


def test_at_the_break_even_rate_nothing_is_earned_or_lost():
    rate = value.break_even_rate(cost_per_book=2.0, benefit=16.0)
    assert value.net_value(books=1000, redeemers=int(1000 * rate), cost_per_book=2.0, benefit=16.0) == 0.0


def test_a_worthless_redeemer_never_breaks_even():
    with pytest.raises(ValueError, match=r"params\.yaml"):
        value.break_even_rate(cost_per_book=2.0, benefit=0.0)


def test_value_per_thousand_households():
    assert value.per_thousand(50.0, households=200) == 250.0
    with pytest.raises(ValueError, match="No households"):
        value.per_thousand(50.0, households=0)


def test_a_redeemer_is_worth_the_margin_of_what_it_adds():
    assert value.benefit_per_redeemer(extra_spend=50.0, contribution_margin=0.2) == 10.0
