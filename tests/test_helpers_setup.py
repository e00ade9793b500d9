"""What the set-up cell does: the environment of the course, quiet and overridable, and Colab's missing packages."""

import ast
import importlib.metadata
import os
import subprocess
import sys
import types

import matplotlib as mpl
import pytest

import mldesign
from mldesign import colab, data, environment


@pytest.fixture
def clean(monkeypatch):
    """A process without the course's variables."""
    for name in environment.QUIET:
        monkeypatch.delenv(name, raising=False)


def test_variables_are_set_and_reach_children(clean):
    environment.apply()
    script = "import json, os; print(json.dumps(dict(os.environ)))"
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True).stdout
    for name, value in environment.QUIET.items():
        assert os.environ[name] == value
        assert f'"{name}": ' in child


def test_every_tool_that_reports_or_asks_is_quiet():
    """Each was found by a run; one that goes missing is seen by nobody before a lesson needs it."""
    assert set(environment.QUIET) == {
        "DO_NOT_TRACK",
        "DVC_NO_ANALYTICS",
        "DVC_SITE_CACHE_DIR",
        "GIT_PYTHON_REFRESH",
        "MLFLOW_DISABLE_TELEMETRY",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION",
        "ARROW_DEFAULT_MEMORY_POOL",
        "MALLOC_TRIM_THRESHOLD_",
        "OMP_WAIT_POLICY",
        "PYTHONHASHSEED",
        "PYTHONIOENCODING",
        "PYTHONUTF8",
        "SPARK_LOCAL_IP",
        "TQDM_DISABLE",
    }


def test_a_value_of_the_user_stays(clean, monkeypatch):
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", "elsewhere")
    environment.apply()
    assert os.environ["DVC_SITE_CACHE_DIR"] == "elsewhere"


def test_a_command_prints_the_same_in_ci_as_on_a_desk(clean, monkeypatch):
    """With CI set, pytest shows a failed comparison of sets in full; lab 6 stores the short one."""
    for name in environment.OF_A_CI_SYSTEM:
        monkeypatch.setenv(name, "true")
    environment.apply()
    assert not set(environment.OF_A_CI_SYSTEM) & set(os.environ)


@pytest.mark.parametrize("name", ["environment", "__main__"])
def test_only_the_standard_library_before_installation(name):
    """The task runner imports these before anything is installed."""
    tree = ast.parse((data.ROOT / "mldesign" / f"{name}.py").read_text(encoding="utf-8"))
    top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name.split(".")[0] for node in top if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module.split(".")[0] for node in top if isinstance(node, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names


def test_setup_says_ready_and_sets_the_look(capsys, clean, monkeypatch):
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    monkeypatch.setattr(colab, "install", lambda: pytest.fail("nothing is installed outside Colab"))
    with mpl.rc_context():
        mpl.rcdefaults()
        mldesign.setup()
        assert mpl.rcParams["axes.grid"]
    assert capsys.readouterr().out == "Ready.\n"


def test_setup_installs_on_colab(clean, monkeypatch):
    installed = []
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setattr(colab, "install", lambda: installed.append(True))
    mldesign.setup()
    assert installed == [True]


# Colab

COLAB = {"numpy": "2.1.3", "pandas": "2.2.3", "duckdb": "1.3.2", "uvicorn": "0.52.3"}


@pytest.fixture
def runtime(monkeypatch):
    """A runtime with four packages, and a pip that is recorded instead of run."""

    def version(name):
        if name not in COLAB:
            raise importlib.metadata.PackageNotFoundError(name)
        return COLAB[name]

    recorded = types.SimpleNamespace(command=None, constraints=None, code=0, stderr="")

    def run(command, **options):
        recorded.command = command
        path = command[command.index("--constraint") + 1]
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            recorded.constraints = file.read().split()
        return types.SimpleNamespace(returncode=recorded.code, stderr=recorded.stderr)

    monkeypatch.setattr(importlib.metadata, "version", version)
    monkeypatch.setattr(subprocess, "run", run)
    return recorded


def test_only_what_is_missing_is_installed(runtime, tmp_path):
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("# a comment\ndvc\nuvicorn  # there already\n\nmlflow\n", encoding="utf-8")
    colab.install(wanted)
    assert runtime.command[1:4] == ["-m", "pip", "install"] and runtime.command[-2:] == ["dvc", "mlflow"]
    assert runtime.constraints == ["numpy==2.1.3", "pandas==2.2.3", "duckdb==1.3.2"]


def test_nothing_missing_means_no_pip(runtime, tmp_path):
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("uvicorn\n", encoding="utf-8")
    colab.install(wanted)
    assert runtime.command is None


def test_a_conflict_is_explained(runtime, tmp_path):
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("mlflow\n", encoding="utf-8")
    runtime.code, runtime.stderr = 1, "a\nb\nc\nd\ne\nERROR: mlflow requires numpy>=9"
    with pytest.raises(RuntimeError) as caught:
        colab.install(wanted)
    for words in ("mlflow", "numpy==2.1.3", "Disconnect and delete runtime", "numpy>=9"):
        assert words in str(caught.value)
    assert "\na\n" not in str(caught.value)


def test_colab_keeps_what_it_has():
    """The list for Colab names direct requirements only, without pins, and nothing that Colab must keep."""
    text = (data.ROOT / "requirements-colab.txt").read_text(encoding="utf-8")
    listed = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert listed
    direct = (data.ROOT / "requirements.txt").read_text(encoding="utf-8")
    for name in listed:
        assert f"\n{name}==" in f"\n{direct}", f"{name} has a pin or is not in requirements.txt"
        assert name not in colab.KEPT


def test_what_colab_keeps_is_written_down():
    """The packages that Colab has loaded before the first cell runs; the file for Colab names them in words."""
    assert set(colab.KEPT) == {"numpy", "pandas", "scipy", "scikit-learn", "pyarrow", "duckdb"}
    text = (data.ROOT / "requirements-colab.txt").read_text(encoding="utf-8")
    assert f"{', '.join(colab.KEPT[:-1])} and {colab.KEPT[-1]} stay as Colab has them" in text
