"""Put a training's baseline and challenger into the registry, each once.

Where there is no champion yet, the baseline becomes it: the charter names it, and people have signed that. The best
other candidate gets the alias ``challenger``; only the gate makes it champion. Writes ``models/registered.json``.
"""

import argparse
from pathlib import Path

import mlflow
from mlflow.exceptions import MlflowException

from targeting import registry, tracking
from targeting.files import StageError, read_json, run, write_json
from targeting.registry import CHALLENGER, CHAMPION, MODEL


def register(training: dict) -> dict[str, int]:
    """Register the baseline and the challenger of a training, and return name → version; a second call changes nothing.

    Args:
        training: content of ``models/training.json``.

    Raises:
        StageError: when a run of the training is missing, or the baseline cannot be loaded back.
    """
    versions = {}
    with tracking.store() as client:
        try:
            client.get_registered_model(MODEL)
        except MlflowException:
            client.create_registered_model(MODEL, description="Who gets the next coupon book?")
        for name in (training["baseline"], training["challenger"]):
            versions[name] = _version(client, name, training["candidates"][name]["fingerprint"])
        client.set_registered_model_alias(MODEL, CHALLENGER, str(versions[training["challenger"]]))
        no_champion = registry.version_at(client, CHAMPION) is None
    if no_champion:
        registry.promote(versions[training["baseline"]])
    return versions


def _version(client: mlflow.MlflowClient, name: str, fingerprint: str) -> int:
    for version in client.search_model_versions(f"name = '{MODEL}'"):
        if version.tags.get("fingerprint") == fingerprint:
            return int(version.version)
    run_id = tracking.finished(client, fingerprint)
    if run_id is None:
        raise StageError(
            f"The tracking store has no run of {name} as trained. Run `dvc repro --force train`, then again."
        )
    tags = client.get_run(run_id).data.tags
    kept = {key: tags[key] for key in tags if not key.startswith("mlflow.")}
    return int(client.create_model_version(MODEL, tags["model_uri"], run_id=run_id, tags=kept).version)


def main() -> None:
    """Run the stage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=Path, default=Path("models"))
    arguments = parser.parse_args()
    versions = register(read_json(arguments.models / "training.json", "dvc repro train"))
    write_json(arguments.models / "registered.json", versions)
    print(", ".join(f"{name} is version {version}" for name, version in versions.items()) + ".")


if __name__ == "__main__":
    run(main)
