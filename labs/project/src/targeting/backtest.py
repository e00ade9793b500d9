"""What would a policy have earned on past campaigns? ``python -m targeting.backtest`` prints it for every rule."""

import numpy as np
import pandas as pd

from targeting import params
from targeting.history import history
from targeting.policies import RULES, choose, scores
from targeting.value import benefit_per_redeemer, net_value, per_thousand


def backtest(frame: pd.DataFrame, policy, share: float, cost_per_book: float, benefit: float) -> pd.DataFrame:
    """Replay a policy campaign by campaign and return one row for each.

    A campaign is decided on its own, with what was known at its start: the policy sees the households of this campaign
    and never the column ``redeemed``, which is used afterwards, to count.

    Args:
        frame: rows of :func:`targeting.history.history`.
        policy: a fitted policy.
        share: part of a campaign's households that the budget mails.
        cost_per_book: dollars a book.
        benefit: dollars a redeemer.

    Returns:
        campaign_id, households, books, redeemers (all of the campaign), caught (those that the policy mails),
        net_value (dollars).
    """
    rows = []
    for campaign_id, campaign in frame.groupby("campaign_id", sort=True):
        known = campaign.drop(columns="redeemed")
        mailed = choose(scores(policy, known), known["household_id"], share)
        books, caught = int(mailed.sum()), int(campaign["redeemed"].to_numpy()[mailed].sum())
        rows.append(
            {
                "campaign_id": campaign_id,
                "households": len(campaign),
                "books": books,
                "redeemers": int(campaign["redeemed"].sum()),
                "caught": caught,
                "net_value": net_value(books, caught, cost_per_book, benefit),
            }
        )
    return pd.DataFrame(rows)


def mailing(frame: pd.DataFrame, policy, share: float) -> np.ndarray:
    """Return True or False for each row of a frame: does the policy mail it? Each campaign is decided on its own.

    Args:
        frame: rows of :func:`targeting.history.history`, of any number of campaigns.
        policy: a fitted policy.
        share: part of each campaign's households that the budget mails.
    """
    mailed = np.zeros(len(frame), dtype=bool)
    for rows in frame.groupby("campaign_id").indices.values():
        known = frame.iloc[rows].drop(columns="redeemed")
        mailed[rows] = choose(scores(policy, known), known["household_id"], share)
    return mailed


def interval(household_ids, dollars, seed: int) -> dict:
    """Return dollars per 1,000 rows with a 95 % interval.

    A household is on the lists of several campaigns, so its rows are not independent: whole households are resampled
    (2,000 times), not rows. The mailing lists, the campaigns and the assumptions about money are held as they are, so
    the interval says nothing about another campaign.

    Args:
        household_ids: the household of each row.
        dollars: what each row earned or lost.
        seed: start of the random sequence.

    Returns:
        ``estimate``, ``low`` and ``high``.
    """
    rows = pd.DataFrame({"household_id": np.asarray(household_ids), "dollars": np.asarray(dollars), "rows": 1})
    totals = rows.groupby("household_id", sort=True).sum().to_numpy()
    draws = np.random.default_rng(seed).integers(len(totals), size=(2000, len(totals)))
    resampled = totals[draws].sum(axis=1)
    low, high = np.quantile(1000 * resampled[:, 0] / resampled[:, 1], [0.025, 0.975])
    return {"estimate": float(1000 * rows["dollars"].mean()), "low": float(low), "high": float(high)}


def difference(
    frame: pd.DataFrame, challenger, champion, share: float, cost_per_book: float, benefit: float, seed: int
) -> dict:
    """Return by how much one policy out-earns another, in dollars per 1,000 households, with its :func:`interval`.

    Returns:
        ``estimate``, ``low`` and ``high``.
    """
    worth = benefit * frame["redeemed"].to_numpy() - cost_per_book
    gain = worth * mailing(frame, challenger, share) - worth * mailing(frame, champion, share)
    return interval(frame["household_id"], gain, seed)


def summary(result: pd.DataFrame) -> dict:
    """Return the totals of a back-test: books, caught, share_caught, net_value, net_value_per_1000 (dollars)."""
    total = result[["households", "books", "redeemers", "caught", "net_value"]].sum()
    return {
        "books": int(total["books"]),
        "caught": int(total["caught"]),
        "share_caught": float(total["caught"] / total["redeemers"]),
        "net_value": float(total["net_value"]),
        "net_value_per_1000": per_thousand(total["net_value"], total["households"]),
    }


def main() -> None:
    """Print the back-test of every rule on the development campaigns."""
    settings = params.read()
    money, share = settings["money"], settings["decision"]["mailing_share"]
    benefit = benefit_per_redeemer(money["extra_spend_per_redeemer"], money["contribution_margin"])
    frame = history(settings["data"])
    lines = {
        name: summary(backtest(frame, rule.fit(frame), share, money["cost_per_book"], benefit))
        for name, rule in RULES.items()
    }
    print(pd.DataFrame(lines).T.astype({"books": int, "caught": int}).round(3).to_string())


if __name__ == "__main__":
    main()
