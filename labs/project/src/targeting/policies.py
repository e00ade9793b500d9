"""Policies: who is mailed first. A rule is a model like any other.

Every policy is a scikit-learn classifier: ``fit(frame, redeemed)``, then ``decision_function(frame)`` or
``predict_proba(frame)``. A trained model can take a rule's place, and the registry and the services need not know which
of the two they hold.
"""

import math

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin


class Rule(ClassifierMixin, BaseEstimator):
    """Rank households by columns of their history: the first column decides, the next ones break its ties.

    The score depends on the household's own row alone, so one household is scored as a whole campaign is. It is no
    probability: it says who comes first, not how likely anyone is to redeem.

    Args:
        columns: names of columns with numbers of 0 or more, whole numbers in all but the last; more is mailed earlier.
    """

    def __init__(self, columns: tuple[str, ...] = ("spend",)):
        self.columns = columns

    def fit(self, frame: pd.DataFrame, redeemed: pd.Series | None = None) -> "Rule":
        """Learn nothing, but check that the columns are there.

        Raises:
            KeyError: when the frame lacks a column of the rule.
        """
        self._values(frame)
        self.classes_ = np.array([0, 1])
        return self

    def decision_function(self, frame: pd.DataFrame) -> np.ndarray:
        """Return one score for each row, in row order; the higher score is mailed first.

        ``x / (1 + x)`` keeps the order of x and stays below 1, so a later column cannot outweigh an earlier one.
        """
        score = np.zeros(len(frame))
        for values in reversed(self._values(frame)):
            score = values + score / (1 + score)
        return score

    def _values(self, frame: pd.DataFrame) -> list[np.ndarray]:
        absent = [column for column in self.columns if column not in frame]
        if absent:
            raise KeyError(f"The rule needs {', '.join(absent)}; the frame has {', '.join(map(str, frame.columns))}.")
        return [frame[column].to_numpy(dtype=float) for column in self.columns]


RULES = {
    "past spend": Rule(("spend",)),
    "past redemptions": Rule(("redemptions",)),
    "past redemptions, ties by coupon use": Rule(("redemptions", "coupon_lines")),
}


def scores(policy, frame: pd.DataFrame) -> np.ndarray:
    """Return one score for each row: a fitted classifier's probability of redeeming, or else its decision function."""
    if hasattr(policy, "predict_proba"):
        return policy.predict_proba(frame)[:, 1]
    return policy.decision_function(frame)


def choose(scores, household_ids, share: float) -> np.ndarray:
    """Return which households of one campaign are mailed: True or False for each, in the order given.

    The order of the list is total: the higher score first, and of equal scores the lower household_id, so that the same
    data always give the same list, whatever order they arrive in.

    Args:
        scores: one number for each household; more is mailed earlier.
        household_ids: one whole number for each household, each once.
        share: part of the households that the budget mails, between 0 and 1; a part of a book is not printed.
    """
    scores, household_ids = np.asarray(scores, dtype=float), np.asarray(household_ids)
    books = math.floor(share * len(scores) + 1e-9)  # 0.29 * 100 is 28.999999999999996
    first = np.lexsort((household_ids, -scores))[:books]
    mailed = np.zeros(len(scores), dtype=bool)
    mailed[first] = True
    return mailed
