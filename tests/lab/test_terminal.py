"""Commands of a workspace: what is printed is the same on every machine, and what runs is the code as it stands."""

import os
import sys
from pathlib import Path

import pytest

from mldesign import lab
from mldesign.lab import LabError, tasks, terminal


def test_run_shows_paths_of_the_workspace_and_the_exit_code(one, capsys):
    code = (
        f"import os, sys; print(os.getcwd()); print({str(one)!r} + os.sep + 'a.py'); print(sys.executable); sys.exit(3)"
    )
    lab.run(["python", "-c", code])
    out = capsys.readouterr().out
    assert out.splitlines()[1:3] == [".", "a.py"]
    assert str(one.parent) not in out.split("\n", 1)[1]
    assert out.endswith("[exit code 3]\n")


def test_run_leaves_durations_out_and_the_notebooks_pytest_alone(one, capsys, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    (one / "test_x.py").write_text("def test_x():\n    from targeting import one\n", encoding="utf-8")
    lab.run("pytest -q test_x.py")
    assert capsys.readouterr().out.splitlines()[-1] == "1 passed"


@pytest.mark.skipif(sys.platform == "win32", reason="process groups of POSIX")
def test_run_stops_what_takes_too_long(one, capsys):
    lab.run(["python", "-c", "import time; print('on', flush=True); time.sleep(60)"], seconds=1)
    assert capsys.readouterr().out.splitlines()[1:] == ["on", "[stopped after 1 seconds]"]


def test_run_keeps_both_ends_of_a_long_output(one, capsys):
    lab.run(["python", "-c", "print('first'); print('x' * 200_000); print('last')"])
    out = capsys.readouterr().out
    assert len(out) < 50_000
    assert "first" in out
    assert out.endswith("last\n")


def test_run_explains_an_unknown_command(one):
    for command in ("no-such-command --now", []):
        with pytest.raises(LabError, match="command"):
            lab.run(command)


def test_tidy_takes_colours_and_homes_away(one):
    assert terminal.tidy("\x1b[31mred\x1b[0m 3 passed in 0.12s", one) == "red 3 passed\n"


def test_tidy_in_a_container_whose_home_is_the_root(one, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: Path("/"))
    assert terminal.tidy("tests/test_a.py and /", one) == "tests/test_a.py and /\n"


def test_tidy_leaves_a_longer_name_alone(one):
    text = f"{one}-old-1/a.py {one}.zip {one}/b.py {one}: {one}."
    assert terminal.tidy(text, one) == "course/labs/workspace-old-1/a.py course/labs/workspace.zip b.py .: ..\n"


def test_tidy_takes_the_longest_place_first(one, monkeypatch):
    course = tasks.LABS.parent
    monkeypatch.setattr(sys, "prefix", str(course / ".venv"))
    assert terminal.tidy(f"{course / '.venv' / 'lib'} {course / 'a.md'}", one) == "python/lib course/a.md\n"


def test_run_sees_an_edit_of_the_same_length_in_the_same_second(one, capsys, monkeypatch):
    """Python trusts bytecode whose source has the same size and second: commands must not write any."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    module = one / "src/targeting/one.py"
    for value in (3, 4):
        module.write_text(f"SCALE = {value}\n", encoding="utf-8")
        os.utime(module, (1_700_000_000, 1_700_000_000))
        lab.run(["python", "-c", "from targeting.one import SCALE; print('scale', SCALE)"])
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("scale")] == ["scale 3", "scale 4"]
