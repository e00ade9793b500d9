"""Train one model of the lapse problem, judge it, and write a receipt from which anyone can do it again.

``python lapse_model.py receipt.json data.csv`` trains from the receipt and compares; it ends with exit code 1 when less
comes out than the receipt promises. ``lapse.py`` lies beside this file: the course's ``mldesign/lapse.py``, copied.
"""

import hashlib
import json
import platform
import sys
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import lapse
import numpy as np
import pandas as pd
from lapse import EDGES, FEATURES, MARGIN, OFFER_COST, SAVE_RATE, contacts, household_draws, logistic, split
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

PACKAGES = ("numpy", "pandas", "scikit-learn", "scipy")
LEVELS = ("nothing", "conclusion", "result", "bits")
TOLERANCE = 1e-6  # of a golden probability
TRUSTED = ["lapse_model.LapseTable"]  # what a model file may hold beside scikit-learn's own types
GOLDEN = 20  # rows of each bin of trips


def bins(rows: pd.DataFrame) -> np.ndarray:
    """Return each row's bin of trips in twelve weeks, 0 to 8."""
    return np.searchsorted(EDGES, rows["trips_12w"].to_numpy(), side="left") - 1


class LapseTable(ClassifierMixin, BaseEstimator):
    """The rule: nine lapse rates, looked up by trips in twelve weeks."""

    def fit(self, rows: pd.DataFrame, lapsed: pd.Series) -> "LapseTable":
        """Learn the share of lapses in each bin of trips."""
        rates = lapsed.groupby(bins(rows)).mean()
        self.rates_ = rates.reindex(range(len(EDGES) - 1), fill_value=lapsed.mean()).to_numpy()
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, rows: pd.DataFrame) -> np.ndarray:
        """Return the probabilities of staying and of lapsing, shape (rows, 2)."""
        lapsing = self.rates_[bins(rows)]
        return np.column_stack([1 - lapsing, lapsing])


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


def golden_rows(test: pd.DataFrame) -> pd.DataFrame:
    """Return rows from all over the inputs: the first ``GOLDEN`` of each bin of trips."""
    return test.groupby(bins(test)).head(GOLDEN)


@lru_cache(maxsize=4)
def redraw(households: int) -> np.ndarray:
    """Return how often each household was drawn, shape (1000, households)."""
    return household_draws(range(households), draws=1000)[1]


def gains(scores: np.ndarray, test: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Return the contacts of a list ranked by probability × usual spend, and dollars over doing nothing by household."""
    usual_spend = test["spend_12w"] / 3
    chosen = contacts(test, scores * usual_spend)
    gain = chosen["lapsed"] * usual_spend[chosen.index] * SAVE_RATE * MARGIN - OFFER_COST
    return chosen, gain.set_axis(chosen["household_id"]).reindex(test["household_id"].unique(), fill_value=0)


def judge(model, test: pd.DataFrame) -> dict:
    """Return what came out: bits, golden probabilities, names, and the registered verdict.

    The verdict is that of lesson 1.1: the 95 % household interval of the list's net value lies above 0.
    """
    scores = probability(model, test)
    chosen, gain = gains(scores, test)
    low, high = np.percentile(redraw(len(gain)) @ gain.to_numpy(), [2.5, 97.5])
    return {
        "bits": hashlib.sha256(scores.tobytes()).hexdigest(),
        "golden": [float(score) for score in pd.Series(scores, test.index)[golden_rows(test).index]],
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


def replaced(first: dict, second: dict) -> int:
    """Return how many households of one outcome's contacts get no offer in the other's, in any week."""
    return len(set(first["names"]) - set(second["names"]))


def digest(data: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    return hashlib.sha256(data.read_bytes()).hexdigest()


def code_digest() -> str:
    """Return the SHA-256 of the two files of code that run, equal on every system."""
    text = "".join(Path(file).read_text(encoding="utf-8") for file in (__file__, lapse.__file__))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def make_receipt(data: Path, recipe: dict, commit: str, promise: str) -> dict:
    """Run a recipe (kind, columns, train_until, test, options) on a data file and return the receipt."""
    learn, test = split(pd.read_csv(data), recipe["train_until"], tuple(recipe["test"]))
    model = train(learn, recipe["kind"], recipe["columns"], **recipe["options"])
    packages = {name: version(name) for name in PACKAGES}
    environment = {"python": platform.python_version(), "system": platform.system(), "machine": platform.machine()}
    return {
        "commit": commit,
        "code_sha256": code_digest(),
        "data_sha256": digest(data),
        "recipe": recipe,
        "environment": environment | {"packages": packages},
        "promise": promise,
        "outcome": judge(model, test),
    }


def main(receipt_file: str, data_file: str) -> int:
    """Run a receipt again and return 0 when it keeps its promise."""
    receipt, data = json.loads(Path(receipt_file).read_text(encoding="utf-8")), Path(data_file)
    if digest(data) != receipt["data_sha256"]:
        print(f"Refused: {data.name} is not the data of this receipt. Restore the version that it names.")
        return 1
    if code_digest() != receipt["code_sha256"]:
        print(f"Refused: the code here is not the code of this receipt. Check out commit {receipt['commit'][:7]}.")
        return 1
    again = make_receipt(data, receipt["recipe"], receipt["commit"], receipt["promise"])
    reached = level(receipt["outcome"], again["outcome"])
    print(f"Promised: same {receipt['promise']}. Reached: {'same ' * (reached != 'nothing')}{reached}.")
    there, here = (one["environment"]["packages"] for one in (receipt, again))
    if there != here:
        print("Packages:", ", ".join(f"{name} {there[name]} there, {here[name]} here" for name in here))
    return 0 if LEVELS.index(reached) >= LEVELS.index(receipt["promise"]) else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Name two files: python lapse_model.py receipt.json data.csv")
    sys.exit(main(*sys.argv[1:]))
