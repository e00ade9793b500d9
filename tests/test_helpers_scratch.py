"""mldesign.scratch: what a lesson starts is gone afterwards, and an error says what the program said."""

import functools
import shutil
import subprocess
import sys
import time

import pytest

from mldesign import scratch

ANSWER = (
    "import http.server, os, sys\n"
    "class Handler(http.server.BaseHTTPRequestHandler):\n"
    "    def do_GET(self):\n"
    "        self.send_response(int(os.environ.get('CODE', '200'))); self.end_headers()\n"
    "http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()\n"
)


def serve(tmp_path, **options):
    port = scratch.free_port()
    return scratch.server(["python", "-c", ANSWER, str(port)], f"http://127.0.0.1:{port}/", tmp_path, **options)


def test_a_folder_is_gone_when_the_program_ends():
    code = "from mldesign import scratch; made = scratch.folder('store'); (made / 'file').touch(); print(made)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    made = done.stdout.strip()
    assert made.endswith("store")
    assert not scratch.Path(made).parent.exists()


def test_run_returns_output_and_errors_together(tmp_path):
    text = scratch.run(
        ["python", "-c", "import sys; print('out', flush=True); print('err', file=sys.stderr)"], tmp_path
    )
    assert text == "out\nerr"


def test_run_names_the_command_its_exit_code_and_what_it_said(tmp_path):
    with pytest.raises(RuntimeError, match=r"(?s)python -c.*exit code 3.*no coffee"):
        scratch.run(["python", "-c", "print('no coffee'); raise SystemExit(3)"], tmp_path)
    assert scratch.run(["python", "-c", "raise SystemExit(3)"], tmp_path, ok=(0, 3)) == ""


def test_a_repository_does_not_climb_and_does_not_see_git_variables(monkeypatch):
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    made = scratch.repository("mine")
    assert scratch.run(["git", "rev-parse", "--show-toplevel"], made).endswith("/mine")
    (made / "a.txt").write_text("a", encoding="utf-8")
    scratch.run(["git", "add", "a.txt"], made)
    scratch.run(["git", "commit", "--quiet", "-m", "first"], made)
    assert scratch.run(["git", "log", "--format=%an %s"], made) == "Student first"
    assert scratch.run(["git", "branch", "--show-current"], made) == "main"
    plain = scratch.folder("plain")
    with pytest.raises(RuntimeError, match="not a git repository"):
        scratch.run(["git", "status"], plain)


def test_a_server_answers_inside_the_block_and_is_stopped_after_an_error(tmp_path):
    kept = []
    with pytest.raises(ZeroDivisionError), serve(tmp_path) as process:
        kept.append(process)
        assert process.poll() is None
        raise ZeroDivisionError
    assert kept[0].poll() is not None


def test_a_server_that_ends_says_what_it_said(tmp_path):
    command = ["python", "-c", "print('the port is taken'); raise SystemExit(1)"]
    address = f"http://127.0.0.1:{scratch.free_port()}/"
    with (
        pytest.raises(RuntimeError, match=r"(?s)exit code 1.*the port is taken"),
        scratch.server(command, address, tmp_path),
    ):
        pytest.fail("the block must not run")


def test_a_server_that_only_fails_is_not_ready_and_is_stopped(tmp_path):
    with pytest.raises(RuntimeError, match="no answer"), serve(tmp_path, seconds=1, CODE="500"):
        pytest.fail("the block must not run")


def test_a_server_that_never_gets_ready_is_stopped(tmp_path, monkeypatch):
    started = []
    popen = subprocess.Popen
    monkeypatch.setattr(scratch.subprocess, "Popen", lambda *a, **k: started.append(popen(*a, **k)) or started[-1])
    with pytest.raises(RuntimeError, match="no answer"), serve(tmp_path, seconds=1, CODE="500"):
        pytest.fail("the block must not run")
    assert started[0].poll() is not None


def test_a_server_is_ready_when_it_answers_that_a_page_is_not_there_and_its_errors_are_in_the_log(tmp_path):
    with serve(tmp_path, CODE="404") as process:
        assert process.poll() is None
    assert "404" in (tmp_path / "server.log").read_text(encoding="utf-8")  # what it prints as errors


def test_a_server_that_ends_is_not_waited_for(tmp_path):
    started = time.monotonic()
    address = f"http://127.0.0.1:{scratch.free_port()}/"
    with pytest.raises(RuntimeError), scratch.server(["python", "-c", "raise SystemExit(1)"], address, tmp_path, 600):
        pytest.fail("the block must not run")
    assert time.monotonic() - started < 300


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a program at once")
def test_a_program_that_ignores_being_asked_to_end_is_ended(monkeypatch):
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(600)"
    )
    process = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
    process.stdout.readline()
    monkeypatch.setattr(
        process, "wait", functools.partial(lambda wait, timeout=None: wait(timeout and 0.2), process.wait)
    )
    scratch.stop(process)
    process.stdout.close()
    assert process.poll() is not None


def test_a_repository_is_the_same_whatever_the_user_has_set(tmp_path, monkeypatch):
    hooks = tmp_path / "hooks"
    (hooks / "hooks").mkdir(parents=True)
    hook = hooks / "pre-commit"
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    shutil.copy(hook, hooks / "hooks")
    settings = f"[commit]\n gpgsign = true\n[core]\n hooksPath = {hooks.as_posix()}\n autocrlf = true\n"
    settings += f"[init]\n defaultBranch = trunk\n templateDir = {hooks.as_posix()}\n"
    (tmp_path / ".gitconfig").write_text(settings, encoding="utf-8")
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    made = scratch.repository("mine")
    assert not (made / ".git" / "hooks").exists()
    (made / "a.txt").write_bytes(b"a\n")
    scratch.commit(made, "v1")
    assert scratch.run(["git", "branch", "--show-current"], made) == "main"


def test_what_the_reader_has_set_stays(tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", "/elsewhere")
    assert scratch.variables(tmp_path)["DVC_SITE_CACHE_DIR"] == "/elsewhere"


def test_tracking_keeps_everything_in_the_folder(monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    before = mlflow.get_tracking_uri()
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_EXPERIMENT_ID"):  # MLflow sets them
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    place = scratch.folder("tracking")
    monkeypatch.chdir(place)
    try:
        scratch.tracking(place)
        with mlflow.start_run() as run:
            mlflow.log_text("hello", "note.txt")
        assert run.info.artifact_uri.startswith((place / "artifacts").as_uri())
        assert scratch.tracking(place)  # a cell may be run twice
        assert sorted(path.name for path in place.iterdir()) == ["artifacts", "mlflow.db"]
    finally:
        mlflow.set_tracking_uri(before)
        mlflow.set_registry_uri(before)


def test_a_commit_is_tagged_and_leaves_nothing_behind():
    place = scratch.repository("lapse")
    (place / "a.txt").write_text("1", encoding="utf-8")
    scratch.commit(place, "v1")
    assert scratch.run(["git", "status", "--short"], place) == ""
    assert scratch.run(["git", "tag"], place) == "v1"


def test_a_fingerprint_follows_the_bytes(tmp_path):
    (tmp_path / "data").mkdir()
    for name, text in (("a.csv", "1"), ("b.csv", "1"), ("c.txt", "1")):
        (tmp_path / "data" / name).write_text(text, encoding="utf-8")
    before = scratch.fingerprint(tmp_path, "data/*.csv", "data/a.*")
    assert list(before) == ["data/a.csv", "data/b.csv"]
    assert before["data/a.csv"] == before["data/b.csv"]
    (tmp_path / "data" / "b.csv").write_text("2", encoding="utf-8")
    after = scratch.fingerprint(tmp_path, "data/*.csv")
    assert after["data/a.csv"] == before["data/a.csv"]
    assert after["data/b.csv"] != before["data/b.csv"]
