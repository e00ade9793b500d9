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


def difference(
    frame: pd.DataFrame, challenger, champion, share: float, cost_per_book: float, benefit: float, seed: int
) -> dict:
    """Return by how much one policy out-earns another, in dollars per 1,000 households, with a 95 % interval.

    A household is mailed in several campaigns, and its rows resemble each other, so whole households are resampled
    (2,000 times), not rows. Each policy's mailing lists stay as they are.

    Returns:
        ``estimate``, ``low`` and ``high``.
    """
    gain = np.zeros(len(frame))
    for sign, policy in ((1, challenger), (-1, champion)):
        mailed = np.zeros(len(frame), dtype=bool)
        for rows in frame.groupby("campaign_id").indices.values():
            known = frame.iloc[rows].drop(columns="redeemed")
            mailed[rows] = choose(scores(policy, known), known["household_id"], share)
        gain += sign * np.where(mailed, benefit * frame["redeemed"].to_numpy() - cost_per_book, 0.0)
    households = pd.DataFrame({"household_id": frame["household_id"].to_numpy(), "gain": gain, "rows": 1})
    totals = households.groupby("household_id", sort=True).sum().to_numpy()
    draws = np.random.default_rng(seed).integers(len(totals), size=(2000, len(totals)))
    resampled = totals[draws].sum(axis=1)
    low, high = np.quantile(1000 * resampled[:, 0] / resampled[:, 1], [0.025, 0.975])
    return {"estimate": float(1000 * gain.sum() / len(frame)), "low": float(low), "high": float(high)}


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
