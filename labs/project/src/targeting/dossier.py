"""What the registry knows of a version without loading it: its receipt, held-out scores, size, fate, and rival.

``python -m targeting.dossier champion`` (or a number) prints the receipt, and what of it this folder confirms.
"""

import argparse
import io
import subprocess
from pathlib import Path

import mlflow
import pandas as pd
from mlflow.exceptions import MlflowException

from targeting import registry, tracking
from targeting.files import StageError, read_json, run, sha256

TRACED = ("commit", "data_hash", "features_sha256")  # code, raw tables, table of features


def receipt(which: str | int) -> dict:
    """Return what a version was made from: version, run_id, candidate, as_of, campaigns, ``TRACED``, fingerprint.

    A run of an older release may lack an entry: then it is None.

    Raises:
        StageError: when there is no such version.
    """
    with tracking.store() as client:
        found = registry.find(client, which)
    names = ("candidate", "as_of", "campaigns", *TRACED, "fingerprint")
    return {"version": int(found.version), "run_id": found.run_id} | {name: found.tags.get(name) for name in names}


def present(clean: Path = Path("data/clean"), features: Path = Path("data/features.parquet")) -> dict:
    """Return what this folder holds: ``commits``, every commit that git knows; ``data_hash`` and ``features_sha256``.

    Raises:
        StageError: when the data are not there.
    """
    try:
        command = ["git", "rev-list", "--all"]
        known = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    except (OSError, subprocess.CalledProcessError):
        known = []
    manifest = read_json(clean / "manifest.json", "dvc repro contracts")
    return {"commits": known, "data_hash": manifest["data_hash"], "features_sha256": sha256(features)}


def unconfirmed(receipt: dict, here: dict) -> list[str]:
    """Return which of ``TRACED`` a receipt lacks, or this folder cannot confirm; an empty list when all is confirmed.

    Args:
        receipt: from :func:`receipt`. Its commit ends in ``-dirty`` when files were changed and not committed: nobody
            can check that code out.
        here: from :func:`present`.
    """
    # TASK 3.6: a commit that git knows; hashes that are there and equal
    confirmed = {"commit": receipt.get("commit") in here["commits"]}
    for name in ("data_hash", "features_sha256"):
        confirmed[name] = receipt.get(name) is not None and receipt[name] == here.get(name)
    return [name for name in TRACED if not confirmed[name]]
    # END TASK 3.6


def incumbent(challenger: int) -> int:
    """Return the champion that a challenger is measured against: the present one, or, once promoted, the one before.

    Raises:
        StageError: when there is none.
    """
    with tracking.store() as client:
        past = [version for version in registry.history(client) if version != challenger]
    if not past:
        raise StageError("There is no champion to compare with. Run `dvc repro --force register`.")
    return past[-1]


def held_out(which: str | int) -> pd.DataFrame:
    """Return the held-out scores that a version was judged by; columns as in ``targeting.evaluate``.

    Raises:
        StageError: when there is no such version, or its rows are lost.
    """
    with tracking.store() as client:
        found = registry.find(client, which)
        try:
            return pd.read_csv(io.StringIO(mlflow.artifacts.load_text(f"runs:/{found.run_id}/held_out.csv")))
        except (MlflowException, OSError) as error:
            raise StageError(
                f"The held-out scores of version {found.version} are lost. Run `dvc repro --force train`."
            ) from error


def describe(version: int) -> dict:
    """Return version, candidate and fingerprint, without loading the model."""
    with tracking.store() as client:
        found = registry.find(client, version)
        return {"version": version, "candidate": found.tags["candidate"], "fingerprint": found.tags["fingerprint"]}


def was_rolled_back(version: int) -> bool:
    """Return whether somebody took this version out of service."""
    with tracking.store() as client:
        return registry.find(client, version).tags.get("rolled_back") == "yes"


def file_size(version: int) -> int:
    """Return the size of a version's model file in bytes."""
    with tracking.store() as client:
        return tracking.model_file(registry.find(client, version).tags["model_uri"]).stat().st_size


def main() -> None:
    """Print the receipt of one version."""
    parser = argparse.ArgumentParser(description="Print the receipt of a version.")
    parser.add_argument("which", help="champion, challenger or a number")
    which = parser.parse_args().which
    found = receipt(int(which) if which.isdigit() else which)
    for name, entry in found.items():
        print(f"{name:<16} {entry}")
    print(f"Not confirmed here: {', '.join(unconfirmed(found, present())) or 'nothing'}.")


if __name__ == "__main__":
    run(main)
