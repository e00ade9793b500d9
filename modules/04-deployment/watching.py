"""What lesson 4.2 computes some thousand times: distances of weeks from one reference, and the curves of its explorable."""

import numpy as np
import pandas as pd

from mldesign.lapse import EDGES


class Reference:
    """Wasserstein distances from one table, column by column, in that table's standard deviations.

    The numbers are those of ``scipy.stats.wasserstein_distance`` divided by the standard deviation. Sorting the reference once,
    instead of in each call, makes them about ten times as fast.

    Args:
        rows: the reference; numeric columns without missing values.
    """

    def __init__(self, rows: pd.DataFrame):
        self.spread = rows.std()
        self._columns = {name: np.unique(rows[name], return_inverse=True) for name in rows}

    def distances(self, now: pd.DataFrame) -> dict[str, float]:
        """Return how far these other rows, which have the same columns, lie from the reference."""
        found = {}
        for name, (values, place) in self._columns.items():
            rows = np.sort(now[name].to_numpy(dtype=float))
            grid = np.sort(np.concatenate([values, rows]))
            share = np.concatenate([[0], np.bincount(place).cumsum() / len(place)])
            there = share[np.searchsorted(values, grid[:-1], side="right")]
            here = np.searchsorted(rows, grid[:-1], side="right") / len(rows)
            found[name] = float((np.abs(here - there) * np.diff(grid)).sum() / self.spread[name])
        return found

    def distances_within(self, part: np.ndarray, weight: np.ndarray) -> dict[str, float]:
        """Return how far a part of the reference lies from its rest.

        Args:
            part: positions of the rows of the part.
            weight: how often each row of the reference counts, one number a row.
        """
        found = {}
        for name, (values, place) in self._columns.items():
            inside = np.bincount(place[part], weight[part], len(values))
            rest = np.bincount(place, weight, len(values)) - inside
            gap = np.abs(inside.cumsum() / inside.sum() - rest.cumsum() / rest.sum())
            found[name] = float((gap[:-1] * np.diff(values)).sum() / self.spread[name])
        return found


class Lookup:
    """Lesson 1.1's table: the share of lapses among training rows with so many trips, asked like a classifier."""

    def __init__(self, rows: pd.DataFrame):
        self._share = rows.groupby(pd.cut(rows["trips_12w"], EDGES), observed=True)["lapsed"].mean()

    def predict_proba(self, rows: pd.DataFrame) -> np.ndarray:
        """Return the shares of staying and of lapsing, an array of shape (rows, 2)."""
        lapse = pd.cut(rows["trips_12w"], EDGES).map(self._share).to_numpy(dtype=float)
        return np.column_stack([1 - lapse, lapse])


def quiet_quantiles(rows: pd.DataFrame, name: str, sizes, drifts, draws: int = 120, seed: int = 11) -> dict:
    """Return how far a week of training lies from the others when fewer households are scored and all values fall.

    Args:
        rows: the reference with its column ``week``, weeks 13 to 28.
        name: the column.
        sizes: households a week, redrawn with replacement.
        drifts: shares by which each value falls.
        draws: quiet weeks of each size.
        seed: of the random generator.

    Returns:
        For each size 25 quantiles of the distance in standard deviations, an array of shape (drifts, 25).
    """
    levels, rng, spread = (np.arange(150) + 0.5) / 150, np.random.default_rng(seed), rows[name].std()
    values = {week: part.to_numpy() for week, part in rows.groupby("week")[name]}
    usual = {week: np.quantile(part, levels) for week, part in values.items()}
    found = {}
    for size in sizes:
        far = []
        for i in range(draws):
            week = 13 + i % 16
            rest = np.mean([curve for other, curve in usual.items() if other != week], axis=0)
            drawn = np.quantile(rng.choice(values[week], size), levels)
            far.append(np.abs(np.outer(1 - np.asarray(drifts), drawn) - rest).mean(axis=1) / spread)
        found[size] = np.quantile(far, np.linspace(0, 1, 25), axis=0).T.round(4)
    return found
