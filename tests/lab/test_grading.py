"""Grading: forty workspaces, some hostile, and nobody's result depends on another's."""

import contextlib
import csv
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import hostile
import planted
import psutil
import pytest
import yaml
from small_labs import CHECKS, PROJECT, STATES, git, write

from mldesign import lab
from mldesign.grading import children, comparing, marking, reading, reports, verdicts
from mldesign.lab import source, states, tasks, variants

ROOT = Path(__file__).resolve().parents[2]
LINUX = sys.platform == "linux"
TEMPLATE = "# Charter\n[Who decides?]\n"


def workspace(
    folder: Path, one: str | None = hostile.RIGHT, answers: dict | None = None, record: dict | None = None, **files
) -> Path:
    """Write a workspace of the small labs: task 1.1 as given, all else as the labs give it out, and files in place of others."""
    stub = 'def double(x):\n    """Return twice x."""\n    raise NotImplementedError("Task 1.1")\n'
    three = hostile.THREE.format(before="").replace("5 if x > 5 else x", "x").replace("x if x > 0 else 0", "x")
    given = {
        **PROJECT,
        "src/targeting/one.py": "SCALE = 2\n\n\n" + (stub if one is None else one),
        "docs/charter.md": TEMPLATE,
    }
    write(
        folder,
        given | {"src/targeting/three.py": three, "rules.sql": "-- TASK 3.3\nwhere true\n-- END TASK 3.3\n"} | files,
    )
    write(folder / ".lab", {"state.json": json.dumps({"laid": 3, "tasks": record or {}})})
    write(folder / ".lab/answers", {f"{key}.json": json.dumps(value) for key, value in (answers or {}).items()})
    return folder


def zipped(folder: Path, file: Path, *more: tuple) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path in sorted(folder.rglob("*")):
            bundle.write(path, path.relative_to(folder).as_posix())
        for name, text in more:
            bundle.writestr(name, text)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A copy of the course's package with the three small labs in place of the real ones."""
    place = tmp_path_factory.mktemp("grading") / "course"
    shutil.copytree(ROOT / "mldesign", place / "mldesign", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "_config.yml", place)
    write(place / "labs/project", PROJECT)
    write(place / "labs/checks", {f"lab{number}.py": text for number, text in CHECKS.items()})
    write(place / "labs", {"states.toml": STATES, "stubs/lab1/docs/charter.md": TEMPLATE, "lab1-small.ipynb": "{}"})
    return place


def run(course: Path, *words: str, **environment: str) -> subprocess.CompletedProcess:
    """Run the command as an instructor does, on a copy of the course."""
    return subprocess.run(
        [sys.executable, "-m", "mldesign", "grade", *words],
        cwd=course,
        env={**os.environ, "MLDESIGN_HERE": "1", "PYTHONPATH": str(course), **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=1800,
    )


def rows(file: Path) -> dict[tuple[str, str], dict]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return {(row["student"], row["task"]): row for row in csv.DictReader(opened)}


class Graded:
    """What one run over all planted submissions left."""


@pytest.fixture(scope="module")
def graded(course) -> Graded:
    """Every planted submission, graded in one run beside sound ones."""
    place = course.parent
    all_of_them = place / "submissions"
    for name, (code, _, _) in hostile.FUNCTIONS.items():
        workspace(all_of_them / name, code)
    workspace(
        all_of_them / "ada",
        answers={"1.2": 4, "1.3": "b"},
        **{"src/targeting/three.py": hostile.THREE.format(before="")},
    )
    workspace(
        all_of_them / "ben", hostile.RIGHT, answers={"1.2": 5, "1.3": "d"}, record={"1.3": {"used_reference": True}}
    )
    reference = source.function_in(PROJECT["src/targeting/one.py"], "double")
    workspace(all_of_them / "equal", reference)
    workspace(all_of_them / "admits", reference, record={"1.1": {"placed": True, "outcome": "passed"}})
    shutil.rmtree(workspace(all_of_them / "no-record", reference) / ".lab")
    forged = {"1.1": {"outcome": "passed"}, "1.2": {"outcome": "passed"}}
    workspace(all_of_them / "forged-record", hostile.WRONG, record=forged)
    targets = [
        str(all_of_them),
        str(course / "labs"),
        str(course / "mldesign"),
        str(place / "grades"),
        str(place / "keep.txt"),
    ]
    write(place, {"keep.txt": "still here"})
    deletes = hostile.THREE.format(before=hostile.DELETES.format(places=targets))
    if LINUX:  # elsewhere nothing would stop these
        workspace(all_of_them / "deletes", hostile.RIGHT, **{"src/targeting/three.py": deletes})
        workspace(all_of_them / "forks", hostile.FORKS)
        workspace(all_of_them / "stays", hostile.STAYS)
        workspace(all_of_them / "spies", hostile.SPIES.format(path=str(all_of_them / "ada/src/targeting/one.py")))
        workspace(all_of_them / "secret", hostile.SECRET)
    _files(all_of_them)
    server = socket.create_server(("127.0.0.1", 0))
    called = []

    def listen():
        with contextlib.suppress(OSError):  # it was closed
            called.append(server.accept())

    threading.Thread(target=listen, daemon=True).start()
    workspace(all_of_them / "calls", hostile.CALLS.format(port=server.getsockname()[1]))
    before = marked(course)
    found = Graded()
    found.run = run(
        course, str(all_of_them), "--seconds", "4", "--workers", "2", GITHUB_TOKEN="token-of-the-instructor"
    )
    print(found.run.stdout, found.run.stderr)
    server.close()
    found.called, found.before, found.after = called, before, marked(course)
    found.place, found.names = place, sorted(path.name for path in all_of_them.iterdir())
    found.rows = rows(place / "grades/grades.csv")
    found.summary = (place / "grades/summary.md").read_text(encoding="utf-8")
    found.report = lambda name: (place / f"grades/reports/{name}.md").read_text(encoding="utf-8")
    return found


def marked(course: Path) -> dict[str, bytes]:
    files = (path for path in course.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(course).as_posix(): path.read_bytes() for path in files}


def _files(folder: Path) -> None:
    """Plant what is wrong with files, not with code."""
    zipped(workspace(folder / "z"), folder / "zip.zip")
    zipped(workspace(folder / "z"), folder / "climbs.zip", ("../evil.py", "x"))
    zipped(workspace(folder / "z"), folder / "absolute.zip", ("/etc/evil", "x"))
    link = zipfile.ZipInfo("src/targeting/two.py")
    link.external_attr = 0o120777 << 16
    (workspace(folder / "z") / "src/targeting/two.py").unlink()
    zipped(folder / "z", folder / "zip-link.zip", (link, "/etc/passwd"))
    shutil.move(workspace(folder / "z") / "src/targeting/one.py", folder / "gone.py")
    zipped(folder / "z", folder / "bomb.zip", ("src/targeting/one.py", "#" * 300_000_000))
    (folder / "gone.py").unlink()
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 no zip file")
    inner = folder / "inner"
    zipped(workspace(folder / "z"), folder / "workspace.zip")
    inner.mkdir()
    shutil.move(folder / "workspace.zip", inner / "workspace.zip")
    (workspace(folder / "encoding") / "src/targeting/one.py").write_text("# café\n" + hostile.RIGHT, encoding="utf-16")
    (workspace(folder / "missing") / "src/targeting/one.py").unlink()
    (folder / "empty").mkdir()
    bomb = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(12)
    )
    workspace(folder / "yaml", answers={"1.2": 4}, **{"params.yaml": bomb + "size: 8\n"})
    workspace(folder / "object", answers={"1.2": 4}, **{"params.yaml": "!!python/object/apply:os._exit [0]\n"})
    odd = workspace(folder / "=cmd()", answers={"1.3": "x" * 100_000})
    write(odd / ".lab/answers", {"1.2.json": "[" * 100_000})
    if hasattr(os, "mkfifo"):
        file = workspace(folder / "pipe") / "src/targeting/one.py"
        file.unlink()
        os.mkfifo(file)
        file = workspace(folder / "link") / "src/targeting/one.py"
        file.unlink()
        file.symlink_to("/etc/passwd")


@pytest.mark.matrix
def test_it_goes_through_every_submission_and_touches_nothing(graded):
    assert graded.run.returncode == 0, graded.run.stderr
    assert "Traceback" not in graded.run.stderr + graded.run.stdout
    assert "passed. Task" not in graded.run.stdout
    students = {student for student, _ in graded.rows}
    assert len(students) == len(graded.names)
    assert graded.before == graded.after
    assert (graded.place / "keep.txt").read_text(encoding="utf-8") == "still here"
    assert sorted(path.name for path in (graded.place / "submissions").iterdir()) == graded.names


@pytest.mark.parametrize("name", hostile.FUNCTIONS)
@pytest.mark.matrix
def test_a_planted_function_ends_as_it_must(graded, name):
    _, outcome, hint = hostile.FUNCTIONS[name]
    row = graded.rows[name, "1.1"]
    assert row["outcome"] == outcome, row
    assert hint in row["hint"], row
    assert row["points"] == str(int(outcome == "passed"))


@pytest.mark.matrix
def test_the_results_of_others_are_as_without_them(graded):
    for name in ("ada", "ben"):
        assert graded.rows[name, "1.1"]["outcome"] == "passed"
    assert graded.rows["ada", "1.2"]["outcome"] == graded.rows["ada", "1.3"]["outcome"] == "passed"
    assert [graded.rows["ada", key]["outcome"] for key in ("3.1", "3.2", "3.3")] == [
        "passed",
        "passed",
        "not attempted",
    ]
    assert graded.rows["ben", "1.2"]["hint"] == "Halve the size in params.yaml."
    assert "Choose one of" in graded.rows["ben", "1.3"]["hint"]
    assert graded.rows["ada", "2.1"]["flag"] == "equal to the reference"


@pytest.mark.matrix
def test_what_forges_is_named(graded):
    assert "sent a verdict of its own" in graded.rows["forges", "1.1"]["flag"]
    assert "changed the check" in graded.rows["patches", "1.1"]["flag"]
    assert "uses mldesign" in graded.rows["patches", "1.1"]["flag"]
    assert "uses _exit" in graded.rows["exit", "1.1"]["flag"]


@pytest.mark.matrix
def test_a_part_equal_to_the_reference_counts_only_with_a_record_that_does_not_admit_it(graded):
    assert (graded.rows["equal", "1.1"]["outcome"], graded.rows["equal", "1.1"]["flag"]) == (
        "passed",
        "equal to the reference",
    )
    assert graded.rows["admits", "1.1"]["outcome"] == "reference"
    assert graded.rows["no-record", "1.1"]["outcome"] == "reference"
    assert "Hand in the folder .lab" in graded.rows["no-record", "1.1"]["hint"]
    assert "no small answers, and no record" in graded.report("no-record")


@pytest.mark.matrix
def test_a_forged_record_earns_nothing(graded):
    assert graded.rows["forged-record", "1.1"]["outcome"] == "not yet"
    assert graded.rows["forged-record", "1.2"]["outcome"] == "not attempted"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("climbs", "leads out of its folder"),
        ("absolute", "leads out of its folder"),
        ("bomb", "more than 512 kB"),
        ("broken", "damaged or of an unknown kind"),
        ("encoding", "not UTF-8"),
        ("missing", "src/targeting/one.py is missing"),
        ("empty", "no workspace was found"),
        ("pipe", "no ordinary file"),
        ("link", "leads out of the workspace"),
    ],
)
@pytest.mark.matrix
def test_what_cannot_be_judged_says_why(graded, name, reason):
    if (name, "1.1") not in graded.rows:
        pytest.skip("this system has no such files")
    row = graded.rows[name, "1.1"]
    assert (row["outcome"], row["points"]) == ("not judged", "0")
    assert reason in row["hint"]
    assert reason.replace("_", "\\_") in graded.report(name)


@pytest.mark.matrix
def test_the_rest_of_a_submission_is_judged_when_one_file_is_not(graded):
    assert graded.rows["missing", "2.1"]["outcome"] == "passed"
    assert graded.rows["zip-link", "1.1"]["outcome"] == "passed"
    assert "a zip file may hold none" in graded.rows["zip-link", "2.1"]["hint"]
    assert graded.rows["zip", "1.1"]["outcome"] == graded.rows["inner", "1.1"]["outcome"] == "passed"


@pytest.mark.matrix
def test_hostile_parameters_and_answers(graded):
    assert graded.rows["yaml", "1.2"]["outcome"] in ("passed", "not judged")
    assert graded.rows["object", "1.2"]["hint"] == "params.yaml is not valid YAML (ConstructorError)"
    assert "is not valid JSON" in graded.rows["'=cmd()", "1.2"]["hint"]
    assert "no short text" in graded.rows["'=cmd()", "1.3"]["hint"]


@pytest.mark.skipif(not LINUX, reason="only Linux can take files, network and processes away from a process")
class TestConfined:
    """What only Linux can hold. Where it cannot (an old kernel, namespaces forbidden), the summary says so."""

    @pytest.mark.matrix
    def test_files_of_others_are_hidden(self, graded):
        if "hides nothing" in graded.summary:
            pytest.skip("this kernel has no Landlock")
        assert graded.rows["spies", "1.1"]["hint"].startswith("Your code stops with PermissionError")
        assert graded.rows["deletes", "1.1"]["outcome"] == graded.rows["deletes", "3.1"]["outcome"] == "passed"

    @pytest.mark.matrix
    def test_nothing_of_the_instructors_environment_is_seen(self, graded):
        assert graded.rows["secret", "1.1"]["outcome"] == "passed"

    @pytest.mark.matrix
    def test_no_connection_and_no_process_is_left(self, graded):
        if "refused in Python only" in graded.summary:
            pytest.skip("namespaces are forbidden here")
        assert graded.rows["calls", "1.1"]["outcome"] == "not yet"
        assert graded.called == []
        assert graded.rows["forks", "1.1"]["outcome"] == "not yet"
        left = [process for process in psutil.process_iter(["cmdline"]) if "forkserver" in str(process.info["cmdline"])]
        assert not [process for process in left if str(graded.place) in str(process.environ().get("PYTHONPATH"))]


@pytest.mark.matrix
def test_a_report_names_nobody_else_and_says_what_the_instructor_reads(graded):
    text = graded.report("ben")
    assert "ada" not in text
    assert "labs/lab1-small.html#task-1-2" in text
    assert "### docs/charter.md\n\nStill the template." in text
    assert re.search(r"^- .*ada, ben, .*: 1\.1$", graded.summary, re.MULTILINE)
    assert graded.rows["ben", "1.1"]["flag"].startswith("same text as =cmd(), ada, ")


def test_a_document_is_told_from_template_and_reference():
    template = "# Charter\n[Who decides?]\n[What does it cost?]\n"
    assert reports._standing(template + "\n", template, "signed") == "Still the template."
    assert "of the reference" in reports._standing("signed", template, "signed\n")
    assert reports._standing("# Charter\nI do.\n[What does it cost?]", template, "x").startswith("1 of 2 places")


# Variants


def test_the_roster_says_who_has_which_variant(tmp_path):
    write(
        tmp_path,
        {
            "roster.csv": "student,variant\nada,a1\nben,\n",
            "bad.csv": "student,variant\nada,a b\n",
            "no.csv": "name\nx\n",
        },
    )
    assert marking.roster(tmp_path / "roster.csv") == {"ada": "a1", "ben": ""}
    with pytest.raises(ValueError, match=r"bad\.csv, line 2: 'ada'"):
        marking.roster(tmp_path / "bad.csv")
    with pytest.raises(ValueError, match="needs the columns student and variant; it has name"):
        marking.roster(tmp_path / "no.csv")


def test_the_assumptions_of_another_variant_and_the_answer_of_another_student_are_flagged():
    def one(name, variant, money, answer, outcome):
        task = {"stands": "own", "essence": "", "attempt": answer}
        found = {"refused": None, "record": True, "money": money, "variant": variant, "tasks": {"1.1": task}}
        row = marking.Row(name, name, 1, "1.1", "", 0, 1, outcome)
        return marking.Submission(name, Path(name), name, found, [row])

    ada = one("ada", "ada", variants.money("ada"), 0.128, "passed")
    ben = one("ben", "ada", variants.money("ada"), 0.128, "passed")
    cleo = one("cleo", "cleo", variants.money("cleo"), 0.128, "not yet")
    comparing.compare([ada, ben, cleo], {"1.1": "number"})
    assert ada.remarks == [] and ada.rows[0].flag == ""
    assert ben.remarks == ["params.yaml names variant ada; the variant by the roster is ben."]
    assert "other assumptions than the variant's" in ben.rows[0].flag
    assert cleo.rows[0].flag == "right for ada, ben, who has other assumptions"


# Where a system can put nothing out of reach


@pytest.mark.parametrize(
    ("code", "outcome", "hint"),
    [
        ("    return benefit * redeemers - cost_per_book * books\n", "not yet", "accepts it in silence"),
        (
            "    import socket\n    socket.create_connection(('192.0.2.1', 80), 1)\n",
            "not yet",
            "No check needs the network",
        ),
        ("    import socket\n    socket.getaddrinfo('example.org', 80)\n", "not yet", "No check needs the network"),
        ("    while True:\n        pass\n", "not yet", "still running after 4 seconds, in its line"),
    ],
)
@pytest.mark.matrix
def test_without_confinement_limits_and_the_clock_still_hold(tmp_path, code, outcome, hint):
    task = tasks.find("1.2")
    attempt = "def net_value(books, redeemers, cost_per_book, benefit):\n" + code
    held = {"stands": "own", "odd": [], "said": False, "form": "", "attempt": attempt, "file_text": None}
    judge = verdicts.Judge(tmp_path, [], children.running(), 4)
    found = judge.outcome(task, {"tasks": {"1.2": held}})
    assert found[0] == outcome and hint in found[1], found
    assert list(tmp_path.iterdir()) == []


def test_a_changed_course_stops_everything(tmp_path, monkeypatch):
    prints = iter(["as it was", "changed"])
    monkeypatch.setattr(marking, "guards", lambda *_: [])
    monkeypatch.setattr(marking, "fingerprint", lambda: next(prints))
    with pytest.raises(
        marking.CourseChangedError, match="While ada or another was judged, files of the course were changed"
    ):
        marking.grade([marking.Submission("ada", None)], [1], 1)


# Forty, as an instructor has them


def _attempt(task: tasks.Task, how: str, number: int) -> str:
    if how == "loop":
        return "def choose(scores, household_ids, share):\n    while True:\n        pass\n"
    if how in ("stub", "reference"):
        return task.stub if how == "stub" else states.reference(task)
    found = planted.CODE[task.id][how][number % len(planted.CODE[task.id][how])]
    return found if how == "right" else found[0]


@pytest.mark.matrix
def test_forty_submissions_in_under_fifteen_minutes(tmp_path):
    """A class over the real labs 1 and 2: right, wrong, not attempted, by reference, broken and hostile."""
    labs, expected = (1, 2), {}
    asked = {key: task for lab in labs for key, task in tasks.of(lab).items()}
    for number in range(40):
        name, kind = (
            f"student-{number:02}",
            ("right", "right", "wrong", "wrong", "mixed", "stub", "reference", "hostile")[number % 8],
        )
        state = states.at_start(2)
        state["params.yaml"] = variants.with_variant(state["params.yaml"], name)
        money, answers = {"money": variants.money(name)}, {}
        for index, (key, task) in enumerate(asked.items()):
            how = ("right", "wrong", "stub")[(index + number) % 3] if kind == "mixed" else kind
            how = "loop" if how == "hostile" and key == "1.3" else "right" if how == "hostile" else how
            expected[name, key] = {
                "right": "passed",
                "wrong": "not yet",
                "stub": "not attempted",
                "loop": "not yet",
            }.get(how, "passed")
            if task.kind in tasks.ANSWERS:
                expected[name, key] = "not attempted" if how in ("stub", "reference") else expected[name, key]
                if how in ("right", "loop"):
                    answers[key] = task.reference(money)
                elif how == "wrong":
                    answers[key] = planted.ANSWERS[key]["wrong"][number % 4][0]
                continue
            attempt = _attempt(task, how, number)
            state[task.file] = source.with_part(task, state[task.file], attempt)
        folder = tmp_path / "submissions" / name
        write(folder, state)
        write(folder / ".lab", {"state.json": json.dumps({"laid": 2, "tasks": {}})})
        write(folder / ".lab/answers", {f"{key}.json": json.dumps(value) for key, value in answers.items()})
        if number % 5 == 0:
            zipped(folder, folder.with_suffix(".zip"))
    write(
        tmp_path, {"roster.csv": "student,variant\n" + "".join(f"student-{n:02},student-{n:02}\n" for n in range(40))}
    )
    started = time.monotonic()
    done = run(ROOT, str(tmp_path / "submissions"), "--lab", "1", "--lab", "2", "--workers", "2")
    seconds = time.monotonic() - started
    print(done.stdout, done.stderr, f"{seconds:.0f} s", (tmp_path / "grades/summary.md").read_text(encoding="utf-8"))
    assert done.returncode == 0
    found = {key: row["outcome"] for key, row in rows(tmp_path / "grades/grades.csv").items()}
    assert found == expected
    assert seconds < 900
    assert "the variant by the roster is" not in (tmp_path / "grades/summary.md").read_text(encoding="utf-8")


@pytest.mark.matrix
def test_the_finished_project_passes_every_task_of_every_lab_under_confinement(tmp_path):
    """What a check needs of the machine (files, a service on 127.0.0.1, programs) must be left to it."""
    state, answers = states.after(max(tasks.labs())), {}
    for number in tasks.labs():
        state = states.templates(number) | state
        small = (task for task in tasks.of(number).values() if task.kind in tasks.ANSWERS)
        answers |= {f"{task.id}.json": task.reference(yaml.safe_load(state["params.yaml"])) for task in small}
    write(tmp_path / "submissions/all", state)
    write(tmp_path / "submissions/all/.lab", {"state.json": json.dumps({"laid": 8, "tasks": {}})})
    write(tmp_path / "submissions/all/.lab/answers", {name: json.dumps(answer) for name, answer in answers.items()})
    done = run(ROOT, str(tmp_path / "submissions"), "--seconds", "60")
    assert done.returncode == 0, done.stderr
    wrong = {
        key: row["hint"] for (_, key), row in rows(tmp_path / "grades/grades.csv").items() if row["outcome"] != "passed"
    }
    assert wrong == {}, done.stdout


# The command


def test_mistakes_of_the_instructor_are_explained(course, tmp_path):
    for words, text in (
        ([str(tmp_path / "nowhere")], "There is no folder"),
        ([str(tmp_path)], "holds no submission"),
        ([str(tmp_path), "--lab", "9"], "There is no lab 9"),
        ([str(tmp_path), "--roster", str(tmp_path / "list.csv")], "There is no roster"),
    ):
        done = run(course, *words)
        assert (done.returncode, text in done.stderr) == (2, True), done.stderr


def test_who_has_handed_in_nothing_is_listed_and_strict_is_red(course, tmp_path):
    workspace(tmp_path / "submissions/ada", answers={"1.2": 4, "1.3": "b"})
    write(tmp_path, {"roster.csv": "student,variant\nada,\nzoe,\n"})
    done = run(course, str(tmp_path / "submissions"), "--lab", "1", "--strict")
    found = rows(tmp_path / "grades/grades.csv")
    assert done.returncode == 1
    assert {row["outcome"] for (student, _), row in found.items() if student == "zoe"} == {"not handed in"}


# A repository on GitHub for each student

CLASSROOM = ROOT / "labs" / "classroom" / "grade.yaml"


@pytest.mark.skipif(shutil.which("bash") is None or not LINUX, reason="the workflow runs in bash on Linux")
@pytest.mark.parametrize("code", [hostile.RIGHT, hostile.WRONG])
def test_the_commands_of_the_classroom_workflow_judge_the_repository(course, tmp_path, code):
    workspace(tmp_path / "submissions/workspace", code, answers={"1.2": 4, "1.3": "b"})
    (tmp_path / "course").symlink_to(course)
    shown = tmp_path / "shown.md"
    (job,) = yaml.safe_load(CLASSROOM.read_text(encoding="utf-8"))["jobs"].values()
    kept = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(course)}
    environment = os.environ | job["env"] | kept | {"MLDESIGN_HERE": "1", "GITHUB_STEP_SUMMARY": str(shown)}
    codes = []
    for step in job["steps"]:
        if "run" in step and "sudo" not in step["run"]:  # which would change this machine
            script = step["run"].replace(
                "../submissions", str(tmp_path / "submissions")
            )  # a link leads back to the real folder
            place = tmp_path / step.get("working-directory", "")
            codes.append(
                subprocess.run(["bash", "-e", "-c", script], cwd=place, env=environment, timeout=300).returncode
            )
    passed = code == hostile.RIGHT
    assert codes == [0, 0 if passed else 1, 0]
    assert f"## Lab 1: {3 if passed else 2} of 3 points" in shown.read_text(encoding="utf-8")


def test_a_lab_starts_in_a_clone_of_a_classroom_repository(labs):
    folder = labs / "workspace"
    write(
        folder, {".github/workflows/grade.yaml": CLASSROOM.read_text(encoding="utf-8"), "README.md": "# Assignment\n"}
    )
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=I", "-c", "user.email=i@localhost", "commit", "--quiet", "--message", "Template")
    lab.start(1)
    assert "SCALE" in (folder / "src/targeting/one.py").read_text(encoding="utf-8")
    assert git(folder, "log", "--format=%s").splitlines() == ["Lab 1: what you start from", "Template"]
    lab.check("1.2", 4)
    assert ".lab" not in git(folder, "status", "--porcelain")
    git(folder, "add", "--force", ".lab")
    assert ".lab/answers/1.2.json" in git(folder, "ls-files")


def test_every_kind_of_task_of_the_real_labs_is_read():
    for number in tasks.labs():
        for task in tasks.of(number).values():
            assert task.kind in (*tasks.ANSWERS, *tasks.CELL, "file")
    assert reading.ODD.findall("x.__globals__; import gc; message") == ["__globals__", "gc"]
