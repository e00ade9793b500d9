"""The Evidently report that lab 5 links to, taken from the lab's own run.

It is stored without the part that is the same in every report: a library of 3.5 MB, which the site copies out of the
installed package (``mldesign/site``).
"""

import sys
from pathlib import Path

from mldesign import screenshots
from mldesign.site import reports

HERE = Path(__file__).resolve().parent
TARGET = HERE / "figures" / "evidently-campaign-18.html"


def main() -> int:
    """Store the report; return the exit code."""
    with screenshots.run_until(HERE / "lab5-monitor.ipynb", "reports/drift/type-a.json") as run:
        page = run.ask("print(Path('reports/drift/type-a.html').read_text(encoding='utf-8'))") + "\n"
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(screenshots.named_in_order(reports.without_library(page)), encoding="utf-8", newline="\n")
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
