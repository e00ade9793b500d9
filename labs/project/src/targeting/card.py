"""Write the model card of the audited champion from what the pipeline recorded: no number in it is typed.

``reports/model_card.md`` says what the model is for and what not, what it learned from, how well it did on whom, what
is known to go wrong, what nobody knows, and who may take it out of service.
"""

import argparse
from pathlib import Path

from targeting import params
from targeting.files import read_json, run, write_text

TEMPLATE = """# Model card: {name}, version {version} ({candidate})

## What it is for

To choose, on the day before a campaign starts, which {share:.0%} of the households on the retailer's list get a coupon
book. Not for adding households to a list, for setting prices, or for any decision about a person beyond a coupon book.
It predicts who redeems, not whom a book makes buy more.

## What it is

Kind: {kind}, on {columns}. It gives the probability that a household redeems within {horizon} days.
Run {run_id}, data {data_hash:.12}, fingerprint {fingerprint:.12}.

## What it learned from

Campaigns {campaigns}: {rows:,} rows, one a campaign and household, {redeemers} of them redeemers; labels known by
{as_of}. {quarantined:,} rows of all tables are in quarantine. The retailer had chosen those households. No age, income
or other demographic is a feature.

## How well it did

Each campaign scored by a model of earlier ones; {share:.0%} mailed; 95 % intervals by household.

{performance}
{against}The gate's last decision: {decision} version {challenger}.

## For whom it does better and worse

{groups}
## What is known to go wrong

- Money rests on assumptions that nobody has measured: see `money` in params.yaml.
- Only households with a book show whether they redeem; a random share of books keeps the rest visible.
{alarms}
## What nobody knows

{unknowns}
## Who may stop it

Anyone on call: `python -m targeting.registry rollback`. A household that objects is put on the suppression list by
`python -m targeting.suppression` and is not scored again.
"""
SOURCES = {
    "training": "dvc repro train",
    "contracts": "dvc repro contracts",
    "evaluation": "dvc repro evaluate",
    "decision": "dvc repro gate",
    "monitor": "dvc repro monitor",
    "fairness": "dvc repro fairness",
}


def read(reports: Path, models: Path) -> dict[str, dict]:
    """Return every record that the card and the memo are made of.

    Raises:
        StageError: when one is missing; the message names the command that writes it.
    """
    folders = dict.fromkeys(SOURCES, reports) | {"training": models}
    return {name: read_json(folders[name] / f"{name}.json", command) for name, command in SOURCES.items()}


def money(entry: dict) -> str:
    """Return an estimate with its interval, in whole dollars."""
    return f"{entry['estimate']:.0f} ({entry['low']:.0f} to {entry['high']:.0f})"


def performance(evaluation: dict, metric: str) -> str:
    """Return the table of net value on held-out campaigns and slices."""
    lines = ["| held-out rows | households | redeemers | dollars per 1,000 households |\n|---|---|---|---|\n"]
    parts = {**evaluation["campaigns"], **evaluation["slices"]}
    lines += [f"| {name} | {part['rows']} | {part['redeemers']} | {money(part)} |\n" for name, part in parts.items()]
    rows, redeemers = (sum(part[key] for part in evaluation["campaigns"].values()) for key in ("rows", "redeemers"))
    lines.append(f"| all | {rows} | {redeemers} | {money(evaluation[metric])} |\n")
    return "".join(lines)


def groups(fairness: dict) -> str:
    """Return the table of who gets a book, by income."""
    lines = ["| campaign | income | households | redeemers | mailed | redeemers mailed |\n|---|---|---|---|---|---|\n"]
    for number, entry in fairness["campaigns"].items():
        for name, found in entry["groups"]["income"].items():
            mailed, reached = percent(found["mailed"]), percent(found["redeemers_mailed"])
            lines.append(
                f"| {number} | {name} | {found['households']} | {found['redeemers']} | {mailed} | {reached} |\n"
            )
    return "".join(lines)


def unknowns(fairness: dict, monitor: dict) -> list[str]:
    """Return a sentence for each thing that these records leave open, so that silence is not taken for good news.

    - each group, of any attribute of any audited campaign, without a conclusion (``redeemers_mailed`` is None): with
      campaign, group and its number of redeemers
    - each audited campaign with households whose income is unknown: how many, of how many
    - each watched campaign without an ``outcome``: nothing has come back yet

    Args:
        fairness: content of ``reports/fairness.json``.
        monitor: content of ``reports/monitor.json``.
    """
    # TASK 8.7: what the records leave open
    found = []
    for number, audit in fairness["campaigns"].items():
        for attribute, parts in audit["groups"].items():
            for name, part in parts.items():
                if part["redeemers_mailed"] is None:
                    found.append(
                        f"Campaign {number}, {attribute} {name}: {part['redeemers']} redeemers, too few to say whether "
                        "they are reached as often as others."
                    )
        silent = audit["groups"]["income"].get("unknown", {}).get("households", 0)
        if silent:
            found.append(f"Campaign {number}: the income of {silent} of {audit['households']} households is unknown.")
    for number, watched in monitor["campaigns"].items():
        if "outcome" not in watched:
            found.append(f"Campaign {number}: what came back is not known yet.")
    return found
    # END TASK 8.7


def percent(entry: dict | None) -> str:
    """Return a share with its interval; None stands for a group that allows no conclusion."""
    if entry is None:
        return "too few redeemers"
    return f"{entry['estimate']:.0%} ({entry['low']:.0%} to {entry['high']:.0%})"


def write(records: dict[str, dict], settings: dict) -> str:
    """Return the card as Markdown.

    Args:
        records: of :func:`read`; the model is the champion that ``fairness`` audited.
        settings: params.yaml.
    """
    champion, training, decision = records["fairness"]["champion"], records["training"], records["decision"]
    evaluation = records["evaluation"][champion["candidate"]]
    options = settings["train"]["candidates"][champion["candidate"]]
    alarms = [(number, alarm) for number, c in records["monitor"]["campaigns"].items() for alarm in c["alarms"]]
    against = evaluation.get("against_baseline")
    return TEMPLATE.format(
        **champion,
        kind=options["kind"],
        columns=", ".join(options.get("columns", ["every feature"])),
        horizon=settings["data"]["horizon_days"],
        share=settings["decision"]["mailing_share"],
        campaigns=", ".join(map(str, training["campaigns"])),
        rows=training["rows"],
        redeemers=training["redeemers"],
        as_of=training["as_of"],
        quarantined=sum(table["rows"] - table["clean"] for table in records["contracts"]["tables"].values()),
        performance=performance(evaluation, settings["decision"]["metric"]),
        against=f"Against the rule of the charter: {money(against)}, {against['verdict']}. " if against else "",
        decision=decision["decision"],
        challenger=decision["challenger"]["version"],
        groups=groups(records["fairness"]),
        unknowns="".join(f"- {sentence}\n" for sentence in unknowns(records["fairness"], records["monitor"])),
        alarms="".join(f"- Campaign {number}, {alarm['layer']}: {alarm['hint']}\n" for number, alarm in alarms),
    )


def main() -> None:
    """Run the stage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reports", type=Path, default=Path("reports"))
    parser.add_argument("--models", type=Path, default=Path("models"))
    arguments = parser.parse_args()
    text = write(read(arguments.reports, arguments.models), params.read())
    write_text(arguments.reports / "model_card.md", text)
    print(f"{arguments.reports / 'model_card.md'}: {len(text.split())} words.")


if __name__ == "__main__":
    run(main)
