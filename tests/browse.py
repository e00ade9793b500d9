"""Run a script in Chromium on the built site, and get its answer.

The script runs on an empty page of the same address as the site: it opens pages in frames, and ends by returning something
that JSON can hold. ``await net(false)`` takes the site's server away and ``await net(true)`` brings it back.
"""

import functools
import http.server
import json
import queue
import subprocess
import threading
from pathlib import Path

from tests.need import need

SECONDS = 90
FLAGS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync "
    "--disable-component-update --enable-logging=stderr"
)
HARNESS = """<!doctype html><meta charset="utf-8"><title>harness</title><script>
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const net = (up) => fetch(`/harness/${up ? "up" : "down"}`, {method: "POST"});
const open = (page) => new Promise((done) => {
  const frame = document.createElement("iframe");
  frame.style.cssText = "width:1280px;height:800px;border:0";
  frame.onload = () => setTimeout(() => done(frame.contentWindow), 150);
  frame.src = page;
  document.body.append(frame);
});
const until = async (test, ms = 8000) => {
  for (const end = Date.now() + ms; Date.now() < end; await pause(50)) { const found = await test(); if (found) return found; }
  return null;
};
addEventListener("load", async () => {
  let answer;
  try { answer = {value: await (async () => { SCRIPT })()}; } catch (error) { answer = {error: `${error.stack || error}`}; }
  fetch("/harness/done", {method: "POST", body: JSON.stringify(answer)});
});
</script><body></body>"""


def browse(folder: Path, script: str, profile: Path):
    """Return what ``script`` returns.

    Raises:
        AssertionError: when the script fails or does not end within a minute and a half; the message says what Chromium said.
    """
    chromium = need("browser")
    answers: queue.Queue = queue.Queue()
    state = {"up": True}

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
            elif state["up"]:
                super().do_GET()
            else:
                self.close_connection = True
                self.connection.close()

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == "/harness/done":
                answers.put(json.loads(body))
            else:
                state["up"] = self.path == "/harness/up"
            self.send_response(204)
            self.end_headers()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Site, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/harness.html"
    command = [chromium, *FLAGS.split(), f"--user-data-dir={profile}", "--remote-debugging-port=0", address]
    log = profile.with_suffix(".log")
    with log.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        try:
            answer = answers.get(timeout=SECONDS)
        except queue.Empty:
            answer = {"error": "no answer in time"}
        finally:
            process.terminate()
            process.wait(20)
            server.shutdown()
            server.server_close()
    assert "error" not in answer, f"{answer['error']}\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}"
    return answer.get("value")
