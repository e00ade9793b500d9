"""One step of lesson 6.1's night, ``python night/night.py 17``, tills that can be told to misbehave, and the worker that makes lists.

A step says by its exit code what may be done about a failure: 0, nothing, it is done; 75, try again (``EX_TEMPFAIL`` of
``sysexits.h``); anything else, call somebody. The worker lives in the notebook, where the packages are loaded already: a process that
loads them for each list would take most of the night's time.
"""

import contextlib
import io
import os
import re
import socket
import socketserver
import sys
import threading
from collections.abc import Callable
from pathlib import Path

TEMPORARY = 75
LIMIT = 3.0  # seconds that a step waits for the tills
WORK = 60.0  # seconds that it waits for its list
MADE = "made"


def ask(campaign: str, port: int, limit: float) -> str:
    """Send a campaign's number to a server on this machine, and return its answer, one line.

    Raises:
        TimeoutError: when it says nothing within ``limit`` seconds.
        ConnectionError: when nobody listens, or it hangs up without an answer.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=limit) as line:
        line.sendall(f"{campaign}\n".encode())
        answer = line.makefile(encoding="utf-8").readline()
    if not answer:
        raise ConnectionError("the other side hung up")
    return answer.strip()


def make_list(campaign: str) -> None:
    """Have the worker write the mailing list of a campaign: whole or not at all.

    Raises:
        TimeoutError, ConnectionError: when the worker is not there, or takes longer than ``WORK`` seconds.
        RuntimeError: when the list cannot be made, with what to do about it.
    """
    answer = ask(campaign, int(os.environ["WORKER"]), WORK)
    if answer != MADE:
        raise RuntimeError(answer)


def step(campaign: str) -> int:
    """Ask the tills, have the list made, and return the exit code."""
    try:
        ask(campaign, int(os.environ["TILLS"]), LIMIT)
        make_list(campaign)
    except (ConnectionError, TimeoutError) as error:  # may be gone in a minute
        print(f"temporary: {error}")
        return TEMPORARY
    except RuntimeError as error:  # is there until somebody mends it
        print(f"permanent: {error}")
        return 1
    return 0


def join(campaigns: list[str]) -> int:
    """Write the households of all lists that get a book into one file for the printer; return the exit code."""
    import pandas as pd

    lists = [pd.read_parquet(f"data/scores/campaign-{campaign}.parquet") for campaign in campaigns]
    books = pd.concat(lists).query("mailed")[["campaign_id", "household_id"]]
    books.to_csv("data/print.part", index=False, lineterminator="\n")
    Path("data/print.part").replace("data/print.csv")
    return 0


def write_plan(campaigns: list[int], folder: Path = Path("night")) -> str:
    """Write ``dvc.yaml`` of a night, a list for each campaign and then the printer's file, and return its text.

    This file is copied beside it, so that its steps can run.
    """
    lists = [f"data/scores/campaign-{campaign}.parquet" for campaign in campaigns]
    text = f"""\
stages:
  list:
    foreach: {campaigns}
    do:
      wdir: ..
      cmd: python night/night.py ${{item}}
      deps: [data/features.parquet, models/registered.json, suppression.csv]
      outs: ["data/scores/campaign-${{item}}.parquet"]
  print:
    wdir: ..
    cmd: python night/night.py print {" ".join(map(str, campaigns))}
    deps: [{", ".join(lists)}]
    outs: [data/print.csv]
"""
    folder.mkdir(exist_ok=True)
    (folder / "dvc.yaml").write_text(text, encoding="utf-8", newline="\n")
    (folder / "night.py").write_text(Path(__file__).read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
    return text


def read(said: str) -> dict[str, str | int]:
    """Return what ``dvc repro`` says of a night: steps ``kept``, ``made`` and ``failed``, and the failed one's ``exit code``."""
    kept, made = (re.findall(rf"{words} 'night/dvc.yaml:(\S+?)'", said) for words in ("Stage", "Running stage"))
    code = re.search(r"exited with (\d+)", said)
    failed = made.pop() if code else ""
    return {
        "kept": ", ".join(kept),
        "made": ", ".join(made),
        "failed": failed,
        "exit code": int(code[1]) if code else 0,
    }


class _Server(socketserver.ThreadingTCPServer):
    """A server on this machine for a ``with`` block; steps find its port in the environment, under the name of its class."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Line)
        self.variable = type(self).__name__.upper()

    def __enter__(self) -> "_Server":
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        os.environ[self.variable] = str(self.server_address[1])
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        os.environ.pop(self.variable, None)


class Tills(_Server):
    """Tills that answer ``closed``, or as their moods say.

    Args:
        moods: campaign → what to do when asked about it the first time, the second time, …: ``"silent"``, ``"hangs up"`` or
            ``"answers"``; afterwards they answer.
    """

    def __init__(self, moods: dict[str, list[str]]):
        self.moods = {campaign: list(order) for campaign, order in moods.items()}
        super().__init__()

    def answer(self, campaign: str, line: socketserver.StreamRequestHandler) -> str:
        moods = self.moods.get(campaign, [])
        mood = moods.pop(0) if moods else "answers"
        if mood == "silent":
            line.rfile.read()  # until the other side gives up
        return "closed" if mood == "answers" else ""


class Worker(_Server):
    """A process that makes lists, one at a time, and answers ``made`` or why not.

    Args:
        make: writes the list of a campaign, given its number as text; a RuntimeError of it becomes the answer.
    """

    def __init__(self, make: Callable[[str], object]):
        self.make, self.busy = make, threading.Lock()
        super().__init__()

    def answer(self, campaign: str, line: socketserver.StreamRequestHandler) -> str:
        try:
            with self.busy, contextlib.redirect_stdout(io.StringIO()):  # what it prints stands in its reports
                self.make(campaign)
        except RuntimeError as error:
            return " ".join(str(error).split())
        return MADE


class _Line(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        answer = self.server.answer(self.rfile.readline().decode().strip(), self)
        if answer:
            self.wfile.write(f"{answer}\n".encode())


if __name__ == "__main__":
    sys.exit(join(sys.argv[2:]) if sys.argv[1] == "print" else step(sys.argv[1]))
