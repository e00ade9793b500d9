"""The candidates: a rule, two logistic regressions, a small boosting. Each is one pipeline, and that is the model.

What they have in common: they take a frame with the columns of :data:`targeting.features.FEATURES`, and
``predict_proba`` gives the probability of redeeming. 172 redeemers do not carry a search, so there are four, not forty.
"""

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from targeting.features import CATEGORICAL, FEATURES, NUMERIC
from targeting.policies import Rule

# What a model file may hold beside scikit-learn's own, harmless types. skops refuses to load anything else.
TRUSTED = [
    "numpy.log1p",
    "sklearn.compose._column_transformer._RemainderColsList",  # in older releases of scikit-learn
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "targeting.candidates.RuleScore",
]


class RuleScore(TransformerMixin, BaseEstimator):
    """Turn a frame into the score of a :class:`targeting.policies.Rule`, on a log scale, as one column.

    A logistic regression on that one column gives the rule probabilities and keeps its order.
    """

    def __init__(self, columns: tuple[str, ...] = ("redemptions", "coupon_lines")):
        self.columns = columns

    def fit(self, frame: pd.DataFrame, redeemed: pd.Series | None = None) -> "RuleScore":
        """Learn nothing."""
        self.n_features_in_ = frame.shape[1]
        return self

    def transform(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the score of each row, shape (rows, 1)."""
        rule = Rule(tuple(self.columns)).fit(frame)
        return np.log1p(rule.decision_function(frame)).reshape(-1, 1)


def rule(columns: list[str]) -> Pipeline:
    """Return the rule that ranks by these columns, with probabilities."""
    return make_pipeline(RuleScore(tuple(columns)), LogisticRegression())


def logistic(columns: list[str], strength: float) -> Pipeline:
    """Return a logistic regression on logarithms; a smaller ``strength`` (C) shrinks the coefficients more."""
    numbers = [column for column in columns if column in NUMERIC]
    types = [column for column in columns if column in CATEGORICAL]
    # TASK 3.2: logarithms and scaling for numbers, a column for each type, and the regression, in one pipeline
    scaled = make_pipeline(FunctionTransformer(np.log1p, feature_names_out="one-to-one"), StandardScaler())
    known = OneHotEncoder(handle_unknown="ignore")
    table = ColumnTransformer([("numbers", scaled, numbers), ("types", known, types)])
    return make_pipeline(table, LogisticRegression(C=strength, max_iter=1000))
    # END TASK 3.2


def boosting(max_depth: int, learning_rate: float, max_iter: int, min_samples_leaf: int) -> Pipeline:
    """Return a small gradient boosting; without early stopping, so that the order of rows does not matter."""
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    table = ColumnTransformer([("numbers", "passthrough", list(NUMERIC)), ("types", encoder, list(CATEGORICAL))])
    return make_pipeline(
        table,
        HistGradientBoostingClassifier(
            max_depth=max_depth,
            learning_rate=learning_rate,
            max_iter=max_iter,
            min_samples_leaf=min_samples_leaf,
            early_stopping=False,
            random_state=0,
        ),
    )


KINDS = {"rule": rule, "logistic": logistic, "boosting": boosting}


def build(name: str, options: dict) -> Pipeline:
    """Return an unfitted candidate.

    Args:
        name: what params.yaml calls it, for the error message.
        options: its block in params.yaml: ``kind``, and the arguments of the function of that name.

    Raises:
        ValueError: when the kind, an option or a column is unknown.
    """
    options = dict(options)
    kind = options.pop("kind", None)
    if kind not in KINDS:
        raise ValueError(f"Candidate {name}: kind {kind!r} is unknown. Kinds: {', '.join(KINDS)}.")
    unknown = [column for column in options.get("columns", []) if column not in FEATURES]
    if unknown:
        raise ValueError(
            f"Candidate {name}: no feature is called {', '.join(unknown)}. Features: {', '.join(FEATURES)}."
        )
    try:
        return KINDS[kind](**options)
    except TypeError as error:
        raise ValueError(f"Candidate {name}: {error}. Check `train.candidates` in params.yaml.") from error


def fitted(name: str, options: dict, rows: pd.DataFrame) -> Pipeline:
    """Return a candidate that has learned from rows with the columns of ``FEATURES`` and ``redeemed``.

    On one thread: for a few thousand rows a second one brings nothing, and on a busy machine they wait for each other.

    Raises:
        ValueError: as :func:`build`.
        KeyError: as :func:`inputs`.
    """
    with threadpool_limits(limits=1):
        return build(name, options).fit(inputs(rows), rows["redeemed"])


def inputs(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what a model sees of a frame of features: the columns of ``FEATURES``, in their order, numbers as float.

    Raises:
        KeyError: when a feature is missing.
    """
    missing = [column for column in FEATURES if column not in frame]
    if missing:
        raise KeyError(f"The frame lacks the features {', '.join(missing)}.")
    return frame[list(FEATURES)].astype({**dict.fromkeys(NUMERIC, "float64"), **dict.fromkeys(CATEGORICAL, "object")})


def probabilities(model: Pipeline, frame: pd.DataFrame) -> np.ndarray:
    """Return each row's probability of redeeming, to nine digits: the last bits of a processor decide nothing."""
    return np.round(model.predict_proba(inputs(frame))[:, 1], 9)


def example() -> pd.DataFrame:
    """Return one made-up household's inputs, for timing and for documentation."""
    return pd.DataFrame([{**dict.fromkeys(NUMERIC, 1.0), "campaign_type": "Type A"}])
