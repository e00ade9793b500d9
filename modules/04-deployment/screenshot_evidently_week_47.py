"""The Evidently report that lesson 4.2 links to, taken from the lesson's own run.

It is stored without the part that is the same in every report: a library of 3.5 MB, which the site copies out of the
installed package (``mldesign/site``).
"""

import sys
from pathlib import Path

from mldesign import screenshots
from mldesign.site import reports

HERE = Path(__file__).resolve().parent
TARGET = HERE / "figures" / "evidently-week-47.html"


def main() -> int:
    """Store the report; return the exit code."""
    with screenshots.run_until(HERE / "02-monitoring.ipynb", "snapshot.save_html(") as run:
        page = run.ask("print(page.read_text(encoding='utf-8'))") + "\n"
    TARGET.write_text(screenshots.named_in_order(reports.without_library(page)), encoding="utf-8", newline="\n")
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
