"""Take the workspace along as one zip file, and bring it back: Binder and Colab forget everything at the end.

MLflow's store holds absolute addresses of artefacts. The file remembers where it was packed, and unpacking puts the new
place for the old one.
"""

import contextlib
import sqlite3
import zipfile
from pathlib import Path, PurePosixPath

from mldesign.lab import workspace
from mldesign.lab.errors import LabError

STORE = "mlflow.db"
ADDRESSES = {  # table of MLflow's store → column with the address of an artefact
    "experiments": "artifact_location",
    "logged_models": "artifact_location",
    "model_versions": "storage_location",
    "runs": "artifact_uri",
}
LEFT_OUT = {"__pycache__", ".pytest_cache", ".venv", ".ipynb_checkpoints"}


def pack() -> None:
    """Write the workspace, its history and its record to ``workspace.zip`` beside it, replacing an earlier one.

    Raises:
        LabError: when there is no workspace, or it is damaged.
    """
    folder = workspace.here()
    target = folder.with_name(f"{folder.name}.zip")
    # Folders too: git needs some of its own even when they are empty.
    members = sorted(path for path in folder.rglob("*") if not LEFT_OUT & set(path.relative_to(folder).parts))
    new = target.with_suffix(".zip.new")
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path in members:
            bundle.write(path, path.relative_to(folder).as_posix())
        bundle.comment = folder.as_uri().encode("utf-8")
    new.replace(target)
    print(f"{target.name} holds your workspace. Download it; lab.unpack() brings it back from the same place.")


def unpack(bundle: str | Path | None = None) -> None:
    """Restore the workspace from a zip file that :func:`pack` made. A workspace that is there is kept beside.

    Args:
        bundle: the zip file; by default ``workspace.zip`` beside the workspace.

    Raises:
        LabError: when there is no such file, it was not made by :func:`pack`, or its MLflow store is damaged.
    """
    folder = workspace.path()
    file = Path(bundle) if bundle else folder.with_name(f"{folder.name}.zip")
    if not file.is_file():
        raise LabError(
            f'There is no {file.name} there. Upload it next to the labs, or name it: lab.unpack("path/to/file.zip").'
        )
    try:
        with zipfile.ZipFile(file) as opened:
            names = opened.namelist()
            strange = [
                name
                for name in names
                if ".." in PurePosixPath(name).parts or PurePosixPath(name).is_absolute() or ":" in name
            ]
            if strange or ".git/HEAD" not in names:
                raise LabError(f"{file.name} was not made by lab.pack(): it holds no workspace. Nothing was changed.")
            kept = workspace.set_aside()
            opened.extractall(folder)
            before = opened.comment.decode("utf-8", errors="replace")
    except zipfile.BadZipFile as error:
        raise LabError(f"{file.name} is damaged or no zip file. Download it again. Nothing was changed.") from error
    workspace.enter()
    print("Your workspace is back." + (f" What was here is kept in {kept}." if kept else ""))
    follow(folder, before)


def follow(folder: Path, before: str) -> None:
    """Put the present place of a workspace for an earlier one in the addresses of its MLflow store, if it has one.

    Args:
        folder: the workspace as it is now.
        before: the URI of the folder in which the store was written, as ``file:///content/course/labs/workspace``.

    Raises:
        LabError: when the store is no SQLite database, or a damaged one.
    """
    store = folder / STORE
    if not before.startswith("file:") or not store.is_file():
        return
    try:
        _move_addresses(store, folder, before)
    except sqlite3.DatabaseError as error:
        raise LabError(
            f"{STORE}, the store of your training runs, is damaged in this copy ({error}); all other files are there. If the workspace "
            f"still works where you packed it, pack it again and unpack that file. If not, delete {STORE} in the workspace: the next "
            "training makes an empty store, and the earlier runs are lost. Data, code and history of git are not touched by that."
        ) from error


def _move_addresses(store: Path, folder: Path, before: str) -> None:
    with contextlib.closing(sqlite3.connect(store)) as connection, connection:
        present = {row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")}
        for table in present & set(ADDRESSES):
            column = ADDRESSES[table]
            connection.execute(
                f"update {table} set {column} = ? || substr({column}, ?) where substr({column}, 1, ?) = ?",
                (folder.as_uri() + "/", len(before) + 2, len(before) + 1, before + "/"),
            )
