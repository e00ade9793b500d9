"""The picture of MLflow's interface in lesson 3.1: the page that compares three of the lesson's own runs."""

import json
import sys
import urllib.parse
from pathlib import Path

from mlflow import MlflowClient

from mldesign import scratch, screenshots

HERE = Path(__file__).resolve().parent
# The tables of details, parameters and metrics, without menu, plot and assistant: legible when the page shows 700 pixels.
WINDOW, SHOWN = (1400, 1580), (200, 660, 1015, 1490)


def main() -> int:
    """Take the picture; return the exit code."""
    program = screenshots.browser()
    if program is None:
        return 0
    with screenshots.run_until(HERE / "01-experiments.ipynb", "mlflow.sklearn.log_model(") as run:
        store = Path(run.ask("print(store)"))
        address = f"sqlite:///{(store / 'mlflow.db').as_posix()}"
        port = scratch.free_port()
        command = [
            "python",
            "-m",
            "mlflow",
            "ui",
            "--backend-store-uri",
            address,
            "--port",
            str(port),
            "--workers",
            "1",
        ]
        with scratch.server(command, f"http://127.0.0.1:{port}/health", store, 300):
            page = f"http://127.0.0.1:{port}/#/compare-runs?{urllib.parse.urlencode(compared(address))}"
            screenshots.photograph(program, page, HERE / "figures" / "mlflow-runs.png", WINDOW, SHOWN)
    return 0


def compared(address: str) -> dict[str, str]:
    """Return what the page asks for: the two best runs of the lesson and the best one of boosting."""
    client = MlflowClient(address)
    [experiment] = [found.experiment_id for found in client.search_experiments() if found.name == "lapse"]
    runs = client.search_runs([experiment], "metrics.mean_auc > 0", order_by=["metrics.mean_auc DESC"])
    boosting = next(run for run in runs if run.data.params["family"] == "boosting")
    wanted = [run.info.run_id for run in (*runs[:2], boosting)]
    return {"runs": json.dumps(wanted), "experiments": json.dumps([experiment])}


if __name__ == "__main__":
    sys.exit(main())
