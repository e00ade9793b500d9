"""Judge candidates on held-out campaigns, by the metric that was registered before any of them was trained.

Held-out rows have ``candidate``, ``campaign_id``, ``campaign_type``, ``household_id``, ``known`` (1 when the
household was in the training data), ``redeemed``, ``score`` and ``mailed``. Households return from campaign to
campaign, so every interval resamples households, not rows; mailing lists stay as they are.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from targeting import evaluation, params, policies, value
from targeting.experiment import verdict
from targeting.files import StageError, replacing, run, write_json, write_text

KEYS = ["campaign_id", "household_id"]
COLUMNS = ["candidate", *KEYS, "campaign_type", "known", "redeemed", "score", "mailed"]


def mailing(rows: pd.DataFrame, share: float) -> np.ndarray:
    """Return which rows are mailed when each campaign is decided on its own, within the budget."""
    mailed = np.zeros(len(rows), dtype=bool)
    for places in rows.groupby("campaign_id").indices.values():
        campaign = rows.iloc[places]
        mailed[places] = policies.choose(campaign["score"], campaign["household_id"], share)
    return mailed


def gains(rows: pd.DataFrame, settings: dict) -> np.ndarray:
    """Return what each row's book brought, in dollars: 0 without a book."""
    money = settings["money"]
    benefit = value.benefit_per_redeemer(money["extra_spend_per_redeemer"], money["contribution_margin"])
    return np.where(rows["mailed"], benefit * rows["redeemed"] - money["cost_per_book"], 0.0)


def interval(households, above, below, settings: dict, scale: float = 1.0) -> dict:
    """Return ``scale × sum(above) / sum(below)`` with its 95 % interval from resampled households.

    Args:
        households: household of each row.
        above: numerator of each row.
        below: denominator of each row.
        settings: params.yaml; ``seed`` and ``train.resamples``.
        scale: factor, for example 1000 for "per 1,000 households".
    """
    rows = pd.DataFrame({"household": np.asarray(households), "above": np.asarray(above), "below": np.asarray(below)})
    rows = rows.astype({"above": float, "below": float})
    if rows["below"].sum() == 0:
        return {"estimate": None, "low": None, "high": None}
    estimate = scale * rows["above"].sum() / rows["below"].sum()
    generator, resamples = np.random.default_rng(settings["seed"]), settings["train"]["resamples"]
    # TASK 3.3: draw as many households as there are, each with all its rows; the ratio of every draw; its middle 95 %
    totals = rows.groupby("household", sort=True)[["above", "below"]].sum().to_numpy()
    drawn = totals[generator.integers(len(totals), size=(resamples, len(totals)))].sum(axis=1)
    drawn = drawn[drawn[:, 1] > 0]  # a draw may hold nothing to divide by
    low, high = np.quantile(scale * drawn[:, 0] / drawn[:, 1], [0.025, 0.975])
    # END TASK 3.3
    return {"estimate": rounded(estimate), "low": rounded(low), "high": rounded(high)}


def rounded(number: float) -> float:
    """Return a number to six digits after the point: more would only be noise of the processor."""
    return round(float(number), 6)


def worth(rows: pd.DataFrame, settings: dict) -> dict:
    """Return the registered metric of one candidate: net value at the budget, $ per 1,000 households, with interval."""
    return interval(rows["household_id"], gains(rows, settings), np.ones(len(rows)), settings, 1000)


def compare(challenger: pd.DataFrame, champion: pd.DataFrame, settings: dict) -> dict:
    """Return the difference challenger − champion in the registered metric, on the held-out rows that both have.

    Returns:
        ``estimate``, ``low``, ``high`` (dollars per 1,000 households), ``rows``, ``redeemers`` and the ``verdict`` at
        the registered margin: superior, non-inferior, inconclusive or inferior.

    Raises:
        StageError: when they have no row in common.
    """
    mine, theirs = (rows.assign(gain=gains(rows, settings)) for rows in (challenger, champion))
    margin = settings["decision"]["non_inferiority_margin"]
    # TASK 3.4: the difference on each row that both were tested on, its interval by household, and the verdict
    both = mine.merge(theirs[[*KEYS, "gain"]], on=KEYS, suffixes=("", "_champion"), validate="one_to_one")
    if both.empty:
        raise StageError("The two models were never tested on the same households. Train both on the same campaigns.")
    result = interval(both["household_id"], both["gain"] - both["gain_champion"], np.ones(len(both)), settings, 1000)
    result["verdict"] = verdict(result["low"], result["high"], margin)
    # END TASK 3.4
    return {**result, "rows": len(both), "redeemers": int(both["redeemed"].sum())}


def slices(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the slices in which a model must not fail: campaign types, households seen in training and new ones."""
    parts = dict(list(rows.groupby("campaign_type", sort=True)))
    parts["known households"] = rows[rows["known"] == 1]
    parts["new households"] = rows[rows["known"] == 0]
    return {name: part for name, part in parts.items() if len(part)}


def assess(rows: pd.DataFrame, settings: dict) -> dict:
    """Return what the report says of one candidate: money, capture, ranking, calibration, campaigns, slices."""
    caught = rows["mailed"] * rows["redeemed"]
    result = {
        settings["decision"]["metric"]: worth(rows, settings),
        "capture": interval(rows["household_id"], caught, rows["redeemed"], settings),
        "auc": rounded(roc_auc_score(rows["redeemed"], rows["score"])),
        "average_precision": rounded(average_precision_score(rows["redeemed"], rows["score"])),
        "brier": rounded(brier_score_loss(rows["redeemed"], rows["score"])),
        "calibration": calibration(rows),
    }
    named = {f"campaign {number}": part for number, part in rows.groupby("campaign_id", sort=True)}
    for group, parts in (("campaigns", named), ("slices", slices(rows))):
        result[group] = {
            name: {"rows": len(part), "redeemers": int(part["redeemed"].sum()), **worth(part, settings)}
            for name, part in parts.items()
        }
    return result


def calibration(rows: pd.DataFrame, groups: int = 5) -> list[dict]:
    """Return the mean score and the share that redeemed, for fifths of the rows from the lowest score up."""
    ordered = rows.sort_values(["score", *KEYS])
    table = []
    for places in np.array_split(np.arange(len(ordered)), groups):
        part = ordered.iloc[places]
        table.append(
            {
                "predicted": rounded(part["score"].mean()),
                "observed": rounded(part["redeemed"].mean()),
                "rows": len(part),
            }
        )
    return table


def read_held_out(path: Path = Path("models/held_out.parquet")) -> pd.DataFrame:
    """Return the held-out rows of every candidate.

    Raises:
        StageError: when the file is missing or cannot be read.
    """
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise StageError(f"{path.as_posix()} cannot be read: {error} Run `dvc repro train`.") from error


def report(held_out: pd.DataFrame, settings: dict) -> dict:
    """Return the assessment of each candidate, and its difference from the baseline of the charter."""
    parts = dict(list(held_out.groupby("candidate", sort=False)))
    baseline = settings["train"]["baseline"]
    result = {}
    for name, rows in parts.items():
        result[name] = assess(rows, settings)
        if name != baseline:
            result[name]["against_baseline"] = compare(rows, parts[baseline], settings)
    return result


def main() -> None:
    """Run the stage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--held-out", type=Path, default=Path("models/held_out.parquet"))
    parser.add_argument("--reports", type=Path, default=Path("reports"))
    arguments = parser.parse_args()
    settings = params.read()
    result = report(read_held_out(arguments.held_out), settings)
    write_json(arguments.reports / "evaluation.json", result)
    write_text(arguments.reports / "evaluation.md", evaluation.as_text(result, settings))
    with replacing(arguments.reports / "evaluation.png") as part:
        evaluation.figure(result, settings).savefig(part, format="png", dpi=110, metadata={"Software": None})
    print(evaluation.as_text(result, settings).split("\n## ")[0])


if __name__ == "__main__":
    run(main)
