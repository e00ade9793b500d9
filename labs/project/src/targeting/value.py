"""The money of a mailing. Pure functions: dollars in, dollars out, no data and no files."""


def benefit_per_redeemer(extra_spend: float, contribution_margin: float) -> float:
    """Return what one redeemer is worth to the grocer, in dollars.

    Args:
        extra_spend: dollars of sales that a redeemer adds (an assumption: only an experiment could measure it).
        contribution_margin: share of a dollar of sales left after the variable cost, between 0 and 1.
    """
    return extra_spend * contribution_margin


def break_even_rate(cost_per_book: float, benefit: float) -> float:
    """Return the redemption rate at which a mailed book pays for itself, between 0 and 1.

    Args:
        cost_per_book: dollars to print and mail one book.
        benefit: dollars that one redeemer is worth.

    Raises:
        ValueError: when ``benefit`` is not positive; then no rate breaks even.
    """
    if benefit <= 0:
        raise ValueError(f"A redeemer must be worth more than $0, not ${benefit:.2f}. Check `money` in params.yaml.")
    return cost_per_book / benefit


def net_value(books: int, redeemers: int, cost_per_book: float, benefit: float) -> float:
    """Return the net value of a mailing in dollars: what its redeemers are worth, minus what all its books cost.

    Args:
        books: households mailed.
        redeemers: those of the mailed households that redeem.
        cost_per_book: dollars to print and mail one book.
        benefit: dollars that one redeemer is worth.

    Raises:
        ValueError: when there are more redeemers than books.
    """
    if redeemers > books:
        raise ValueError(f"{redeemers} redeemers among {books} books: only a mailed household counts as a redeemer.")
    return benefit * redeemers - cost_per_book * books


def per_thousand(value: float, households: int) -> float:
    """Return a campaign's dollars for each 1,000 households that could have been mailed, so that campaigns compare.

    Raises:
        ValueError: when there are no households.
    """
    if households <= 0:
        raise ValueError("No households: the value per 1,000 is not defined. Leave the empty campaign out.")
    return 1000 * value / households
