"""The picture of MLflow's interface in lesson 3.1, taken from the runs that the lesson itself makes.

``python -m mldesign pictures mlflow`` runs the lesson's cells up to the saved model, opens ``mlflow ui`` on the lesson's own
store and lets a headless Chromium photograph the page that compares three of them. Without Chromium nothing is changed, and a message says so.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
from pathlib import Path

import nbformat
from mlflow import MlflowClient
from nbclient import NotebookClient
from PIL import Image

from mldesign import environment, scratch

HERE = Path(__file__).resolve().parent
LESSON = HERE / "01-experiments.ipynb"
PICTURE = HERE / "figures" / "mlflow-runs.png"
LAST = "mlflow.sklearn.log_model("  # in the last cell that writes to the store
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
WIDTH, HEIGHT = 1400, 1580  # of the window
# The tables of details, parameters and metrics, without menu, plot and assistant: legible when the page shows 700 pixels.
SHOWN = (200, 660, 1015, 1490)
COLOURS = 100  # a page that stayed blank has fewer


def main() -> int:
    """Take the picture; return the exit code."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print(f"Skipped: no browser of {', '.join(BROWSERS)} is on the path. {PICTURE.name} stays as it is.")
        return 0
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
                f"No cell of {LESSON.name} calls {LAST}…): name the last cell of the store anew in {Path(__file__).name}."
            )
            return 1
        asked = nbformat.v4.new_code_cell("print(store)")
        notebook.cells.append(asked)
        client.execute_cell(asked, len(notebook.cells) - 1)
        photograph(browser, Path(asked.outputs[0].text.strip()))
    return 0


def photograph(browser: str, store: Path) -> None:
    """Open the store in MLflow's interface and write the picture of its page that compares three runs."""
    port = scratch.free_port()
    address = f"sqlite:///{(store / 'mlflow.db').as_posix()}"
    command = ["python", "-m", "mlflow", "ui", "--backend-store-uri", address, "--port", str(port), "--workers", "1"]
    client = MlflowClient(address)
    [experiment] = [found.experiment_id for found in client.search_experiments() if found.name == "lapse"]
    runs = client.search_runs([experiment], "metrics.mean_auc > 0", order_by=["metrics.mean_auc DESC"])
    boosting = next(run for run in runs if run.data.params["family"] == "boosting")
    asked = {
        "runs": json.dumps([run.info.run_id for run in (*runs[:2], boosting)]),
        "experiments": json.dumps([experiment]),
    }
    with (
        scratch.server(command, f"http://127.0.0.1:{port}/health", store, 300),
        tempfile.TemporaryDirectory() as folder,
    ):
        raw = Path(folder) / "raw.png"
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        flags += ["--disable-component-update", "--disable-sync", f"--user-data-dir={folder}/profile"]
        flags += [f"--window-size={WIDTH},{HEIGHT}", "--virtual-time-budget=20000", f"--screenshot={raw}"]
        page = f"http://127.0.0.1:{port}/#/compare-runs?{urllib.parse.urlencode(asked)}"
        subprocess.run([browser, *flags, page], check=True, capture_output=True, timeout=120)
        shown = Image.open(raw).convert("RGB").crop(SHOWN)
        if len(shown.getcolors(shown.width * shown.height)) < COLOURS:
            raise RuntimeError(f"MLflow's page stayed blank. {PICTURE.name} stays as it is: try again.")
        shown.quantize(64).save(PICTURE, format="png", optimize=True)
    print(f"{PICTURE.name}: {PICTURE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    sys.exit(main())
