"""Could somebody who has the model find out whether a household was in its training data? Measured, against chance.

Half of the development households, drawn by lot, train a copy of the model; the other half it never sees. As a lot
decides, the two halves differ by chance alone. The attack: a model fits what it has learned better, so a household with
a small loss is called a member. Its advantage is the share of members called members minus the share of others called
members (Yeom et al. 2018, https://doi.org/10.1109/CSF.2018.00027): 0 is guessing, 1 is certainty.

``python -m targeting.privacy`` writes ``reports/privacy.json``.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd

from targeting import candidates, evaluate, features, params
from targeting.files import run, write_json

DRAWS = 2000


def losses(model, rows: pd.DataFrame, settings: dict) -> pd.DataFrame:
    """Train ``model`` on half of the households and return household_id, member (1 or 0) and loss, one row each.

    Args:
        model: of :func:`targeting.candidates.build`, or any classifier on the same columns.
        rows: development rows, with ``redeemed``.
        settings: params.yaml; ``seed``.

    Returns:
        In random order. The loss is minus the logarithm of the probability that the model gave to what the household
        did, averaged over its rows.
    """
    generator = np.random.default_rng(settings["seed"])
    households = generator.permutation(np.sort(rows["household_id"].unique()))
    rows = rows.assign(member=rows["household_id"].isin(households[: len(households) // 2]).astype(int))
    learn = rows[rows["member"] == 1]
    model.fit(candidates.inputs(learn), learn["redeemed"])
    probability = candidates.probabilities(model, rows)
    given = np.where(rows["redeemed"] == 1, probability, 1 - probability)
    rows = rows.assign(loss=-np.log(np.clip(given, 1e-6, 1)))
    found = rows.groupby("household_id", sort=True).agg(member=("member", "first"), loss=("loss", "mean"))
    return found.iloc[generator.permutation(len(found))].reset_index()


def attack(practice: pd.DataFrame, unseen: pd.DataFrame) -> tuple[np.ndarray, float]:
    """Return whom the attacker calls a member among the unseen households, and the advantage that this gives there.

    A household whose loss is at most a threshold is called a member. The threshold is the loss in ``practice`` with the
    largest advantage there: the share of members called members minus the share of others called members.

    Args:
        practice: households of which the attacker knows whether they are members: ``member`` (1 or 0) and ``loss``.
        unseen: other households, the same columns.

    Returns:
        True or False for each unseen household, in their order, and the advantage, between -1 and 1.
    """

    # TASK 8.4: the threshold is chosen on one set of households and judged on another
    def advantage(rows: pd.DataFrame, called: np.ndarray) -> float:
        return float(called[rows["member"] == 1].mean() - called[rows["member"] == 0].mean())

    def calls(rows: pd.DataFrame, threshold: float) -> np.ndarray:
        return (rows["loss"] <= threshold).to_numpy()

    threshold = max(np.unique(practice["loss"]), key=lambda t: advantage(practice, calls(practice, t)))
    called = calls(unseen, threshold)
    return called, advantage(unseen, called)
    # END TASK 8.4


def measure(model, rows: pd.DataFrame, settings: dict) -> dict:
    """Return the attack's advantage on households it was not tuned on, with a 95 % interval from drawing them again.

    Arguments as for :func:`losses`.
    """
    found = losses(model, rows, settings)
    practice, unseen = found.iloc[: len(found) // 2], found.iloc[len(found) // 2 :]
    called, advantage = attack(practice, unseen)
    draws = np.random.default_rng(settings["seed"]).multinomial(
        len(unseen), np.full(len(unseen), 1 / len(unseen)), DRAWS
    )
    member = (unseen["member"] == 1).to_numpy()
    shares = [(draws @ (called & part)) / np.maximum(draws @ part, 1) for part in (member, ~member)]
    low, high = np.quantile(shares[0] - shares[1], [0.025, 0.975])
    return {
        "households": len(unseen),
        "members": int(member.sum()),
        **dict(zip(("advantage", "low", "high"), map(evaluate.rounded, (advantage, low, high)), strict=True)),
    }


def main() -> None:
    """Attack a copy of every candidate that may become champion."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--features", type=Path, default=Path("data/features.parquet"))
    parser.add_argument("--reports", type=Path, default=Path("reports"))
    arguments = parser.parse_args()
    settings = params.read()
    rows = features.development(features.read(arguments.features), settings)
    found = {
        name: measure(candidates.build(name, options), rows, settings)
        for name, options in settings["train"]["candidates"].items()
    }
    write_json(arguments.reports / "privacy.json", found)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    run(main)
