"""How the course runs a notebook under nbval: as a reader would, measured, offline, and leaving nothing behind.

nbval compares outputs well, but starts kernels as pytest would. What differs here, each because it was seen to go wrong:

- the kernel does not see ``PYTEST_CURRENT_TEST`` (ipykernel then loses the output of subprocesses) and stores history
  (``Out``, ``In`` and a trailing ``;`` mean what they mean to a reader);
- a kernel that was killed is red within a second, instead of after the whole cell time-out;
- every notebook has its own workspace folder, the course's environment variables, and no network but loopback;
- time and peak memory are recorded (``build/notebooks.json``, a table at the end) and held to the budgets;
- a process that a notebook leaves running, or an attempt to reach the network, turns it red even if no cell noticed.

``--nbval`` compares every output and holds the budgets; ``--nbval-lax`` only asks that each cell runs (other systems,
Colab's pins). A cell tagged ``needs-java`` is skipped where Java or pyspark is missing, and fails where
``MLDESIGN_REQUIRE`` names java (see ``tests/need.py``).
"""

import os
import shutil
import tempfile
import time
from pathlib import Path
from queue import Empty

import psutil
import pytest
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, RunningKernel, start_new_kernel
from nbval.plugin import IPyNbCell, IPyNbFile

from mldesign import environment
from tests import measure
from tests.need import need

NETGUARD = Path(__file__).parent / "netguard"
MEASURED = "MLDESIGN_MEASURED"
POLL = 0.5  # seconds between two looks at whether the kernel lives
GRACE = 2.0  # seconds that a process which is ending anyway gets after the last cell
HELPERS = ("multiprocessing.resource_tracker", "multiprocessing.forkserver", "loky.backend.resource_tracker")


class KernelDiedError(RuntimeError):
    """The kernel ended while a cell was running."""


class CourseKernel(RunningKernel):
    """A kernel with the course's environment, a scratch folder, a memory sampler and an eye on whether it lives."""

    def __init__(self, notebook: Path, startup_timeout: float):
        self.scratch = Path(tempfile.mkdtemp(prefix="mldesign-"))
        self.network_log = self.scratch / "network.log"
        self.km, self.kc = start_new_kernel(
            startup_timeout=startup_timeout,
            kernel_name=CURRENT_ENV_KERNEL_NAME,
            cwd=str(notebook.parent),
            env=kernel_environment(self.scratch),
            stdout=open(os.devnull, "w"),  # noqa: PTH123, SIM115  # the kernel's own; output of cells travels by message
            stderr=open(os.devnull, "w"),  # noqa: PTH123, SIM115
        )
        self.pid = self.km.provisioner.pid
        self.sampler = measure.Sampler(self.pid)
        self.sampler.start()
        self._ensure_iopub_up()

    def execute_cell_input(self, cell_input, allow_stdin=None):
        """Run a cell as JupyterLab would, with history."""
        return self.kc.execute(cell_input, store_history=True, allow_stdin=allow_stdin, stop_on_error=False)

    def get_message(self, stream, timeout=None):
        """Return the next message; raise KernelDiedError as soon as there is no kernel left to send one."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            left = POLL if deadline is None else min(POLL, max(0.0, deadline - time.monotonic()))
            try:
                return super().get_message(stream, timeout=left)
            except Empty:
                if not self.is_alive():
                    raise KernelDiedError(
                        "The kernel died while this cell ran: it was killed, ran out of memory or crashed in compiled code."
                    ) from None
                if deadline is not None and time.monotonic() >= deadline:
                    raise

    def finish(self) -> list[str]:
        """Stop everything, remove the scratch folder, and return what the notebook should not have done."""
        left = left_behind(self.pid, self.scratch)
        found = [
            f"left a process behind: `{command}`. Stop in the notebook what it starts." for command in left.values()
        ]
        reached = self.network_log.read_text(encoding="utf-8").split() if self.network_log.exists() else []
        addresses = sorted(set(reached[0::2]))
        if addresses:
            found.append(f"tried to reach the network: {', '.join(addresses)}. No cell may need it.")
        self.sampler.stop()
        if self.is_alive():
            self.stop()
        for pid in left:
            _kill(pid)
        shutil.rmtree(self.scratch, ignore_errors=True)
        return found


def kernel_environment(scratch: Path) -> dict[str, str]:
    """Return the variables of a kernel under test: the course's, a workspace of its own, the network guard, no pytest."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_CORE_")) and k != "MPLBACKEND"}
    path = os.pathsep.join([str(NETGUARD), *filter(None, [kept.get("PYTHONPATH")])])
    return {
        **environment.QUIET,
        **kept,
        "PYTHONPATH": path,
        "MLDESIGN_WORKSPACE": str(scratch / "workspace"),
        "MLDESIGN_NETWORK_LOG": str(scratch / "network.log"),
    }


def left_behind(kernel: int, scratch: Path) -> dict[int, str]:
    """Return the processes (number → command) that a notebook started and that still run after a short grace.

    They are the kernel's descendants, and any process that carries its scratch folder in the environment: so one that
    was detached from the kernel is found as well. Python's own helpers, which end with the kernel, do not count.
    """
    deadline = time.monotonic() + GRACE
    while True:
        found = {process.pid: command for process, command in _started(kernel, str(scratch))}
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def _started(kernel: int, scratch: str):
    try:
        family = {child.pid for child in psutil.Process(kernel).children(recursive=True)}
    except psutil.NoSuchProcess:
        family = set()
    for process in psutil.process_iter():
        if process.pid in (kernel, os.getpid()):
            continue
        try:
            marked = process.environ().get("MLDESIGN_NETWORK_LOG", "").startswith(scratch)
        except (psutil.Error, OSError):
            marked = False
        if not marked and process.pid not in family:
            continue
        try:
            command = " ".join(process.cmdline()) or process.name()
            if process.status() != psutil.STATUS_ZOMBIE and not any(helper in command for helper in HELPERS):
                yield process, command
        except psutil.Error:
            continue


def _kill(pid: int) -> None:
    try:
        psutil.Process(pid).kill()
    except psutil.Error:
        return


class Notebook(IPyNbFile):
    """One notebook: a kernel of the course for its cells, and the last word on what the whole run did."""

    @property
    def where(self) -> str:
        """The notebook's path from the root, with slashes on every system."""
        return self.path.relative_to(self.config.rootpath).as_posix()

    def setup(self):
        """Start the kernel and the measurement."""
        self.started = time.perf_counter()
        self.seconds = {}
        self.kernel = CourseKernel(self.path, self.config.option.nbval_kernel_startup_timeout)
        self.setup_sanitize_files()

    def collect(self):
        """Yield the code cells of a notebook of the book."""
        for cell in super().collect():
            cell.needs_java = "needs-java" in cell.cell.metadata.get("tags", [])
            yield cell

    def teardown(self):
        """Record what the run took; raise when it broke a budget, left a process or reached for the network."""
        if self.kernel is None:
            return
        seconds = time.perf_counter() - self.started
        cpu = measure.processor_seconds(self.kernel.pid)
        problems = [f"{self.where} {problem}" for problem in self.kernel.finish()]
        row = measure.Measurement(
            notebook=self.where,
            seconds=round(seconds, 2),
            peak_mb=round(self.kernel.sampler.peak / 1e6, 1),
            java=any("needs-java" in cell.metadata.get("tags", []) for cell in self.nb.cells),
            cells=self.seconds,
            cpu=round(cpu, 2),
        )
        measure.store(results(), row)
        if not self.config.option.nbval_lax:
            problems += row.over_budget()
        if problems:
            raise RuntimeError("\n".join(problems))


def results() -> Path:
    """Return the folder of this run's measurements; the main process names it, workers of pytest-xdist inherit it."""
    return Path(os.environ[MEASURED])


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Collect a notebook as :class:`Notebook` where nbval would collect its own class."""
    found = yield
    return [
        Notebook.from_parent(parent, path=file_path) if type(collector) is IPyNbFile else collector
        for collector in found
    ]


def pytest_runtest_setup(item):
    """Skip a cell that needs Java where there is none, unless this run must have it."""
    if getattr(item, "needs_java", False):
        need("java")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Time each cell."""
    if not isinstance(item, IPyNbCell) or not isinstance(item.parent, Notebook):
        return (yield)
    start = time.perf_counter()
    try:
        return (yield)
    finally:
        item.parent.seconds[item.cell_num] = round(time.perf_counter() - start, 2)


def pytest_configure(config):
    """Name a folder for the measurements of this run, so that two runs at once do not mix."""
    if _runs_notebooks(config):
        os.environ[MEASURED] = tempfile.mkdtemp(prefix="mldesign-measured-")


def pytest_terminal_summary(terminalreporter, config):
    """Print one table of all notebooks, and keep it as build/notebooks.json."""
    if not _runs_notebooks(config):
        return
    measurements = measure.merge(results(), config.rootpath / "build" / "notebooks.json")
    shutil.rmtree(results(), ignore_errors=True)
    if measurements:
        terminalreporter.section("notebooks: time and peak memory")
        for line in measure.table(measurements):
            terminalreporter.write_line(line)


def _runs_notebooks(config) -> bool:
    """Tell whether this is the main process of a run with notebooks; a worker of pytest-xdist also gets these hooks."""
    return bool(config.option.nbval or config.option.nbval_lax) and not hasattr(config, "workerinput")
