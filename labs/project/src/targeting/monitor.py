"""Watch the champion: replay the campaigns from the registered day on, and say what moved, what paid and what to do.

Writes ``reports/monitor.json`` and ``reports/monitor.md``, and Evidently's page for the last campaign of each type in
``reports/drift/``. ``--every-label`` adds what the labels of households without a book would have shown; no grocer who
mails only some of them could know it. Censored campaigns, whose horizon the data do not reach, have no outcome, and so
none to alarm about.
"""

import argparse
from pathlib import Path

import pandas as pd

from targeting import drift, features, labels, outcomes, params, registry, replay, retrain, suppression, triage
from targeting.features import NUMERIC
from targeting.files import StageError, read_json, run, write_json, write_text

COLUMNS = [*NUMERIC, "probability"]
MIN_REFERENCE = 30  # rows below which a type has no reference worth comparing with


def references(held_out: pd.DataFrame, kind: str) -> list[tuple[pd.Series, pd.DataFrame]]:
    """Return what a campaign of this type is compared with: training features and held-out scores, with households."""
    rows = held_out[held_out["campaign_type"] == kind]
    return [(rows["household_id"], rows[COLUMNS])] if len(rows) >= MIN_REFERENCE else []


def watch(rows: pd.DataFrame, held_out: pd.DataFrame, usual: dict, settings: dict, hidden: bool) -> dict:
    """Return the entry of one campaign: drift, outcome when it is known, alarms with hints."""
    kind, alarms = rows["campaign_type"].iloc[0], []
    reference = held_out[held_out["campaign_type"] == kind]
    pairs, unusual, calling = references(held_out, kind), [], []
    found = drift.judge(pairs, rows, settings) if pairs else None
    if found:
        far = usual["largest"]
        unusual = [name for name in found["different"] if found["columns"][name]["distance"] > far[name]]
        dead = triage.died(unusual, reference, rows)
        calling = triage.calling(unusual, found["different"], dead, settings["monitor"]["calls"])
    if calling:
        hint = triage.drift_hint(calling, found["different"], reference, rows)
        alarms.append({"layer": "data", "columns": calling, "hint": hint})
    entry = {"drift": found, "unusual": unusual, "alarms": alarms}
    if is_mature(rows):
        entry["outcome"] = outcomes.outcome(rows, reference[reference["mailed"]], settings, hidden)
        gap = entry["outcome"]["gap_from_held_out"]
        if gap and not gap["low"] <= 0 <= gap["high"]:
            hint = triage.outcome_hint(gap["estimate"], bool(unusual))
            alarms.append({"layer": "outcome", "columns": ["redeemed"], "hint": hint})
    return entry


def is_mature(rows: pd.DataFrame) -> bool:
    """Say whether the horizon of every book has passed."""
    return bool(rows.loc[rows["mailed"], "label"].notna().all())


def monitor(rows: pd.DataFrame, development: pd.DataFrame, candidate: str, settings: dict, day, hidden=False) -> dict:
    """Return the whole report.

    Args:
        rows: of :func:`targeting.replay.replay`.
        development: usable rows of before ``train.as_of``.
        candidate: the champion's, in params.yaml.
        settings: params.yaml.
        day: what is known when this day begins is used.
        hidden: show what the labels of households without a book would have said.
    """
    calls = settings["monitor"]["calls"]
    if unknown := sorted(set(calls) - set(COLUMNS)):
        raise StageError(f"params.yaml, monitor.calls: no column {', '.join(unknown)}. Those are {', '.join(COLUMNS)}.")
    horizon, held_out = settings["data"]["horizon_days"], outcomes.held_out(development, candidate, settings)
    usual = drift.usual(held_out, COLUMNS, MIN_REFERENCE)
    rows = rows[rows["start_date"] < pd.Timestamp(day)]
    rows = rows.assign(label=labels.known(rows, day, horizon))
    campaigns = {}
    for (start, number), part in rows.groupby(["start_date", "campaign_id"], sort=True):
        mature = is_mature(part)
        status = "mature" if mature else "waiting for labels" if part["horizon_complete"].all() else "censored"
        campaigns[str(number)] = {
            "type": part["campaign_type"].iloc[0],
            "start": start.date().isoformat(),
            "households": len(part),
            "status": status,
            **watch(part, held_out, usual, settings, hidden),
        }
    labelled = rows[rows["horizon_complete"] == 1]
    if hidden:
        labelled = labelled.assign(label=labels.known(labelled, day, horizon, every=True))
    return {
        "day": pd.Timestamp(day).date().isoformat(),
        "candidate": candidate,
        "labels": "of every household" if hidden else "of households with a book",
        "timeline": labels.timeline(rows, horizon, hidden),
        "campaigns": campaigns,
        "segments": outcomes.segments(rows[rows["label"].notna()], development),
        "usual": usual,
        "calls": calls,
        "retraining": retrain.advice(development, labelled, candidate, settings, hidden),
    }


def share(found: dict) -> str:
    """Return an estimated share with its interval, or that it cannot be known."""
    if found["estimate"] is None:
        return "no random book"
    return f"{found['estimate']:.1%} ({found['low']:.1%} to {found['high']:.1%})"


def as_text(report: dict) -> str:
    """Return the report as Markdown."""
    lines = [
        f"# Monitor, {report['day']}\n\nChampion: {report['candidate']}. Labels: {report['labels']}. ",
        "Observed, predicted: of the books that the model chose. Of all: what the random books say about everybody, ",
        "with its 95 % interval. AUC: random books weighted in.\n\n",
        "| campaign | type | start | status | unusual | observed | predicted | of all | net value | AUC |\n",
        f"{'|---' * 10}|\n",
    ]
    for number, entry in report["campaigns"].items():
        moved = ", ".join(entry["unusual"]) or "none" if entry["drift"] else "no reference"
        cells, known = [number, entry["type"], entry["start"], entry["status"], moved], entry.get("outcome")
        if known:
            area = known["auc"]["weighted_with_exploration"]
            cells += [f"{known['observed']:.1%}", f"{known['predicted']:.1%}", share(known["of_all"])]
            cells.append(f"{known['net_value']:.0f} dollars")
            cells.append("too few" if area is None else f"{area:.3f}")
        else:
            cells += [""] * 5
        lines.append(f"| {' | '.join(cells)} |\n")
    lines.append("\n## Alarms\n\n")
    alarms = [(number, alarm) for number, entry in report["campaigns"].items() for alarm in entry["alarms"]]
    lines += [f"- Campaign {number}, {a['layer']} ({', '.join(a['columns'])}): {a['hint']}\n" for number, a in alarms]
    lines.append("\n## Segments\n\n| segment | books | redeemers | observed | predicted |\n|---|---|---|---|---|\n")
    for part in report["segments"]:
        observed = "too few" if part["observed"] is None else f"{part['observed']:.1%}"
        cells = [part["segment"], str(part["books"]), str(part["redeemers"]), observed, f"{part['predicted']:.1%}"]
        lines.append(f"| {' | '.join(cells)} |\n")
    advice, usual = report["retraining"], report["usual"]
    lines.append(
        f"\nUnusual: further from its reference than any of {len(usual['campaigns'])} campaigns in development. So few "
        f"support no lower rate of false alarms than {usual['per_column_rate']:.0%} a column.\n\n"
        f"An alarm calls somebody: for {', '.join(report['calls'])}; for any column that died; for scores that moved "
        "alone; for outcomes. What else is unusual is noted in the table.\n\n## Retrain?\n\n"
        f"{advice['advice']} Gain a campaign: {advice['gain']['estimate']:.0f} dollars "
        f"({advice['gain']['low']:.0f} to {advice['gain']['high']:.0f}); cost: {advice['cost']:.0f}.\n"
    )
    return "".join(lines)


def main() -> None:
    """Run the stage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--day", help="what is known when this day begins (default: the day after the last)")
    parser.add_argument("--every-label", action="store_true", help="also show what is hidden without a book")
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--reports", type=Path, default=Path("reports"))
    arguments = parser.parse_args()
    settings, frame = params.read(), features.read(arguments.data / "features.parquet")
    last = read_json(arguments.data / "clean" / "manifest.json", "dvc repro contracts")["last_day"]
    latest = (pd.Timestamp(last) + pd.Timedelta(days=1)).date().isoformat()
    day = arguments.day or latest
    if day > latest:
        raise StageError(f"The data end on {last}: what is known on {day} cannot be said. The latest day is {latest}.")
    model = registry.load()
    days = replay.redemption_days(arguments.data / "clean", settings["data"]["horizon_days"])
    rows = replay.replay(frame, days, model, suppression.households(), settings)
    development = features.development(frame, settings)
    report = monitor(rows, development, model.candidate, settings, day, arguments.every_label)
    write_json(arguments.reports / "monitor.json", report)
    write_text(arguments.reports / "monitor.md", as_text(report))
    pages(report, rows, outcomes.held_out(development, model.candidate, settings), arguments.reports / "drift")
    alarms = sum(len(entry["alarms"]) for entry in report["campaigns"].values())
    counted = f"{len(report['campaigns'])} campaigns, {alarms} alarm{'' if alarms == 1 else 's'}"
    print(f"{counted}. {report['retraining']['advice']}")


def pages(report: dict, rows: pd.DataFrame, held_out: pd.DataFrame, folder: Path) -> None:
    """Write Evidently's page and JSON for the last campaign of each type that has a reference."""
    from targeting import drift_report

    last = {entry["type"]: number for number, entry in report["campaigns"].items() if entry["drift"]}
    for kind, number in last.items():
        current = rows[rows["campaign_id"] == int(number)]
        limits = {name: column["threshold"] for name, column in report["campaigns"][number]["drift"]["columns"].items()}
        reference = references(held_out, kind)[0][1]
        drift_report.write(reference, current, limits, folder / f"{kind.replace(' ', '-').lower()}.html")


if __name__ == "__main__":
    run(main)
