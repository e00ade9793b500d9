"""The candidates: a rule that remembers, and a logistic regression. Both give a probability; the rule may win."""

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

WAITS = ["origin_wait", "carrier_wait"]  # minutes, with a long tail: as logarithms
NUMBERS = ["hour", "hour_rate", "dest_rate", "precip", "visib", "wind_speed", "humid"]
NAMES = ["origin", "carrier"]
FEATURES = [*WAITS, *NUMBERS, *NAMES]
TRUSTED = [
    "capstone.candidates.HourRate",
    "numpy.dtype",
    "numpy.log1p",
]  # what a model file may hold, beside what skops trusts


class HourRate(ClassifierMixin, BaseEstimator):
    """The baseline: the share of disrupted departures of this carrier and hour in the 28 days before."""

    def fit(self, frame: pd.DataFrame, disrupted: pd.Series) -> "HourRate":
        """Learn only what to say where a carrier has no history at this hour: the share of all."""
        self.classes_ = np.array([0, 1])
        self.fallback_ = float(disrupted.mean())
        return self

    def predict_proba(self, frame: pd.DataFrame) -> np.ndarray:
        """Return an array of shape (rows, 2)."""
        rate = frame["hour_rate"].fillna(self.fallback_).to_numpy(dtype="float64")
        return np.column_stack([1 - rate, rate])


def probability(model, frame: pd.DataFrame) -> pd.Series:
    """Return the probability of a disruption to six digits: further ones differ from run to run."""
    return pd.Series(model.predict_proba(frame[FEATURES])[:, 1].round(6), index=frame.index)


def golden(model, features: pd.DataFrame) -> list[float]:
    """Return the probabilities of a few fixed rows: a model that comes back from its file must give them again."""
    rows = features.iloc[:: max(len(features) // 7, 1)]
    return probability(model, rows).tolist()


def make(name: str, settings: dict) -> Pipeline | HourRate:
    """Return an unfitted candidate.

    Args:
        name: ``baseline`` or ``challenger``.
        settings: params.yaml, for ``train``.
    """
    if name == "baseline":
        return HourRate()
    columns = make_column_transformer(
        (make_pipeline(SimpleImputer(), FunctionTransformer(np.log1p), StandardScaler()), WAITS),
        (make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS),
        (OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=settings["train"]["min_frequency"]), NAMES),
    )
    return make_pipeline(columns, LogisticRegression(C=settings["train"]["strength"], max_iter=1000))
