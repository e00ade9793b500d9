"""The picture of MLflow's registry in lab 3: the versions of ``coupon-book`` with their aliases, from the lab's own run."""

import sys
from pathlib import Path

from mldesign import scratch, screenshots

HERE = Path(__file__).resolve().parent
# The table of versions, without menu, description and assistant: legible when the page shows 700 pixels.
WINDOW, SHOWN = (1400, 1250), (205, 465, 1030, 1010)


def main() -> int:
    """Take the picture; return the exit code."""
    program = screenshots.browser()
    if program is None:
        return 0
    with screenshots.run_until(HERE / "lab3-train.ipynb", "print(registry.versions()") as run:
        workspace = Path(run.ask("from mldesign.lab import workspace\nprint(workspace.here())"))
        port = scratch.free_port()
        store = f"sqlite:///{(workspace / 'mlflow.db').as_posix()}"
        command = ["python", "-m", "mlflow", "ui", "--backend-store-uri", store, "--port", str(port), "--workers", "1"]
        with scratch.server(command, f"http://127.0.0.1:{port}/health", workspace, 300):
            page = f"http://127.0.0.1:{port}/#/models/coupon-book"
            screenshots.photograph(program, page, HERE / "figures" / "mlflow-registry.png", WINDOW, SHOWN)
    return 0


if __name__ == "__main__":
    sys.exit(main())
