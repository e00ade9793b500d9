"""The coupon book's finished system, for lessons that reason about it: a copy to run, to break and to throw away."""

import os
import sys
from pathlib import Path

from mldesign import scratch
from mldesign.lab import prepared

FINISHED = 8  # the lab after which the system is whole


def system(name: str = "coupon-book") -> Path:
    """Make a scratch copy of the finished system, its pipeline run, and go there; ``import targeting`` then finds its code.

    The first call on a machine runs the pipeline, which takes a minute or two; later ones copy what is kept in ``.cache/labs``.
    A student's own workspace is not touched.

    Args:
        name: the folder's name.

    Returns:
        The folder, which is the current one from now on and is removed when the kernel ends. Paths of ``targeting`` are relative to it:
        ``data/features.parquet``, ``models/``, ``reports/``, ``params.yaml``, ``mlflow.db``.

    Raises:
        LabError: when the pipeline fails on this machine; the message holds its last line.
    """
    place = scratch.folder(name)
    print("The coupon system is made ready: a minute or two the first time, then seconds.", flush=True)
    prepared.copy(FINISHED, place)
    os.chdir(place)
    sys.path.insert(0, str(place / "src"))
    return place
