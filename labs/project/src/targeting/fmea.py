"""Failure modes and their priority: ``python -m targeting.fmea`` reads ``docs/fmea.yaml`` and prints them by rank.

Priority = severity × occurrence × detection, each from 1 to 10; 10 is the worst, for detection: nobody would see it.
A mitigation counts only while its evidence, a file or a test, is in this repository: who deletes the test gets the old
priority back. The ranks are judgements, and their product orders work; it is no measurement.
"""

import ast
from pathlib import Path

import pandas as pd
import yaml

from targeting.files import StageError, run

RANKS = ("severity", "occurrence", "detection", "occurrence_now", "detection_now")
FIELDS = ("failure", "effect", "mitigation", "evidence", *RANKS)


def read(path: Path = Path("docs/fmea.yaml")) -> list[dict]:
    """Return the entries of the file.

    Raises:
        StageError: when an entry lacks a field or has a rank that is no whole number from 1 to 10.
    """
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise StageError(f"{path.as_posix()} cannot be read: {' '.join(str(error).split())}") from error
    for number, entry in enumerate(entries, start=1):
        absent = [name for name in FIELDS if name not in entry]
        wrong = [name for name in RANKS if type(entry.get(name)) is not int or not 1 <= entry[name] <= 10]
        if absent or wrong:
            what = (
                f"lacks {', '.join(absent)}" if absent else f"needs a whole number from 1 to 10 for {', '.join(wrong)}"
            )
            raise StageError(f"Entry {number} of {path.as_posix()} {what}.")
    return entries


def exists(evidence: str, root: Path = Path()) -> bool:
    """Say whether ``path`` or ``path::test`` is in the repository; a test must be a function of that file."""
    name, _, test = evidence.partition("::")
    file = root / name
    if not name or not file.is_file():
        return False
    if not test:
        return not file.name.startswith("test_")  # which of its tests?
    found = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return test.partition("[")[0] in {node.name for node in found if isinstance(node, ast.FunctionDef)}


def priorities(entries: list[dict], root: Path = Path()) -> pd.DataFrame:
    """Return failure, severity, ``before`` and ``now`` (priorities), evidence and whether it stands, worst first."""
    rows = []
    for entry in entries:
        stands = exists(entry["evidence"], root)
        before = entry["severity"] * entry["occurrence"] * entry["detection"]
        now = entry["severity"] * entry["occurrence_now"] * entry["detection_now"] if stands else before
        named = {name: entry[name] for name in ("failure", "severity")}
        rows.append({**named, "before": before, "now": now, "evidence": entry["evidence"], "stands": stands})
    order = ["now", "severity", "failure"]
    return pd.DataFrame(rows).sort_values(order, ascending=[False, False, True], ignore_index=True)


def main() -> None:
    """Print the table, and name the mitigations without evidence."""
    table = priorities(read())
    print(table[["failure", "severity", "before", "now"]].to_string(index=False))
    for row in table[~table["stands"]].itertuples():
        print(f"no evidence: {row.failure} ({row.evidence or 'nothing named'})")


if __name__ == "__main__":
    run(main)
