"""Looking at built pages in a headless Chromium: a page of our own opens them in frames and reports what it finds."""

import functools
import http.server
import json
import subprocess
import threading
from pathlib import Path

from bs4 import BeautifulSoup

from tests.need import need

FLAGS = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync"
FLAGS += (
    " --disable-component-update --window-size=1400,900 --enable-logging=stderr --virtual-time-budget=120000 --dump-dom"
)


def visit(folder: Path, harness: str, pages: list[str], profile: Path) -> dict:
    """Run a harness on pages of a folder; return what it found, as ``pages``, and the errors of the console.

    Args:
        folder: the built pages, served on this machine.
        harness: a page whose script visits each page ``of PAGES`` and writes JSON into the element ``result``.
        pages: addresses within the folder.
        profile: an empty folder for the browser.
    """
    chromium = need("browser")
    place = folder / "harness.html"
    place.write_text(harness.replace("of PAGES", f"of {json.dumps(pages)}"), encoding="utf-8")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            """Keep the test's output for the test."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/harness.html"
    command = [chromium, *FLAGS.split(), f"--user-data-dir={profile}", address]
    try:
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=240)
    finally:
        server.shutdown()
        server.server_close()
        place.unlink()
    result = BeautifulSoup(done.stdout, "html.parser").find(id="result")
    assert result is not None and result.text, f"Chromium did not finish:\n{done.stderr[-2000:]}"
    errors = [line for line in done.stderr.splitlines() if "CONSOLE" in line and "Uncaught" in line]
    return {"pages": json.loads(result.text), "errors": errors}
