"""Compare policies of the lapse problem: differences with intervals by household, and the best of many.

Lessons 1.1 and 3.1 explain what these functions do; here they are fast enough for a page.
"""

from math import comb

import numpy as np
import pandas as pd

from mldesign import lapse


def probability(model, learn: pd.DataFrame, rows: pd.DataFrame, columns: list[str] = lapse.FEATURES) -> np.ndarray:
    """Return the probability of a lapse for each of ``rows``, from ``model`` fitted on ``learn``.

    Args:
        model: an unfitted scikit-learn classifier with ``predict_proba``.
        learn, rows: rows of ``household_weeks``.
        columns: the inputs.
    """
    return model.fit(learn[columns], learn["lapsed"]).predict_proba(rows[columns])[:, 1]


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


def difference_of_sums(a: pd.Series, b: pd.Series, households, draws: int = 2000) -> list[float]:
    """Return sum(a) − sum(b) with its 95 % bootstrap interval over households.

    Args:
        a, b: values with the household as index; a household may appear several times, or not at all.
        households: all households that could have been chosen, each once.
    """
    a, b = (x.groupby(level=0).sum().reindex(households, fill_value=0).to_numpy() for x in (a, b))
    _, counts = lapse.household_draws(households, draws)
    return [float((a - b).sum()), *np.percentile(counts @ (a - b), [2.5, 97.5])]


def auc_of_samples(rows: pd.DataFrame, scores: list, sizes, draws: int = 100, seed: int = 3) -> dict[int, np.ndarray]:
    """Return the AUC of every score on random samples of households, without replacement.

    Args:
        rows: n rows with ``household_id`` and ``lapsed``.
        scores: k lists of n scores.
        sizes: numbers of households; a larger sample contains the smaller one of the same draw.

    Returns:
        For each size an array of shape (draws, k).
    """
    position, households = pd.factorize(rows["household_id"])
    order = np.argsort(np.random.default_rng(seed).random((draws, len(households))), axis=1)
    result = {}
    for size in sizes:
        counts = np.zeros(order.shape)
        np.put_along_axis(counts, order[:, :size], 1.0, axis=1)
        result[size] = np.array([auc_of_draws(rows["lapsed"], score, position, counts) for score in scores]).T
    return result


def best_of(shown: np.ndarray, later: np.ndarray, tried: int) -> tuple[float, float]:
    """Return what the best of ``tried`` configurations, drawn at random, shows on average, and what it reaches later.

    Args:
        shown: validation result by draw and configuration, shape (draws, k).
        later: the result of each of the k configurations on other data.
        tried: 1 to k.
    """
    k = shown.shape[1]
    place = np.argsort(shown, axis=1, kind="stable")
    chance = np.array(
        [comb(n, tried - 1) / comb(k, tried) for n in range(k)]
    )  # that the nth smallest is the best tried
    return float((np.sort(shown, axis=1) @ chance).mean()), float((later[place] @ chance).mean())
