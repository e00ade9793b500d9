"""The workspace: made at any lab, never overwritten, explained when damaged."""

import contextlib
import json
import os
import sqlite3
import sys
import zipfile
from pathlib import Path

import pytest
from small_labs import git

from mldesign import lab
from mldesign.lab import LabError, archive


def read(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def test_a_new_workspace_is_a_repository_with_stubs_and_templates(one, capsys):
    assert git(one, "log", "--format=%an %s").strip() == "Course Lab 1: what you start from"
    assert git(one, "status", "--porcelain") == ""
    assert git(one, "branch", "--show-current").strip() == "main"
    assert "raise NotImplementedError" in read(one, "src/targeting/one.py")
    assert "SCALE = 2" in read(one, "src/targeting/one.py")
    assert "[Who?]" in read(one, "docs/charter.md")
    assert "height" not in read(one, "params.yaml")
    assert not (one / "src/targeting/two.py").exists()


def test_start_changes_into_the_workspace_and_makes_it_importable(one):
    assert Path.cwd() == one
    import targeting.one

    assert Path(targeting.one.__file__).parent == one / "src" / "targeting"


def test_start_twice_changes_nothing(one):
    before = git(one, "log", "--format=%H")
    lab.start(1)
    assert git(one, "log", "--format=%H") == before
    assert sys.path.count(str(one / "src")) == 1


def test_a_lab_in_the_middle_opens_with_earlier_labs_done(labs, capsys):
    lab.start(3)
    folder = labs / "workspace"
    assert git(folder, "log", "--format=%s").splitlines() == ["Lab 3: what you start from", "State after lab 2"]
    assert "SCALE * x" in read(folder, "src/targeting/one.py")
    assert "Signed." in read(folder, "docs/charter.md")
    assert "return x\n" in read(folder, "src/targeting/three.py")
    assert "height: 2" in read(folder, "params.yaml")
    lab.check("1.1")
    assert "the reference stands" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["src/targeting/one.py", "docs/charter.md", ".gitignore", "src/targeting/__init__.py"])
def test_a_changed_file_is_never_overwritten(one, name):
    (one / name).write_text("# mine\n.lab/\n", encoding="utf-8")
    for number in (1, 2, 3, 1):
        lab.start(number)
        assert read(one, name) == "# mine\n.lab/\n"


def test_a_growing_file_keeps_the_students_numbers_and_gets_each_block_once(one):
    (one / "params.yaml").write_text(read(one, "params.yaml").replace("size: 8", "size: 10"), encoding="utf-8")
    lab.start(3)
    lab.start(3)
    text = read(one, "params.yaml")
    assert "size: 10" in text
    assert text.count("height: 2") == 1
    assert text.count("--- end lab 3") == 1


def test_what_an_earlier_lab_left_undone_gives_way_to_the_reference_and_is_said(one, capsys):
    lab.start(2)
    assert "SCALE * x" in read(one, "src/targeting/one.py")
    assert "Task 1.1 was not attempted" in capsys.readouterr().out
    assert git(one, "status", "--porcelain") == ""


def test_what_an_earlier_lab_left_wrong_stays_and_is_said(one, capsys):
    path = one / "src/targeting/one.py"
    path.write_text("def double(x):\n    return x * x\n", encoding="utf-8")
    lab.check("1.1")
    lab.start(2)
    assert path.read_text(encoding="utf-8") == "def double(x):\n    return x * x\n"
    assert "Task 1.1 is not right yet" in capsys.readouterr().out


def test_a_lost_file_comes_back(one, capsys):
    (one / "src/targeting/one.py").unlink()
    lab.start(1)
    assert (one / "src/targeting/one.py").exists()
    assert "src/targeting/one.py was missing" in capsys.readouterr().out


def test_the_students_staged_changes_are_not_committed_by_the_course(one):
    (one / "notes.txt").write_text("mine\n", encoding="utf-8")
    git(one, "add", "notes.txt")
    lab.start(2)
    assert git(one, "status", "--porcelain").strip() == "A  notes.txt"


def test_a_workspace_without_git_is_explained_and_no_other_repository_is_touched(labs):
    course = labs.parent
    git(course, "init", "--quiet")
    git(course, "-c", "user.name=T", "-c", "user.email=t@t", "commit", "--quiet", "--allow-empty", "-m", "course")
    before = git(course, "rev-parse", "HEAD")
    (labs / "workspace").mkdir()
    (labs / "workspace" / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(LabError, match=r"no \.git.*lab\.rebuild\(1\)"):
        lab.start(1)
    assert sorted(path.name for path in (labs / "workspace").iterdir()) == ["thesis.txt"]
    assert git(course, "rev-parse", "HEAD") == before


def test_a_repository_that_git_cannot_read_is_explained(one):
    (one / ".git" / "HEAD").unlink()
    with pytest.raises(LabError, match="Git cannot read"):
        lab.check("1.2", 4)


def test_a_record_that_cannot_be_read_is_explained_and_can_be_deleted(one):
    record = one / ".lab" / "state.json"
    for text in ("{", "[]", '{"laid": "x", "tasks": {}}'):
        record.write_text(text, encoding="utf-8")
        with pytest.raises(LabError, match=r"state\.json.*Delete that one file"):
            lab.start(1)
    record.unlink()
    lab.start(1)


def test_rebuild_keeps_the_old_workspace_beside_the_new(one, capsys):
    (one / "notes.txt").write_text("mine\n", encoding="utf-8")
    (one / ".git" / "HEAD").unlink()
    lab.rebuild(2)
    lab.rebuild(2)
    assert read(one.parent, "workspace-old-1/notes.txt") == "mine\n"
    assert (one.parent / "workspace-old-2" / "src/targeting/two.py").exists()
    assert git(one, "status", "--porcelain") == ""


def test_settings_of_git_outside_do_not_reach_the_workspace(labs, tmp_path, monkeypatch):
    home = tmp_path / "home"
    hooks = home / "hooks"
    hooks.mkdir(parents=True)
    (hooks / "pre-commit").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (hooks / "pre-commit").chmod(0o755)
    config = f"[commit]\ngpgsign = true\n[core]\nhooksPath = {hooks.as_posix()}\nautocrlf = true\n[init]\ndefaultBranch = trunk\n"
    (home / ".gitconfig").write_text(config, encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name, value in {"HOME": home, "USERPROFILE": home, "GIT_DIR": elsewhere, "GIT_WORK_TREE": elsewhere}.items():
        monkeypatch.setenv(name, str(value))
    lab.start(1)
    assert (labs / "workspace" / ".git" / "HEAD").read_text(encoding="utf-8").strip() == "ref: refs/heads/main"
    assert list(elsewhere.iterdir()) == []


def test_the_environment_can_name_another_folder(labs, tmp_path, monkeypatch):
    monkeypatch.setenv("MLDESIGN_WORKSPACE", str(tmp_path / "else" / "here"))
    lab.start(1)
    assert (tmp_path / "else" / "here" / "src/targeting/one.py").exists()
    assert not (labs / "workspace").exists()


@pytest.mark.parametrize("number", [0, 4, "1", 1.0, None, True])
def test_an_unknown_lab_gets_the_list(labs, number):
    with pytest.raises(LabError, match="Labs: 1, 2, 3"):
        lab.start(number)
    assert not (labs / "workspace").exists()


def test_before_the_start_every_verb_says_to_start(labs):
    for verb in (lambda: lab.check("1.2", 4), lambda: lab.run("git status"), lab.progress, lab.pack):
        with pytest.raises(LabError, match=r"lab\.start"):
            verb()


def test_pack_and_unpack_bring_everything_back(one, capsys):
    lab.check("1.2", 4)
    history = git(one, "log", "--format=%H")
    (one / "notes.txt").write_text("mine\n", encoding="utf-8")
    git(one, "gc", "--quiet")  # empties the folders of loose objects and references
    lab.pack()
    (one / "notes.txt").write_text("newer\n", encoding="utf-8")
    lab.unpack()
    assert read(one, "notes.txt") == "mine\n"
    assert read(one.parent, "workspace-old-1/notes.txt") == "newer\n"
    assert git(one, "log", "--format=%H") == history
    assert json.loads(read(one, ".lab/state.json"))["tasks"]["1.2"]["outcome"] == "passed"
    assert Path.cwd() == one


def test_the_addresses_of_mlflows_store_follow_a_workspace_that_is_unpacked_elsewhere(one, tmp_path, monkeypatch):
    inside, elsewhere = f"{one.as_uri()}/mlartifacts/1", f"{one.as_uri()}-other/mlartifacts/1"
    with contextlib.closing(sqlite3.connect(one / "mlflow.db")) as store, store:
        for table, column in archive.ADDRESSES.items():
            store.execute(f"create table {table} (name text, {column} text)")
            store.execute(f"insert into {table} values ('a', ?), ('b', ?), ('c', null)", (inside, elsewhere))
    lab.pack()
    monkeypatch.setenv("MLDESIGN_WORKSPACE", str(tmp_path / "moved" / "workspace"))
    lab.unpack(one.with_name("workspace.zip"))
    here = tmp_path.resolve() / "moved" / "workspace"
    with contextlib.closing(sqlite3.connect(here / "mlflow.db")) as store:
        for table, column in archive.ADDRESSES.items():
            found = [row[0] for row in store.execute(f"select {column} from {table} order by name")]
            assert found == [f"{here.as_uri()}/mlartifacts/1", elsewhere, None]


def test_the_addresses_stand_where_mlflow_keeps_them():
    from mlflow.store.model_registry.dbmodels import models as registry
    from mlflow.store.tracking.dbmodels import models as tracking

    tables = tracking.Base.metadata.tables | registry.Base.metadata.tables
    assert all(column in tables[table].columns for table, column in archive.ADDRESSES.items())


def test_a_store_is_left_alone_when_the_file_does_not_say_where_it_was_packed(one):
    (one / "mlflow.db").write_bytes(b"no database")
    archive.follow(one, "")
    assert (one / "mlflow.db").read_bytes() == b"no database"


def test_a_damaged_store_is_explained_and_the_rest_is_back(one):
    (one / "mlflow.db").write_bytes(b"no database")
    lab.pack()
    with pytest.raises(LabError, match=r"(?s)mlflow\.db.*is damaged.*pack it again.*delete mlflow\.db"):
        lab.unpack()
    assert (one / "params.yaml").exists() and Path.cwd() == one


@pytest.mark.parametrize(
    "members", [["a.txt"], [".git/HEAD", "../evil.txt"], [".git/HEAD", "/evil.txt"], [".git/HEAD", "C:evil.txt"]]
)
def test_a_strange_zip_is_refused_before_anything_changes(one, members):
    bundle = one.parent / "strange.zip"
    with zipfile.ZipFile(bundle, "w") as opened:
        for name in members:
            opened.writestr(name, "x")
    with pytest.raises(LabError, match=r"lab\.pack"):
        lab.unpack(bundle)
    assert not (one.parent / "workspace-old-1").exists()


def test_a_damaged_or_missing_zip_is_explained(one):
    with pytest.raises(LabError, match="Upload it"):
        lab.unpack()
    (one.parent / "workspace.zip").write_bytes(b"PK broken")
    with pytest.raises(LabError, match="damaged"):
        lab.unpack()
    assert (one / "params.yaml").exists()


def test_git_that_is_not_installed_is_explained(labs, monkeypatch):
    monkeypatch.setenv("PATH", os.fspath(labs))
    with pytest.raises(LabError, match="Git is not installed"):
        lab.start(1)
