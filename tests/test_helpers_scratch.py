"""mldesign.scratch: what a lesson starts is gone afterwards, and an error says what the program said."""

import subprocess
import sys

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


def test_tracking_keeps_everything_in_the_folder(monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    before = mlflow.get_tracking_uri()
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
