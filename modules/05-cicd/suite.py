"""What lesson 5.1 reads of its small system: the tests there are, and the table of faults × tests, filled by running it."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd

from mldesign import scratch

SYSTEM = Path(__file__).with_name("lapse_system")
RUNNER = Path(__file__).with_name("fill_table.py")
KINDS = ("unit", "data", "training", "behaviour", "contract", "integration")  # from the smallest to the largest


def tests(system: Path = SYSTEM) -> pd.DataFrame:
    """Return one row a test, in the order of the files: ``kind``, ``lines`` that are not blank, and ``text``.

    The index is the test's name as pytest reports it, such as ``test_unit.py::test_a_window_holds_its_weeks``.
    """
    rows = {}
    for kind in KINDS:
        file = system / "tests" / f"test_{kind}.py"
        for text in re.findall(r"^def test_.*?(?=^\S|\Z)", file.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            name = re.match(r"def (\w+)", text)[1]
            lines = [line for line in text.splitlines() if line.strip()]
            rows[f"{file.name}::{name}"] = [kind, len(lines), "\n".join(lines)]
    return pd.DataFrame(rows, ["kind", "lines", "text"]).T.astype({"lines": int})


def run(*folders: Path) -> str:
    """Run the tests of copies of the system, and return a line for each with what is red."""
    return scratch.run(["python", str(RUNNER), "tests", *map(str, folders)], folders[0])


def fill() -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Plant each fault, run all tests, run the job for two months.

    Returns:
        Fault × test: is it red? The first row, ``none``, is the system without a fault. And for each fault the contacts
        that were made, with their outcome: ``household_id``, ``week``, ``lapsed`` (1 or 0) and ``usual_spend`` (dollars).
    """
    place = scratch.folder("table")
    target = place / "table.json"
    scratch.run(["python", str(RUNNER), "fill", str(SYSTEM), str(target)], place)
    entries = json.loads(target.read_text(encoding="utf-8"))
    red = pd.DataFrame({entry["fault"]: entry["tests"] for entry in entries}).T.astype(bool)
    return red, {entry["fault"]: pd.DataFrame(entry["contacts"]) for entry in entries}


def is_red(test, *arguments) -> bool:
    """Run a test and say whether one of its assertions fails."""
    try:
        test(*arguments)
    except AssertionError:
        return True
    return False


def nine_weeks(delivered: pd.DataFrame, week: int = 33) -> np.ndarray:
    """Return dollars of households × the nine weeks up to this one; NaN where a household bought nothing."""
    part = delivered[delivered["week"].between(week - 8, week)]
    return part.pivot(index="household_id", columns="week", values="spend").to_numpy()


def progress(
    suite: pd.DataFrame, sees: pd.DataFrame, names: list[str], worth: pd.Series, a_line: float, first_of_kind: float
) -> pd.DataFrame:
    """Return ``minutes`` spent and ``caught``, the worth of what is seen, added up in the order in which tests are written.

    Args:
        suite: as :func:`tests` returns it.
        sees: test × fault, 1 where the test is red.
        names: the tests, in order.
        worth: of each fault; what is below 0 counts as 0.
        a_line, first_of_kind: minutes for a line, and for the first test of a kind.
    """
    new = ~suite.loc[names, "kind"].duplicated()
    spent = suite.loc[names, "lines"] * a_line + new * first_of_kind
    return pd.DataFrame({"minutes": spent.cumsum(), "caught": sees.loc[names].cummax().dot(worth.clip(lower=0))})
