"""Ask zizmor what is unsafe in a folder of workflows, offline."""

import json
import os
import shutil
import sys
from pathlib import Path

from mldesign import scratch


def findings(folder: Path, persona: str) -> list[tuple[str, str, int]]:
    """Return what zizmor finds: the name of each finding, its severity and the line in its file, in that order.

    Args:
        folder: holds ``.github/workflows`` or workflow files.
        persona: ``regular``, ``pedantic`` or ``auditor``, from few false alarms to all that a person may want to judge.

    Raises:
        FileNotFoundError: when zizmor is not installed.
        RuntimeError: when it cannot read a file; the message holds what it printed.
    """
    program = shutil.which("zizmor", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if program is None:
        raise FileNotFoundError("zizmor is not installed. Run `pip install zizmor`, then again.")
    words = [program, "--offline", "--quiet", "--no-exit-codes", "--format", "json", "--persona", persona, str(folder)]
    found = json.loads(scratch.run(words, folder))
    primary = [next(place for place in one["locations"] if place["symbolic"]["kind"] == "Primary") for one in found]
    lines = [place["concrete"]["location"]["start_point"]["row"] + 1 for place in primary]
    return sorted((one["ident"], one["determinations"]["severity"], n) for one, n in zip(found, lines, strict=True))
