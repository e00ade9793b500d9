"""Start a server on a free port, wait until it answers, and end it with everything that it started."""

import contextlib
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import mlflow
import psutil


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(arguments: list[str], port: int, path: str, limit: float = 120.0) -> Iterator[float]:
    """Run ``python -m …`` until the block ends; give the seconds it took to answer ``path``.

    Raises:
        RuntimeError: when it ends, or does not answer within ``limit`` seconds; the message ends with its last lines.
    """
    log = Path(f"build/bench-{port}.log")
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as out:
        start = time.perf_counter()
        path_first = os.pathsep.join(
            [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
        )  # MLflow calls uvicorn
        environment = {**os.environ, "PATH": path_first, "MLFLOW_TRACKING_URI": mlflow.get_tracking_uri()}
        process = psutil.Popen([sys.executable, "-m", *arguments], stdout=out, stderr=out, env=environment)
        try:
            while not _answers(f"http://127.0.0.1:{port}{path}"):
                if process.poll() is not None or time.perf_counter() - start > limit:
                    last = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
                    raise RuntimeError(f"{arguments[0]} does not answer on port {port}:\n{last}")
                time.sleep(0.02)
            yield time.perf_counter() - start
        finally:
            family = [*process.children(recursive=True), process] if process.is_running() else []
            for member in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    member.terminate()
            _, alive = psutil.wait_procs(family, timeout=5)
            for member in alive:
                with contextlib.suppress(psutil.NoSuchProcess):
                    member.kill()
    log.unlink(missing_ok=True)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
