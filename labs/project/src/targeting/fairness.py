"""Who gets a book, and who that would redeem does not? By income and by age, people who did not say included.

Coupons are discounts: choosing by who redeems steers them to those who redeem already. This module measures it on
mature campaigns, each on its own, with intervals; a household stands once in a campaign, so resampling its rows is
resampling households. A group with few redeemers gets no conclusion. It also prices one remedy: books for the best of
each group, in proportion to its size.

Demographics carry no date and exist for few households. No model sees them; they are used here, to look, and in the
remedy.
"""

import argparse
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from targeting import evaluate, features, params, policies, registry, replay, suppression
from targeting.files import StageError, first_line, parquet, run, write_json, write_text

UNKNOWN = "unknown"
LOW_INCOMES = ("Under 15K", "15-24K", "25-34K", "35-49K")
INCOMES = ("under 50K", "50K and over")
ATTRIBUTES = ("income", "age")
MEASURES = ("mailed", "redeemers_mailed", "others_mailed")
DESCRIBED = ("version", "run_id", "candidate", "data_hash", "fingerprint")  # of the champion that is audited


def attributes(clean: Path, households: pd.Series) -> pd.DataFrame:
    """Return income (two groups) and age of each household, in the order given; ``unknown`` where nothing is known.

    Raises:
        StageError: when the table cannot be read.
    """
    try:
        with duckdb.connect() as connection:
            table = connection.execute(
                f"select household_id, income, age from {parquet(clean / 'demographics.parquet')}"
            ).df()
    except duckdb.Error as error:
        raise StageError(f"The demographics cannot be read: {first_line(error)} Run `dvc repro contracts`.") from error
    # TASK 8.1: one row for each household asked about, in the order asked; who did not say is unknown, not poor or rich
    known = table["income"].notna()
    table["income"] = table["income"].isin(LOW_INCOMES).map({True: INCOMES[0], False: INCOMES[1]}).where(known)
    found = households.to_frame("household_id").merge(table, on="household_id", how="left", validate="many_to_one")
    return found[["income", "age"]].fillna(UNKNOWN).set_index(households.index)
    # END TASK 8.1


def rates(redeemed: np.ndarray, mailed: np.ndarray, draws: np.ndarray, min_redeemers: int) -> dict:
    """Return what one group got: ``households``, ``redeemers``, and three shares with their 95 % intervals.

    Each share is ``{"estimate", "low", "high"}``, to six digits: ``mailed`` of all households, ``redeemers_mailed`` of
    those that redeem (the true-positive rate), ``others_mailed`` of those that do not (the false-positive rate).
    ``redeemers_mailed`` is None when the group has fewer than ``min_redeemers``: that allows no conclusion.

    Args:
        redeemed: True or False for each household of the group.
        mailed: the same, for its book.
        draws: how often each household was drawn, shape (resamples, households of the group).
        min_redeemers: of params.yaml.
    """
    # TASK 8.2: a share has a denominator, an interval, and a group too small for it
    found = {"households": len(redeemed), "redeemers": int(redeemed.sum())}
    for name, among in zip(MEASURES, (np.full(len(redeemed), True), redeemed, ~redeemed), strict=True):
        drawn = (draws @ (mailed & among)) / np.maximum(draws @ among, 1)
        ends = (mailed[among].mean() if among.any() else 0.0, *np.quantile(drawn, [0.025, 0.975]))
        found[name] = dict(zip(("estimate", "low", "high"), map(evaluate.rounded, ends), strict=True))
    if found["redeemers"] < min_redeemers:
        found["redeemers_mailed"] = None
    return found
    # END TASK 8.2


def measure(rows: pd.DataFrame, group: pd.Series, settings: dict) -> dict:
    """Return :func:`rates` of each group of one campaign; a household is drawn once for all groups.

    Args:
        rows: of one campaign, with ``redeemed`` and ``mailed``.
        group: group of each row.
        settings: params.yaml; ``fairness`` and ``seed``.
    """
    redeemed, mailed = (rows[name].astype(bool).to_numpy() for name in ("redeemed", "mailed"))
    generator, limits = np.random.default_rng(settings["seed"]), settings["fairness"]
    # Households drawn, as weights. Fairlearn's bootstrap computes every metric in pandas again: 48 s instead of 1.
    draws = generator.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), limits["resamples"])
    result = {}
    for name in sorted(group.unique()):
        member = (group == name).to_numpy()
        result[str(name)] = rates(redeemed[member], mailed[member], draws[:, member], limits["min_redeemers"])
    return result


def ratio(groups: dict, first: str, second: str) -> float | None:
    """Return the share mailed in the first group divided by that in the second.

    None when one is missing, is too small for a conclusion about its redeemers, or (the second) gets no book.
    """
    if any(groups.get(name, {}).get("redeemers_mailed") is None for name in (first, second)):
        return None
    if not groups[second]["mailed"]["estimate"]:
        return None
    return evaluate.rounded(groups[first]["mailed"]["estimate"] / groups[second]["mailed"]["estimate"])


def in_proportion(rows: pd.DataFrame, group: pd.Series, share: float) -> np.ndarray:
    """Return who is mailed when each group gets books in proportion to its size, for its own best.

    Own code, because Fairlearn's ThresholdOptimizer knows no budget and draws lots.

    Args:
        rows: of one campaign, with ``probability`` and ``household_id``.
        group: group of each row, in the order of the rows.
        share: part of the households that gets a book.

    Returns:
        True or False for each row, in their order.
    """
    # TASK 8.3: each group's own best, as many books as its part of the households
    mailed = np.zeros(len(rows), dtype=bool)
    for name in group.unique():
        places = np.flatnonzero(group == name)
        part = rows.iloc[places]
        mailed[places] = policies.choose(part["probability"], part["household_id"], share)
    return mailed
    # END TASK 8.3


def audit(rows: pd.DataFrame, groups: pd.DataFrame, settings: dict) -> dict:
    """Return the audit of one campaign: groups by each attribute, and the remedy for income with its price.

    Args:
        rows: of one campaign, with ``probability`` and ``redeemed``; the label of every household, which an audit of
            past campaigns may use because then everybody got a book.
        groups: of :func:`attributes`, same index.
        settings: params.yaml.
    """
    share = settings["decision"]["mailing_share"]
    rows = rows.assign(
        mailed=policies.choose(rows["probability"], rows["household_id"], share), redeemed=rows["redeemed"].astype(int)
    )
    remedy = rows.assign(mailed=in_proportion(rows, groups["income"], share))
    low, high = INCOMES
    result = {name: measure(rows, groups[name], settings) for name in ATTRIBUTES}
    after = measure(remedy, groups["income"], settings)
    gain = evaluate.gains(remedy, settings) - evaluate.gains(rows, settings)
    return {
        "households": len(rows),
        "redeemers": int(rows["redeemed"].sum()),
        "groups": result,
        "mailing_ratio_low_to_high_income": ratio(result["income"], low, high),
        "remedy": {
            "what": "books for the best of each income group, in proportion to its size",
            "groups": after,
            "mailing_ratio_low_to_high_income": ratio(after, low, high),
            "net_value_per_1000": evaluate.interval(rows["household_id"], gain, np.ones(len(rows)), settings, 1000),
            "redeemers_lost": int(
                rows.loc[rows["mailed"], "redeemed"].sum() - remedy.loc[remedy["mailed"], "redeemed"].sum()
            ),
        },
    }


def as_ratio(value: float | None) -> str:
    """Return a ratio of :func:`ratio` as text."""
    return "a group is missing or too small" if value is None else f"{value:.2f}"


def as_text(report: dict) -> str:
    """Return the audit as Markdown."""

    def cell(entry: dict | None) -> str:
        return (
            "too few redeemers"
            if entry is None
            else f"{entry['estimate']:.0%} ({entry['low']:.0%} to {entry['high']:.0%})"
        )

    lines = ["# Fairness: who gets a book\n\n95 % intervals by household; each campaign on its own.\n"]
    for number, entry in report["campaigns"].items():
        lines.append(f"\n## Campaign {number}: {entry['households']:,} households, {entry['redeemers']} redeemers\n")
        for name, groups in entry["groups"].items():
            lines.append(
                f"\n| {name} | households | redeemers | mailed | redeemers that get a book | others that get one |\n"
                "|---|---|---|---|---|---|\n"
            )
            lines += [
                f"| {group} | {found['households']} | {found['redeemers']} | {cell(found['mailed'])} "
                f"| {cell(found['redeemers_mailed'])} | {cell(found['others_mailed'])} |\n"
                for group, found in groups.items()
            ]
        remedy = entry["remedy"]
        before, after = (as_ratio(found["mailing_ratio_low_to_high_income"]) for found in (entry, remedy))
        money = remedy["net_value_per_1000"]
        lines.append(
            f"\nMailed, income under 50K against 50K and over: {before}. With {remedy['what']}: "
            f"{after}, {remedy['redeemers_lost']} redeemers lost, net value "
            f"{money['estimate']:+.0f} dollars per 1,000 households ({money['low']:+.0f} to {money['high']:+.0f}).\n"
        )
    return "".join(lines)


def main() -> None:
    """Run the stage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--reports", type=Path, default=Path("reports"))
    arguments = parser.parse_args()
    settings, clean = params.read(), arguments.data / "clean"
    days = replay.redemption_days(clean, settings["data"]["horizon_days"])
    frame = features.production(features.read(arguments.data / "features.parquet"), settings)
    champion = registry.load()
    described = {name: getattr(champion, name) for name in DESCRIBED}
    report = {"champion": {"name": registry.MODEL, **described}, "campaigns": {}}
    rows = replay.replay(frame, days, champion, suppression.households(), settings)
    for number in settings["fairness"]["campaigns"]:
        part = rows[rows["campaign_id"] == number].reset_index(drop=True)
        if part.empty:
            raise StageError(
                f"Campaign {number} is not mature or does not exist. Check `fairness.campaigns` in params.yaml."
            )
        report["campaigns"][str(number)] = audit(part, attributes(clean, part["household_id"]), settings)
    write_json(arguments.reports / "fairness.json", report)
    write_text(arguments.reports / "fairness.md", as_text(report))
    print(as_text(report))


if __name__ == "__main__":
    run(main)
