"""Did they redeem as predicted, and did it pay? Only of households that got a book, and only after their horizon.

Books that the model chose are compared with those that it would have chosen in development, in campaigns of the same
type: the same selection on both sides. The random books speak for the rest: each stands for 1 / propensity households.
"""

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from targeting import candidates, evaluate, value
from targeting.evaluate import rounded
from targeting.exploration import share_of_all
from targeting.score import EXPLORATION, MODEL

FEW = 5


def held_out(development: pd.DataFrame, candidate: str, settings: dict) -> pd.DataFrame:
    """Return development with ``probability`` by models that never saw the household, and ``mailed``, within budget.

    A model's scores on its own training rows look too good, and those of the rolling origin come from models that had
    seen too few campaigns to be calibrated like the champion. So the candidate is trained five times, each time without
    a fifth of the households.
    """
    rows = development.assign(probability=0.0)
    for learn, test in GroupKFold(5).split(rows, groups=rows["household_id"]):
        model = candidates.build(candidate, settings["train"]["candidates"][candidate])
        model.fit(candidates.inputs(rows.iloc[learn]), rows["redeemed"].iloc[learn])
        rows.iloc[test, rows.columns.get_loc("probability")] = candidates.probabilities(model, rows.iloc[test])
    scored = rows.rename(columns={"probability": "score"})
    return rows.assign(mailed=evaluate.mailing(scored, settings["decision"]["mailing_share"]))


def auc(labels: pd.Series, probability: pd.Series, weights=None) -> float | None:
    """Return the area under the ROC curve, or None with fewer than ``FEW`` of one kind of label: that says nothing."""
    if min((labels == 0).sum(), (labels == 1).sum()) < FEW:
        return None
    return rounded(roc_auc_score(labels.astype(int), probability, sample_weight=weights))


def gap(rows: pd.DataFrame, reference: pd.DataFrame, settings: dict) -> dict:
    """Return by how much observed minus predicted differs from the reference, with an interval at the false-alarm rate.

    Args:
        rows: mailed rows with ``label`` and ``probability``, one a household.
        reference: mailed rows of :func:`held_out`.
        settings: params.yaml.
    """
    generator = np.random.default_rng(settings["seed"])
    resamples, rate = settings["monitor"]["resamples"], settings["monitor"]["false_alarm_rate"]
    ours = (rows["label"].astype(float) - rows["probability"]).to_numpy()
    theirs = (reference["redeemed"] - reference["probability"]).groupby(reference["household_id"], sort=True)
    sums, counts = theirs.sum().to_numpy(), theirs.size().to_numpy()
    mine = ours[generator.integers(len(ours), size=(resamples, len(ours)))].mean(axis=1)
    drawn = generator.integers(len(sums), size=(resamples, len(sums)))
    difference = mine - sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(difference, [rate / 2, 1 - rate / 2])
    estimate = ours.mean() - sums.sum() / counts.sum()
    return {"estimate": rounded(estimate), "low": rounded(low), "high": rounded(high)}


def of_all(rows: pd.DataFrame, settings: dict) -> dict:
    """Return :func:`targeting.exploration.share_of_all`, its 95 % interval, and what the model predicted for all."""
    mailed = rows[rows["mailed"]]
    weights, estimate = 1 / mailed["propensity"], share_of_all(rows)
    found = evaluate.interval(mailed["household_id"], weights * mailed["label"].astype(float), weights, settings)
    ends = {end: found[end] if estimate is not None else None for end in ("low", "high")}
    return {"estimate": estimate, **ends, "predicted": rounded(rows["probability"].mean())}


def segments(rows: pd.DataFrame, development: pd.DataFrame) -> list[dict]:
    """Return observed and predicted of the books that the model chose, by segment, with sizes.

    Args:
        rows: of mature campaigns, with ``label``; those with a book suffice.
        development: rows of before the registered day; they say who is known and what much spend is.

    Returns:
        ``segment``, ``books``, ``redeemers``, ``predicted``, and ``observed``, which is None with fewer than ``FEW``
        redeemers: too few to say anything.
    """
    chosen = rows[rows["reason"] == MODEL]
    known = chosen["household_id"].isin(development["household_id"])
    much = chosen["spend"] > development["spend"].median()
    parts = {str(kind): chosen["campaign_type"] == kind for kind in sorted(chosen["campaign_type"].unique())}
    parts |= {"households seen in development": known, "new households": ~known}
    parts |= {"spend above the median of development": much, "spend below it": ~much}
    result = []
    for name, places in parts.items():
        part, redeemers = chosen[places], int(chosen.loc[places, "label"].sum())
        if len(part):
            entry = {"segment": name, "books": len(part), "redeemers": redeemers}
            entry["observed"] = rounded(redeemers / len(part)) if redeemers >= FEW else None
            result.append({**entry, "predicted": rounded(part["probability"].mean())})
    return result


def outcome(rows: pd.DataFrame, reference: pd.DataFrame, settings: dict, hidden: bool = False) -> dict:
    """Return what the labels of one mature campaign say.

    Args:
        rows: of one campaign, with ``label`` of :func:`targeting.labels.known`.
        reference: mailed rows of :func:`held_out` of the same type; may be empty.
        settings: params.yaml.
        hidden: also say what the labels of households without a book would have shown.
    """
    money = settings["money"]
    benefit = value.benefit_per_redeemer(money["extra_spend_per_redeemer"], money["contribution_margin"])
    mailed, chosen = rows[rows["mailed"]], rows[rows["reason"] == MODEL]
    labels, weights = mailed["label"].astype(float), 1 / mailed["propensity"]
    result = {
        "books": len(mailed),
        "redeemers": int(labels.sum()),
        "observed": rounded(chosen["label"].astype(float).mean()),
        "predicted": rounded(chosen["probability"].mean()),
        "gap_from_held_out": gap(chosen, reference, settings) if len(reference) else None,
        "net_value": round(float(benefit * labels.sum() - money["cost_per_book"] * len(mailed)), 2),
        "of_all": of_all(rows, settings),
        "expected_net_value": round(float((benefit * mailed["probability"] - money["cost_per_book"]).sum()), 2),
        "exploration": {
            "books": int((rows["reason"] == EXPLORATION).sum()),
            "redeemers": int(rows.loc[rows["reason"] == EXPLORATION, "label"].sum()),
        },
        "auc": {
            "books_of_the_model": auc(chosen["label"], chosen["probability"]),
            "weighted_with_exploration": auc(labels, mailed["probability"], weights),
        },
    }
    if hidden:
        result["auc"]["everybody"] = auc(rows["redeemed"].astype(float), rows["probability"])
        result["redeemers_without_a_book"] = int(rows.loc[~rows["mailed"], "redeemed"].sum())
    return result
