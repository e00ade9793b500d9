"""Compare policies of the lapse problem: differences with intervals by household, and the best of many.

Lessons 1.1 and 3.1 explain what these functions do; here they are fast enough for a page.
"""

import hashlib
from functools import lru_cache
from math import comb

import numpy as np
import pandas as pd
from sklearn.metrics import brier_score_loss, roc_auc_score

from mldesign import data, lapse


def probability(model, learn: pd.DataFrame, rows: pd.DataFrame, columns: list[str] = lapse.FEATURES) -> np.ndarray:
    """Return the probability of a lapse for each of ``rows``, from ``model`` fitted on ``learn``.

    Args:
        model: an unfitted scikit-learn classifier with ``predict_proba``.
        learn, rows: rows of ``household_weeks``.
        columns: the inputs.
    """
    return model.fit(learn[columns], learn["lapsed"]).predict_proba(rows[columns])[:, 1]


def digest(rows: pd.DataFrame) -> str:
    """Return ten hexadecimal digits that change with any value, label or order of ``rows``."""
    return hashlib.sha256(pd.util.hash_pandas_object(rows).to_numpy().tobytes()).hexdigest()[:10]


def fewest_trips(rows: pd.DataFrame) -> pd.Series:
    """Return the score of the rule: fewest trips in twelve weeks first, and of equal trips the one that spent more."""
    return rows["spend_12w"].rank(pct=True) / 2 - rows["trips_12w"]


def precision_at_k(rows: pd.DataFrame, score, k: int = 50, draws: int = 200) -> list[float]:
    """Return the share lapsing in the weekly top k: the mean over ways to break its ties, and what luck makes of it.

    Args:
        rows: n rows with ``week`` and ``lapsed``, at least k a week.
        score: n scores.
        draws: how often the ties are broken at random.

    Returns:
        The mean, and the limits between which 95 % of the random tie-breaks lie.
    """
    mean, luck, random = 0.0, np.zeros(draws), np.random.default_rng(0)
    weeks = rows.assign(score=np.asarray(score)).groupby("week")
    for _, week in weeks:
        edge = week["score"].nlargest(k).min()
        sure, tied = week[week["score"] > edge]["lapsed"], week[week["score"] == edge]["lapsed"]
        places = k - len(sure)
        mean += sure.sum() + places * tied.mean()
        luck += sure.sum() + random.hypergeometric(tied.sum(), len(tied) - tied.sum(), places, draws)
    return [float(x) / k / len(weeks) for x in (mean, *np.percentile(luck, [2.5, 97.5]))]


def policies(
    learn: pd.DataFrame, rows: pd.DataFrame, model, columns: list[str] = lapse.FEATURES
) -> dict[str, pd.Series]:
    """Return the score of each policy for ``rows``: risk by model, rule and table, and risk × usual spend.

    Args:
        learn: the rows to learn from.
        rows: the rows to rank.
        model: an unfitted scikit-learn classifier with ``predict_proba``.
        columns: the model's inputs.
    """
    by_trips = [pd.cut(x["trips_12w"], lapse.EDGES) for x in (learn, rows)]
    looked_up = by_trips[1].map(learn.groupby(by_trips[0], observed=True)["lapsed"].mean()).astype(float)
    risk, usual = pd.Series(probability(model, learn, rows, columns), rows.index), rows["spend_12w"] / 3
    scores = {"model": risk, "rule": fewest_trips(rows), "table": looked_up}
    return scores | {"model × spend": risk * usual, "table × spend": looked_up * usual}


def net_value(sent: pd.DataFrame, worth: pd.Series | None = None) -> pd.Series:
    """Return the dollars that each contact earns in expectation, with the assumptions of lesson 1.1.

    Args:
        sent: contacts, rows of ``household_weeks``.
        worth: *S* in dollars, with the rows' index; usual spend if not given.

    Returns:
        One value for each contact, indexed by household.
    """
    worth = sent["spend_12w"] / 3 if worth is None else worth[sent.index]
    net = sent["lapsed"] * worth * lapse.SAVE_RATE * lapse.MARGIN - lapse.OFFER_COST
    return net.set_axis(sent["household_id"])


def check_probabilities(rows: pd.DataFrame, chances: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return what probabilities are worth: their order, their level, and the money of offering where it seems to pay.

    Args:
        rows: n rows of ``household_weeks``.
        chances: by name, n probabilities of a lapse.

    Returns:
        One row a name. A household gets its offer in the first week in which one seems to pay, and only then.
    """
    saved, result = lapse.SAVE_RATE * lapse.MARGIN * rows["spend_12w"] / 3, {}
    offers, dollars = "offers that seem to pay", "net value, dollars"
    for name, p in chances.items():
        sent = rows[p * saved > lapse.OFFER_COST].drop_duplicates("household_id")
        measured = [measure(rows["lapsed"], p) for measure in (roc_auc_score, brier_score_loss)]
        result[name] = [*measured, p.mean(), len(sent), net_value(sent).sum()]
    table = pd.DataFrame(result, ["AUC", "Brier score", "mean probability", offers, dollars]).T
    return table.round({dollars: 0}).round(3).astype({offers: int, dollars: int})


def returners_spend(learn: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    """Return *S* for ``rows`` as lesson 1.1 does: what returners with as many trips spent in the next four weeks.

    Args:
        learn: rows whose labels are known; those that did not lapse are the returners.
        rows: the rows that need an *S*.
    """
    spend = data.query(
        "select household_id, week, sum(cast(sales_value as decimal(12, 2))) as s from transactions group by all"
    )
    spend = spend.astype({"s": float}).pivot(index="household_id", columns="week", values="s").fillna(0)
    ahead = sum(spend.shift(-later, axis=1) for later in range(1, lapse.MATURES + 1)).stack().rename("ahead")
    back = learn[learn["lapsed"] == 0].join(ahead, on=["household_id", "week"])
    mean = back.groupby(pd.cut(back["trips_12w"], lapse.EDGES), observed=True)["ahead"].mean()
    return pd.cut(rows["trips_12w"], lapse.EDGES).map(mean).astype(float)


def auc_of_draws(lapsed, score, position: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the AUC of each redraw, as ``roc_auc_score`` with sample weights, but the scores are sorted only once.

    Args:
        lapsed: 0 or 1 for each of n rows.
        score: n scores.
        position, counts: as :func:`mldesign.lapse.household_draws` returns them.

    Returns:
        One AUC for each draw; not a number for a draw with one class only.
    """
    lapsed = np.asarray(lapsed)
    values, place = np.unique(np.asarray(score), return_inverse=True)
    aucs = np.full(len(counts), np.nan)
    for draw, count in enumerate(counts):
        weight = count[position]
        up, down = (np.bincount(place, weight * side, len(values)) for side in (lapsed, 1 - lapsed))
        pairs = up.sum() * down.sum()
        if pairs:
            aucs[draw] = up @ (np.cumsum(down) - down / 2) / pairs  # ties count by half
    return aucs


@lru_cache(maxsize=1)
def _draws(households: int, draws: int) -> np.ndarray:
    """Return how often each household was drawn, an array of shape (draws, households), kept for the next comparison."""
    return lapse.household_draws(range(households), draws)[1]


def mean_interval(values: pd.Series, household_ids: pd.Series, draws: int = 500) -> list[float]:
    """Return the 95 % bootstrap interval of a mean, drawing households with all their rows.

    Args:
        values: n values.
        household_ids: the household of each.
        draws: how many bootstrap samples.
    """
    position, counts = lapse.household_draws(household_ids, draws)
    totals, rows = np.bincount(position, values), np.bincount(position)
    return [float(x) for x in np.percentile(counts @ totals / (counts @ rows), [2.5, 97.5])]


def difference_of_sums(a: pd.Series, b: pd.Series, households, draws: int = 2000) -> list[float]:
    """Return sum(a) − sum(b) with its 95 % bootstrap interval over households.

    Args:
        a, b: values with the household as index; a household may appear several times, or not at all.
        households: all households that could have been chosen, each once.
    """
    a, b = (x.groupby(level=0).sum().reindex(households, fill_value=0).to_numpy() for x in (a, b))
    counts = _draws(len(a), draws)
    return [float((a - b).sum()), *np.percentile(counts @ (a - b), [2.5, 97.5])]


def auc_of_samples(rows: pd.DataFrame, scores: list, sizes, draws: int = 1000, seed: int = 3) -> dict[int, np.ndarray]:
    """Return the AUC of every score on random samples of households, without replacement.

    Args:
        rows: n rows with ``household_id`` and ``lapsed``.
        scores: k lists of n scores.
        sizes: numbers of households; a larger sample contains the smaller one of the same draw.

    Returns:
        For each size an array of shape (m, k), with m ≤ draws: a sample of one class only has no AUC and is left out.
    """
    position, households = pd.factorize(rows["household_id"])
    order = np.argsort(np.random.default_rng(seed).random((draws, len(households))), axis=1)
    result = {}
    for size in sizes:
        counts = np.zeros(order.shape)
        np.put_along_axis(counts, order[:, :size], 1.0, axis=1)
        aucs = np.array([auc_of_draws(rows["lapsed"], score, position, counts) for score in scores]).T
        result[size] = aucs[~np.isnan(aucs).any(axis=1)]
    return result


def best_of(shown: np.ndarray, real: np.ndarray, tried: int) -> tuple[float, float]:
    """Return what the best of ``tried`` configurations, drawn at random, shows on average, and what it is really worth.

    Args:
        shown: validation result by draw and configuration, shape (draws, k). Of equal ones the first in the list wins.
        real: the result of each of the k configurations on the data that matter.
        tried: 1 to k.

    Raises:
        ValueError: when a validation result is missing.
    """
    if np.isnan(shown).any():
        raise ValueError("A draw holds one class only, so it has no AUC. Draw more households, or leave the draw out.")
    k = shown.shape[1]
    place = k - 1 - np.argsort(shown[:, ::-1], axis=1, kind="stable")  # worst first; of equal ones the first comes last
    # The chance that the nth smallest is the best of those tried:
    chance = np.array([comb(n, tried - 1) / comb(k, tried) for n in range(k)])
    return float((np.sort(shown, axis=1) @ chance).mean()), float((real[place] @ chance).mean())
