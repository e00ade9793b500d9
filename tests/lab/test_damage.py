"""What a student breaks or saves oddly: nothing of theirs is lost, and the message says the next step."""

import zipfile

import pytest
from lab_batch import cell
from small_labs import STATES, git

from mldesign import lab
from mldesign.lab import LabError, checking, records, tasks
from mldesign.lab import git as workspace_git

DOUBLE = "def double(x):\n    return x + x\n"


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_a_module_that_is_not_utf_8_is_explained_by_every_verb(one, encoding):
    (one / "src/targeting/one.py").write_text("# café\n" + DOUBLE, encoding=encoding)
    for verb in (lab.check, lab.use_reference, lab.try_again, lambda key: lab.save(key, cell(DOUBLE, "double"))):
        with pytest.raises(LabError, match=r"src/targeting/one\.py is not saved as UTF-8"):
            verb("1.1")
    assert records.outcome(one, "1.1") == "not attempted"
    with pytest.raises(LabError, match="not saved as UTF-8"):
        lab.start(2)


def test_parameters_that_are_not_utf_8_are_explained(one):
    (one / "params.yaml").write_text("size: 8\n", encoding="utf-16")
    for verb in (lambda: lab.check("1.2", 4), lambda: lab.use_reference("1.2"), lambda: lab.start(3)):
        with pytest.raises(LabError, match=r"params\.yaml is not saved as UTF-8"):
            verb()


def test_a_byte_order_mark_changes_no_verdict(one, capsys):
    (one / "src/targeting/one.py").write_text(DOUBLE, encoding="utf-8-sig")
    (one / "params.yaml").write_text("size: 8\n", encoding="utf-8-sig")
    capsys.readouterr()
    lab.check("1.1")
    lab.check("1.2", 4)
    assert capsys.readouterr().out == "Task 1.1 · passed.\nTask 1.2 · passed.\n"


def test_a_file_with_broken_syntax_is_kept_before_it_is_made_anew(one):
    path = one / "src/targeting/one.py"
    path.write_text("def mine(x):\n    return 42\n\n\ndef double(x:\n", encoding="utf-8")
    lab.save("1.1", cell(DOUBLE, "double"))
    assert "SCALE = 2" in path.read_text(encoding="utf-8")
    assert any("return 42" in kept.read_text(encoding="utf-8") for kept in (one / ".lab/attempts").iterdir())


def test_a_block_that_the_student_took_out_does_not_come_back(one):
    (one / "params.yaml").write_text("# all\nsize: 8\n", encoding="utf-8")
    lab.start(3)
    text = (one / "params.yaml").read_text(encoding="utf-8")
    assert "--- lab 1" not in text
    assert "--- lab 3" in text


def test_pack_leaves_out_what_can_be_made_again(one):
    for name in (".venv/lib/big.py", "src/targeting/__pycache__/one.pyc", "notes/keep.txt"):
        (one / name).parent.mkdir(parents=True, exist_ok=True)
        (one / name).write_text("x", encoding="utf-8")
    lab.pack()
    with zipfile.ZipFile(one.with_name("workspace.zip")) as bundle:
        names = bundle.namelist()
    assert "notes/keep.txt" in names
    assert not [name for name in names if ".venv" in name or "__pycache__" in name]


def test_git_never_climbs_out_of_a_workspace_that_has_lost_its_repository(one):
    course = tasks.LABS.parent
    git(course, "init", "--quiet")
    (one / ".git").rename(one / "git-old")
    with pytest.raises(LabError, match="not a git repository"):
        workspace_git.commit(one, ["params.yaml"], "Into the wrong repository")
    assert git(course, "status", "--porcelain", "--untracked-files=no") == ""


def test_a_task_whose_file_the_manifest_lacks_is_a_fault_of_the_course(one):
    (tasks.LABS / "states.toml").write_text(STATES.replace(', "src/targeting/one.py"', ""), encoding="utf-8")
    with pytest.raises(LabError, match=r"states\.toml .* src/targeting/one\.py"):
        checking.check(tasks.find("1.1"), DOUBLE)


# Files that are missing, or changed where no task asks for it


def commit(folder, message: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(
    ("name", "text"), [("docs/charter.md", "# Mine\n"), ("src/targeting/one.py", "SCALE = 2\n" + DOUBLE)]
)
def test_a_missing_file_comes_back_from_the_last_commit(one, capsys, number, name, text):
    (one / name).write_text(text, encoding="utf-8")
    commit(one, "Mine")
    (one / name).unlink()
    capsys.readouterr()
    lab.start(number)
    assert (one / name).read_text(encoding="utf-8") == text
    assert f"{name} was missing and is back from your last commit." in capsys.readouterr().out
    assert git(one, "log", "-1", "--format=%s", "--", name).strip() == "Mine"
    assert git(one, "status", "--porcelain") == ""


def test_a_missing_file_that_the_last_commit_lacks_comes_from_the_course(one, capsys):
    (one / "docs/charter.md").unlink()
    commit(one, "Without")
    capsys.readouterr()
    lab.start(1)
    assert "[Who?]" in (one / "docs/charter.md").read_text(encoding="utf-8")
    assert "docs/charter.md was missing, in your last commit too, and is back as the course" in capsys.readouterr().out


@pytest.mark.parametrize("verb", [lab.use_reference, lab.try_again, lambda key: lab.save(key, cell(DOUBLE, "double"))])
def test_a_function_is_not_put_into_a_module_that_is_missing(one, verb):
    (one / "src/targeting/one.py").unlink()
    with pytest.raises(LabError, match=r"src/targeting/one\.py is missing\. Run lab\.start\(1\), which brings it back"):
        verb("1.1")
    assert not (one / "src/targeting/one.py").exists()
    assert records.outcome(one, "1.1") == "not attempted"
    assert not records.placed(one, "1.1")


@pytest.mark.parametrize("committed", [False, True])
def test_a_changed_file_that_no_task_asks_for_is_named_and_stays(one, capsys, committed):
    name = "src/targeting/__init__.py"
    given = git(one, "log", "-1", "--format=%h").strip()
    (one / name).write_text("broken = True\n", encoding="utf-8")
    (one / "docs/charter.md").write_text("# Mine\n", encoding="utf-8")
    (one / "params.yaml").write_text("size: 9\n", encoding="utf-8")
    (one / "src/targeting/one.py").write_text(DOUBLE, encoding="utf-8")
    if committed:
        commit(one, "Mine")
    capsys.readouterr()
    lab.start(1)
    printed = capsys.readouterr().out
    assert f"{name} differs from the course's version" in printed
    assert f"`git diff {given} -- {name}`" in printed
    assert printed.count("differs") == 1
    assert "+broken = True" in git(one, "diff", given, "--", name)
    assert (one / name).read_text(encoding="utf-8") == "broken = True\n"


def test_what_a_newer_version_of_the_course_changed_is_not_the_students(one, capsys):
    (tasks.LABS / "project/src/targeting/__init__.py").write_text("VERSION = 2\n", encoding="utf-8")
    lab.start(1)
    assert "differs" not in capsys.readouterr().out


def test_start_without_a_number_says_which_labs_there_are(labs):
    for verb in (lab.start, lab.rebuild):
        with pytest.raises(LabError, match=r"Which lab\? .*lab\.start\(1\)\. Labs: 1, 2, 3\."):
            verb()
    assert not (labs / "workspace").exists()
