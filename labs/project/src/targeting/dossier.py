"""What the registry knows of a version without loading it: held-out scores, size, fate, and whom it must beat."""

import io

import mlflow
import pandas as pd
from mlflow.exceptions import MlflowException

from targeting import registry, tracking
from targeting.files import StageError


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
