"""Check, save, use the reference, try again, progress, run: what each says, and what each leaves in the workspace."""

import importlib
import sys

import pytest
import yaml
from lab_batch import cell
from small_labs import git

from mldesign import lab
from mldesign.lab import LabError, checking, runner

STUB = 'def double(x):\n    """Return twice x."""\n    raise NotImplementedError("Task 1.1")\n'
RIGHT = "def double(x):\n    return x + x\n"
WRONG = "def double(x):\n    return x * x\n"


@pytest.fixture
def said(one, capsys):
    """What has been printed since the last call."""
    capsys.readouterr()
    return lambda: capsys.readouterr().out


def module(one) -> str:
    return (one / "src/targeting/one.py").read_text(encoding="utf-8")


def test_a_stub_is_not_attempted_and_the_reference_takes_its_place(one, said):
    stub = cell("# my notes\n" + STUB.replace("twice x", "two times x") + "\n", "double")
    lab.check("1.1", stub)
    assert said() == "Task 1.1 · not attempted: the cell still holds the stub.\n"
    assert lab.save("1.1", stub)(4) == 8
    assert "the reference takes its place in src/targeting/one.py" in said()
    assert "SCALE * x" in module(one)


def test_the_reference_is_never_taken_for_the_students_work(one, said):
    standing = lab.save("1.1", cell(STUB, "double"))
    said()
    lab.check("1.1", standing)
    lab.save("1.1", standing)
    lab.check("1.1")
    assert "passed" not in said()
    lab.progress(1)
    assert "0 of 3 tasks passed" in said()


def test_a_right_answer_passes_and_is_saved(one, said):
    right = cell(RIGHT, "double")
    lab.check("1.1", right)
    assert lab.save("1.1", right) is right
    assert said() == "Task 1.1 · passed.\nTask 1.1 · saved in src/targeting/one.py.\n"
    assert "return x + x" in module(one)
    assert module(one).startswith("SCALE = 2\n")


def test_an_answer_equal_to_the_reference_passes(one, said):
    names = {"SCALE": 2}
    same = cell("def double(x):\n    return SCALE * x\n", "double", names)
    lab.check("1.1", same)
    lab.save("1.1", same)
    lab.check("1.1")
    assert said().count("passed.") == 2


def test_a_wrong_answer_gets_its_hint_and_stays(one, said):
    wrong = cell(WRONG, "double")
    lab.check("1.1", wrong)
    assert said() == "Task 1.1 · not yet. That is the square.\n"
    assert lab.save("1.1", wrong) is wrong
    assert "has not passed" in said()
    assert "return x * x" in module(one)
    assert lab.save("1.1", cell(STUB, "double"))(3) == 9
    assert "what you saved earlier stays" in said()


def test_the_reference_is_recorded_and_the_attempt_kept(one, said):
    lab.save("1.1", cell(WRONG, "double"))
    assert lab.use_reference("1.1")(3) == 6
    assert any("x * x" in path.read_text(encoding="utf-8") for path in (one / ".lab/attempts").iterdir())
    lab.progress()
    assert "1.1  reference" in said()
    lab.check("1.1", cell(RIGHT, "double"))
    lab.save("1.1", cell(RIGHT, "double"))
    lab.progress()
    assert "1.1  passed (after the reference)  " in said()


def test_what_has_passed_stays_passed(one, said):
    lab.check("1.1", cell(RIGHT, "double"))
    lab.check("1.1", cell(WRONG, "double"))
    lab.check("1.1", cell(STUB, "double"))
    lab.use_reference("1.1")
    lab.progress(1)
    assert "1.1  passed (the file holds the reference)  " in said()


def test_a_try_is_not_forgotten_by_running_the_stub_again(one, said):
    lab.check("1.1", cell(WRONG, "double"))
    lab.check("1.1", cell(STUB, "double"))
    lab.progress(1)
    assert "1.1  not yet" in said()


def test_the_import_after_a_save_is_the_new_code(one):
    for source, result in ((RIGHT, 10), (WRONG, 25), (RIGHT, 10)):
        lab.save("1.1", cell(source, "double"))
        assert importlib.import_module("targeting.one").double(5) == result


def test_progress_says_what_the_file_holds_instead_of_what_passed(one, said):
    right, wrong = cell(RIGHT, "double"), cell(WRONG, "double")

    def shown() -> str:
        said()
        lab.progress(1)
        return said().splitlines()[1]

    lab.check("1.1", right)
    assert "passed (the file holds the stub)" in shown()
    lab.save("1.1", right)
    assert "1.1  passed         Double" in shown()
    lab.check("1.1", wrong)
    assert "1.1  passed         Double" in shown()
    lab.save("1.1", wrong)
    assert "passed (the file holds an attempt that has not passed)" in shown()
    lab.save("1.1", right)
    assert "1.1  passed         Double" in shown()
    lab.use_reference("1.1")
    assert "passed (the file holds the reference)" in shown()
    lab.try_again("1.1")
    assert "passed (the file holds the stub)" in shown()
    (one / "src/targeting/one.py").write_text("# café\n", encoding="utf-16")
    assert "passed (its file is not UTF-8)" in shown()
    (one / "src/targeting/one.py").unlink()
    assert "passed (its file is missing)" in shown()


def test_progress_tells_when_the_reference_has_given_way(one, said):
    lab.use_reference("1.1")
    lab.progress(1)
    assert "1.1  reference      Double" in said()
    lab.save("1.1", cell(WRONG, "double"))
    lab.progress(1)
    assert "1.1  reference (the file holds an attempt that has not passed)" in said()


def test_a_save_that_has_not_passed_says_where_the_one_lies_that_has(one, said):
    right, wrong = cell(RIGHT, "double"), cell(WRONG, "double")
    lab.check("1.1", right)
    lab.save("1.1", right)
    lab.check("1.1", wrong)
    said()
    lab.save("1.1", wrong)
    assert said() == (
        "Task 1.1 · saved in src/targeting/one.py, but it has not passed. Your version that passed is not in that file; "
        'it lies in .lab/attempts/1.1-001.py. lab.use_reference("1.1") would move on.\n'
    )
    assert (one / ".lab/attempts/1.1-001.py").read_text(encoding="utf-8") == RIGHT
    lab.save("1.1", right)
    assert said() == "Task 1.1 · saved in src/targeting/one.py.\n"


def test_try_again_gives_the_stub_for_the_cell(one, said):
    lab.save("1.1", cell(WRONG, "double"))
    said()
    lab.try_again("1.1")
    stub = said().partition("For the cell:\n\n")[2]
    lab.check("1.1", cell(stub, "double"))
    assert said() == "Task 1.1 · not attempted: the cell still holds the stub.\n"


@pytest.mark.parametrize(
    ("text", "line"), [("size: 8\nother: [1, 2\n", 3), ("size: 8\n  other: 2\n", 2), ("size:\n\t- 8\n", 2)]
)
def test_broken_parameters_are_explained_with_the_line(one, text, line):
    (one / "params.yaml").write_text(text, encoding="utf-8")
    for verb in (lambda: lab.check("1.2", 4), lambda: lab.use_reference("1.2")):
        with pytest.raises(LabError, match=rf"params\.yaml, line {line}, is not valid YAML: .*`git checkout"):
            verb()


def test_missing_parameters_are_explained(one):
    (one / "params.yaml").unlink()
    with pytest.raises(LabError, match=r"params\.yaml is missing .* start cell"):
        lab.check("1.2", 4)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (None, "not attempted"),
        ("", "not attempted"),
        (4, "passed"),
        (4.0, "passed"),
        (3, "Halve"),
        ("4", "Give a number"),
        (True, "Give a number"),
    ],
)
def test_a_number(one, said, answer, text):
    lab.check("1.2", answer)
    assert text in said()


def test_a_numpy_number_is_a_number(one, said):
    import numpy as np

    lab.check("1.2", np.float64(4))
    assert said() == "Task 1.2 · passed.\n"


@pytest.mark.parametrize(
    ("answer", "text"), [("b", "passed"), ("a", "the other"), ("d", "'a', 'b', 'c'"), (2, "text in quotes")]
)
def test_a_choice(one, said, answer, text):
    lab.check("1.3", answer)
    assert text in said()


def test_the_students_own_parameters_count(one, said):
    (one / "params.yaml").write_text("size: 10\n", encoding="utf-8")
    lab.check("1.2", 5)
    assert "passed" in said()
    assert lab.use_reference("1.2") == 5
    (one / "params.yaml").write_text("size: [\n", encoding="utf-8")
    with pytest.raises(LabError, match=r"params\.yaml"):
        lab.check("1.2", 5)


@pytest.mark.parametrize("task_id", ["1.9", "9.1", 1.1, None, "one"])
def test_an_unknown_task_gets_the_list(one, task_id):
    for verb in (lab.check, lab.use_reference, lab.try_again, lambda key: lab.save(key, test_a_number)):
        with pytest.raises(LabError, match=r"Tasks: 1\.1, 1\.2"):
            verb(task_id)


@pytest.mark.parametrize(
    ("attempt", "text"),
    [
        (6, "needs the function double, not int"),
        (len, "needs the function"),
        (cell("def twice(x):\n    return 2\n", "twice"), "not twice"),
    ],
)
def test_what_is_no_such_function_is_refused(one, attempt, text):
    with pytest.raises(LabError, match=text):
        lab.check("1.1", attempt)


def test_other_parameters_are_a_hint(one, said):
    lab.check("1.1", cell("def double(y):\n    return 2 * y\n", "double"))
    assert "called with (x); yours takes (y)" in said()


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("    return factor * x\n", "`factor` is not known, line 2 (`return factor * x`)"),
        ("    while True:\n        pass\n", "still running after 1 seconds"),
        ("    import time\n    time.sleep(60)\n", "still running after 1 seconds"),
        ("    raise SystemExit\n", "ends the program, line 2"),
        ("    import os\n    os._exit(0)\n", "ended Python itself (exit code 0)"),
        ("    import os, signal\n    os.kill(os.getpid(), 9)\n", "ended Python itself"),
        ("    input()\n    return 2 * x\n", "asks for input"),
        ("    print('{\"hint\": null}')\n    return 0\n", "double(3) gives 0"),
        ("    for _ in range(100000):\n        print('x' * 100)\n    return 1\n", "double(3) gives 1"),
        ("    return double(x)\n", "RecursionError"),
        ("    import not_there\n", "An import fails, line 2"),
        (
            "    class Bad(Exception):\n        def __str__(self):\n            return 1 / 0\n    raise Bad\n",
            "Bad: (no message)",
        ),
        ("    import os\n    os.chdir('/')\n    return 0\n", "double(3) gives 0"),
        ("    raise NotImplementedError\n", "delete that line of the stub"),
        (
            "    import threading, time\n    threading.Thread(target=time.sleep, args=(60,)).start()\n    return 2\n",
            "gives 2",
        ),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="signals and / of POSIX")
def test_whatever_the_code_does_there_is_a_hint(one, said, monkeypatch, body, text):
    monkeypatch.setattr(checking, "SECONDS", 1)
    lab.check("1.1", cell("def double(x):\n" + body, "double"))
    assert text in said()


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("    return 1 / 0\n", "division by zero, line 2 (`return 1 / 0`), in double(3)."),
        ("    return 2 * factor\n", "`factor` is not known, line 2 (`return 2 * factor`), in double(3)."),
        ("    assert x > 5\n", "AssertionError, line 2 (`assert x > 5`), in double(3)."),
    ],
)
def test_an_exception_names_the_call(one, said, body, text):
    lab.check("1.1", cell("def double(x):\n" + body, "double"))
    assert text in said()


def test_arguments_of_a_call_are_shown_when_short():
    shown = [runner._word(value) for value in (2, 0.5, "a", None, [1, 2], (0.1,), range(3), list(range(9)), "x" * 99)]
    assert shown == ["2", "0.5", "'a'", "None", "[1, 2]", "(0.1,)", "…", "…", "…"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on computing")
def test_a_loop_is_stopped_by_what_it_computes_and_waiting_is_no_loop(one, said, monkeypatch):
    monkeypatch.setattr(checking, "SECONDS", 2)
    monkeypatch.setattr(checking, "PATIENCE", 100)
    lab.check("1.1", cell("def double(x):\n    while True:\n        pass\n", "double"))
    assert "still running after 2 seconds, in its line" in said()
    lab.check("1.1", cell("def double(x):\n    import time\n    time.sleep(3)\n    return 6\n", "double"))
    assert "passed" in said()


@pytest.mark.skipif(sys.platform == "win32", reason="process groups of POSIX")
def test_a_process_that_the_code_leaves_behind_is_ended(one, said, tmp_path):
    import psutil

    body = "    import subprocess, sys\n    subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(77.125)'])\n    return 6\n"
    lab.check("1.1", cell("def double(x):\n" + body, "double"))
    assert "passed" in said()
    assert not any("77.125" in " ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"]))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts all the memory of a process")
def test_more_memory_than_a_check_gives_is_a_hint(one, said):
    body = f"    room = bytearray({runner.ceiling() + 2**30})\n    return 6\n"
    lab.check("1.1", cell("def double(x):\n" + body, "double"))
    assert "more memory than a check gives (4 GB), line 2" in said()


def test_the_libraries_of_the_course_fit_into_the_memory_of_a_check(one, said, monkeypatch):
    monkeypatch.setattr(checking, "SECONDS", 60)
    body = """
    import duckdb, mlflow, numpy, pandas, sklearn.ensemble
    table = pandas.DataFrame(numpy.random.default_rng(0).normal(size=(100_000, 10)))
    sklearn.ensemble.HistGradientBoostingClassifier(max_iter=10).fit(table, table[0] > 0)
    duckdb.connect().execute("select count(distinct i * 7 % 1000003) from range(2000000) numbers(i)").fetchone()
    return int(numpy.ones((1000, 1000)).dot(numpy.ones((1000, 1000)))[0, 0] * 2 * x / 1000)
"""
    lab.check("1.1", cell("def double(x):" + body, "double"))
    assert "passed" in said()


# Lines from a cell

WEEKS = """
weeks:
  - 1
  - 2
"""


@pytest.fixture
def two(labs, capsys):
    lab.start(2)
    capsys.readouterr()
    return labs / "workspace"


def test_lines_from_a_cell_are_checked_saved_and_take_the_indentation_of_their_place(two, capsys):
    lab.check("2.2", "\n# Which  weeks?\n\nweeks: []\n")
    assert "not attempted: the cell still holds the stub" in capsys.readouterr().out
    lab.check("2.2", "weeks: [1]")
    assert "not yet. It reads 'plan:\\n  # TASK 2.2\\n  weeks: [1]\\n  # END TASK 2.2\\n'." in capsys.readouterr().out
    lab.check("2.2", WEEKS)
    assert lab.save("2.2", WEEKS) == WEEKS
    assert capsys.readouterr().out == "Task 2.2 · passed.\nTask 2.2 · saved in weeks.yaml.\n"
    text = (two / "weeks.yaml").read_text(encoding="utf-8")
    assert text == "plan:\n  # TASK 2.2\n  weeks:\n    - 1\n    - 2\n  # END TASK 2.2\n"
    lab.check("2.2")
    lab.progress(2)
    out = capsys.readouterr().out
    assert "Task 2.2 · passed." in out
    assert "2.2  passed         Weeks" in out


def test_lines_that_save_returns_are_not_an_attempt_and_the_same_lines_typed_are(two, capsys):
    standing = lab.save("2.2", "weeks: []\n")
    assert standing == "weeks:\n  - 1\n  - 2\n"
    assert "the reference takes its place in weeks.yaml" in capsys.readouterr().out
    lab.check("2.2", standing)
    assert lab.save("2.2", standing) == standing
    assert "the reference stands" in capsys.readouterr().out
    lab.check("2.2", str(standing))
    lab.save("2.2", str(standing))
    assert capsys.readouterr().out.count("passed.") == 1
    lab.progress(2)
    assert "2.2  passed         Weeks" in capsys.readouterr().out
    assert lab.use_reference("2.2") == standing
    lab.try_again("2.2")
    assert 'weeks = """\n# Which weeks?\nweeks: []\n"""' in capsys.readouterr().out


def test_lines_must_be_a_text_and_lost_marks_come_back(two, capsys):
    with pytest.raises(LabError, match=r"text in triple quotes, not list"):
        lab.check("2.2", [1, 2])
    (two / "weeks.yaml").write_text("plan: {}\n", encoding="utf-8")
    with pytest.raises(LabError, match=r"no longer both in weeks\.yaml"):
        lab.check("2.2")
    lab.save("2.2", WEEKS)
    assert "- 2" in (two / "weeks.yaml").read_text(encoding="utf-8")
    assert any("plan: {}" in kept.read_text(encoding="utf-8") for kept in (two / ".lab/attempts").iterdir())


# Edits of files


@pytest.fixture
def three(labs, capsys):
    lab.start(3)
    capsys.readouterr()
    return labs / "workspace"


def edit(folder, name, old, new):
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_an_untouched_mark_is_not_attempted_and_the_reference_takes_its_place(three, capsys):
    lab.check("3.1")
    assert "not attempted. The reference takes its place in src/targeting/three.py" in capsys.readouterr().out
    assert "min(x, 5)" in (three / "src/targeting/three.py").read_text(encoding="utf-8")
    lab.check("3.1")
    assert "the reference stands" in capsys.readouterr().out
    lab.try_again("3.1")
    assert "min(x, 5)" not in (three / "src/targeting/three.py").read_text(encoding="utf-8")


def test_a_right_edit_passes_whatever_its_neighbour_is(three, capsys):
    path = "src/targeting/three.py"
    edit(three, path, "    return x\n    # END TASK 3.1", "    return 5 if x > 5 else x\n    # END TASK 3.1")
    edit(three, path, "    return x\n    # END TASK 3.2", "    return 1 / 0\n    # END TASK 3.2")
    lab.check("3.1")
    lab.check("3.2")
    out = capsys.readouterr().out
    assert "Task 3.1 · passed." in out
    assert (
        "Task 3.2 · not yet. Your code stops with ZeroDivisionError: division by zero, line 9 (`return 1 / 0`)." in out
    )
    lab.use_reference("3.2")
    text = (three / path).read_text(encoding="utf-8")
    assert "5 if x > 5" in text
    assert "max(x, 0)" in text


def test_an_edit_of_the_same_length_in_the_same_second_gets_a_new_verdict(three, capsys):
    path = "src/targeting/three.py"
    edit(three, path, "    return x\n    # END TASK 3.1", "    return min(x, 4)\n    # END TASK 3.1")
    lab.check("3.1")
    edit(three, path, "min(x, 4)", "min(x, 5)")
    lab.check("3.1")
    assert capsys.readouterr().out == "Task 3.1 · not yet. limit(7) gives 4.\nTask 3.1 · passed.\n"


def test_invalid_python_in_a_file_is_a_hint(three, capsys):
    edit(three, "src/targeting/three.py", "    return x\n    # END TASK 3.1", "    return (x\n    # END TASK 3.1")
    lab.check("3.1")
    assert "src/targeting/three.py is no valid Python" in capsys.readouterr().out


def test_lost_marks_do_not_block(three, capsys):
    path = three / "src/targeting/three.py"
    path.write_text("def limit(x):\n    return min(x, 5)\n\n\ndef floor(x):\n    return x\n", encoding="utf-8")
    lab.check("3.1")
    assert "Task 3.1 · passed." in capsys.readouterr().out
    lab.use_reference("3.2")
    assert "TASK 3.2" in path.read_text(encoding="utf-8")
    assert any("return min" in kept.read_text(encoding="utf-8") for kept in (three / ".lab/attempts").iterdir())


def test_a_task_in_another_language(three, capsys):
    edit(three, "rules.sql", "where true", "where week <= 13")
    lab.check("3.3")
    edit(three, "rules.sql", "week <= 13", "week < 13")
    lab.check("3.3")
    out = capsys.readouterr().out
    assert "before 13 only" in out
    assert "passed" in out


def test_kinds_are_not_mixed_up(three, one):
    with pytest.raises(LabError, match="edit of rules"):
        lab.check("3.3", 4)
    with pytest.raises(LabError, match="no function to save"):
        lab.save("3.3", test_a_number)
    with pytest.raises(LabError, match="small answer"):
        lab.try_again("1.2")


def test_the_parameters_of_the_fixture_are_valid(one):
    assert yaml.safe_load((one / "params.yaml").read_text(encoding="utf-8")) == {"size": 8}


def test_an_error_shows_no_traceback_of_the_machinery():
    assert LabError("Do this.")._render_traceback_() == ["LabError: Do this."]


def test_the_courses_own_commits_are_marked(one):
    assert git(one, "log", "--format=%an").split() == ["Course"]


def test_small_answers_are_kept_where_a_grader_finds_them(one):
    import numpy as np

    kept = one / ".lab/answers"
    lab.check("1.2", None)
    lab.check("1.2", "four")
    assert not kept.exists()
    lab.check("1.2", 5)
    assert (kept / "1.2.json").read_text(encoding="utf-8") == "5.0\n"
    lab.check("1.2", np.float64(4))
    lab.check("1.2", 5)
    lab.check("1.3", "b")
    assert {file.name: file.read_text(encoding="utf-8") for file in kept.iterdir()} == {
        "1.2.json": "4.0\n",  # a wrong answer does not replace one that has passed
        "1.3.json": '"b"\n',
    }
