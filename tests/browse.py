"""Run a script in Chromium on built pages, and get its answer: one Chromium for all runs of a process, each in its own tab.

The script runs on an empty page of the same address as the site, in real time, and ends by returning something that JSON can
hold. It may use:

- ``await open(page, width, height)``: the window of a page in the frame, which it has to itself: the page before is closed;
- ``await until(test)``: what ``test`` returns as soon as that is true; the script fails when it never is;
- ``await net(false)`` and ``await net(true)``: the site's server goes away and comes back.
"""

import atexit
import functools
import http.server
import json
import queue
import subprocess
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

from tests.need import need

SECONDS = 300  # for one run, on a machine that does other things; a run that ends earlier ends at once
FLAGS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync --disable-extensions "
    "--disable-component-update --disable-renderer-backgrounding --window-size=1400,900 --enable-logging=stderr "
    "--remote-debugging-port=0"
)
HARNESS = """<!doctype html><meta charset="utf-8"><title>harness</title><body><script>
const net = (up) => fetch(`/harness/${up ? "up" : "down"}`, {method: "POST"});
const open = async (page, width = 1280, height = 800) => {
  document.querySelector("iframe")?.remove();
  const frame = document.createElement("iframe");
  frame.style.cssText = `width:${width}px;height:${height}px;border:0`;
  const loaded = new Promise((done) => { frame.onload = done; });
  frame.src = page;
  document.body.append(frame);
  await loaded;
  try { await frame.contentDocument.fonts.ready; } catch {} // the browser's own page of an error cannot be looked into
  return frame.contentWindow;
};
const until = async (test) => {
  for (const end = Date.now() + 60000; Date.now() < end; await new Promise((done) => setTimeout(done, 50))) {
    const found = await test();
    if (found) return found;
  }
  throw new Error(`Waited a minute in vain for ${test}`);
};
addEventListener("load", async () => {
  let answer;
  try { answer = {value: await (async () => { SCRIPT })()}; } catch (error) { answer = {error: `${error.stack || error}`}; }
  console.info("END");
  fetch("/harness/done", {method: "POST", body: JSON.stringify(answer)});
});
</script></body>"""
LATE = """The script gave no answer within {seconds} s; the last page that it asked for is {last}.
Run this test alone. If it passes, the machine was too busy; if not, open that page in a browser and look at its console."""


@functools.cache
def chromium() -> tuple[subprocess.Popen, str, Path]:
    """Start Chromium, until Python ends; return its process, the address that opens and closes tabs, and its log."""
    program = need("browser")
    profile = tempfile.TemporaryDirectory(prefix="mldesign-chromium-", ignore_cleanup_errors=True)
    port, log = Path(profile.name) / "DevToolsActivePort", Path(profile.name) / "log.txt"
    with log.open("wb") as said:
        command = [program, *FLAGS.split(), f"--user-data-dir={profile.name}", "about:blank"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)

    def stop():
        process.terminate()
        process.wait(60)
        profile.cleanup()

    atexit.register(stop)
    for _ in range(SECONDS * 20):
        if process.poll() is not None or (port.is_file() and port.read_text(encoding="utf-8").count("\n")):
            break
        time.sleep(0.05)
    assert process.poll() is None and port.is_file(), (
        f"{program} does not start. Start it yourself and mend what it says:\n{text(log)}"
    )
    return process, f"http://127.0.0.1:{port.read_text(encoding='utf-8').split()[0]}/json", log


def text(log: Path) -> str:
    """Return what Chromium has said so far."""
    return log.read_text(encoding="utf-8", errors="replace")


def site(folder: Path, script: str) -> http.server.ThreadingHTTPServer:
    """Serve a folder and the harness on this machine; the server keeps ``answers`` and the ``last`` page asked for."""

    class Site(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            """Keep the test's output for the test."""

        def end_headers(self):
            """Leave nothing to the browser's own cache: what it shows without the server was kept by the site."""
            self.send_header("Cache-Control", "no-store")
            super().end_headers()

        def do_GET(self):
            if self.path == "/harness.html":
                body = HARNESS.replace("SCRIPT", script).encode("utf-8")
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            elif server.up:
                server.last = self.path if self.path.partition("?")[0].endswith(".html") else server.last
                super().do_GET()
            else:
                self.close_connection = True
                self.connection.close()

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == "/harness/done":
                server.answers.put(json.loads(body))
            else:
                server.up = self.path == "/harness/up"
            self.send_response(204)
            self.end_headers()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Site, directory=str(folder)))
    server.answers, server.up, server.last = queue.Queue(), True, "none"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def ask(address: str, method: str = "GET") -> bytes:
    """Ask Chromium for a tab."""
    with urllib.request.urlopen(urllib.request.Request(address, method=method), timeout=SECONDS) as reply:
        return reply.read()


def watched(folder: Path, script: str) -> tuple[Any, list[str]]:
    """Return what ``script`` returns, and the errors that its pages left in the console.

    Args:
        folder: the built pages, served on this machine while the script runs.
        script: the body of an asynchronous function.

    Raises:
        AssertionError: when the script fails or gives no answer in time; the message says where and what to do.
    """
    process, tabs, log = chromium()
    server = site(folder, script)
    harness, end = f"http://127.0.0.1:{server.server_port}/harness.html", time.monotonic() + SECONDS
    answer = {"error": LATE.format(seconds=SECONDS, last="none")}
    try:
        tab = json.loads(ask(f"{tabs}/new?{harness}", "PUT"))["id"]
        while time.monotonic() < end:
            try:
                answer = server.answers.get(timeout=0.5)
                break
            except queue.Empty:
                answer = {"error": LATE.format(seconds=SECONDS, last=server.last)}
            if process.poll() is not None:
                answer = {"error": f"Chromium ended at {server.last}:\n{text(log)[-2000:]}"}
                break
        while "value" in answer and f'"END", source: {harness}' not in text(log) and time.monotonic() < end:
            time.sleep(0.05)  # its log comes after its answer
        ask(f"{tabs}/close/{tab}")
    except OSError as error:
        answer = {"error": f"Chromium does not answer ({error}):\n{text(log)[-2000:]}"}
    finally:
        server.shutdown()
        server.server_close()
    if process.poll() is not None:
        chromium.cache_clear()  # the next run starts another
    assert "error" not in answer, answer["error"]
    lines = [line for line in text(log).splitlines() if "Uncaught" in line and f":{server.server_port}/" in line]
    return answer.get("value"), lines


def browse(folder: Path, script: str) -> Any:
    """Return what ``script`` returns; see :func:`watched`."""
    return watched(folder, script)[0]
