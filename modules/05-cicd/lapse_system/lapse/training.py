"""Weekly sales in, a trained model out."""

import numpy as np
import pandas as pd
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from lapse.features import FEATURES, features

HISTORY = 12  # weeks that the features need
MATURES = 4  # weeks until a label is known


def lapsed(sales: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    """Return 1 for each row whose household buys nothing in the four weeks after the row's week, else 0."""
    bought = set(zip(sales["household_id"], sales["week"], strict=True))
    pairs = zip(rows["household_id"], rows["week"], strict=True)
    return (
        np.array([all((household, week + ahead) not in bought for ahead in range(1, 5)) for household, week in pairs])
        + 0
    )


def training_rows(sales: pd.DataFrame, today: int) -> pd.DataFrame:
    """Return every row with a whole history whose label is known at the end of week ``today``, with its label ``lapsed``."""
    first = sales["week"].min() + HISTORY - 1
    rows = pd.concat([features(sales, week) for week in range(first, today - MATURES + 1)], ignore_index=True)
    return rows.assign(lapsed=lapsed(sales, rows))


def fit(rows: pd.DataFrame, epochs: int = 5, rate: float = 0.001, seed: int = 0) -> tuple[Pipeline, list[float]]:
    """Train a logistic regression step by step.

    Args:
        rows: features with a column ``lapsed``.
        epochs: passes over the rows.
        rate: size of a step.
        seed: of the order in which rows are seen.

    Returns:
        The model, and its loss on the rows after each pass: mean negative log-likelihood, 0 at best.
    """
    steps = make_pipeline(FunctionTransformer(np.log1p), StandardScaler())
    inputs = steps.fit_transform(rows[FEATURES].astype(float))
    learner = SGDClassifier(loss="log_loss", alpha=0, learning_rate="constant", eta0=rate, random_state=seed)
    losses = []
    for _ in range(epochs):
        learner.partial_fit(inputs, rows["lapsed"], classes=[0, 1])
        losses.append(log_loss(rows["lapsed"], learner.predict_proba(inputs)[:, 1], labels=[0, 1]))
    return make_pipeline(*(step for _, step in steps.steps), learner), losses
