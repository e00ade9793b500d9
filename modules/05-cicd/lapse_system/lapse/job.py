"""The job of every Monday: read the delivery, write the list that the mailing house picks up."""

from pathlib import Path

import pandas as pd

from lapse.contacts import PAUSE, choose
from lapse.features import features


def contacted(folder: Path, week: int) -> set[int]:
    """Return who stands in a list of the last weeks; the list of this week is left out, so that it can be made again."""
    files = [folder / f"list-{earlier}.csv" for earlier in range(week - PAUSE + 1, week)]
    lists = [pd.read_csv(file) for file in files if file.exists()]
    return set().union(*(found["household_id"] for found in lists))


def run(folder: Path, week: int, model) -> Path:
    """Write ``list-<week>.csv`` from ``sales.parquet``, both in a folder, and return its path."""
    sales = pd.read_parquet(folder / "sales.parquet")
    chosen = choose(features(sales, week), model, contacted(folder, week))
    target = folder / f"list-{week}.csv"
    part = target.with_suffix(".part")
    chosen[["household_id", "week", "probability"]].round(6).to_csv(part, index=False, lineterminator="\n")
    return part.replace(target)
