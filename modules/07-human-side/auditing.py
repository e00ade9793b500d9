"""Plumbing of lesson 7.2: households drawn again, a chart of intervals by group, a delivery. What is measured stands in the lesson."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mldesign.style import MUTED, PALETTE, figure


def redrawn(households: int, draws: int = 2000, seed: int = 13) -> np.ndarray:
    """Return how often each household stands in each redrawn campaign, shape (draws, households).

    A household stands once in a campaign, so drawing rows again is drawing households.

    Args:
        households: rows of one campaign.
        draws: redrawn campaigns, each as large as the real one.
        seed: of the draws.
    """
    return np.random.default_rng(seed).multinomial(households, np.full(households, 1 / households), draws)


def shares(draws: np.ndarray, of: pd.Series, among: pd.Series) -> np.ndarray:
    """Return a share in each redrawn campaign: of the households ``among``, those that are also ``of``.

    Args:
        draws: of :func:`redrawn`.
        of: True or False for each household.
        among: the same; the denominator. A redrawn campaign without any of them counts as a share of 0.
    """
    of, among = of.to_numpy(dtype=bool), among.to_numpy(dtype=bool)
    return (draws @ (of & among)) / np.maximum(draws @ among, 1)


def middle(values: np.ndarray, digits: int = 2) -> str:
    """Return the middle 95 % of draws as text, ``low to high``."""
    low, high = np.quantile(values, [0.025, 0.975])
    return f"{low:.{digits}f} to {high:.{digits}f}"


def chart(table: pd.DataFrame, least: int, title: str, x: str) -> Axes:
    """Draw a point and an interval for each group, from 0 to 1; grey where a group has too few redeemers.

    Args:
        table: one row a group, first at the top; ``redeemers``, ``TPR``, ``low``, ``high``.
        least: redeemers that a conclusion needs.
        title: the message.
        x: label of the horizontal axis.
    """
    axes = figure(title, x, table.index.name or "")
    for height, (_, found) in enumerate(table[::-1].iterrows()):
        color = PALETTE["blue"] if found["redeemers"] >= least else MUTED
        axes.plot([found["low"], found["high"]], [height, height], color=color)
        axes.plot(found["TPR"], height, "o", color=color)
    axes.set(yticks=range(len(table)), yticklabels=table.index[::-1], xlim=(0, 1))
    return axes


def deliver(settings: dict) -> bool:
    """Take a delivery of all tables, without who asked to be deleted, and compute the features from it.

    As in ``dvc repro``, contracts and features run only when the tables have changed. The current folder is that of
    ``coupon.system()``.

    Args:
        settings: params.yaml.

    Returns:
        Whether the tables have changed.

    Raises:
        StageError: of the stage that refuses; the message says what to do.
    """
    from targeting import contracts, features, ingest, source  # here, because coupon.system() puts it on the path

    raw, clean, quarantine = (Path("data") / name for name in ("raw", "clean", "quarantine"))
    before = (raw / "manifest.json").read_bytes()
    ingest.ingest(*source.package_folder(), raw, settings["ingest"], ingest.deleted(settings))
    if (raw / "manifest.json").read_bytes() == before:
        return False
    contracts.apply(raw, clean, quarantine, settings["contracts"]["max_quarantine_share"])
    with features.connect(clean, settings["data"]) as connection:
        statement = features.STATEMENT.read_text(encoding="utf-8")
        features.write_query(connection, statement, Path("data/features.parquet"))
    return True
