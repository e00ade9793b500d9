"""Run the tests of lesson 5.1's small system: on the folders named, or on a copy of it for each planted fault.

Commands: ``python fill_table.py tests FOLDER …`` prints one line a folder. ``python fill_table.py fill SYSTEM TARGET`` writes the
table of the lesson as JSON: each fault's red tests, and whom the job would have contacted in two months. One process does
it all: the libraries are loaded once, the system's own modules anew each time.
"""

import contextlib
import importlib
import io
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from faults import FAULTS, Fault, hand_over, weekly_sales
from sklearn.pipeline import Pipeline

TRAINED = 32  # the model learns from what is known at the end of this week
STARTS = (33, 41)  # a fault strikes in the first week of a month of four
WEEKS = 4
HISTORY = 12  # weeks that the job reads
QUICK = (
    "--assert=plain",
    "--tb=native",
    "-p",
    "no:unraisableexception",
)  # no messages that nobody reads, no garbage collection
LEARNING = ("features.py", "training.py")
WHOLE = Fault("none", "", "The system as it is.")


class Verdicts:
    """A pytest plugin that notes each test's verdict: a test is red when it, or what it needs, fails."""

    def __init__(self):
        self.red: dict[str, bool] = {}

    def pytest_runtest_logreport(self, report):
        name = report.nodeid.rpartition("/")[2]
        self.red[name] = self.red.get(name, False) or report.failed


@contextlib.contextmanager
def loaded(folder: Path):
    """Import the system from this folder only: its modules and its tests' are forgotten before and after."""

    def forget():
        own = [name for name in sys.modules if name.split(".")[0] in ("lapse", "conftest") or name.startswith("test_")]
        for name in own:
            del sys.modules[name]
        importlib.invalidate_caches()

    forget()
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        forget()


def run_tests(folder: Path) -> dict[str, bool]:
    """Return test → whether it is red.

    Raises:
        RuntimeError: when no test ran; the message holds what pytest printed.
    """
    verdicts, printed = Verdicts(), io.StringIO()
    with loaded(folder), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        pytest.main([str(folder), f"--rootdir={folder}", "-c", str(folder / "pytest.ini"), *QUICK], plugins=[verdicts])
    if not verdicts.red:
        raise RuntimeError(f"No test ran in {folder}:\n{printed.getvalue()}")
    return verdicts.red


def outcomes(sales: pd.DataFrame, contacts: pd.DataFrame) -> pd.DataFrame:
    """Return contacts (``household_id``, ``week``) with what was true of them, whatever the system was told.

    Added: ``lapsed``, 1 when the household bought nothing in the next four weeks, and ``usual_spend``, a third of what it
    spent in the last twelve, dollars.
    """
    spend = sales.pivot(index="household_id", columns="week", values="spend").fillna(0)
    rows = spend.index.get_indexer(contacts["household_id"])
    so_far = np.cumsum(np.pad(spend.to_numpy(), [(0, 0), (1, 0)]), axis=1)  # column w: dollars up to the end of week w
    week = contacts["week"].to_numpy()
    trips = sales.pivot(index="household_id", columns="week", values="trips").notna().to_numpy()
    came = np.cumsum(np.pad(trips, [(0, 0), (1, 0)]), axis=1)
    lapsed = (came[rows, week + 4] == came[rows, week]).astype(int)
    return contacts.assign(lapsed=lapsed, usual_spend=((so_far[rows, week] - so_far[rows, week - 12]) / 3).round(2))


def train(folder: Path, sales: pd.DataFrame) -> Pipeline:
    """Return the model that a copy of the system trains at the end of week ``TRAINED``; no fault of data has struck yet."""
    past = sales[sales["week"] <= TRAINED]
    with loaded(folder):
        training = importlib.import_module("lapse.training")
        return training.fit(training.training_rows(past, TRAINED))[0]


def contacts(folder: Path, fault: Fault, sales: pd.DataFrame, model: Pipeline) -> pd.DataFrame:
    """Return every contact that the mailing house makes in the months that begin at ``STARTS``, with its outcome.

    The house looks the list's numbers up as text and contacts nobody whom it does not find. When the job stops with an
    error, that week's list is not sent, and the cause is mended before the next.
    """
    known = {str(number) for number in sales["household_id"].unique()}
    sent = []
    with loaded(folder):
        job = importlib.import_module("lapse.job")
        for start in STARTS:
            place = folder / f"month-{start}"
            place.mkdir()
            delivered = fault.deliver(sales, start)
            for week in range(start, start + WEEKS):
                delivered[delivered["week"].between(week - HISTORY, week)].to_parquet(place / "sales.parquet")
                try:
                    found = pd.read_csv(job.run(place, week, model), dtype=str)["household_id"]
                except KeyError:  # a column that the job needs is not there
                    delivered = sales
                    continue
                sent += [(int(number), week) for number in found if number in known]
    return outcomes(sales, pd.DataFrame(sent, columns=["household_id", "week"], dtype=int))


def fill(system: Path) -> list[dict]:
    """Return one entry a fault, the first without any: its name, its red tests, and the contacts that were made."""
    sales, entries, models = weekly_sales(), [], {}  # a model is trained again only when the code of learning differs
    for fault in (WHOLE, *FAULTS):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch).resolve() / "system"
            shutil.copytree(system, folder, ignore=shutil.ignore_patterns(".git", "__pycache__"))
            fault.plant(folder)
            hand_over(fault.deliver(sales, STARTS[0]), folder)
            red = run_tests(folder)
            learned = "".join((folder / "lapse" / name).read_text(encoding="utf-8") for name in LEARNING)
            if learned not in models:
                models[learned] = train(folder, sales)
            made = contacts(folder, fault, sales, models[learned]).to_dict("list")
        entries.append({"fault": fault.name, "tests": red, "contacts": made})
    return entries


def main(what: str, *places: str) -> None:
    """Run one of the two commands."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # plugins of the course, which this system does not use
    if what == "fill":
        system, target = map(Path, places)
        target.write_text(json.dumps(fill(system)), encoding="utf-8")
        return
    for place in map(Path, places):
        red = run_tests(place.resolve())
        failed = [name for name, bad in red.items() if bad]
        print(f"{place.name}: {len(red) - len(failed)} green, {len(failed)} red", *failed, sep="\n  ")


if __name__ == "__main__":
    main(*sys.argv[1:])
