"""Files that are whole or absent, their hashes, and errors that say what to do next.

Every stage writes through :func:`replacing`: a reader sees the old file or the new one, never half of one, also when
the stage is killed. One writer a file at a time: ``dvc repro`` takes a lock, a scheduler gives each campaign one job.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb


class StageError(RuntimeError):
    """A stage cannot go on. The message says what is wrong, where, and what to do next."""


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a temporary path beside ``target``; what is written there takes its place when the block ends well.

    The temporary name is always the same, so what a killed run left is overwritten by the next one.

    Raises:
        StageError: when the folder cannot be written to or the disk is full; ``target`` is then as it was.
    """
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(target)
    except (OSError, duckdb.IOException) as error:
        raise StageError(
            f"Cannot write {target.as_posix()}: {error}. Check permissions and free space, then run again."
        ) from error
    finally:
        if part.parent.is_dir():
            part.unlink(missing_ok=True)


def write_text(target: Path, text: str) -> None:
    """Write a text file, atomically, as UTF-8 with ``\\n`` on every system, so that its hash is the same everywhere."""
    with replacing(target) as part:
        part.write_bytes(text.encode("utf-8"))


def write_json(target: Path, content: dict) -> None:
    """Write a JSON file, atomically, in one canonical form."""
    write_text(target, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path, made_by: str) -> dict:
    """Return the content of a JSON file.

    Args:
        path: the file.
        made_by: the command that writes it, for the error message.

    Raises:
        StageError: when the file is missing or is no JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise StageError(f"{path.as_posix()} is missing. Run `{made_by}` first.") from error
    except ValueError as error:
        raise StageError(f"{path.as_posix()} is not valid JSON ({error}). Run `{made_by}` again.") from error


def write_query(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    """Write the rows of a query to a parquet file, atomically.

    The same rows give the same bytes at any number of threads, provided that the query ends in a total ``order by``.
    """
    with replacing(target) as part:
        connection.execute(f"copy ({query}) to {literal(part)} (format parquet, compression zstd)")


def parquet(path: Path) -> str:
    """Return ``read_parquet('…')`` for use in SQL."""
    return f"read_parquet({literal(path)})"


def literal(path: Path) -> str:
    """Return a path as a string literal of SQL."""
    return "'" + path.as_posix().replace("'", "''") + "'"


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal.

    Raises:
        StageError: when the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StageError(f"Cannot read {path.as_posix()}: {error}.") from error


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, or its kind when it has none."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def fingerprint(content: object) -> str:
    """Return the SHA-256 of anything that JSON can say, in hexadecimal; the order of keys does not matter."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode("utf-8")).hexdigest()


def run(main: Callable[[], None]) -> None:
    """Run a command's ``main``; an error that the user can mend ends it with one line, not a traceback."""
    try:
        main()
    except StageError as error:
        sys.exit(f"{Path(sys.argv[0]).stem}: {error}")
