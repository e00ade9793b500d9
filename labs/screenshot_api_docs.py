"""The picture of the service's own documentation in lab 4: what a request to ``POST /score`` must look like."""

import sys
from pathlib import Path

from mldesign import scratch, screenshots
from mldesign.lab import checking

HERE = Path(__file__).resolve().parent
# From the operation's name to the end of the request, without title and answers: legible when the page shows 700 pixels.
WINDOW, SHOWN = (760, 1300), (20, 215, 740, 1190)
OPERATION = "#/default/score_score_post"


def main() -> int:
    """Take the picture; return the exit code."""
    program = screenshots.browser()
    if program is None:
        return 0
    with screenshots.run_until(HERE / "lab4-serve.ipynb", 'lab.check("4.3")') as run:  # the contract is written
        workspace = Path(run.ask("from mldesign.lab import workspace\nprint(workspace.here())"))
        port = scratch.free_port()
        address = f"http://127.0.0.1:{port}/docs"
        command, log = ["python", "-m", "targeting.serve", "--port", str(port)], workspace / "build" / "service.log"
        log.parent.mkdir(exist_ok=True)
        path = checking.python_path(workspace / "src")
        with scratch.server(command, address, workspace, 300, log, PYTHONPATH=path):
            screenshots.photograph(program, address + OPERATION, HERE / "figures" / "api-docs.png", WINDOW, SHOWN)
    return 0


if __name__ == "__main__":
    sys.exit(main())
