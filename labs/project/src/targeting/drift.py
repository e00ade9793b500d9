"""Has the world moved? Distances of a campaign from a reference, and thresholds that ring as often as we say.

Features are compared with the training data of the same campaign type, scores with held-out scores. The distance is
Wasserstein's, in standard deviations of the reference (as Evidently computes it). A threshold comes from the reference
itself: households are drawn from it, each with all of its rows, once as a reference and once, one row each, as a
campaign; how far the two lie apart when nothing has changed is what a real campaign must exceed. All columns of a
campaign share one false-alarm rate, because somebody is called once a campaign, not once a column.

That rate is about who happens to be drawn. Campaigns also differ by season and by whom the retailer chose, and those
thresholds would have rung in development, too. So a column rings only when it also lies further from its reference than
any campaign in development did from the others of its type. With n such campaigns an ordinary next one is the farthest
once in n + 1 times: no lower rate of false alarms, a column, can be promised, and the report says so.
"""

import numpy as np
import pandas as pd
import scipy  # not scipy.stats, whose import is slow: it is loaded when first used


def distance(reference: np.ndarray, current: np.ndarray) -> float:
    """Return the first Wasserstein distance in standard deviations of the reference."""
    return float(scipy.stats.wasserstein_distance(reference, current) / max(float(np.std(reference)), 0.001))


class Blocks:
    """Rows of a reference by household, to draw households from."""

    def __init__(self, households: pd.Series, columns: pd.DataFrame):
        """Args: household of each row, and the columns to compare (numbers), in the same order of rows."""
        order = np.argsort(households.to_numpy(), kind="stable")
        self.values = columns.to_numpy(dtype=float)[order]
        _, self.first, self.rows = np.unique(households.to_numpy()[order], return_index=True, return_counts=True)

    def reference(self, generator: np.random.Generator) -> np.ndarray:
        """Return as many households as there are, drawn with replacement, each with all of its rows."""
        drawn = generator.integers(len(self.first), size=len(self.first))
        counts = self.rows[drawn]
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return self.values[np.repeat(self.first[drawn], counts) + within]

    def campaign(self, size: int, generator: np.random.Generator) -> np.ndarray:
        """Return ``size`` households, drawn with replacement, one row of each."""
        drawn = generator.integers(len(self.first), size=size)
        return self.values[self.first[drawn] + generator.integers(self.rows[drawn])]


def null_distances(blocks: Blocks, size: int, resamples: int, seed: int) -> np.ndarray:
    """Return distances when nothing has changed, shape (resamples, columns).

    Args:
        blocks: the reference.
        size: households of the campaign to be judged.
        resamples: how many pairs to draw.
        seed: start of the draws.
    """
    generator = np.random.default_rng(seed)
    result = np.empty((resamples, blocks.values.shape[1]))
    for place in range(resamples):
        reference, current = blocks.reference(generator), blocks.campaign(size, generator)
        result[place] = [distance(*pair) for pair in zip(reference.T, current.T, strict=True)]
    return result


def thresholds(null: np.ndarray, rate: float) -> np.ndarray:
    """Return a threshold for each column, so that any is exceeded in a share ``rate`` of the resamples.

    Args:
        null: of :func:`null_distances`; several references side by side.
        rate: false alarms, as a share of campaigns. A campaign rings when any of its columns exceeds its threshold.
    """
    # TASK 5.3: the columns share one rate
    scale = np.maximum(np.quantile(null, 1 - rate, axis=0), 1e-12)
    worst = np.max(null / scale, axis=1)
    limits = scale * np.quantile(worst, 1 - rate)
    # END TASK 5.3
    return np.asarray(limits, dtype=float)


def rate_error(resamples: int, rate: float) -> dict:
    """Return the stated false-alarm rate with the 95 % interval of the true one, set with so many resamples."""
    low, high = scipy.stats.binom.interval(0.95, resamples, rate)
    return {"stated": rate, "low": round(low / resamples, 4), "high": round(high / resamples, 4)}


def judge(references: list[tuple[pd.Series, pd.DataFrame]], current: pd.DataFrame, settings: dict) -> dict:
    """Compare a campaign with its references.

    Args:
        references: (household of each row, columns) pairs; a column belongs to one of them.
        current: the campaign's rows, with all of those columns.
        settings: params.yaml; ``monitor`` and ``seed``.

    Returns:
        ``columns``: distance and threshold of each; ``different``: those above; ``false_alarms``: rate and its error.
    """
    monitor, names, null, distances = settings["monitor"], [], [], []
    for place, (households, columns) in enumerate(references):
        blocks = Blocks(households, columns)
        null.append(null_distances(blocks, len(current), monitor["resamples"], settings["seed"] + place))
        names += list(columns)
        distances += [distance(columns[name].to_numpy(float), current[name].to_numpy(float)) for name in columns]
    limits = thresholds(np.hstack(null), monitor["false_alarm_rate"])
    found = {
        name: {"distance": round(value, 6), "threshold": round(float(limit), 6)}
        for name, value, limit in zip(names, distances, limits, strict=True)
    }
    different = [name for name, entry in found.items() if entry["distance"] > entry["threshold"]]
    error = rate_error(monitor["resamples"], monitor["false_alarm_rate"])
    return {"columns": found, "different": different, "false_alarms": error}


def usual(development: pd.DataFrame, columns: list[str], min_reference: int) -> dict:
    """Return how far campaigns lay apart when nobody saw a change: the largest distance of each column.

    Each campaign of development is compared with the others of its type, where those have ``min_reference`` rows.

    Returns:
        ``campaigns``: those compared; ``per_column_rate``: the lowest false-alarm rate so few can support; ``largest``:
        column → distance.
    """
    compared, largest = [], dict.fromkeys(columns, 0.0)
    for campaign_id, rows in development.groupby("campaign_id", sort=True):
        others = development[development["campaign_type"] == rows["campaign_type"].iloc[0]]
        others = others[others["campaign_id"] != campaign_id]
        if len(others) >= min_reference:
            compared.append(int(campaign_id))
            for name in columns:
                apart = distance(others[name].to_numpy(float), rows[name].to_numpy(float))
                largest[name] = max(largest[name], round(apart, 6))
    return {"campaigns": compared, "per_column_rate": round(1 / (len(compared) + 1), 4), "largest": largest}
