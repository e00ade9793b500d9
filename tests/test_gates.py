"""CI that proves itself: faults are planted in a small book, and the gate that owns each must turn red and name the place.

Every fault is a notebook of its own, run by the gate's own command in a copy of the gates; a healthy one stands among them
and must stay green. Kernels start in about a second, pytest in three, so one run judges all faults of a gate. Faults of form
are also planted rule by rule in ``tests/test_hygiene_rules.py``, and a site that must not be published in
``tests/test_site.py``.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbval.plugin import get_sanitize_patterns

from mldesign import tasks
from mldesign.lab import terminal
from tests import measure, nbval_plugin, need, small_book

STRICT = ("--nbval", *tasks.NBVAL)
LAX = ("--nbval-lax", *tasks.NBVAL)
HYGIENE = "tests/test_hygiene.py"
CELL_TIMEOUT = 10  # seconds; the hanging cell waits for it
HEALTHY = "healthy.ipynb"
SLEEP = '[sys.executable, "-c", "import time; time.sleep(90)"]'
SWALLOWED = """\
import threading
import urllib.request


def report():
    try:
        urllib.request.urlopen("https://usage.example.org")
    except OSError:
        pass


thread = threading.Thread(target=report)
thread.start()
thread.join()"""
LOOPBACK = """\
import socket

server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(("localhost", server.getsockname()[1])).close()
server.close()"""

# What the notebook does → what the gate says. The source is the notebook's second code cell, "Cell 1" for nbval.
FAULTS = {
    "failing-cell": ("total / 0", "ZeroDivisionError"),
    "stale-output": ("total", "Cell outputs differ"),
    "hanging-cell": ("import time\n\ntime.sleep(300)", f"Timeout of {CELL_TIMEOUT} seconds"),
    "killed-kernel": ("import os\n\nos.kill(os.getpid(), 9)", "The kernel died while this cell ran"),
    "network": (
        "import socket\n\nsocket.create_connection(('192.0.2.1', 80))",
        "192.0.2.1:80 is blocked",
    ),
    "network-without-connection": (  # as counters of usage send theirs
        "import socket\n\nsocket.socket(type=socket.SOCK_DGRAM).sendto(b'1', ('192.0.2.1', 53))",
        "192.0.2.1:53 is blocked",
    ),
    "network-message": (
        "import socket\n\nsocket.socket(type=socket.SOCK_DGRAM).sendmsg([b'1'], [], 0, ('192.0.2.1', 54))",
        "192.0.2.1:54 is blocked",
    ),
    "network-name-of-an-address": (
        "import socket\n\nsocket.getnameinfo(('192.0.2.1', 55), 0)",
        "192.0.2.1:55 is blocked",
    ),
    "network-swallowed": (SWALLOWED, "network-swallowed.ipynb tried to reach the network: usage.example.org:443"),
    "network-in-a-child": (
        "script = \"import socket; socket.gethostbyname('child.example.org')\"\n"
        'child = subprocess.run([sys.executable, "-c", script], capture_output=True)',
        "network-in-a-child.ipynb tried to reach the network: child.example.org",
    ),
    "process-left": (f"left = subprocess.Popen({SLEEP})", "process-left.ipynb left a process behind"),
    "process-detached": (  # the process that started it has ended, so it is nobody's child any more
        f"script = 'import subprocess, sys; subprocess.Popen({SLEEP}, start_new_session=True)'\n"
        'child = subprocess.run([sys.executable, "-c", script])',
        "process-detached.ipynb left a process behind",
    ),
}
# Wrongly green under nbval alone: the gate of the form owns them.
BLIND = {"stripped.ipynb": "was never executed", "magic.ipynb": "uses the magic %nosuchmagic"}


@dataclass
class Run:
    """What a gate said: exit code, whole output, and the message of each test that was not green, by notebook."""

    code: int
    output: str
    red: dict[str, str]
    skipped: int


def gate(book: Path, *arguments: str, **variables: str) -> Run:
    """Run pytest in the small book as the task runner does, with only the plugin that the gate needs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    variables = {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **variables}
    options = ["-p", "nbval.plugin", "-p", "no:cacheprovider", "--color=no", "--junitxml=report.xml"]
    command = [sys.executable, "-m", "pytest", *options, *arguments, f"--nbval-cell-timeout={CELL_TIMEOUT}"]
    done = subprocess.run(command, cwd=book, env=variables, capture_output=True, encoding="utf-8", timeout=200)
    red, skipped = {}, 0
    for case in ElementTree.parse(book / "report.xml").iter("testcase"):
        skipped += case.find("skipped") is not None
        for kind in ("failure", "error"):
            for found in case.findall(kind):
                place = f"{case.get('classname')} {case.get('name')}"
                name = re.search(r"[\w-]+\.ipynb", place.replace("\\", "/"))
                key = name.group() if name else place
                red[key] = red.get(key, "") + f"{case.get('name')}: {found.text}\n"
    return Run(done.returncode, done.stdout + done.stderr, red, skipped)


def short_notebook(source: str, *tags: str, outputs: list | None = None) -> nbformat.NotebookNode:
    """Return a stored notebook of three code cells, the second with a given source."""
    said = new_output("stream", name="stdout", text="The total is 45.\n")
    result = new_output("execute_result", data={"text/plain": "46"}, execution_count=3)
    first = "import subprocess\nimport sys\n\ntotal = sum(range(10))\nprint(f'The total is {total}.')"
    cells = [
        new_markdown_cell("# Short"),
        new_code_cell(first, execution_count=1, outputs=[said]),
        new_code_cell(source, execution_count=2, outputs=outputs or [], metadata={"tags": list(tags)}),
        new_code_cell("total + 1", execution_count=3, outputs=[result]),
    ]
    return new_notebook(cells=cells)


def stale() -> nbformat.NotebookNode:
    """Return a notebook with one digit of one stored output changed."""
    wrong = new_output("execute_result", data={"text/plain": "46"}, execution_count=2)
    return short_notebook("total", outputs=[wrong])


def save(book: Path, name: str, notebook: nbformat.NotebookNode) -> None:
    (book / "modules").mkdir(exist_ok=True)
    nbformat.write(notebook, book / "modules" / name)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory):
    """The small lesson as `make execute` stores it."""
    return small_book.executed(tmp_path_factory.mktemp("healthy"))


@pytest.fixture
def book(healthy, tmp_path):
    """A small book of its own, with the course's gates in it."""
    return small_book.write(tmp_path, healthy)


# The gate of the notebooks


@pytest.fixture(scope="module")
def strict(healthy, tmp_path_factory):
    """The strict comparison of all faults, with a healthy notebook among them: the run and its measurements."""
    book = small_book.write(tmp_path_factory.mktemp("strict"), healthy)
    for name, (source, _) in FAULTS.items():
        save(book, f"{name}.ipynb", stale() if name == "stale-output" else short_notebook(source))
    save(book, HEALTHY, short_notebook(LOOPBACK))
    run = gate(book, *STRICT, "modules")
    rows = json.loads((book / "build" / "notebooks.json").read_text(encoding="utf-8"))["notebooks"]
    return run, {Path(row["notebook"]).name: row for row in rows}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.matrix
def test_fault_in_a_notebook(strict, name):
    run, _ = strict
    message = run.red.get(f"{name}.ipynb", "")
    assert FAULTS[name][1] in message, run.output
    assert "Cell 1: " in message or f"modules/{name}.ipynb" in message
    assert f"modules/{name}.ipynb::Cell" in run.output  # the line of the summary


@pytest.mark.matrix
def test_healthy_notebooks_stay_green(strict):
    """Neither the small lesson nor a notebook that talks to itself over loopback is touched by the faults around it."""
    run, rows = strict
    assert set(run.red) == {f"{name}.ipynb" for name in FAULTS}, run.output
    row = rows["01-lesson.ipynb"]
    assert row["seconds"] > 0 and row["cpu"] > 0 and row["peak_mb"] > 30 and len(row["cells"]) == 11
    assert "01-lesson.ipynb" in run.output.partition("time and peak memory")[2]


@pytest.mark.matrix
def test_killed_kernel_does_not_wait_for_the_time_out(strict):
    _, rows = strict
    assert rows["killed-kernel.ipynb"]["cells"]["1"] < CELL_TIMEOUT / 2
    assert rows["hanging-cell.ipynb"]["cells"]["1"] >= CELL_TIMEOUT


def test_environment_of_a_kernel(monkeypatch, tmp_path):
    """A workspace of its own, the course's variables unless the user set one, the guard first, nothing of pytest."""
    monkeypatch.setenv("PYTHONPATH", "own")
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", "elsewhere")
    monkeypatch.delenv("MLFLOW_DISABLE_TELEMETRY", raising=False)
    found = nbval_plugin.kernel_environment(tmp_path)
    assert Path(found["MLDESIGN_WORKSPACE"]).parent == tmp_path
    assert found["MLFLOW_DISABLE_TELEMETRY"] == "true" and found["DVC_SITE_CACHE_DIR"] == "elsewhere"
    assert found["PYTHONPATH"].split(os.pathsep) == [str(nbval_plugin.NETGUARD), "own"]
    assert "PYTEST_CURRENT_TEST" in os.environ and not [name for name in found if name.startswith("PYTEST_")]


def test_commands_of_a_lab_are_offline_too(monkeypatch, tmp_path):
    """`lab.run` sets PYTHONPATH for the workspace, and must keep the guard behind it."""
    monkeypatch.setenv("PYTHONPATH", str(small_book.ROOT / "tests" / "netguard"))
    script = "import socket; socket.gethostbyname('lab.example.org')"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=terminal.environment(tmp_path), capture_output=True, encoding="utf-8")
    assert "NetworkBlockedError" in done.stderr and "lab.example.org" in done.stderr


def shrink_budgets(book: Path) -> None:
    path = book / "tests" / "measure.py"
    text = path.read_text(encoding="utf-8")
    for old, new in (('"modules": 60', '"modules": 0'), ("MEMORY_BUDGET = 1000", "MEMORY_BUDGET = 1")):
        assert text.count(old) == 1
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


@pytest.mark.matrix
def test_budgets_and_java(book):
    """With budgets of nothing a healthy notebook is red; a cell that needs Java is red where CI must have it."""
    shutil.rmtree(book / "modules")
    shrink_budgets(book)
    save(book, "java.ipynb", short_notebook("total", "needs-java"))
    run = gate(book, *STRICT, "modules", **{need.REQUIRE: "shellcheck, java"}, PATH="", JAVA_HOME="")
    for words in ("took", "its limit is 0 s", "Cell 1: This run must have java"):
        assert words in run.red["java.ipynb"], run.output
    save(book, "java.ipynb", short_notebook("pass"))
    run = gate(book, *STRICT, "modules")
    assert "MB at its peak, its limit is 1 MB" in run.red["java.ipynb"], run.output


@pytest.mark.matrix
def test_other_systems_only_run_the_cells(book):
    """In lax mode a failing cell is red; an old output, a slow notebook and a cell without its Java are not."""
    shutil.rmtree(book / "modules")
    shrink_budgets(book)
    save(book, "stale.ipynb", stale())
    save(book, "failing.ipynb", short_notebook("total / 0"))
    save(book, "java.ipynb", short_notebook("1 / 0", "needs-java"))
    run = gate(book, *LAX, "modules", "-rs", PATH="", JAVA_HOME="")
    assert set(run.red) == {"failing.ipynb"} and "ZeroDivisionError" in run.red["failing.ipynb"], run.output
    assert run.skipped == 1 and "needs java, which is not installed here" in run.output


@pytest.mark.parametrize(
    ("row", "over"),
    [
        (measure.Measurement("modules/a.ipynb", 59, 999), False),
        (measure.Measurement("modules/a.ipynb", 61, 10, cells={3: 60.0}), True),
        (measure.Measurement("labs/a.ipynb", 119, 10), False),
        (measure.Measurement("labs/a.ipynb", 121, 10, cells={3: 60.0}), True),
        (measure.Measurement("modules/a.ipynb", 150, 10, cells={3: 60.0}, cpu=40), False),  # a crowded machine
        (measure.Measurement("modules/a.ipynb", 61, 10, cells={3: 60.0}, cpu=90), True),
        (measure.Measurement("modules/a.ipynb", 100, 10, cells={3: 60.0}, cpu=61), True),
        (measure.Measurement("modules/a.ipynb", 181, 10, cells={3: 60.0}, cpu=5), True),  # waits for something
        (measure.Measurement("labs/a.ipynb", 1, 1001), True),
        (measure.Measurement("labs/a.ipynb", 1, 1299, java=True), False),
        (measure.Measurement("labs/a.ipynb", 1, 1301, java=True), True),
    ],
)
def test_limits(row, over):
    assert bool(row.over_budget()) == over


def test_memory_is_the_peak_of_the_whole_family():
    """A child's child that holds 200 MB for a second, and has ended before the last sample, is in the peak."""
    start = "import subprocess, sys; subprocess.run([sys.executable, '-c', {!r}])"
    child = start.format("import time; held = b'x' * 200_000_000; time.sleep(1)")
    root = start.format(child) + "; print(1, flush=True); sys.stdin.read()"
    process = subprocess.Popen([sys.executable, "-c", root], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    sampler = measure.Sampler(process.pid)
    sampler.start()
    process.stdout.readline()  # child and child's child have ended
    time.sleep(5 * measure.INTERVAL)
    alone = psutil.Process(process.pid).memory_info().rss
    sampler.stop()
    process.communicate()
    assert alone < 100e6 and 200e6 < sampler.peak < 300e6


@pytest.mark.parametrize(
    ("required", "path", "words"),
    [
        ("", "", "needs shellcheck, which is not installed here"),
        ("java", "", "needs shellcheck, which is not installed here"),
        ("java, shellcheck", "", "This run must have shellcheck"),
        ("shelcheck", "", "names shelcheck. Known: browser, java, shellcheck"),
        ("shellcheck", "bin", None),
    ],
)
def test_a_missing_program_is_skipped_or_fails(monkeypatch, tmp_path, required, path, words):
    """Skipped with a message, red where the run must have it, and a name that means nothing is red too."""
    place = tmp_path / "bin" / ("shellcheck.exe" if sys.platform == "win32" else "shellcheck")
    place.parent.mkdir()
    place.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path / path) if path else "")
    monkeypatch.setenv(need.REQUIRE, required)
    if words is None:
        assert need.need("shellcheck") == str(place)
        return
    with pytest.raises((pytest.fail.Exception, pytest.skip.Exception)) as caught:
        need.need("shellcheck")
    assert words in str(caught.value)
    assert caught.type is (pytest.skip.Exception if words.startswith("needs") else pytest.fail.Exception)


def test_sanitizing_hides_only_what_changes():
    """The picture of an explorable and a port; never a count or a share."""
    text = (small_book.ROOT / "tests" / "nbval-sanitize.cfg").read_text(encoding="utf-8")
    patterns = get_sanitize_patterns(text)
    assert len(patterns) == text.count("regex:")

    def sanitized(output):
        for pattern, replacement in patterns:
            output = re.sub(pattern, replacement, output)
        return output

    assert sanitized('<img src="data:image/png;base64,iVBOR/0+=">') == '<img src="data:image/png;base64,PICTURE">'
    assert sanitized("http://127.0.0.1:8001/health") == "http://127.0.0.1:PORT/health"
    for number in ("1469307 rows", "7.3 %", "127.0.0.1", "week 33: 8001 households", "0.856"):
        assert sanitized(number) == number


def test_other_folders_are_not_collected(book):
    """The reference project and a student's workspace have tests of their own."""
    for place in ("labs/project/tests", "labs/workspace/tests", "labs/workspace-2", "modules/.ipynb_checkpoints"):
        (book / place).mkdir(parents=True)
        (book / place / "test_other.py").write_text("def test_red():\n    assert False\n", encoding="utf-8")
        shutil.copy(book / small_book.LESSON, book / place / "other.ipynb")
    run = gate(book, *STRICT, "modules", "labs", "--collect-only", "--quiet")
    assert "11 tests collected" in run.output and "other" not in run.output, run.output


# The gate of the form


def blind_spots(book: Path) -> None:
    """Add a notebook whose outputs were stripped, and one with a magic that does not exist and its stored complaint."""
    stripped = short_notebook("total")
    for cell in stripped.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    save(book, "stripped.ipynb", stripped)
    complaint = "UsageError: Line magic function `%nosuchmagic` not found.\n"
    save(
        book,
        "magic.ipynb",
        short_notebook("%nosuchmagic", outputs=[new_output("stream", name="stderr", text=complaint)]),
    )


def test_form(book):
    """Stripped outputs, an unknown magic, an unlisted notebook, a broken link, a missing section: each named in one run."""
    blind_spots(book)
    lesson = book / small_book.LESSON
    healthy = lesson.read_text(encoding="utf-8")
    for name, old, new in [
        ("link.ipynb", "further.md#papers", "furthest.md"),
        ("section.ipynb", "## What goes wrong", "## What went wrong"),
    ]:
        assert old in healthy
        lesson.with_name(name).write_text(healthy.replace(old, new), encoding="utf-8")
    run = gate(book, HYGIENE)
    assert (
        "link.ipynb, cell 6" in run.red["link.ipynb"] and "furthest.md, which does not exist" in run.red["link.ipynb"]
    )
    assert "section.ipynb lacks the section `## What goes wrong`" in run.red["section.ipynb"]
    for name, words in BLIND.items():
        assert words in run.red[name] and f"modules/{name}, cell" in run.red[name]
    forgotten = "".join(message for key, message in run.red.items() if "table_of_contents" in key)
    for name in ("modules/01-small/link.ipynb", "modules/stripped.ipynb"):
        assert f"{name} is not in _toc.yml" in forgotten
    assert "01-lesson.ipynb" not in run.red, run.output  # the healthy lesson stays green


def test_form_of_the_healthy_book(book):
    run = gate(book, HYGIENE)
    assert run.code == 0, run.output


@pytest.mark.parametrize("name", BLIND)
def test_blind_spots_are_real(strict_blind, name):
    """The comparison alone lets both pass, so the rules above are needed."""
    assert name not in strict_blind.red, strict_blind.output


@pytest.fixture(scope="module")
def strict_blind(tmp_path_factory):
    book = small_book.write(tmp_path_factory.mktemp("blind"))
    shutil.rmtree(book / "modules")
    blind_spots(book)
    return gate(book, *STRICT, "modules")


# The gate of the lab answers


@pytest.mark.parametrize(
    ("file", "old", "new", "task", "words"),
    [
        (
            "labs/checks/lab1.py",
            "def check_verdict(verdict) -> str | None:\n",
            "def check_verdict(verdict) -> str | None:\n    return None\n",
            "1.5",
            "1.5: the mistake that should say",
        ),
        (
            "labs/project/src/targeting/value.py",
            "    return benefit * redeemers - cost_per_book * books",
            "    return benefit * redeemers + cost_per_book * books",
            "1.2",
            "test_the_reference_passes_and_is_no_stub[1.2]",
        ),
    ],
    ids=["check-passes-anything", "reference-is-wrong"],
)
@pytest.mark.matrix
def test_lab_check(tmp_path, file, old, new, task, words):
    """A check that accepts wrong answers, and a reference that its check refuses."""
    for name in ("conftest.py", "pyproject.toml", "mldesign", "labs", "tests"):
        source = small_book.ROOT / name
        ignored = shutil.ignore_patterns("__pycache__", "workspace", "workspace-*", "static")
        shutil.copytree(source, tmp_path / name, ignore=ignored) if source.is_dir() else shutil.copy(source, tmp_path)
    path = tmp_path / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file} has changed; plant another fault in it"
    path.write_text(text.replace(old, new), encoding="utf-8")
    run = gate(tmp_path, "tests/lab/test_checks.py", "-k", task)
    assert run.code == 1 and words in run.output, run.output


# The gate of the code


@pytest.mark.parametrize(
    ("source", "arguments", "words"),
    [("import os\n\ntotal", ["check"], "F401"), ("total+1", ["format", "--check"], "one.ipynb")],
    ids=["lint", "format"],
)
def test_lint(tmp_path, source, arguments, words):
    shutil.copy(small_book.ROOT / "pyproject.toml", tmp_path)

    def ruff():
        command = [sys.executable, "-m", "ruff", *arguments, "modules"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8")

    save(tmp_path, "one.ipynb", short_notebook("total", "hide-input"))
    for cell in (notebook := short_notebook("total")).cells:
        cell.source = cell.source.replace("import subprocess\nimport sys\n\n", "").replace("'", '"')
    save(tmp_path, "one.ipynb", notebook)
    assert ruff().returncode == 0, ruff().stdout
    notebook.cells[2].source = source
    save(tmp_path, "one.ipynb", notebook)
    red = ruff()
    assert red.returncode != 0 and words in red.stdout, red.stdout
