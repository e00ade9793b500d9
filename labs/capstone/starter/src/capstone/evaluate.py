"""The money of both candidates on the held-out months, with an interval by the registered unit."""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from capstone import money, params
from capstone.files import read_json, run, write_json

UNITS = {"day": "D", "week": "W", "month": "M"}


def interval(values: pd.Series, days: pd.Series, unit: str, seed: int, resamples: int) -> dict:
    """Return the mean of ``values`` a day, and its 95 % interval: whole units are drawn again.

    Args:
        values: dollars of each departure.
        days: day of each.
        unit: ``day``, ``week`` or ``month``. Departures of one day share their weather, so none is drawn alone.
        seed: of the draws.
        resamples: how many draws.
    """
    sums = values.groupby(days.dt.to_period(UNITS[unit])).sum().to_numpy()
    drawn = np.random.default_rng(seed).choice(sums, size=(resamples, len(sums))).sum(axis=1) / days.nunique()
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {"estimate": round(float(values.sum() / days.nunique()), 2), "low": round(low, 2), "high": round(high, 2)}


def report(held_out: pd.DataFrame, settings: dict) -> dict:
    """Return what each candidate earned a day, and the difference by unit and by month."""
    earned = {
        name: money.value(held_out[f"{name}_desk"], held_out["disrupted"], settings["money"])
        for name in ("baseline", "challenger")
    }
    difference, days = earned["challenger"] - earned["baseline"], held_out["day"]
    decision, how = settings["decision"], (settings["seed"], settings["resamples"])
    month = days.dt.to_period("M").astype(str)
    per_day = (difference.groupby(month).sum() / days.groupby(month).nunique()).round(0)
    return {
        "metric": decision["metric"],
        "unit": decision["unit"],
        "margin": decision["margin"],
        "days": int(days.nunique()),
        "departures": len(held_out),
        "baseline": _candidate(held_out, "baseline", earned["baseline"]),
        "challenger": _candidate(held_out, "challenger", earned["challenger"]),
        "difference": interval(difference, days, decision["unit"], *how),
        "difference_by_week": interval(difference, days, "week", *how),
        "difference_by_month": {name: float(value) for name, value in per_day.items()},
    }


def _candidate(held_out: pd.DataFrame, name: str, earned: pd.Series) -> dict:
    days, desks = held_out["day"].nunique(), held_out[f"{name}_desk"]
    return {
        "value_per_day": round(float(earned.sum() / days), 2),
        "desks_per_day": round(float(desks.sum() / days), 2),
        "precision": round(float(held_out.loc[desks == 1, "disrupted"].mean()), 4),
        "auc": round(float(roc_auc_score(held_out["disrupted"], held_out[name])), 4),
    }


def main() -> None:
    """Write ``reports/evaluation.json``."""
    settings = params.read()
    found = report(pd.read_parquet("models/held_out.parquet"), settings)
    split = read_json(Path("models/training.json"), "dvc repro train")["split"]
    write_json(Path("reports/evaluation.json"), found | {"split": split})
    difference = found["difference"]
    print(f"challenger − baseline: {difference['estimate']:+.0f} dollars a day", end=" ")
    print(f"({difference['low']:+.0f} to {difference['high']:+.0f}, {found['days']} days)")


if __name__ == "__main__":
    run(main)
