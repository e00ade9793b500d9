"""Run the service of the workspace while a cell talks to it; it ends with the block, also after an error."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from mldesign import scratch
from mldesign.lab import checking, workspace

LOG = Path("build/service.log")  # in the workspace; git ignores the folder


@contextlib.contextmanager
def serve(module: str = "targeting.serve", ready: str = "/ready", seconds: float = 60) -> Iterator:
    """Start ``python -m module`` on a free port of this machine and give an ``httpx.Client`` for it once it answers.

    What it prints goes to ``build/service.log`` in the workspace.

    Args:
        module: it takes ``--port``.
        ready: the path that answers below status 500 when the service is ready.
        seconds: how long to wait for that.

    Raises:
        RuntimeError: when it ends or does not answer in time; the message holds the end of what it printed.
        LabError: when there is no workspace.
    """
    import httpx

    folder, port = workspace.here(), scratch.free_port()
    (folder / LOG).parent.mkdir(exist_ok=True)
    address, command = f"http://127.0.0.1:{port}", ["python", "-m", module, "--port", str(port)]
    extra = {"PYTHONPATH": checking.python_path(folder / "src"), "PYTHONUTF8": "1"}
    with (
        scratch.server(command, address + ready, folder, seconds, folder / LOG, **extra),
        httpx.Client(base_url=address, timeout=30, trust_env=False) as client,
    ):
        yield client
