"""The folder of packages for a room without a network: the right ones, going on after a stop, and messages that help."""

import re
import sys
import types

import pytest

from mldesign import __main__ as runner
from mldesign import data, wheelhouse

LOCK = """\
# The lock
plain==1.0
Mixed-Name==2.0
pywin32==312 ; sys_platform == 'win32'
uvloop==0.23.0 ; sys_platform != 'win32'
old==2.10 ; python_full_version < '3.11.5'
new==4.1 ; python_full_version >= '3.11.5'
"""


@pytest.mark.parametrize(
    ("system", "python", "others"),
    [
        ("windows", "3.12", ["pywin32==312", "new==4.1"]),
        ("linux", "3.11", ["uvloop==0.23.0", "old==2.10", "new==4.1"]),  # 3.11.2 and 3.11.9 want different ones
        ("macos", "3.13", ["uvloop==0.23.0", "new==4.1"]),
    ],
)
def test_packages_are_those_of_the_rooms_system_and_python(system, python, others):
    assert wheelhouse.wanted(LOCK, system, python) == ["plain==1.0", "Mixed-Name==2.0", *others]


def test_the_real_lock_is_understood_for_every_system():
    lock = (data.ROOT / "constraints.txt").read_text(encoding="utf-8")
    for system in wheelhouse.SYSTEMS:
        for python in ("3.11", "3.12", "3.13"):
            pins = wheelhouse.wanted(lock, system, python)
            assert len(pins) > 250 and all(re.fullmatch(r"[\w.-]+==\S+", pin) for pin in pins)


def fetched(monkeypatch, files: dict[str, list[str]], code: int = 0) -> list[list[str]]:
    """Replace pip: each pin puts its files into the folder; return what was asked for."""
    asked = []

    def call(command, **_):
        place = (
            command[command.index("--dest") + 1] if "--dest" in command else command[command.index("--wheel-dir") + 1]
        )
        pins = command[command.index("--dest") + 2 :] if "--dest" in command else ["built"]
        asked.append(pins)
        for name in [name for pin in pins for name in files.get(pin, [])]:
            (wheelhouse.Path(place) / name).touch()
        return code

    monkeypatch.setattr(wheelhouse.subprocess, "call", call)
    monkeypatch.setattr(wheelhouse, "ROOT", data.ROOT)
    monkeypatch.setattr(wheelhouse, "wanted", lambda *_: ["plain==1.0", "Mixed-Name==2.0", "source==3"])
    return asked


FILES = {
    "plain==1.0": ["plain-1.0-py3-none-any.whl"],
    "Mixed-Name==2.0": ["mixed_name-2.0-cp312-cp312-win_amd64.whl"],
    "source==3": ["source-3.tar.gz"],
    "built": ["source-3-py3-none-any.whl"],
}
ROOM = ["--system", "windows", "--python", "3.12"]


def test_it_fetches_builds_what_is_source_only_and_goes_on(monkeypatch, tmp_path, capsys):
    asked = fetched(monkeypatch, FILES)
    assert wheelhouse.main([str(tmp_path), *ROOM]) == 0
    assert asked == [["plain==1.0", "Mixed-Name==2.0", "source==3"], ["built"]]
    assert not list(tmp_path.glob("*.tar.gz"))
    assert f"setup {tmp_path}" in capsys.readouterr().out
    (tmp_path / FILES["plain==1.0"][0]).unlink()
    asked.clear()
    assert wheelhouse.main([str(tmp_path), *ROOM]) == 0 and asked == [["plain==1.0"]]
    asked.clear()
    assert wheelhouse.main([str(tmp_path), *ROOM]) == 0 and asked == []


def test_wheels_of_another_system_or_python_do_not_count(monkeypatch, tmp_path, capsys):
    fetched(monkeypatch, {**FILES, "Mixed-Name==2.0": ["mixed_name-2.0-cp312-cp312-manylinux2014_x86_64.whl"]})
    assert wheelhouse.main([str(tmp_path), *ROOM]) == 1
    assert "No wheel for that system: Mixed-Name==2.0" in capsys.readouterr().err
    (tmp_path / "mixed_name-2.0-cp311-cp311-win_amd64.whl").touch()
    assert wheelhouse.main([str(tmp_path), *ROOM]) == 1


def test_without_a_network_it_says_what_next(monkeypatch, tmp_path, capsys):
    fetched(monkeypatch, {}, code=1)
    assert wheelhouse.main([str(tmp_path), *ROOM]) == 1
    said = capsys.readouterr().err
    assert "network" in said and "same command again" in said


def test_a_full_disk_is_named_before_anything_is_fetched(monkeypatch, tmp_path, capsys):
    asked = fetched(monkeypatch, FILES)
    monkeypatch.setattr(wheelhouse.shutil, "disk_usage", lambda _: types.SimpleNamespace(free=3e8))
    assert wheelhouse.main([str(tmp_path), *ROOM]) == 2
    assert "0.3 GB free" in capsys.readouterr().err and asked == []


@pytest.fixture
def room(monkeypatch, tmp_path):
    """A course folder whose environment is not there yet; commands are recorded."""
    commands, codes = [], {}
    monkeypatch.setattr(runner, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(runner, "READY", str(tmp_path / "ready"))
    monkeypatch.delenv(runner.HERE, raising=False)
    monkeypatch.setattr(runner, "works", lambda python: python == sys.executable)
    monkeypatch.setattr(runner.shutil, "which", lambda _: None)

    def call(command, **_):
        commands.append(command)
        return codes.get("install", 0) if "install" in command else 0

    monkeypatch.setattr(runner.subprocess, "call", call)
    return commands, codes


def test_setup_from_a_folder_never_asks_an_index(room, tmp_path, capsys):
    commands, codes = room
    assert runner.main(["setup", str(tmp_path)]) == 0
    installs = [command for command in commands if "install" in command]
    assert installs and all("--no-index" in command and str(tmp_path) in command for command in installs)
    codes["install"] = 1
    (tmp_path / "ready").unlink()
    assert runner.main(["setup", str(tmp_path)]) == 2
    assert f"The packages of {tmp_path} do not do" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_named(room, tmp_path, capsys):
    assert runner.main(["setup", str(tmp_path / "stick")]) == 2
    assert "There is no folder" in capsys.readouterr().err and room[0] == []
