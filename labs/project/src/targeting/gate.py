"""The gate: may the challenger become champion? Every check must pass; the reasons are recorded either way.

- **load**: the challenger can be loaded back and reproduces its golden predictions; nobody has rolled it back
- **contract**: the data it was trained on have passed their contracts
- **money**: against the champion, on the same held-out households, by the registered metric: superior or non-inferior
- **slices**: in no slice with enough redeemers is it inferior; slices with fewer are named
- **latency**, **size**: it stays inside what the service can carry

The rules on money and slices are in ``targeting.judging``. Writes ``reports/decision.json`` and
``reports/decision.md``. They hold no time and no measured duration, so that a gate which was killed and run again
leaves the same record; the measured latency is printed.
"""

import argparse
import time
from pathlib import Path

from targeting import candidates, dossier, params, registry
from targeting.files import StageError, read_json, run, write_json, write_text
from targeting.judging import check, money, slices

REPEATS = 50


def contract(challenger: registry.Registered, report: dict) -> dict:
    """Check that the contracts were checked on the very data of the challenger."""
    same = report["data_hash"] == challenger.data_hash
    detail = f"{sum(entry['rows'] - entry['clean'] for entry in report['tables'].values())} rows in quarantine"
    return check(
        "contract", same, detail if same else "the contracts were checked on other data than it was trained on"
    )


def latency(challenger: registry.Registered, example, limit: float) -> tuple[dict, float]:
    """Time single predictions; return the check, and their mean in milliseconds.

    Processor time, not the clock's: what else the machine does must not decide which model is promoted.
    """
    row = example.head(1)
    challenger.predict(row)
    start = time.process_time()
    for _ in range(REPEATS):
        challenger.predict(row)
    measured = 1000 * (time.process_time() - start) / REPEATS
    return check(
        "latency", measured <= limit, f"one household in {'at most' if measured <= limit else 'more than'} {limit} ms"
    ), measured


def size(bytes_: int, limit: float) -> dict:
    """Check the size of the model's file against a limit in kB."""
    return check(
        "size", bytes_ <= 1000 * limit, f"file of {'at most' if bytes_ <= 1000 * limit else 'more than'} {limit} kB"
    )


def decide(settings: dict, report: dict) -> tuple[dict, float]:
    """Judge the challenger and return the decision record, and the latency that was measured.

    Raises:
        StageError: when there is no challenger, or no champion to compare it with.
    """
    challenger = registry.load(registry.CHALLENGER)
    champion_version = dossier.incumbent(challenger.version)
    mine, theirs = dossier.held_out(challenger.version), dossier.held_out(champion_version)
    limits = settings["gate"]
    timed, measured = latency(challenger, candidates.example(), limits["max_latency_ms"])
    withdrawn = dossier.was_rolled_back(challenger.version)
    detail = (
        "was rolled back; promote it by hand if that was a mistake" if withdrawn else "golden predictions reproduced"
    )
    checks = [
        check("load", not withdrawn, detail),
        contract(challenger, report),
        money(mine, theirs, settings),
        slices(mine, theirs, settings),
        timed,
        size(dossier.file_size(challenger.version), limits["max_size_kb"]),
    ]
    record = {
        "decision": "promote" if all(entry["passed"] for entry in checks) else "keep",
        "challenger": {
            "version": challenger.version,
            "candidate": challenger.candidate,
            "fingerprint": challenger.fingerprint,
        },
        "champion": dossier.describe(champion_version),
        "metric": settings["decision"]["metric"],
        "margin": settings["decision"]["non_inferiority_margin"],
        "money": settings["money"],
        "data_hash": challenger.data_hash,
        "checks": checks,
    }
    return record, measured


def as_text(record: dict) -> str:
    """Return the decision record as Markdown, for the people who answer for it."""
    challenger, champion = record["challenger"], record["champion"]
    verb = "becomes champion" if record["decision"] == "promote" else "does not become champion"
    lines = [
        f"# Decision record: {challenger['candidate']} (version {challenger['version']}) {verb}\n\n",
        f"Against {champion['candidate']} (version {champion['version']}). ",
        f"Metric: {record['metric']}, margin ${record['margin']:.0f}, registered before training. ",
        f"Assumed: ${record['money']['cost_per_book']:.2f} a book, ",
        f"${record['money']['extra_spend_per_redeemer']:.2f} of extra sales from a redeemer, ",
        f"{record['money']['contribution_margin']:.0%} of it left. Data {record['data_hash'][:12]}.\n\n",
        "| check | passed | because |\n|---|---|---|\n",
    ]
    lines += [
        f"| {entry['check']} | {'yes' if entry['passed'] else '**no**'} | {entry['detail']} |\n"
        for entry in record["checks"]
    ]
    lines.append("\nWay back: `python -m targeting.registry rollback`.\n")
    return "".join(lines)


def main() -> None:
    """Judge the challenger, promote it when it passes, and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reports", type=Path, default=Path("reports"))
    arguments = parser.parse_args()
    settings = params.read()
    report = read_json(arguments.reports / "contracts.json", "dvc repro contracts")
    try:
        record, measured = decide(settings, report)
    except KeyError as error:
        raise StageError(f"params.yaml or a report lacks {error}. Compare params.yaml with its last commit.") from error
    if record["decision"] == "promote":
        registry.promote(record["challenger"]["version"])
    write_json(arguments.reports / "decision.json", record)
    write_text(arguments.reports / "decision.md", as_text(record))
    print(f"{as_text(record)}\nMeasured: {measured:.1f} ms of processor time for one household (mean of {REPEATS}).")


if __name__ == "__main__":
    run(main)
