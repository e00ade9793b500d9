"""The task runner: what a newcomer meets first, and what they read when something is wrong."""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mldesign import __main__ as runner
from mldesign import tasks

ROOT = Path(__file__).resolve().parent.parent


def test_help_lists_every_task_and_make_has_each():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for name, what in runner.TASKS:
        assert what
        assert re.search(rf"^{name}: *; \$\(RUN\) {name}\b", makefile, re.MULTILINE), f"make {name} is missing"


def test_every_listed_task_is_implemented():
    assert set(tasks.RUN) | {"help", "setup"} == {name for name, _ in runner.TASKS}


def started(monkeypatch, code=0):
    """Record the commands that tasks start, instead of starting them; nothing is prepared."""
    commands = []
    monkeypatch.setattr(tasks, "_prepare", lambda: 0)
    monkeypatch.setattr(tasks.subprocess, "call", lambda command, **_: commands.append(command) or code)
    return commands


def test_test_runs_every_gate_and_compares(monkeypatch, capsys):
    commands = started(monkeypatch)
    assert tasks.test([]) == 0
    said = [" ".join(command[1:]) for command in commands]
    assert said[0].startswith("-m ruff check") and said[1].startswith("-m ruff format --check")
    assert said[2].startswith("-m pytest tests/test_site.py tests/lab tests ")
    assert said[3].startswith("-m pytest --nbval --nbval-current-env") and said[3].endswith("modules labs")
    assert said[4] == "-m pytest -n 2 --dist loadfile --quiet" and len(said) == 5
    assert capsys.readouterr().out.count("passed") == len(tasks.GATES) == 4


@pytest.mark.parametrize("red", range(4))
def test_one_red_gate_is_enough_and_the_others_still_run(monkeypatch, capsys, red):
    ran = []
    gates = {f"gate {number}": lambda _, number=number: ran.append(number) or number == red for number in range(4)}
    monkeypatch.setattr(tasks, "GATES", gates)
    monkeypatch.setattr(tasks, "_prepare", lambda: ran.append("prepared"))
    assert tasks.test([]) == 1
    ran.remove("prepared")
    assert ran == [0, 1, 2, 3]
    assert re.search(rf"failed +0 s  gate {red}", capsys.readouterr().out)


def test_lint_fails_on_either(monkeypatch):
    started(monkeypatch)
    assert tasks.lint([]) == 0
    commands = started(monkeypatch, code=1)
    assert tasks.lint([]) == 1 and len(commands) == 1


def test_smoke_does_not_compare_and_notebooks_does(monkeypatch):
    commands = started(monkeypatch)
    tasks.smoke([])
    tasks.notebooks(["labs/lab1-frame.ipynb"])
    assert "--nbval-lax" in commands[0] and "--nbval" not in commands[0]
    assert "--nbval" in commands[1] and commands[1][-1] == "labs/lab1-frame.ipynb"


def test_labs_runs_the_matrix_of_all_or_of_some(monkeypatch, capsys):
    commands = started(monkeypatch)
    assert tasks.labs([]) == tasks.labs(["3"]) == tasks.labs(["1", "rest"]) == 0
    slow = [command for command in commands if "slow" in command]
    commands = [command for command in commands if command not in slow]
    assert len(slow) == 2 and all("killed" in command[-1] for command in slow)
    assert all(command[3:6] == ["tests", "-m", "matrix"] for command in commands)
    assert "-k" not in commands[0]
    assert [command[-1] for command in commands[1:]] == [
        "[3 or lab3",
        f"[1 or lab1 or not ({' or '.join(f'[{number} or lab{number}' for number in range(1, 9))})",
    ]
    assert tasks.labs(["three"]) == 2 and "make labs LAB=3" in capsys.readouterr().err


def test_measure_runs_the_scripts_beside_the_lessons(monkeypatch, tmp_path, capsys):
    commands = started(monkeypatch)
    (tmp_path / "modules" / "02").mkdir(parents=True)
    for name in ("measure_engines.py", "measure_latency.py", "engines.py"):
        (tmp_path / "modules" / "02" / name).touch()
    monkeypatch.setattr(tasks, "ROOT", tmp_path)
    assert tasks.measure([]) == 0
    assert [command[-1].name for command in commands] == ["measure_engines.py", "measure_latency.py"]
    assert tasks.measure(["engines"]) == 0 and len(commands) == 3
    assert tasks.measure(["engine"]) == 2 and "Known: engines, latency" in capsys.readouterr().err
    started(monkeypatch, code=1)
    assert tasks.measure(["latency"]) == 1 and "Not measured: latency" in capsys.readouterr().err


def test_screenshots_runs_the_scripts_beside_the_lessons(monkeypatch, tmp_path, capsys):
    commands = started(monkeypatch)
    (tmp_path / "modules" / "03").mkdir(parents=True)
    for name in ("screenshot_mlflow.py", "other.py"):
        (tmp_path / "modules" / "03" / name).touch()
    monkeypatch.setattr(tasks, "ROOT", tmp_path)
    assert tasks.screenshots([]) == 0 and [command[-1].name for command in commands] == ["screenshot_mlflow.py"]
    assert tasks.screenshots(["mflow"]) == 2 and "Known: mlflow" in capsys.readouterr().err
    started(monkeypatch, code=1)
    assert tasks.screenshots(["mlflow"]) == 1 and "Not taken: mlflow" in capsys.readouterr().err


def test_build_turns_warnings_into_errors_and_refuses_a_partial_site(monkeypatch, tmp_path, capsys):
    commands = started(monkeypatch)
    monkeypatch.setattr(tasks, "ROOT", tmp_path)
    monkeypatch.setattr(tasks, "SITE", tmp_path / "_build" / "html")
    assert tasks.build([]) == 1  # nothing was built
    assert {"--warningiserror", "--nitpick"} <= set(commands[0])
    page = "<article>" + "<p>word</p> " * 100 + "</article>"

    def call(command, **_):
        for name in pages[:-1]:
            (tasks.SITE / name).parent.mkdir(parents=True, exist_ok=True)
            (tasks.SITE / f"{name}.html").write_text(page, encoding="utf-8")
        return 0

    from mldesign import notebooks

    pages = notebooks.pages()
    monkeypatch.setattr(tasks.subprocess, "call", call)
    assert tasks.build([]) == 1
    assert pages[-1] in capsys.readouterr().err
    pages.append("one more")
    assert tasks.build([]) == 0


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1"])
def test_a_wrong_port_is_named_before_anything_is_built(monkeypatch, capsys, port):
    commands = started(monkeypatch)
    assert tasks.site([port]) == 2
    assert repr(port) in capsys.readouterr().err and commands == []


def test_an_unknown_task_lists_the_known(capsys):
    assert runner.main(["tset"]) == 2
    assert "'tset'" in capsys.readouterr().err


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """A course folder without .venv, on a machine without uv; installations are recorded instead of made."""
    monkeypatch.setattr(runner.shutil, "which", lambda name: None)
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    for name in ("requirements.txt", "constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setattr(runner, "ROOT", str(tmp_path))
    monkeypatch.setattr(runner, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(runner, "READY", str(tmp_path / ".venv" / "mldesign-ready"))
    monkeypatch.delenv(runner.HERE, raising=False)
    commands = []
    codes = {"config": 1}  # pip knows no other index

    def call(command, **options):
        if "-c" in command and len(command) == 3:
            return subprocess.run(command, **options).returncode
        commands.append(command)
        if "venv" in command:
            python = Path(runner.venv_python())
            python.parent.mkdir(parents=True, exist_ok=True)
            python.symlink_to(sys.executable)
        return codes.get(next((key for key in codes if key in command), None), 0)

    monkeypatch.setattr(runner.subprocess, "call", call)
    return commands, codes


def kind(command: list[str]) -> str:
    """Return which program a command of the set-up asks for what."""
    if "config" in command:
        return "config"
    program = "uv" if "uv" in command[:3] or command[0].endswith("uv") else "pip"
    return f"{program}: {'all' if 'requirements.txt' in command else command[4]}"


def test_first_task_makes_the_environment_and_later_ones_do_not(elsewhere, capsys):
    commands, _ = elsewhere
    assert runner.main(["setup"]) == 0
    assert "venv" in commands[0] and [kind(command) for command in commands[1:]] == ["config", "pip: uv", "uv: all"]
    commands.clear()
    assert runner.main(["site"]) == 0
    assert commands == [[runner.venv_python(), "-m", "mldesign", "site"]]


@pytest.mark.parametrize("name", ["requirements.txt", "constraints.txt", "pyproject.toml"])
def test_a_changed_lock_installs_again(elsewhere, name):
    commands, _ = elsewhere
    runner.main(["setup"])
    commands.clear()
    lock = Path(runner.ROOT) / name
    lock.write_text(lock.read_text(encoding="utf-8") + "# newer\n", encoding="utf-8")
    runner.main(["setup"])
    assert kind(commands[-1]) == "uv: all"


def test_a_moved_folder_installs_again(elsewhere, monkeypatch, tmp_path):
    """The installed package names the old folder: a copy would otherwise run the other copy's code."""
    runner.main(["setup"])
    before = runner.fingerprint()
    assert runner.installed() == before
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("requirements.txt", "constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, moved / name)
    monkeypatch.setattr(runner, "ROOT", str(moved))
    assert runner.fingerprint() != before


def test_a_half_made_environment_is_made_anew(elsewhere, capsys):
    commands, _ = elsewhere
    Path(runner.VENV).mkdir()
    assert runner.main(["setup"]) == 0
    assert "incomplete" in capsys.readouterr().out
    assert "--clear" in commands[0]


def test_a_failed_installation_says_what_next_and_is_not_taken_for_done(elsewhere, capsys):
    _, codes = elsewhere
    codes["install"] = 1
    assert runner.main(["setup"]) == 2
    said = capsys.readouterr().err
    assert "network" in said and "run the same command again" in said
    assert runner.installed() == ""


@pytest.mark.parametrize(
    ("wanting", "expected"),
    [
        ("nothing", ["config", "pip: uv", "uv: all"]),
        ("no uv to be had", ["config", "pip: uv", "pip: all"]),
        ("uv does not get through", ["config", "pip: uv", "uv: all", "pip: all"]),
        ("an index of pip's own", ["config", "pip: all"]),
        ("an index in the environment", ["pip: all"]),
        ("uv is there", ["uv: all"]),
    ],
)
def test_uv_installs_and_pip_where_uv_cannot(elsewhere, monkeypatch, wanting, expected):
    """uv does not read pip's settings: where these lead to another index, pip goes there."""
    commands, codes = elsewhere
    if wanting == "no uv to be had":
        codes["uv"] = 1
    elif wanting == "uv does not get through":
        codes["--compile-bytecode"] = 1
    elif wanting == "an index of pip's own":
        codes["config"] = 0
    elif wanting == "an index in the environment":
        monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example/simple")
    elif wanting == "uv is there":
        monkeypatch.setattr(runner.shutil, "which", lambda name: "/usr/bin/uv" if name == "uv" else None)
    assert runner.main(["setup"]) == 0
    assert [kind(command) for command in commands[1:]] == expected


def test_no_venv_module_says_what_to_install(elsewhere, monkeypatch, capsys):
    _, codes = elsewhere
    codes["venv"] = 1
    assert runner.main(["setup"]) == 2
    assert "python3-venv" in capsys.readouterr().err


def test_a_python_of_the_wrong_version_is_named(elsewhere, monkeypatch, capsys):
    monkeypatch.setattr(runner, "works", lambda _: False)
    assert runner.main(["site"]) == 2
    assert "needs Python 3.11 to 3.13" in capsys.readouterr().err


def test_the_runner_compiles_on_an_old_python():
    """Parsed with the grammar of Python 3.6: an old Python must reach the message that it is too old."""
    import ast

    for name in ("__init__", "__main__", "environment"):
        source = (ROOT / "mldesign" / f"{name}.py").read_text(encoding="utf-8")
        ast.parse(source, feature_version=(3, 6))
    assert 'f"' not in (ROOT / "mldesign" / "__main__.py").read_text(encoding="utf-8")


def test_a_taken_port_moves_to_the_next(capsys, tmp_path, monkeypatch):
    (tmp_path / "index.html").write_text("<p>the book</p>", encoding="utf-8")
    monkeypatch.setattr(tasks, "SITE", tmp_path)
    servers = []
    original = tasks.http.server.ThreadingHTTPServer.serve_forever
    monkeypatch.setattr(
        tasks.http.server.ThreadingHTTPServer,
        "serve_forever",
        lambda self, **options: (servers.append(self), original(self, 0.05)),
    )
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        first = taken.getsockname()[1]
        thread = threading.Thread(target=tasks.serve, args=(first,))
        thread.start()
        while not servers:
            thread.join(0.02)
        port = servers[0].server_address[1]
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        client.request("GET", "/")
        assert b"the book" in client.getresponse().read()
        client.close()
        servers[0].shutdown()
        thread.join(5)
    said = capsys.readouterr().out
    assert f"Port {first} is in use" in said
    assert f"http://127.0.0.1:{port}/" in said and port > first


def test_no_free_port_says_how_to_name_one(capsys, monkeypatch):
    monkeypatch.setattr(tasks, "PORTS", 1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert tasks.serve(taken.getsockname()[1]) == 2
    assert "PORT=" in capsys.readouterr().err


def test_the_address_is_set_everywhere(tmp_path, monkeypatch, capsys):
    for name in ("_config.yml", "README.md", "CITATION.cff"):
        shutil.copy(ROOT / name, tmp_path / name)
    notebook = tmp_path / "modules" / "lesson.ipynb"
    notebook.parent.mkdir()
    notebook.write_text(f'{{"source": "https://github.com/{tasks.address()}"}}\n', encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    old = tasks.address()
    monkeypatch.setattr(tasks, "ROOT", tmp_path)
    assert tasks.repository(["my-school/ml-course"]) == 0
    assert tasks.address() == "my-school/ml-course"
    for path in tmp_path.rglob("*.*"):
        if ".git/" not in path.as_posix() and path.is_file():
            assert old not in path.read_text(encoding="utf-8"), path.name
    assert "4 files" in capsys.readouterr().out


def test_what_a_merge_brought_from_upstream_gets_the_forks_address_too(tmp_path, monkeypatch, capsys):
    """A new notebook fetches the course from upstream, and ``_config.yml`` no longer names that address."""
    shutil.copy(ROOT / "_config.yml", tmp_path)
    cell = (ROOT / "tests" / "setup_cell.txt").read_text(encoding="utf-8")
    for name in ("old", "new"):
        (tmp_path / f"{name}.ipynb").write_text(json.dumps({"source": cell}), encoding="utf-8")
    (tmp_path / "page.md").write_text(f"github.com/{tasks.address()}-extra is another repository.\n", encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "_config.yml", "old.ipynb", "page.md"], cwd=tmp_path, check=True)
    upstream = tasks.address()
    monkeypatch.setattr(tasks, "ROOT", tmp_path)
    for expected in ("2 files", "1 files", "0 files"):  # the fork, after the merge, once more
        assert tasks.repository(["my-school/ml-course"]) == 0
        assert expected in capsys.readouterr().out
        subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    assert "my-school/ml-course" in (tmp_path / "new.ipynb").read_text(encoding="utf-8")
    assert f"{upstream}-extra" in (tmp_path / "page.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("wrong", [[], ["course"], ["a/b/c"], ["https://github.com/a/b"], ["a/b; rm"]])
def test_an_address_of_the_wrong_form_is_refused(wrong, capsys):
    assert tasks.repository(wrong) == 2
    assert "org/name" in capsys.readouterr().err


def test_the_address_is_the_same_in_every_file():
    """A stray older address would send a reader to another repository."""
    own = tasks.address().split("/")[0]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if name.endswith((".md", ".ipynb", ".yml", ".cff")) and (ROOT / name).is_file():
            text = (ROOT / name).read_text(encoding="utf-8")
            for owner in re.findall(
                r"mybinder\.org/v2/gh/([\w-]+)/|colab\.research\.google\.com/github/([\w-]+)/", text
            ):
                assert own in owner, f"{name} launches from {owner}"


def test_a_page_without_text_is_not_published(tmp_path):
    page = tmp_path / "page.html"
    assert not tasks._has_text(page)
    page.write_text("<article><h1>Title</h1></article>" + "<footer>" + "word " * 100 + "</footer>", encoding="utf-8")
    assert not tasks._has_text(page)
    page.write_text("<article>" + "<p>word</p> " * 100 + "</article>", encoding="utf-8")
    assert tasks._has_text(page)


def test_a_notebook_that_is_not_there_is_named(capsys):
    assert tasks.execute(["modules/none.ipynb"]) == 2
    assert "none.ipynb" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="uses a POSIX environment")
def test_the_runner_says_what_it_needs_when_only_an_old_python_is_there(tmp_path):
    old = next((path for path in Path.home().glob(".pyenv/versions/3.[6-9].*/bin/python")), None)
    if old is None:
        pytest.skip("no Python older than 3.11 on this machine")
    shutil.copytree(ROOT / "mldesign", tmp_path / "mldesign", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("requirements.txt", "constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    run = subprocess.run(
        [str(old), "-m", "mldesign", "site"], cwd=tmp_path, env={"PATH": ""}, capture_output=True, text=True
    )
    assert run.returncode == 2
    assert "needs Python 3.11 to 3.13" in run.stderr
