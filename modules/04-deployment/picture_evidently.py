"""The Evidently report that lesson 4.2 links to, taken from the lesson's own run.

``python -m mldesign pictures evidently`` runs the lesson's cells up to the report and stores its page without the part that is
the same in every report: a library of 3.5 MB, which the site copies out of the installed package (``mldesign/site``).
"""

import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from mldesign import environment
from mldesign.site import reports

HERE = Path(__file__).resolve().parent
LESSON = HERE / "02-monitoring.ipynb"
TARGET = HERE / "figures" / "evidently-week-47.html"
LAST = "snapshot.save_html("  # in the cell that writes the page


def main() -> int:
    """Store the report; return the exit code."""
    environment.apply()
    notebook = nbformat.read(LESSON, as_version=4)
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(HERE)}})
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
            if cell.cell_type == "code" and LAST in cell.source:
                break
        else:
            print(
                f"No cell of {LESSON.name} calls {LAST}…): name the cell of the report anew in {Path(__file__).name}."
            )
            return 1
        asked = nbformat.v4.new_code_cell("print(page.read_text(encoding='utf-8'))")
        notebook.cells.append(asked)
        client.execute_cell(asked, len(notebook.cells) - 1)
    page = "".join(output.text for output in asked.outputs)
    TARGET.write_text(named_in_order(reports.without_library(page)), encoding="utf-8", newline="\n")
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1000:.0f} kB")
    return 0


def named_in_order(page: str) -> str:
    """Give the random ids of a report names in the order of their appearance, so that the same run gives the same page."""
    names = {}

    def name(found):
        return names.setdefault(found[0].replace("-", ""), f"part{len(names)}")

    return re.sub(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|(?<=metric_)[0-9a-f]{32}\b", name, page)


if __name__ == "__main__":
    sys.exit(main())
