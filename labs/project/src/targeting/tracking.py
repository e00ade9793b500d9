"""MLflow: where runs and models are kept, and how a candidate becomes a run.

The store is ``mlflow.db``, a SQLite file in the repository, with artefacts in ``mlartifacts/``. One setting puts it
elsewhere: ``MLFLOW_TRACKING_URI=postgresql://…`` or ``http://…``. ``TARGETING_ARTIFACTS`` names
another folder or bucket.
"""

import contextlib
import logging
import os
import subprocess
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from targeting import candidates
from targeting.files import StageError, first_line, sha256

for name, setting in {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "GIT_PYTHON_REFRESH": "quiet",
    "TQDM_DISABLE": "1",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}.items():
    os.environ.setdefault(name, setting)
warnings.filterwarnings("ignore", category=FutureWarning, module="mlflow")

import mlflow  # noqa: E402  (after the settings that it reads when it is imported)
from mlflow.exceptions import MlflowException  # noqa: E402
from sqlalchemy.exc import SQLAlchemyError  # noqa: E402

EXPERIMENT = "coupon-book"
PACKAGES = ("mlflow", "numpy", "pandas", "scikit-learn", "skops")
FILE = "mlflow.db"
MAKERS = ("src", "params.yaml", "dvc.yaml")  # what makes a model; dvc.lock and reports are what the pipeline writes
# MLflow writes what it is told into these variables; left there, the next folder would be taken for this one.
WRITTEN = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_EXPERIMENT_ID")


@contextlib.contextmanager
def store() -> Iterator[mlflow.MlflowClient]:
    """Point MLflow at the store, creating it when it is new, and give a client.

    Raises:
        StageError: when the store is locked, cannot be reached or cannot be written.
    """
    for chatty in ("alembic", "mlflow"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    settings = {name: os.environ.get(name) for name in WRITTEN}
    address = settings["MLFLOW_TRACKING_URI"] or create(Path.cwd() / FILE)
    try:
        mlflow.set_tracking_uri(address)
        mlflow.set_registry_uri(address)
        client = mlflow.MlflowClient()
        if client.get_experiment_by_name(EXPERIMENT) is None:
            try:
                client.create_experiment(EXPERIMENT, artifact_location=artefacts(address))
            except MlflowException:
                if client.get_experiment_by_name(EXPERIMENT) is None:  # else another process was faster
                    raise
        mlflow.set_experiment(EXPERIMENT)
        for name, setting in settings.items():
            os.environ.pop(name, None) if setting is None else os.environ.update({name: setting})
        yield client
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("psycopg"):
            raise
        raise StageError("PostgreSQL needs its driver. Run `pip install psycopg[binary]`, then again.") from error
    except (MlflowException, SQLAlchemyError) as error:
        held = "locked" in str(error)
        hint = "Another process holds the store: wait until it ends" if held else "Check MLFLOW_TRACKING_URI if need be"
        raise StageError(f"MLflow fails: {first_line(error)}. {hint}, then run again.") from error


def artefacts(address: str) -> str | None:
    """Return where artefacts go: into the repository, or ``TARGETING_ARTIFACTS``; a server decides for itself."""
    if address.startswith("http"):
        return None
    return os.environ.get("TARGETING_ARTIFACTS") or (Path.cwd() / "mlartifacts").as_uri()


def create(path: Path) -> str:
    """Return the address of a SQLite store; make it first when there is none.

    Two processes that open a new file at the same time would migrate it twice and can destroy it. So the tables are
    made in a file of this process's own, which is then linked into place: that succeeds for exactly one of them.

    Raises:
        StageError: when the folder cannot be written to.
    """
    address = f"sqlite:///{path.as_posix()}"
    if path.exists():
        return address
    own = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        mlflow.MlflowClient(f"sqlite:///{own.as_posix()}").search_experiments()
        with contextlib.suppress(FileExistsError):
            os.link(own, path)
    except (OSError, MlflowException, SQLAlchemyError) as error:
        raise StageError(f"Cannot create {path}: {first_line(error)}. Make the folder writable.") from error
    finally:
        own.unlink(missing_ok=True)
    return address


def commit() -> str:
    """Return the commit that is checked out, with ``-dirty`` when ``MAKERS`` differ from it; ``none`` outside git."""
    try:
        head, changes = (
            subprocess.run(["git", *words], capture_output=True, text=True, check=True).stdout.strip()
            for words in (["rev-parse", "HEAD"], ["status", "--porcelain", "--", *MAKERS])
        )
    except (OSError, subprocess.CalledProcessError):
        return "none"
    return f"{head}-dirty" if changes else head


def finished(client: mlflow.MlflowClient, fingerprint: str) -> str | None:
    """Return the id of a complete run with this fingerprint, or None: a killed run is not taken for one."""
    experiment = client.get_experiment_by_name(EXPERIMENT)
    where = f"tags.fingerprint = '{fingerprint}' and tags.complete = 'yes'"
    runs = client.search_runs([experiment.experiment_id], where, order_by=["attributes.start_time ASC"], max_results=1)
    return runs[0].info.run_id if runs else None


def log(client: mlflow.MlflowClient, name: str, entry: dict, model, example: pd.DataFrame, texts: dict, figure) -> str:
    """Write one trained candidate as a run and return the run's id; a complete run of the same fingerprint is reused.

    Args:
        client: from :func:`store`.
        name: of the candidate.
        entry: its ``params``, ``metrics`` (numbers) and ``tags``, among them ``fingerprint`` and ``data_hash``.
        model: the fitted pipeline.
        example: a few rows of inputs; the signature is inferred from them.
        texts: file name → text: golden predictions that a loaded model must reproduce, held-out scores.
        figure: a matplotlib figure.
    """
    known = finished(client, entry["tags"]["fingerprint"])
    if known:
        return known
    with mlflow.start_run(run_name=name) as run:
        mlflow.set_tags({**entry["tags"], "commit": commit()})
        mlflow.log_params(entry["params"])
        mlflow.log_metrics(entry["metrics"])
        mlflow.log_figure(figure, "evaluation.png")
        for file, text in texts.items():
            mlflow.log_text(text, file)
        info = mlflow.sklearn.log_model(
            model,
            name="model",
            serialization_format="skops",
            skops_trusted_types=candidates.TRUSTED,
            pip_requirements=[f"{package}=={version(package)}" for package in PACKAGES],
            signature=mlflow.models.infer_signature(example, model.predict_proba(example)),
            input_example=example,
            pyfunc_predict_fn="predict_proba",
        )
        mlflow.set_tags({"model_uri": info.model_uri, "model_sha256": sha256(model_file(info.model_uri))})
        mlflow.set_tag("complete", "yes")  # last: a run without it was interrupted
        return run.info.run_id


def model_file(uri: str) -> Path:
    """Return the file that holds a logged model, on this machine.

    Raises:
        FileNotFoundError: when it is gone.
    """
    folder = Path(mlflow.artifacts.download_artifacts(uri))
    files = list(folder.glob("*.skops"))
    if not files:
        raise FileNotFoundError(f"{folder} holds no model file.")
    return files[0]
