"""Reading without a network: a service worker at the top of the site, named after what this build published."""

import hashlib
from pathlib import Path

WORKER = Path(__file__).with_name("sw.js")
TEXTS = {".html", ".css", ".js"}


def fingerprint(folder: Path) -> str:
    """Return a short hash of all texts that a build published, so that another build has another name."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in TEXTS and path.name != WORKER.name):
        digest.update(path.relative_to(folder).as_posix().encode("utf-8") + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def publish(app, error):
    """Write the worker with the name of its cache."""
    if error or app.builder.name != "html":
        return
    target = Path(app.outdir)
    text = WORKER.read_text(encoding="utf-8").replace("VERSION", fingerprint(target))
    (target / WORKER.name).write_text(text, encoding="utf-8", newline="\n")


def setup(app):
    """Register with Sphinx, after all other files are written."""
    app.connect("build-finished", publish, priority=900)
