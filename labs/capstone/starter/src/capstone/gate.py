"""The gate: may the challenger decide from now on? Every check must pass; the reasons are recorded either way."""

from pathlib import Path

from capstone import params
from capstone.files import read_json, run, write_json


def decide(evaluation: dict, contract: dict, most_aside: int) -> dict:
    """Return the decision record: ``promote`` when every check passes, else ``keep``.

    Args:
        evaluation: reports/evaluation.json; the margin in it was registered before training.
        contract: reports/contract.json.
        most_aside: rows in quarantine with which a challenger may still be promoted.
    """
    difference, margin = evaluation["difference"], evaluation["margin"]
    aside = sum(sum(table["quarantine"].values()) for table in contract.values())
    in_order = all(fold["train_until"] < fold["test_from"] for fold in evaluation["split"])
    said = f"{difference['estimate']:+.0f} ({difference['low']:+.0f} to {difference['high']:+.0f}) dollars a day"
    checks = [
        ("contract", aside <= most_aside, f"rows in quarantine: {aside}, at most {most_aside}"),
        ("order", in_order, f"{len(evaluation['split'])} folds, each learned before it is tested"),
        ("money", difference["low"] > margin, f"{said}, margin {margin}, by {evaluation['unit']}"),
    ]
    return {
        "decision": "promote" if all(passed for _, passed, _ in checks) else "keep",
        "metric": evaluation["metric"],
        "margin": margin,
        "checks": [{"check": name, "passed": passed, "because": because} for name, passed, because in checks],
    }


def main() -> None:
    """Write ``reports/decision.json``."""
    reports = Path("reports")
    evaluation = read_json(reports / "evaluation.json", "dvc repro evaluate")
    contract = read_json(reports / "contract.json", "dvc repro contract")
    record = decide(evaluation, contract, params.read()["gate"]["most_aside"])
    write_json(reports / "decision.json", record)
    print(record["decision"], *(f"{check['check']}: {check['because']}" for check in record["checks"]), sep="\n  ")


if __name__ == "__main__":
    run(main)
