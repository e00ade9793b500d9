"""One step of lesson 6.1's night, ``python night/night.py 17``, and tills that can be told to misbehave.

A step says by its exit code what may be done about a failure: 0, nothing, it is done; 75, try again (``EX_TEMPFAIL`` of
``sysexits.h``); anything else, call somebody.
"""

import os
import re
import socket
import socketserver
import sys
import threading
from pathlib import Path

TEMPORARY = 75
LIMIT = 3.0  # seconds that a step waits for the tills


def ask(campaign: str, port: int, limit: float = LIMIT) -> str:
    """Ask the tills whether the evening before a campaign's start is closed, and return their answer.

    Raises:
        TimeoutError: when they say nothing within ``limit`` seconds.
        ConnectionError: when nobody listens, or they hang up without an answer.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=limit) as line:
        line.sendall(f"{campaign}\n".encode())
        answer = line.recv(64)
    if not answer:
        raise ConnectionError("the tills hung up")
    return answer.decode().strip()


def make_list(campaign: str) -> None:
    """Write the mailing list of a campaign, as the labs' system does: whole or not at all.

    Raises:
        RuntimeError: when it cannot be made, with what to do about it (``targeting.files.StageError``).
    """
    sys.path.insert(0, "src")
    from targeting import features

    features.campaign(features.read(), int(campaign))  # is there such a campaign? cheap questions come first
    from targeting import score

    score.main(["--campaign", campaign])


def step(campaign: str) -> int:
    """Ask the tills, make the list, and return the exit code."""
    try:
        ask(campaign, int(os.environ["TILLS"]))
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


class Tills(socketserver.ThreadingTCPServer):
    """Tills on this machine, for a ``with`` block. They answer ``closed``, or as their moods say.

    Args:
        moods: campaign → what to do when asked about it the first time, the second time, …: ``"silent"``, ``"hangs up"`` or
            ``"answers"``; afterwards they answer.
    """

    daemon_threads = True

    def __init__(self, moods: dict[str, list[str]]):
        self.moods = {campaign: list(order) for campaign, order in moods.items()}
        super().__init__(("127.0.0.1", 0), _Line)

    def __enter__(self) -> "Tills":
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        os.environ["TILLS"] = str(self.server_address[1])  # so that the steps find them
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        os.environ.pop("TILLS", None)


class _Line(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        moods = self.server.moods.get(self.rfile.readline().decode().strip(), [])
        mood = moods.pop(0) if moods else "answers"
        if mood == "silent":
            self.rfile.read()  # until the other side gives up
        elif mood == "answers":
            self.wfile.write(b"closed\n")


if __name__ == "__main__":
    sys.exit(join(sys.argv[2:]) if sys.argv[1] == "print" else step(sys.argv[1]))
