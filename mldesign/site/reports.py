"""Evidently reports as pages of the site: each is stored beside its lesson without the library that all of them share.

The library is 3.5 MB of script and the same in every report. The site copies it once out of the installed package; no page of the
book loads it, only a report that a reader opens.
"""

import importlib.util
import re
from collections.abc import Iterable
from pathlib import Path

PLACES = ("modules/*/figures/*.html", "labs/figures/*.html")
LIBRARY = "evidently.js"
TAG = f'<script src="{LIBRARY}"></script>'
HINT = (
    '<p id="empty">This report is drawn by a script that is not here. Open the report on the course\'s site, '
    "or run the lesson, which writes it as one file.</p>"
)
GONE = "document.getElementById('empty').remove();"


def library() -> Path:
    """Return the script that draws Evidently's reports, in the installed package.

    Raises:
        FileNotFoundError: when Evidently is not installed, or its script has moved.
    """
    found = importlib.util.find_spec("evidently")
    path = Path(found.origin).parent / "nbextension" / "static" / "index.js" if found and found.origin else None
    if path is None or not path.is_file():
        raise FileNotFoundError(
            "Evidently's report script is not where version 0.7.23 has it: see mldesign/site/reports.py."
        )
    return path


def without_library(page: str) -> str:
    """Return a report's HTML with the library replaced by a link to it, and a hint where the library is missing.

    Raises:
        ValueError: when the page does not hold the installed library.
    """
    script = library().read_text(encoding="utf-8").strip()
    if script not in page:
        raise ValueError(
            "The report does not hold the script of the installed Evidently: was it made by another version?"
        )
    before, after = page.split(script)
    before = before[: before.rindex("<script")] + TAG
    after = after[after.index("</script>") + len("</script>") :]
    page = before.replace("<body>", f"<body>\n    {HINT}") + after.replace(
        "window.drawDashboard(", f"{GONE}\n    window.drawDashboard(", 1
    )
    return "\n".join(line.rstrip() for line in page.splitlines() if line.strip()) + "\n"


def stored(root: Path) -> list[Path]:
    """Return the reports that a folder of the course holds."""
    return sorted(path for place in PLACES for path in root.glob(place))


def shown(root: Path, pages: Iterable[str]) -> list[Path]:
    """Return the reports that stand beside a page of the book; where an edition leaves a module out, its reports stay out too."""
    places = {root / Path(page).parent for page in pages}
    return [report for report in stored(root) if report.parent.parent in places]


def publish(app, error):
    """Copy the reports beside their notebooks, and their library beside them. Sphinx has made downloads of them: remove those."""
    if error or app.builder.format != "html":
        return
    source, target = Path(app.srcdir), Path(app.outdir)
    for report in shown(source, app.env.found_docs):
        place = target / report.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(report.read_bytes())
        place.with_name(LIBRARY).write_bytes(library().read_bytes())
        for copy in target.glob(f"_downloads/*/{report.name}"):
            copy.unlink()


def link(body: str) -> str:
    """Let a link to a report open it; Sphinx takes any link to a file for a download."""
    pattern = r'<a class="reference download internal" download="" href="[./]*_downloads/[0-9a-f]+/([\w.-]+\.html)">'
    return re.sub(pattern, r'<a class="reference internal" href="figures/\1">', body)
