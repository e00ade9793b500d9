"""Old addresses of pages: each leads on to the new one, so that a link or bookmark from outside stays good.

``redirects.toml`` maps old to new pages, both without suffix. ``tests/addresses.txt`` lists every page that was ever
published; a test compares it with the book, so that a page cannot move or go without an entry.
"""

import os
import tomllib
from pathlib import Path

MAP = Path(__file__).with_name("redirects.toml")
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width"><meta name="description" content="This page has moved, and leads on to its new place.">
<meta http-equiv="refresh" content="0; url={target}"><link rel="canonical" href="{target}"><title>Moved</title></head>
<body><main><h1>This page has moved</h1><p>It is <a href="{target}">here</a> now.</p></main>
<script>location.replace("{target}" + location.hash)</script></body></html>
"""


def moved(path: Path = MAP) -> dict[str, str]:
    """Return the map: old page → new page, both from the top of the site and without suffix."""
    return tomllib.loads(path.read_text(encoding="utf-8")).get("moved", {})


def faults(pages: set[str], left_out: set[str], mapped: dict[str, str], known: list[str]) -> list[str]:
    """Return what is wrong between the pages of the book, those that its edition leaves out, the map and the list of addresses."""
    there = pages | left_out
    found = [
        f"{page} was published and is gone: enter it in redirects.toml"
        for page in known
        if page not in there and page not in mapped
    ]
    found += [f"{page} is new: enter it in tests/addresses.txt" for page in sorted(pages - set(known))]
    found += [f"{old} leads to {new}, which is no page" for old, new in mapped.items() if new not in there]
    found += [f"{old} is a page of the book and in redirects.toml" for old in mapped if old in there]
    return found


def publish(app, error):
    """Write the pages that lead on; those whose target this edition leaves out lead to the cover."""
    if error or app.builder.name != "html":
        return
    for old, new in moved().items():
        place = Path(app.outdir) / f"{old}.html"
        target = f"{new}.html" if new in app.env.found_docs else "index.html"
        place.parent.mkdir(parents=True, exist_ok=True)
        relative = os.path.relpath(Path(app.outdir) / target, place.parent).replace(os.sep, "/")
        place.write_text(PAGE.format(target=relative), encoding="utf-8", newline="\n")


def setup(app):
    """Register with Sphinx."""
    app.connect("build-finished", publish)
