"""Scratch folders, programs and servers of a lesson: each is gone when the notebook ends, also after an error."""

import atexit
import contextlib
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from mldesign import environment


def folder(name: str) -> Path:
    """Return a new empty folder of this name in a temporary place, removed when the kernel ends."""
    parent = Path(tempfile.mkdtemp(prefix="mldesign-")).resolve()
    atexit.register(shutil.rmtree, parent, ignore_errors=True)
    made = parent / name
    made.mkdir()
    return made


def variables(place: Path) -> dict[str, str]:
    """Return the environment of a program that runs in a scratch folder: the course's, and git stays below the folder.

    Where such a program starts ``python``, as a stage of dvc.yaml does, it finds this kernel's.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    ceiling = {"GIT_CEILING_DIRECTORIES": str(place.resolve().parent), "GIT_TERMINAL_PROMPT": "0"}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    # On Colab the course is on the kernel's path only; what stands there already (a guard of the tests) stays first.
    modules = os.pathsep.join([*filter(None, [os.environ.get("PYTHONPATH")]), str(Path(__file__).parent.parent)])
    own = {"PATH": path, "PYTHONPATH": modules, "PYTHONDONTWRITEBYTECODE": "1"}
    return environment.QUIET | kept | ceiling | own


def _command(command: list[str]) -> list[str]:
    """``python`` is this kernel's Python; ``dvc`` and other modules run as ``python -m dvc``."""
    return [sys.executable, *command[1:]] if command[0] == "python" else command


def run(command: list[str], place: Path, seconds: float = 120, ok: tuple[int, ...] = (0,)) -> str:
    """Run a program in a folder and return what it printed, output and errors together.

    Args:
        command: program and arguments, such as ``["git", "status"]``; ``"python"`` stands for this kernel's Python.
        place: the folder to run in.
        seconds: after which the program is ended.
        ok: exit codes that are no error.

    Raises:
        RuntimeError: for another exit code; the message holds the program's own output.
        subprocess.TimeoutExpired: when the time is up.
    """
    done = subprocess.run(
        _command(command),
        cwd=place,
        env=variables(place),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=seconds,
    )
    text = done.stdout.decode("utf-8", errors="replace").replace("\r\n", "\n").strip()
    if done.returncode not in ok:
        raise RuntimeError(f"`{' '.join(command)}` ended with exit code {done.returncode}:\n{text}")
    return text


def repository(name: str) -> Path:
    """Return a new folder that is an empty git repository with branch ``main`` and an identity of its own."""
    made = folder(name)
    run(["git", "init", "--quiet", "--template=", "--initial-branch=main"], made)
    settings = {"user.name": "Student", "user.email": "student@localhost", "commit.gpgsign": "false"}
    for key, value in (settings | {"core.autocrlf": "false", "core.hooksPath": os.devnull}).items():
        run(["git", "config", key, value], made)
    return made


def commit(place: Path, message: str) -> None:
    """Commit every file of a scratch repository that git does not ignore, and tag the commit with the message."""
    for words in (["add", "--all"], ["commit", "--quiet", "-m", message], ["tag", message]):
        run(["git", *words], place)


def fingerprint(place: Path, *patterns: str) -> dict[str, str]:
    """Return path → SHA-256 of the files below a folder that match a pattern such as ``data/*.csv``, in order of path."""
    found = sorted({path for pattern in patterns for path in place.glob(pattern) if path.is_file()})
    return {path.relative_to(place).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def free_port() -> int:
    """Return a port of this machine that nothing listens on right now."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return door.getsockname()[1]


@contextlib.contextmanager
def server(
    command: list[str], address: str, place: Path, seconds: float = 60, log: Path | None = None, **extra: str
) -> Iterator[subprocess.Popen]:
    """Run a server while the block runs, from the moment it answers; stop it at the end, also after an error.

    Args:
        command: program and arguments; ``"python"`` stands for this kernel's Python.
        address: an http address that answers below status 500 when the server is ready.
        place: the folder to run in.
        seconds: how long to wait for it.
        log: the file that what the server prints goes to; ``server.log`` in the folder when none is named.
        extra: environment variables of the server.

    Raises:
        RuntimeError: when the server ends or does not answer in time; the message holds the end of its output.
    """
    log = log or place / "server.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            _command(command),
            cwd=place,
            env=variables(place) | extra,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(process, address, seconds, log)
            yield process
        finally:
            stop(process)


def stop(process: subprocess.Popen) -> None:
    """Ask a program to end, and end it after five seconds if it has not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen, address: str, seconds: float, log: Path) -> None:
    deadline = time.monotonic() + seconds
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy must not see calls to this machine
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with opener.open(address, timeout=2):
                return
        except urllib.error.HTTPError as answer:
            if answer.code < 500:
                return
        except OSError:
            pass
        time.sleep(0.05)
    said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    why = (
        f"ended with exit code {process.returncode}"
        if process.poll() is not None
        else f"gave no answer in {seconds:.0f} s"
    )
    raise RuntimeError(f"The server {why}: {address}. It printed:\n{said}")


def tracking(place: Path) -> str:
    """Point MLflow at a new SQLite store in a folder, quietly, and return its address.

    Runs and models go to ``place/artifacts``. Nothing outside the folder is read or written.
    """
    import logging
    import warnings

    warnings.filterwarnings("ignore", message="IProgress not found")  # tqdm, of bars that this course does not show
    import mlflow

    logging.getLogger("alembic").setLevel(logging.ERROR)
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module=r"mlflow\b")
    address = f"sqlite:///{(place / 'mlflow.db').as_posix()}"
    mlflow.set_tracking_uri(address)
    mlflow.set_registry_uri(address)
    artifacts = place / "artifacts"
    artifacts.mkdir(exist_ok=True)
    if mlflow.get_experiment_by_name("lapse") is None:
        mlflow.create_experiment("lapse", artifact_location=artifacts.as_uri())
    mlflow.set_experiment("lapse")
    return address
