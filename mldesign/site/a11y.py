"""What axe finds on every page of the built book: the rules of WCAG 2.2 AA and axe's best practices, every fold open.

``make a11y`` runs this file through uv with the two packages that only it needs, on a Chromium or Chrome of the machine:
each page wide and light, then as narrow as a phone and dark. It prints a table and is red when axe finds anything.
"""

import argparse
import functools
import http.server
import shutil
import sys
import threading
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
VIEWS = {"1280 light": (1280, "light"), "375 dark": (375, "dark")}
OPEN = "document.querySelectorAll('details').forEach(fold => fold.open = true)"
ASK = """async rules => (await axe.run(document, {runOnly: {type: 'tag', values: rules}})).violations.map(
    found => `${found.id} (${found.impact}), ${found.nodes.length} times, first: ${found.nodes[0].html.slice(0, 160)}`)"""


def serve(folder: Path) -> http.server.ThreadingHTTPServer:
    """Serve a folder on a free port of this machine, quietly, until ``shutdown``."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def violations(page: Page, address: str, axe: str) -> list[str]:
    """Return what axe finds on a page with every fold open: rule, weight, how often, first place."""
    page.goto(address, wait_until="load")
    page.evaluate(OPEN)
    page.evaluate(axe)
    return page.evaluate(ASK, list(RULES))


def look(folder: Path, names: list[str], program: str) -> dict[str, dict[str, list[str]]]:
    """Return what axe finds: page → view → findings."""
    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    found = {name: {} for name in names}
    server = serve(folder)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
            for view, (width, scheme) in VIEWS.items():
                page = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme).new_page()
                for name in names:
                    found[name][view] = violations(page, f"http://127.0.0.1:{server.server_port}/{name}", axe)
                page.context.close()
            browser.close()
    finally:
        server.shutdown()
    return found


def pages(folder: Path) -> list[str]:
    """Return the addresses of the pages below a folder; reports of tools, which are not ours to mend, are left out."""
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    return [
        name
        for name in found
        if not name.startswith("_static/") and "/figures/" not in name and name != "genindex.html"
    ]


def main() -> int:
    """Print page × view → number of findings, then the findings; return 1 when there is one."""
    parser = argparse.ArgumentParser(prog="make a11y")
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", help="pages such as labs/lab1-frame.html; without, all")
    asked = parser.parse_args()
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        print(f"Needs a browser: none of {', '.join(BROWSERS)} is on the path.", file=sys.stderr)
        return 2
    found = look(asked.folder, asked.names or pages(asked.folder), program)
    width = max(map(len, found))
    print(f"{'page':<{width}}  {'  '.join(VIEWS)}")
    for name, views in found.items():
        print(f"{name:<{width}}  {'  '.join(f'{len(views[view]):{len(view)}d}' for view in VIEWS)}")
    for name, views in found.items():
        for view, messages in views.items():
            for message in messages:
                print(f"{name}, {view}: {message}")
    total = sum(len(messages) for views in found.values() for messages in views.values())
    print(f"{len(found)} pages, {total} findings.")
    return int(total > 0)


if __name__ == "__main__":
    sys.exit(main())
