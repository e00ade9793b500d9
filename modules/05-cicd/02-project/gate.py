"""The gate: may what these settings make replace what is on main? Contract, performance, slices, latency, size.

The champion is what ``params.yaml`` on ``origin/main`` makes from the same data, so a proposal needs no right to read the
registry, and has no way to touch it. The lines hold no measured time: the same change gets the same report.
"""

import subprocess
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pandera
import skops.io
import yaml
from offers import by_period, train

from mldesign import contract
from mldesign.lapse import FEATURES

SCHEMA = pandera.DataFrameSchema(
    {name: pandera.Column(nullable=False, required=True) for name in ["household_id", "week", *FEATURES, "lapsed"]},
    checks=[
        contract.rule("4 weeks exceed 12", lambda rows: rows["spend_4w"] <= rows["spend_12w"]),
        contract.rule("label is neither 0 nor 1", lambda rows: rows["lapsed"].isin([0, 1])),
        contract.rule("not at risk", lambda rows: rows["weeks_since_visit"].isin([0, 1])),
    ],
    unique=["household_id", "week"],
)


def verdict(difference, margin: float, least: int) -> tuple[str, str]:
    """Judge what the challenger earned more than the champion.

    Args:
        difference: one number for each household, in dollars a list. Households are the units: all rows of one are in
            its number.
        margin: loss that is accepted, in dollars per 1,000 households.
        least: how many households must differ before the interval says anything.

    Returns:
        ``same list``, ``too few differ``, ``superior``, ``non-inferior``, ``inconclusive`` or ``inferior``; and the
        difference per 1,000 households with its 95 % interval, in words.
    """
    gap = 1000 * np.asarray(difference, dtype=float)
    differ = f"{(gap != 0).sum()} of {len(gap):,} households differ"
    if not gap.any():
        return "same list", differ
    if (gap != 0).sum() < least:
        return "too few differ", differ
    mean, error = gap.mean(), gap.std(ddof=1) / np.sqrt(len(gap))
    low, high = mean - 1.96 * error, mean + 1.96 * error
    words = f"{mean:+.0f} ({low:+.0f} to {high:+.0f}) dollars per 1,000 households; {differ}"
    if low > 0:
        return "superior", words
    if low > -margin:
        return "non-inferior", words
    return ("inferior" if high < -margin else "inconclusive"), words


def data_contract(weeks: pd.DataFrame) -> dict:
    """Check that the rows are what the model may learn from."""
    found = contract.broken(SCHEMA, weeks)["check"].value_counts().sort_index()
    detail = "; ".join(f"{name}: {count:,} rows" for name, count in found.items()) or f"{len(weeks):,} rows hold it"
    return {"check": "contract", "passed": found.empty, "detail": detail}


def performance(difference: pd.Series, limits: dict) -> dict:
    """Check that the loss is *shown* to be within the margin: the burden of proof is on the challenger."""
    found, words = verdict(difference, limits["margin"], limits["min_differing"])
    passed = found in ("same list", "superior", "non-inferior")
    return {"check": "performance", "passed": passed, "detail": f"{found}: {words}; margin {limits['margin']:.0f}"}


def slices(weeks: pd.DataFrame, parts: dict[str, pd.Series], settings: dict) -> dict:
    """Check that no slice loses more than the margin *for certain*; say which slices are too small to judge.

    Args:
        weeks: rows of ``household_weeks``.
        parts: the difference of each household, by test period.
        settings: params.yaml.
    """
    tested = weeks[weeks["week"] >= min(first for first, _ in settings["test"])]
    trips = tested.groupby("household_id")["trips_12w"].mean()
    known = weeks.loc[weeks["week"].between(*settings["learn"]), "household_id"].unique()
    whole, limits = sum(parts.values()) / len(parts), settings["gate"]
    groups = {
        "fewer than 12 trips": trips < 12,
        "12 trips and more": trips >= 12,
        "not learned from": ~trips.index.isin(known),
    }
    found = parts | {name: whole[whole.index.isin(trips.index[inside])] for name, inside in groups.items()}
    said = {name: verdict(part, limits["margin"], limits["min_differing"])[0] for name, part in found.items()}
    detail = "; ".join(f"{name}: {words}" for name, words in said.items())
    return {"check": "slices", "passed": "inferior" not in said.values(), "detail": detail}


def carried(model, row: pd.DataFrame, limits: dict, repeats: int = 30) -> list[dict]:
    """Check what the service can carry: processor time for one household, and the size of the model's file."""
    model.predict_proba(row)
    start = time.process_time()
    for _ in range(repeats):
        model.predict_proba(row)
    slow = 1000 * (time.process_time() - start) / repeats > limits["max_latency_ms"]
    large = len(skops.io.dumps(model)) > 1000 * limits["max_size_kb"]
    more = {True: "more than", False: "at most"}
    return [
        {
            "check": "latency",
            "passed": not slow,
            "detail": f"{more[slow]} {limits['max_latency_ms']:.0f} ms a household",
        },
        {"check": "size", "passed": not large, "detail": f"file of {more[large]} {limits['max_size_kb']:.0f} kB"},
    ]


def judge(weeks: pd.DataFrame, settings: dict, base: dict) -> list[dict]:
    """Return the lines of the gate; a broken contract ends it, because nothing may learn from such rows.

    Args:
        weeks: rows of ``household_weeks``.
        settings: params.yaml of the change.
        base: params.yaml of main; its periods, money and limits are the ones that count.
    """
    lines = [data_contract(weeks)]
    if not lines[0]["passed"]:
        return lines
    settings = base | {name: settings[name] for name in ("features", "learn")}
    weeks = weeks.astype(dict.fromkeys(FEATURES, float))
    model, champion = train(weeks, settings), by_period(weeks, base, train(weeks, base))
    parts = {name: values - champion[name] for name, values in by_period(weeks, settings, model).items()}
    lines.append(performance(sum(parts.values()) / len(parts), base["gate"]))
    lines.append(slices(weeks, parts, settings))
    return lines + carried(model, weeks[settings["features"]].head(1), base["gate"])


def read() -> tuple[pd.DataFrame, dict, dict]:
    """Return the rows, the settings of the checkout in this folder, and those of main."""
    shown = subprocess.run(["git", "show", "origin/main:params.yaml"], capture_output=True, check=True)
    weeks = pd.read_parquet(Path("data") / "weeks.parquet").reset_index(drop=True)
    settings = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    return weeks, settings, yaml.safe_load(shown.stdout.decode("utf-8"))
