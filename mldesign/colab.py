"""Install on Colab what its runtime lacks, and never replace what it has.

Colab's numpy, pandas and friends are loaded before the first cell runs: a reinstall breaks the kernel in ways that a
student cannot read. So their installed versions are written into a constraints file, and pip fails loudly on a conflict.
"""

import importlib.metadata
import subprocess
import sys
import tempfile
from pathlib import Path

KEPT = ("numpy", "pandas", "scipy", "scikit-learn", "pyarrow", "duckdb")
ROOT = Path(__file__).resolve().parent.parent


def missing(requirements: Path) -> list[str]:
    """Return the packages named in a requirements file (one name a line) that are not installed."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    names = [line.split("#")[0].strip() for line in lines]
    return [name for name in names if name and not _installed(name)]


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def install(requirements: Path = ROOT / "requirements-colab.txt") -> None:
    """Install the missing packages of ``requirements`` beside the installed versions of :data:`KEPT`.

    Raises:
        RuntimeError: when pip cannot; the message ends with pip's own last lines.
    """
    wanted = missing(requirements)
    if not wanted:
        return
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder) / "constraints.txt"
        pins = [f"{name}=={importlib.metadata.version(name)}" for name in KEPT if _installed(name)]
        constraints.write_text("\n".join(pins) + "\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--constraint", str(constraints), *wanted]
        run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(
            f"pip could not install {', '.join(wanted)} beside {', '.join(pins)}. "
            "Choose Runtime > Disconnect and delete runtime, then run this cell again; "
            "if it fails again, use Binder.\n" + "\n".join(run.stderr.splitlines()[-5:])
        )
