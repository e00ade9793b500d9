"""What the labels of books, a few of them drawn by lot, say about households without one.

A model that mails only whom it chooses never learns about the others. A random book is an answer from among them: it
stands for all households that had the same chance, 1 / propensity of them. Few random books, wide intervals.
"""

import numpy as np
import pandas as pd


def share_of_all(rows: pd.DataFrame) -> float | None:
    """Return the share of all households of a campaign that would redeem a book, estimated from those that got one.

    Args:
        rows: every household of a mature campaign: ``mailed``, ``label`` (missing without a book), ``propensity`` (the
            chance that it had of a book).

    Returns:
        The share, or None when a household had no chance: then no label speaks for it, and no weight helps.
    """
    # TASK 5.2: from the books that were mailed to all households
    share, mailed = None, rows[rows["mailed"]]
    if (rows["propensity"] > 0).all():
        share = np.average(mailed["label"].astype(float), weights=1 / mailed["propensity"])
    # END TASK 5.2
    return None if share is None else round(float(share), 6)


def gain(campaign: pd.DataFrame, fresh: np.ndarray, used: np.ndarray, benefit: float, cost: float) -> np.ndarray:
    """Return what the list ``fresh`` would have earned more than the list ``used``, dollars for each household.

    Only a household that got a book has a label, so only it can say what its book brought. It says so for all
    households that had its chance: 1 / propensity of them. Households without a label count 0, here and in the sum.

    Args:
        campaign: ``label`` (1, 0, or missing) and ``propensity`` of every household of one campaign.
        fresh, used: True where a list has the household.
        benefit: dollars that a redeemer brings.
        cost: dollars of a book.
    """
    # TASK 5.5: more books of one list, fewer of the other, weighted
    seen = campaign["label"].notna().to_numpy()
    worth = benefit * campaign["label"].fillna(0).to_numpy(dtype=float) - cost
    moved = np.asarray(fresh, dtype=int) - np.asarray(used, dtype=int)
    weight = 1 / campaign["propensity"].where(seen, 1.0).to_numpy(dtype=float)
    return np.where(seen, weight * worth * moved, 0.0)
    # END TASK 5.5
