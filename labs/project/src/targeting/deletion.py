"""Delete a household: from raw data, features, scores, models, caches and logs, with a proof.

``python -m targeting.deletion 1234`` puts the household on two lists and rebuilds data and models without it:

- ``deletions.csv``: ``targeting.ingest`` leaves these households out, or the next delivery would bring them back
- ``suppression.csv``: nobody on it is scored or mailed; a deletion adds to it and never takes from it

Both lists stand outside ``data/`` and hold the bare number, which must be kept to keep the promise. Then mailing
lists and the tables of MLflow runs lose the household's rows, older versions leave the cache of DVC and its remote, and
every file is searched. ``reports/deletion.json`` is the proof; ``--prove`` only searches. Golden predictions and input
examples of older model versions hold rows without a number, which no search can assign.
"""

import argparse
import datetime
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd

from targeting import params, suppression
from targeting.files import StageError, literal, read_json, replacing, run, write_json

PLACES = ("data", "models", "reports", "mlartifacts", "logs", ".dvc/cache", "build/remote")
COLUMN = "household_id"


def rows_of(path: Path, household_id: int) -> int:
    """Return how many rows about the household a file holds; parquet, CSV and JSON are known by their content."""
    with path.open("rb") as file:
        start = file.read(4)
    if start == b"PAR1":
        return _in_table(f"read_parquet({literal(path)})", household_id)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return 0  # an image or a model file: neither holds rows
    if COLUMN not in text:
        return 0
    if COLUMN in text.partition("\n")[0].split(","):
        return _in_table(f"read_csv({literal(path)})", household_id)
    return sum(_in_json(document, household_id) for document in _documents(text))


def _in_table(table: str, household_id: int) -> int:
    with duckdb.connect() as connection:
        columns = {row[0] for row in connection.execute(f"describe select * from {table}").fetchall()}
        if COLUMN not in columns:
            return 0
        query = f"select count(*) from {table} where {COLUMN} = {int(household_id)}"
        return connection.execute(query).fetchone()[0]


def _documents(text: str) -> list:
    for lines in ([text], text.splitlines()):  # one document, or one a line, as in a log
        try:
            return [json.loads(line) for line in lines if line.strip()]
        except ValueError:
            continue
    return []


def _in_json(content: object, household_id: int) -> int:
    if isinstance(content, dict):
        found = content.get(COLUMN)
        here = sum(str(value) == str(household_id) for value in (found if isinstance(found, list) else [found]))
        return here + sum(_in_json(value, household_id) for value in content.values())
    if isinstance(content, list):
        return sum(_in_json(value, household_id) for value in content)
    return 0


def search(root: Path, household_id: int) -> dict[str, int]:
    """Return file → rows about the household, for every file below ``PLACES`` that holds any."""
    found = {}
    for place in PLACES:
        for path in sorted((root / place).rglob("*")):
            if path.is_file() and (rows := rows_of(path, household_id)):
                found[path.relative_to(root).as_posix()] = rows
    return found


def forget(root: Path, household_id: int) -> list[str]:
    """Take the household's rows out of what no stage rebuilds: mailing lists and the tables of MLflow runs.

    Returns:
        The files that were rewritten.
    """
    changed = []
    for path in [*sorted((root / "data/scores").glob("*.parquet")), *sorted((root / "mlartifacts").rglob("*.csv"))]:
        if not rows_of(path, household_id):
            continue
        table = path.suffix == ".parquet"
        rows = pd.read_parquet(path) if table else pd.read_csv(path)
        rows = rows[rows[COLUMN] != household_id]
        with replacing(path) as part:
            rows.to_parquet(part, index=False) if table else rows.to_csv(part, index=False)
        changed.append(path.relative_to(root).as_posix())
    return changed


def delete(root: Path, household_id: int, day: datetime.date, deletions: Path) -> None:
    """Carry one deletion through every copy: lists, data and what is made from them, mailing lists, runs, caches.

    What is at hand: ``suppression.add(household, day, list)``; ``forget(root, household)``, which takes a household
    out of mailing lists and MLflow runs; ``dvc(…)``, one command of DVC, its words as arguments. ``repro`` runs the
    stages whose dependencies have changed, ``repro gate`` only as far as the gate (the reports after it name nobody,
    and follow with the next run); ``repro --force --single-item ingest`` runs that stage in any case (the list is none
    of its dependencies); ``gc --workspace --force`` drops from ``.dvc/cache`` what the workspace no longer uses, and
    with ``--cloud`` from the remote too.

    Args:
        root: the repository; its remote, when it has one, is the folder ``build/remote``.
        household_id: who asked.
        day: when.
        deletions: the list of deletions; that of objections is ``root / suppression.LIST``.
    """
    # TASK 8.5: first what keeps the household out, then what is made again, then what no stage makes, then old copies
    for path in (root / suppression.LIST, deletions):
        suppression.add(household_id, day, path)
    dvc("repro", "--force", "--single-item", "ingest")
    dvc("repro", "gate")
    forget(root, household_id)
    dvc("gc", "--workspace", "--force")
    if (root / "build/remote").is_dir():
        dvc("gc", "--workspace", "--cloud", "--force")
    # END TASK 8.5


def prove(root: Path, household_id: int, deletions: Path) -> dict:
    """Return the proof: where the household still is, the lists that hold it, whether the champion learned from it.

    A model counts as having learned from it when its data are not those that the pipeline has now.
    """
    from targeting import registry  # with MLflow, which takes seconds; a look at the list alone does not need it

    now = read_json(root / "data/clean/manifest.json", "dvc repro contracts")["data_hash"]
    champion = registry.load()
    remaining = search(root, household_id)
    listed = {
        "deletions": household_id in suppression.households(deletions),
        "suppression": household_id in suppression.households(root / suppression.LIST),
    }
    learned = champion.data_hash != now
    return {
        "household": household_id,
        "remaining": remaining,
        "listed": listed,
        "champion": {"version": champion.version, "learned_from_it": learned},
        "proved": not remaining and all(listed.values()) and not learned,
    }


def check(root: Path, deletions: Path) -> int:
    """Return how many households are on the list, after a look that none of them is left in the data.

    Everything else is made from ``data/raw``, so that is where it looks.

    Raises:
        StageError: when one is left there, or may still be mailed: somebody wrote the list by hand.
    """
    listed, mailable = suppression.households(deletions), suppression.households(root / suppression.LIST)
    left = {household for household in listed if household not in mailable}
    with duckdb.connect() as connection:
        for path in sorted((root / "data/raw").glob("*.parquet")):
            table = f"read_parquet({literal(path)})"
            if COLUMN in connection.execute(f"select * from {table} limit 0").df():
                found = connection.execute(f"select distinct {COLUMN} from {table}").fetchall()
                left |= listed & {row[0] for row in found}
    if left:
        raise StageError(
            f"{deletions} names {', '.join(map(str, sorted(left)))}, which nothing has deleted yet. "
            f"Run `python -m targeting.deletion {min(left)}`: it deletes everywhere and leaves the proof."
        )
    return len(listed)


def dvc(*arguments: str) -> None:
    """Run one DVC command.

    Raises:
        StageError: when it fails; the message ends with its last lines.
    """
    done = subprocess.run([sys.executable, "-m", "dvc", *arguments], capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-3:])
        raise StageError(f"`dvc {' '.join(arguments)}` failed. Mend it, then run the deletion again.\n{last}")


def main() -> None:
    """Delete one household, or only prove that it is gone; ``--check`` is the stage of the pipeline."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("household", type=int, nargs="?")
    asked.add_argument("--check", action="store_true", help="fail when somebody on the list is left in the data")
    parser.add_argument("--on", type=datetime.date.fromisoformat, help="day of the request (default: today)")
    parser.add_argument("--prove", action="store_true", help="change nothing, search only")
    arguments = parser.parse_args()
    root, household = Path(), arguments.household
    deletions = Path(params.read()["deletion"]["list"])
    if arguments.check:
        print(f"{check(root, deletions)} households asked to be deleted; none is left.")
        return
    if not arguments.prove:
        delete(root, household, arguments.on or datetime.date.today(), deletions)
    proof = prove(root, household, deletions)
    write_json(root / "reports/deletion.json", proof)
    print(json.dumps(proof, indent=2))
    if not proof["proved"]:
        raise StageError(
            "The household is not gone: see reports/deletion.json. A champion that learned from it is replaced by "
            "`python -m targeting.registry promote VERSION`."
        )


if __name__ == "__main__":
    run(main)
