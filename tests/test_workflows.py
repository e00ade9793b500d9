"""The workflows are pinned, need few rights, and run commands that exist; the weekly report says what broke."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from mldesign import notebooks as book
from mldesign.__main__ import TASKS
from mldesign.lab import tasks as lab_tasks
from tests import newest
from tests.need import need

ROOT = Path(__file__).resolve().parent.parent
CLASSROOM = ROOT / "labs" / "classroom" / "grade.yaml"  # for instructors to copy
WORKFLOWS = [*sorted((ROOT / ".github" / "workflows").glob("*.yml")), CLASSROOM]
PINNED = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40}$")


def problems(text: str) -> list[str]:
    """Return what a workflow does that it should not, each with the job it is in."""
    workflow = yaml.safe_load(text)
    found = []
    if workflow.get("permissions") != {"contents": "read"}:
        found.append("permissions at the top must be exactly `contents: read`; a job asks for more where it needs it")
    if "concurrency" not in workflow:
        found.append("no concurrency group: two pushes would run against each other")
    if "pull_request_target" in workflow.get(True, {}):  # YAML reads the key `on` as true
        found.append("pull_request_target gives a stranger's change the repository's rights")
    for name, job in workflow["jobs"].items():
        found += [f"job {name}: {problem}" for problem in job_problems(job)]
    for line in re.findall(r"uses: \S+.*", text):
        if not re.search(r"# v\d", line):
            found.append(f"`{line}` lacks the version as a comment")
    return found


def job_problems(job: dict) -> list[str]:
    """Return what one job does that it should not."""
    found = []
    if "timeout-minutes" not in job:
        found.append("no timeout-minutes")
    if "latest" in job["runs-on"]:
        found.append("names a moving runner image")
    for step in job["steps"]:
        uses, run = step.get("uses"), step.get("run", "")
        if uses and not PINNED.match(uses):
            found.append(f"{uses} is not pinned to a commit")
        if (
            uses
            and uses.startswith("actions/checkout@")
            and step.get("with", {}).get("persist-credentials") is not False
        ):
            found.append("checkout keeps the token in the folder; set persist-credentials: false")
        if "${{" in run:
            found.append("an expression inside `run` can inject code; pass it through env")
        tasks = re.findall(r"(?:-m mldesign|\bmake) (\w+)", run)
        found += [f"runs the task {task}, which does not exist" for task in tasks if task not in dict(TASKS)]
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflow_is_sound(path):
    assert problems(path.read_text(encoding="utf-8")) == []


PLANTS = {
    "is not pinned": ("actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0", "actions/checkout@v5 # v5"),
    "permissions at the top": ("permissions:\n  contents: read", "permissions: write-all"),
    "no concurrency": ("concurrency:", "x-concurrency:"),
    "keeps the token": ("persist-credentials: false", "persist-credentials: true"),
    "moving runner": ("ubuntu-24.04", "ubuntu-latest"),
    "does not exist": ("make test", "make tset"),
    "can inject code": ("make test", "make test ${{ github.head_ref }}"),
    "pull_request_target": ("pull_request:", "pull_request_target:"),
    "no timeout-minutes": ("timeout-minutes: 30", "name: slow"),
    "lacks the version": ("# v6.0.0", ""),
}


@pytest.mark.parametrize("message", PLANTS)
def test_a_planted_fault_is_named(message):
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert PLANTS[message][0] in text
    assert any(message in problem for problem in problems(text.replace(*PLANTS[message])))


def test_ci_runs_the_test_command_of_the_readme():
    command = "make test"
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert command in (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")


def test_publishing_asks_for_its_rights_in_one_job_only():
    jobs = yaml.safe_load((ROOT / ".github/workflows/publish.yml").read_text(encoding="utf-8"))["jobs"]
    assert {name: job.get("permissions") for name, job in jobs.items()} == {
        "build": None,
        "deploy": {"pages": "write", "id-token": "write"},
    }


def test_only_what_passed_ci_is_published():
    """Decision 1: every output is verified, so a red comparison must not reach the site."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/publish.yml").read_text(encoding="utf-8"))
    started_by = workflow[True]
    assert list(started_by) == ["workflow_run"]
    ci = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    assert started_by["workflow_run"]["workflows"] == [ci["name"]]
    build = workflow["jobs"]["build"]
    assert "conclusion == 'success'" in build["if"] and "event == 'push'" in build["if"]
    assert build["steps"][0]["with"]["ref"] == "${{ github.event.workflow_run.head_sha }}"
    assert workflow["jobs"]["deploy"]["needs"] == "build"


def test_ci_requires_what_a_reader_may_lack():
    job = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"]["test"]
    assert {"browser", "shellcheck"} <= set(job["env"]["MLDESIGN_REQUIRE"].split(","))


def test_every_lab_is_run_in_the_states_that_students_leave():
    job = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"]["labs"]
    assert job["strategy"]["matrix"]["lab"] == [*map(str, lab_tasks.labs()), "rest"]


def test_cells_that_need_java_run_where_java_is_required():
    job = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"]["spark"]
    assert job["env"]["MLDESIGN_REQUIRE"] == "java"
    steps = "\n".join(step.get("run", "") for step in job["steps"])
    assert re.search(r"pyspark==\d+\.\d+\.\d+", steps), "Spark is not in the lock, so its version is pinned here"
    tagged = [path for path in book.notebooks() if '"needs-java"' in path.read_text(encoding="utf-8")]
    missing = [path.name for path in tagged if path.relative_to(ROOT).as_posix() not in steps]
    assert missing == [], "no job runs the Spark cells of these notebooks"


def test_binder_installs_the_lock_before_the_course():
    lock = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert (ROOT / ".binder" / "requirements.txt").read_text(encoding="utf-8") == lock, "run `make lock`"
    assert not re.search(r"^-", lock, re.MULTILINE), "a line that names another file would cost Binder its cached layer"
    assert "--no-deps --editable ." in (ROOT / ".binder" / "postBuild").read_text(encoding="utf-8")


def test_every_pin_is_in_the_lock():
    lock = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()]
    missing = [pin for pin in pins if pin and not any(line.split(" ;")[0].lower() == pin.lower() for line in lock)]
    assert missing == [], "run `make lock`"


@pytest.mark.parametrize("name", ["requirements.txt"])
def test_every_requirement_is_pinned_and_has_its_reason(name):
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            assert re.match(r"^[\w.-]+==\S+ +# \S+", line), line


def test_newest_removes_the_pins_it_may():
    text = "# why\njupyter-book==1.0.4.post1  # builds\npandas==3.0.6   # frames\n"
    assert newest.unpinned(text) == "jupyter-book==1.0.4.post1\npandas\n"


def test_the_report_names_what_broke():
    report = (
        "....\nFAILED modules/a.ipynb::Cell 3\nFAILED modules/a.ipynb::Cell 3\nImportError: cannot import name 'x'\n"
    )
    said = newest.paragraph(report, "https://example.org/run/1")
    assert "modules/a.ipynb::Cell 3" in said and said.count("Cell 3") == 1 and "cannot import name" in said
    assert "\n" not in said and said.endswith("https://example.org/run/1")
    assert "the run printed nothing" in newest.paragraph("", "r")


def test_the_issue_is_opened_once_then_updated(monkeypatch):
    calls = []

    class Answer:
        stdout = ""

    def run(command, **_):
        calls.append(command[:4])
        return Answer()

    monkeypatch.setattr(newest.subprocess, "run", run)
    newest.tell("body")
    Answer.stdout = "12\n"
    newest.tell("body")
    assert calls[1][:3] == ["gh", "issue", "create"] and calls[3] == ["gh", "issue", "comment", "12"]


def test_shell_scripts_are_sound():
    checker = need("shellcheck")
    scripts = [ROOT / ".ci" / "run", ROOT / ".binder" / "postBuild", ROOT / ".binder" / "start"]
    found = subprocess.run([checker, *map(str, scripts)], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout
