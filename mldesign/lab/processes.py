"""Run a program with a time limit and a limit on its output, so that it can neither hang nor flood the notebook.

Memory is not limited here; a check limits its own, in :mod:`mldesign.lab.runner`.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

WINDOWS = sys.platform == "win32"


def run(command: list[str], cwd: Path, env: dict, seconds: float, limit: int = 20_000) -> tuple[int | None, str]:
    """Run a program in a session of its own and return its exit code and what it printed.

    Standard output and error come as one text, of which the first and the last ``limit`` bytes are kept; input is empty.
    Processes that it leaves behind are ended with it, except those that have a session of their own; on Windows they are
    ended only when the time was up.

    Returns:
        The exit code, None when the time was up, and the text.

    Raises:
        FileNotFoundError: when there is no such program.
    """
    options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if WINDOWS else {"start_new_session": True}
    process = subprocess.Popen(
        command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options
    )
    head, tail = bytearray(), bytearray()
    reader = threading.Thread(target=_drain, args=(process.stdout, head, tail, limit), daemon=True)
    reader.start()
    try:
        code = process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        code = None
    finally:
        _end(process)
        reader.join(timeout=5)
    cut = b"\n... (cut) ...\n" if len(tail) == limit else b""
    return code, bytes(head + cut + tail).decode("utf-8", errors="replace").replace("\r\n", "\n")


def _drain(stream, head: bytearray, tail: bytearray, limit: int) -> None:
    """Read to the end, so that the program never waits for a full pipe; keep the first and the last ``limit`` bytes."""
    while block := stream.read1(65_536):
        room = limit - len(head)
        head.extend(block[:room])
        tail.extend(block[room:])
        del tail[:-limit]


def _end(process: subprocess.Popen) -> None:
    if WINDOWS:
        if process.poll() is None:
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True)
    else:
        # The whole group may have ended already (macOS then says: not permitted).
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
