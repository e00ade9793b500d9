"""Train one model of the lapse problem, judge it, and write a receipt from which anyone can do it again.

``python lapse_model.py receipt.json data.csv`` trains from the receipt and compares; it ends with exit code 1 when less
comes out than the receipt promises.
"""

import hashlib
import json
import platform
import sys
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from mldesign.lapse import (
    EDGES,
    FEATURES,
    MARGIN,
    OFFER_COST,
    SAVE_RATE,
    WEEKLY_CONTACTS,
    contacts,
    household_draws,
    logistic,
    split,
)

PACKAGES = ("mldesign", "numpy", "pandas", "scikit-learn", "scipy")
LEVELS = ("nothing", "conclusion", "result", "bits")
TOLERANCE = 1e-6  # of a golden probability
TRUSTED = ["lapse_model.LapseTable"]  # what a model file may hold beside scikit-learn's own types
GOLDEN = 200  # rows of the test weeks


class LapseTable(ClassifierMixin, BaseEstimator):
    """The rule: nine lapse rates, looked up by trips in twelve weeks."""

    def fit(self, rows: pd.DataFrame, lapsed: pd.Series) -> "LapseTable":
        """Learn the share of lapses in each bin of trips."""
        rates = lapsed.groupby(self._bin(rows)).mean()
        self.rates_ = rates.reindex(range(len(EDGES) - 1), fill_value=lapsed.mean()).to_numpy()
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, rows: pd.DataFrame) -> np.ndarray:
        """Return the probabilities of staying and of lapsing, shape (rows, 2)."""
        lapse = self.rates_[self._bin(rows)]
        return np.column_stack([1 - lapse, lapse])

    def _bin(self, rows: pd.DataFrame) -> np.ndarray:
        return np.searchsorted(EDGES, rows["trips_12w"].to_numpy(), side="left") - 1


KINDS = {"table": LapseTable, "logistic": logistic, "boosting": HistGradientBoostingClassifier}


def train(rows: pd.DataFrame, kind: str, columns=tuple(FEATURES), **options):
    """Return a fitted model of one of the KINDS, trained on one thread; ``options`` go to its constructor."""
    with threadpool_limits(1):
        return KINDS[kind](**options).fit(rows[list(columns)].astype("float64"), rows["lapsed"])


def probability(model, rows: pd.DataFrame) -> np.ndarray:
    """Return each row's probability of lapsing, from the columns that the model was fitted on."""
    columns = list(getattr(model, "feature_names_in_", FEATURES))
    with threadpool_limits(1):
        return model.predict_proba(rows[columns].astype("float64"))[:, 1]


@lru_cache(maxsize=4)
def redraw(households: int) -> np.ndarray:
    """Return how often each household was drawn, shape (1000, households)."""
    return household_draws(range(households), draws=1000)[1]


def judge(model, test: pd.DataFrame) -> dict:
    """Return what came out: bits, golden probabilities, names, and the registered verdict.

    The verdict is that of lesson 1.1: the 95 % household interval of net value, in dollars over doing nothing, of the
    list ranked by probability × usual spend lies above 0.
    """
    scores = probability(model, test)
    usual_spend = test["spend_12w"] / 3
    chosen = contacts(test, scores * usual_spend)
    gain = chosen["lapsed"] * usual_spend[chosen.index] * SAVE_RATE * MARGIN - OFFER_COST
    by_household = gain.set_axis(chosen["household_id"]).reindex(test["household_id"].unique(), fill_value=0)
    low, high = np.percentile(redraw(len(by_household)) @ by_household.to_numpy(), [2.5, 97.5])
    return {
        "bits": hashlib.sha256(scores.tobytes()).hexdigest(),
        "golden": [float(score) for score in scores[:: len(scores) // GOLDEN][:GOLDEN]],
        "names": [int(household) for household in chosen["household_id"]],
        "net_value": [round(float(number), 2) for number in (gain.sum(), low, high)],
        "verdict": "pays" if low > 0 else "not shown",
    }


def level(first: dict, second: dict) -> str:
    """Return the highest of the LEVELS on which two outcomes of :func:`judge` agree."""
    if first["bits"] == second["bits"]:
        return "bits"
    close = np.allclose(first["golden"], second["golden"], rtol=0, atol=TOLERANCE)
    if close and first["names"] == second["names"]:
        return "result"
    return "conclusion" if first["verdict"] == second["verdict"] else "nothing"


def swapped(first: dict, second: dict) -> int:
    """Return how many contacts of an outcome of :func:`judge` are not in another, week by week."""
    pairs = [{(place // WEEKLY_CONTACTS, name) for place, name in enumerate(one["names"])} for one in (first, second)]
    return len(pairs[0] - pairs[1])


def digest(data: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    return hashlib.sha256(data.read_bytes()).hexdigest()


def make_receipt(data: Path, recipe: dict, commit: str, promise: str) -> dict:
    """Run a recipe (kind, train_until, test, options) on a data file and return the receipt."""
    learn, test = split(pd.read_csv(data), recipe["train_until"], tuple(recipe["test"]))
    model = train(learn, recipe["kind"], **recipe["options"])
    packages = {name: version(name) for name in PACKAGES}
    environment = {"python": platform.python_version(), "system": platform.system(), "packages": packages}
    inputs = {"commit": commit, "data_sha256": digest(data), "recipe": recipe, "environment": environment}
    return {**inputs, "promise": promise, "outcome": judge(model, test)}


def main(receipt_file: str, data_file: str) -> int:
    """Run a receipt again and return 0 when it keeps its promise."""
    receipt, data = json.loads(Path(receipt_file).read_text(encoding="utf-8")), Path(data_file)
    if digest(data) != receipt["data_sha256"]:
        print(f"Refused: {data.name} is not the data of this receipt. Restore the version that it names.")
        return 1
    again = make_receipt(data, receipt["recipe"], receipt["commit"], receipt["promise"])
    reached = level(receipt["outcome"], again["outcome"])
    print(f"Promised: same {receipt['promise']}. Reached: {'same ' * (reached != 'nothing')}{reached}.")
    return 0 if LEVELS.index(reached) >= LEVELS.index(receipt["promise"]) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
