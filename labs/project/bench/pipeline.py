"""From nothing to a champion, and once more when nothing has changed: ``python -m bench.pipeline``.

It runs in a copy of this repository in a temporary folder, with a store of its own: what you have built stays.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.budgets import line

# What a run makes, and what is no part of the repository.
MADE = ("data", "models", "reports", "mlartifacts", "mlflow.db*", "build", "cache", "tmp", "dvc.lock", "logs")
OTHER = (".git", ".venv", "__pycache__", "*.egg-info")


def dvc(folder: Path, *arguments: str) -> float:
    """Run one DVC command in a folder and return its seconds.

    Raises:
        RuntimeError: when it fails; the message ends with its last lines.
    """
    left_out = ("MLFLOW_TRACKING_URI", "TARGETING_ARTIFACTS", "TARGETING_PARAMS")
    environment = {name: setting for name, setting in os.environ.items() if name not in left_out}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment["PYTHONPATH"] = str(folder / "src")
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "dvc", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", errors="replace",
    )  # fmt: skip
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-5:])
        raise RuntimeError(f"`dvc {' '.join(arguments)}` failed:\n{last}")
    return time.perf_counter() - start


def main() -> None:
    """Measure and print; exit code 1 when a budget is missed."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "repository"
        shutil.copytree(Path(), folder, ignore=shutil.ignore_patterns(*MADE, *OTHER))
        dvc(folder, "config", "--local", "core.no_scm", "true")
        clean, again = dvc(folder, "repro"), dvc(folder, "repro")
        decision = json.loads((folder / "reports/decision.json").read_text(encoding="utf-8"))["decision"]
    kept = [
        line("dvc repro from nothing to a decision of the gate", f"{clean:.0f} s", "60 s", clean <= 60),
        line("the challenger is promoted", "yes" if decision == "promote" else "no", "yes", decision == "promote"),
        line("dvc repro when nothing has changed", f"{again:.1f} s", "5 s", again <= 5),
    ]
    raise SystemExit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
