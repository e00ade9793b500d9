"""Plumbing of lesson 7.1: households drawn again, and columns shuffled. What is measured stands in the lesson."""

import numpy as np
import pandas as pd


def spread(values: np.ndarray, digits: int = 0) -> str:
    """Return the middle 95 % of the values as text, such as ``83 to 142``."""
    low, high = np.percentile(values, [2.5, 97.5])
    return f"{low:.{digits}f} to {high:.{digits}f}"


def redraws(rows: pd.DataFrame, draws: int = 2000, seed: int = 71) -> np.ndarray:
    """Return how often each row counts in each redrawn sample of households, shape (draws, rows).

    Args:
        rows: one row for each household and campaign, with ``household_id``; all rows of a household count alike.
        draws: redrawn samples, each with as many households as the real one.
        seed: of the draws.
    """
    position, households = pd.factorize(rows["household_id"])
    counts = np.random.default_rng(seed).multinomial(
        len(households), np.full(len(households), 1 / len(households)), draws
    )
    return counts[:, position].astype(float)


def mean_of(values: np.ndarray, weights: np.ndarray) -> str:
    """Return the mean of the rows' values with its interval, such as ``24 (-14 to 67)``.

    Args:
        values: one number for each row.
        weights: of :func:`redraws`, for the same rows.
    """
    return f"{np.mean(values):.0f} ({spread(weights @ values / weights.sum(axis=1))})"


def shuffle(rows: pd.DataFrame, columns: list[str], within: str | None = None, seed: int = 0) -> pd.DataFrame:
    """Return the rows with these columns taken, together, from other rows.

    Args:
        rows: any rows; their order and all other columns stay.
        columns: what is shuffled, the same way for all of them.
        within: a column; rows then exchange values only with rows that are equal in it.
        seed: of the shuffle.
    """
    rng, source = np.random.default_rng(seed), np.arange(len(rows))
    groups = [source] if within is None else rows.groupby(within).indices.values()
    for places in groups:
        source[places] = rng.permutation(places)
    return rows.assign(**{name: rows[name].to_numpy()[source] for name in columns})
