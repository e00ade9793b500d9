"""The batch: desks for each day after the last test day, by whoever the gate chose. One file a day, whole or absent."""

from pathlib import Path

import numpy as np
import pandas as pd
import skops.io

from capstone import candidates, money, params
from capstone.files import StageError, read_json, replacing, run

TARGET = Path("data/decisions")
COLUMNS = ["day", "origin", "carrier", "flight", "sched_at", "probability", "desk", "decided_by"]


def load(decision: str, features: pd.DataFrame) -> object:
    """Return the model that decides: the baseline needs no file.

    Raises:
        StageError: when the file is missing, holds a type that this repository does not know, or another model.
    """
    training = read_json(Path("models/training.json"), "dvc repro train")
    if decision != "promote":
        baseline = candidates.HourRate()
        baseline.fallback_ = training["baseline_fallback"]
        return baseline
    file = Path("models/challenger.skops")
    if not file.is_file():
        raise StageError(f"{file.as_posix()} is missing. Run `python -m dvc repro --force --single-item train`.")
    unknown = set(skops.io.get_untrusted_types(file=file)) - set(candidates.TRUSTED)
    if unknown:
        raise StageError(f"{file.as_posix()} holds unknown types ({', '.join(sorted(unknown))}). Train it again.")
    model = skops.io.load(file, trusted=candidates.TRUSTED)
    if not np.allclose(candidates.golden(model, features), training["golden"], atol=1e-5):
        raise StageError(f"{file.as_posix()} is not the model of models/training.json. Train it again.")
    return model


def desks(features: pd.DataFrame, model, by: str, settings: dict) -> pd.DataFrame:
    """Return departures with their probability and whether they get a desk."""
    probability = candidates.probability(model, features)
    chosen = money.choose(features, probability, settings["money"], settings["decision"]["budget"])
    return features.assign(probability=probability, desk=chosen, decided_by=by)[COLUMNS]


def main() -> None:
    """Write ``data/decisions/DAY.parquet`` for every day after the last test day."""
    settings = params.read()
    decision = read_json(Path("reports/decision.json"), "dvc repro gate")["decision"]
    features = pd.read_parquet("data/features.parquet")
    model = load(decision, features)
    features = features[features["day"] > settings["split"]["last_test"]]
    by = "challenger" if decision == "promote" else "baseline"
    found = desks(features, model, by, settings)
    for day, rows in found.groupby("day"):
        with replacing(TARGET / f"{day:%Y-%m-%d}.parquet") as part:
            rows.to_parquet(part, index=False)
    print(f"{found['desk'].sum():,} desks on {found['day'].nunique()} days, decided by the {by}")


if __name__ == "__main__":
    run(main)
