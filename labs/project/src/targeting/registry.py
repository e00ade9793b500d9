"""The registry: which model decides, which one wants to, and the way back.

``champion`` is the model that services and the batch use, ``challenger`` the one that the gate judges. A rule is a
model like any other. A model that cannot be loaded back, or gives other probabilities than on the day it was trained,
is refused.

``targeting.register`` puts models in. Commands: ``python -m targeting.registry promote VERSION | rollback | list``.
"""

import argparse
import dataclasses
import json

import mlflow
import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException
from sklearn.pipeline import Pipeline

from targeting import candidates, tracking
from targeting.files import StageError, first_line, run, sha256

MODEL = "coupon-book"
CHAMPION, CHALLENGER = "champion", "challenger"
TOLERANCE = 1e-6  # of golden probabilities; other releases of numpy may move the last digits


@dataclasses.dataclass(frozen=True)
class Registered:
    """A model of the registry, loaded and checked.

    Attributes:
        version: number in the registry. run_id: the MLflow run that made it. candidate: its name in params.yaml.
        data_hash: of the raw tables it was trained on. fingerprint: of data, parameters and golden predictions.
        threshold: score above which the budget's share of its development households lies
            (``decision.mailing_share``): the decision on a single household outside a campaign.
        model: the fitted pipeline.
    """

    version: int
    run_id: str
    candidate: str
    data_hash: str
    threshold: float
    fingerprint: str
    model: Pipeline

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the probability of redeeming for each row of a frame of features."""
        return candidates.probabilities(self.model, frame)


def load(which: str | int = CHAMPION) -> Registered:
    """Load a model by alias or version and check it: its file's hash, then its golden predictions.

    Raises:
        StageError: when there is no such model, its file was changed or is missing, or it predicts something else.
    """
    with tracking.store() as client:
        found = find(client, which)
        tags, where = found.tags, f"Version {found.version} of {MODEL}"
        try:
            if sha256(tracking.model_file(tags["model_uri"])) != tags["model_sha256"]:
                raise StageError(
                    f"{where} is refused: its file is not the one that was registered. Roll back; find who wrote it."
                )
            model = mlflow.sklearn.load_model(tags["model_uri"])
            golden = mlflow.artifacts.load_dict(f"runs:/{found.run_id}/golden.json")
        except (MlflowException, OSError, TypeError, ValueError) as error:
            raise StageError(f"{where} cannot be loaded back: {first_line(error)} Roll back.") from error
        check_golden(model, golden, where)
        return Registered(
            version=int(found.version),
            run_id=found.run_id,
            candidate=tags["candidate"],
            data_hash=tags["data_hash"],
            threshold=float(tags["threshold"]),
            fingerprint=tags["fingerprint"],
            model=model,
        )


def check_golden(model: Pipeline, golden: dict, where: str) -> None:
    """Refuse a model that gives other probabilities than on the day it was trained.

    Args:
        model: as loaded from its file.
        golden: ``inputs``, column → values, and ``probabilities``, what the model gave them then.
        where: which model this is, for the message.

    Raises:
        StageError: when a probability is further away than ``TOLERANCE``, or is none.
    """
    # TASK 3.5: a StageError that begins with `where`, unless every probability is within TOLERANCE of what it was
    predicted = candidates.probabilities(model, pd.DataFrame(golden["inputs"]))
    worst = np.abs(predicted - np.array(golden["probabilities"])).max()
    if not worst <= TOLERANCE:  # also when it is not a number
        raise StageError(
            f"{where} is refused: it misses its golden predictions by up to {worst:.2g}. Check code and packages."
        )
    # END TASK 3.5


def champion_version() -> int | None:
    """Return the version that is champion now, or None; cheap, for a service that asks often."""
    with tracking.store() as client:
        return version_at(client, CHAMPION)


def promote(version: int) -> None:
    """Make a version champion, after it was loaded back; the history keeps the way back.

    A second call changes nothing, so that a promotion which was interrupted is simply repeated.

    Raises:
        StageError: when it is refused; the champion is then as before.
    """
    load(version)
    with tracking.store() as client:
        past = history(client)
        if not past or past[-1] != version:
            client.set_registered_model_tag(MODEL, "history", json.dumps([*past, version]))
        client.set_model_version_tag(MODEL, str(version), "rolled_back", "no")
        client.set_registered_model_alias(MODEL, CHAMPION, str(version))


def rollback() -> int:
    """Make the champion before this one champion again, and return its version.

    The gate does not promote the one that was taken out of service again.

    Raises:
        StageError: when there was none, or it cannot be loaded back.
    """
    with tracking.store() as client:
        past = history(client)
    if len(past) < 2:
        raise StageError("There is no earlier champion to go back to. See `python -m targeting.registry list`.")
    load(past[-2])
    with tracking.store() as client:
        client.set_model_version_tag(MODEL, str(past[-1]), "rolled_back", "yes")
        client.set_registered_model_alias(MODEL, CHAMPION, str(past[-2]))
        client.set_registered_model_tag(MODEL, "history", json.dumps(past[:-1]))
    return past[-2]


def history(client: mlflow.MlflowClient) -> list[int]:
    """Return the versions that were champion, in order, the present one last."""
    return json.loads(client.get_registered_model(MODEL).tags.get("history", "[]"))


def versions() -> pd.DataFrame:
    """Return one row a version: version, candidate, alias, fingerprint, run_id."""
    with tracking.store() as client:
        names = {str(version_at(client, alias)): alias for alias in (CHALLENGER, CHAMPION)}
        rows = [
            {
                "version": int(found.version),
                "candidate": found.tags["candidate"],
                "alias": names.get(str(found.version), ""),
                "fingerprint": found.tags["fingerprint"][:12],
                "run_id": found.run_id,
            }
            for found in client.search_model_versions(f"name = '{MODEL}'")
        ]
    return pd.DataFrame(rows).sort_values("version", ignore_index=True) if rows else pd.DataFrame()


def version_at(client: mlflow.MlflowClient, alias: str) -> int | None:
    """Return the version that an alias names, or None."""
    try:
        return int(client.get_registered_model(MODEL).aliases.get(alias, 0)) or None
    except MlflowException:
        return None


def find(client: mlflow.MlflowClient, which: str | int):
    """Return what the registry says of an alias or version.

    Raises:
        StageError: when there is no such model.
    """
    number = which if isinstance(which, int) else version_at(client, which)
    if number is None:
        raise StageError(
            f"The registry has no {which}. Run `dvc repro`; if nothing changed, `dvc repro --force register`."
        )
    try:
        return client.get_model_version(MODEL, str(number))
    except MlflowException as error:
        raise StageError(f"The registry has no version {number}. See `python -m targeting.registry list`.") from error


def main() -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("promote", help="make a version champion").add_argument("version", type=int)
    commands.add_parser("rollback", help="back to the champion before")
    commands.add_parser("list", help="every version")
    arguments = parser.parse_args()
    if arguments.command == "promote":
        promote(arguments.version)
    elif arguments.command == "rollback":
        print(f"Version {rollback()} is champion again.")
    print(versions().to_string(index=False))


if __name__ == "__main__":
    run(main)
