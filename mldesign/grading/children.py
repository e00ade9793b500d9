"""Run one piece of work in a process of its own, and believe only an answer that carries the nonce of that run.

On Linux the process is forked from a server that has the libraries and nothing of a student in memory (0.1 s instead of 3 s);
elsewhere it is started afresh. Everything that it leaves behind is ended with it.
"""

import contextlib
import json
import multiprocessing
import os
import secrets
import signal
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection

import psutil

from mldesign.grading import confine

PRELOAD = [
    "mldesign.grading.judging",
    "duckdb",
    "numpy",
    "pandas",
    "pyarrow.parquet",
    "sklearn.base",
    "statistics",
    "yaml",
]
SPEECH = 4 * 2**20  # bytes that are read of what a process answers
FAMILY = 96  # processes that a check may have; more are taken for a fork bomb


@dataclass(frozen=True)
class Answer:
    """What came back from a process.

    Attributes:
        result: what the work returned, None when nothing that can be believed came back.
        ended: ``answered``; ``silent`` (it ended without an answer), ``late`` (the time was up), ``many`` (too many processes).
        forged: whether something was sent that did not carry the nonce.
    """

    result: dict | None
    ended: str
    forged: bool = False


def context() -> multiprocessing.context.BaseContext:
    """Return the way in which processes are started here."""
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(PRELOAD)
    return server


def running() -> int:
    """Return how many processes and threads this user has."""
    count = 0
    for process in psutil.process_iter(["num_threads", "username"]):
        if process.info["username"] == psutil.Process().username():
            count += process.info["num_threads"] or 1
    return count


def call(work, payload: dict, seconds: float, others: int = 0, cpu: int = confine.CPU) -> Answer:
    """Call ``work(payload)`` in a process of its own and return its answer.

    Args:
        work: a function of a module; it gets and returns what JSON can hold.
        payload: its argument.
        seconds: after that long the process is ended.
        others: processes and threads of this user, for the limit on their number.
        cpu: seconds of processor time that each of its processes may take.

    Raises:
        ConnectionError: when no process can be started.
    """
    nonce = secrets.token_hex(16)
    process, receiver = _started(work, nonce, json.dumps(payload), others, cpu)
    try:
        return _listen(process, receiver, nonce, time.monotonic() + seconds)
    finally:
        _end(process)
        receiver.close()


def _started(work, nonce: str, payload: str, others: int, cpu: int) -> tuple:
    """Start a process and return it with the end of a pipe from it. A server that judged code has ended is waited for."""
    for pause in (0.5, 1, 2, 4, 8):
        receiver, sender = context().Pipe(duplex=False)
        process = context().Process(target=_child, args=(sender, nonce, work, payload, others, cpu))
        try:
            process.start()
            return process, receiver
        except (OSError, EOFError):
            receiver.close()
            time.sleep(pause)
        finally:
            sender.close()
    raise ConnectionError(
        "No process can be started any more; judged code has ended what starts them. Grade in a container."
    )


def _listen(process, receiver: Connection, nonce: str, deadline: float) -> Answer:
    """Read lines until one carries the nonce, the process has closed its end, or its time is up."""
    heard, read, forged, looked = b"", 0, False, time.monotonic()
    while (now := time.monotonic()) < deadline:
        if now - looked > 0.5:
            looked = now
            if _family(process.pid) > FAMILY:
                return Answer(None, "many", forged)
        if not receiver.poll(min(0.25, deadline - now)):
            continue
        block = _read(receiver)
        if not block or (read := read + len(block)) > SPEECH:
            return Answer(None, "silent", forged)
        *lines, heard = (heard + block).split(b"\n")
        for line in lines:
            with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
                said = json.loads(line)
                if secrets.compare_digest(str(said["nonce"]), nonce):
                    return Answer(said["result"], "answered", forged)
            forged = True
    return Answer(None, "late", forged)


def _read(receiver: Connection) -> bytes:
    """Return what is there. No message of ``multiprocessing`` is taken apart: that would run what a student has pickled."""
    try:
        if sys.platform == "win32":
            return receiver.recv_bytes(SPEECH)
        return os.read(receiver.fileno(), 65_536)
    except (EOFError, OSError):
        return b""


def _family(pid: int) -> int:
    try:
        return len(psutil.Process(pid).children(recursive=True))
    except psutil.Error:
        return 0


def _end(process) -> None:
    """End a process and what belongs to its session."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join(5)


def _child(sender: Connection, nonce: str, work, payload: str, others: int, cpu: int) -> None:
    if hasattr(os, "setsid"):
        os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    if (
        sys.platform != "win32"
    ):  # the server's own pipes: writing to them would end it, and with it the judging of others
        os.closerange(3, sender.fileno())
        os.closerange(sender.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
    confine.limits(others, cpu)
    result = work(json.loads(payload))
    line = json.dumps({"nonce": nonce, "result": result}).encode() + b"\n"
    if sys.platform == "win32":
        sender.send_bytes(line)
    else:
        while line:
            line = line[os.write(sender.fileno(), line) :]
    os._exit(0)  # threads and exit handlers of judged code do not come in between
