"""Rolling origin: each month is predicted by models that have seen the months before, and nothing later."""

from pathlib import Path

import matplotlib
import pandas as pd
import skops.io
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from capstone import candidates, money, params, tracking
from capstone.files import fingerprint, replacing, run, sha256, write_json

FEATURES, HELD_OUT = Path("data/features.parquet"), Path("models/held_out.parquet")
MODEL = Path("models/challenger.skops")
KEPT = ["day", "origin", "carrier", "flight", "sched_at", "disrupted"]


def folds(days: pd.Series, split: dict) -> list[dict]:
    """Return the folds: for each month of the test period, the last day that may be learned from.

    The labels of one day are known before the next decision, so that is the day before the month.
    """
    first, last = pd.Timestamp(split["first_test"]), pd.Timestamp(split["last_test"])
    tested = days[days.between(first, last)]
    months = [(group.min(), group.max()) for _, group in tested.groupby(tested.dt.to_period("M"))]
    return [
        {
            "train_from": split["train_from"],
            "train_until": str((start - pd.Timedelta(days=1)).date()),
            "test_from": str(start.date()),
            "test_until": str(end.date()),
        }
        for start, end in months
    ]


def predict(features: pd.DataFrame, fold: dict, settings: dict) -> pd.DataFrame:
    """Return the test rows of a fold with the probability that each candidate gives, and whom it would give a desk."""
    train = features[features["day"].between(fold["train_from"], fold["train_until"])]
    test = features[features["day"].between(fold["test_from"], fold["test_until"])]
    found = test[KEPT].copy()
    for name in ("baseline", "challenger"):
        model = candidates.make(name, settings).fit(train[candidates.FEATURES], train["disrupted"])
        found[name] = candidates.probability(model, test)
        found[f"{name}_desk"] = money.choose(test, found[name], settings["money"], settings["decision"]["budget"])
    return found


def log(features: pd.DataFrame, held_out: pd.DataFrame, final: dict, settings: dict) -> dict:
    """Write both candidates as runs of MLflow and return their ids."""
    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    ids, example = {}, features[candidates.FEATURES].head(5)
    with tracking.store() as client:
        for name, model in final.items():
            earned = money.value(held_out[f"{name}_desk"], held_out["disrupted"], settings["money"])
            by_day = earned.groupby(held_out["day"]).sum()
            figure = Figure()
            figure.subplots().plot(by_day.cumsum())
            entry = {
                "params": {"candidate": name, **settings["train"]},
                "metrics": {
                    "value_per_day": float(by_day.mean()),
                    "auc": float(roc_auc_score(held_out["disrupted"], held_out[name])),
                },
                "tags": {"data_hash": sha256(FEATURES), "fingerprint": fingerprint([name, sha256(FEATURES), settings])},
            }
            ids[name] = tracking.log(client, name, entry, model, example, {}, figure)
    return ids


def main() -> None:
    """Write held-out predictions, the final challenger and what it was trained on; log the runs."""
    settings = params.read()
    features, split = pd.read_parquet(FEATURES), settings["split"]
    with threadpool_limits(1):
        made = folds(features["day"], split)
        held_out = pd.concat([predict(features, fold, settings) for fold in made], ignore_index=True)
        known = features[features["day"].between(split["train_from"], split["last_test"])]
        final = {
            name: candidates.make(name, settings).fit(known[candidates.FEATURES], known["disrupted"])
            for name in ("baseline", "challenger")
        }
        log(features, held_out, final, settings)
    with replacing(HELD_OUT) as part:
        held_out.to_parquet(part, index=False)
    with replacing(MODEL) as part:
        skops.io.dump(final["challenger"], part)
    fallback = final["baseline"].fallback_
    golden = candidates.golden(final["challenger"], features)
    training = {"split": made, "rows": len(known), "baseline_fallback": fallback, "golden": golden}
    write_json(Path("models/training.json"), training | {"data_sha256": sha256(FEATURES)})
    print(f"{len(held_out):,} departures predicted in {len(made)} folds")


if __name__ == "__main__":
    run(main)
