"""The starter as delivered: green without the course, nothing in it twice, and what the pages say of it is what it finds."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml

from mldesign import capstone

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "labs/capstone"


@pytest.fixture(scope="module")
def starter(tmp_path_factory, inside, commit) -> Path:
    """A written starter, its pipeline run in a git repository of its own."""
    folder = tmp_path_factory.mktemp("team") / "our-system"
    capstone.write(folder)
    commit(folder, "starter")
    done = inside(folder, "dvc", "repro")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return folder


@pytest.fixture(scope="module")
def reports(starter) -> dict:
    names = ("contract", "evaluation", "decision", "monitor")
    return {name: json.loads((starter / f"reports/{name}.json").read_text(encoding="utf-8")) for name in names}


@pytest.mark.matrix
def test_its_tests_are_green_and_of_four_kinds(starter, inside):
    done = inside(starter, "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout[-3000:]
    assert {path.parent.name for path in (starter / "tests").glob("*/test_*.py")} == {
        "code",
        "data",
        "model",
        "behaviour",
    }


@pytest.mark.matrix
def test_nothing_of_the_course_is_in_it(starter):
    for path in (path for path in starter.rglob("*") if path.suffix in (".py", ".yaml", ".toml", ".yml", ".txt")):
        if ".git" not in path.parts and ".dvc" not in path.parts:
            assert not re.search(r"\b(mldesign|targeting|TARGETING|TASK \d)\b", path.read_text(encoding="utf-8")), path


@pytest.mark.matrix
def test_it_passes_its_own_lint(starter):
    for words in (["check"], ["format", "--check"]):
        done = subprocess.run([sys.executable, "-m", "ruff", *words, "."], cwd=starter, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


@pytest.mark.matrix
def test_what_a_run_writes_is_not_committed_by_accident(starter, commit):
    listed = subprocess.run(
        ["git", "status", "--porcelain", "-uall"], cwd=starter, capture_output=True, text=True
    ).stdout
    new = {line[3:] for line in listed.splitlines()}
    assert {name for name in new if not name.startswith("reports/")} <= {"dvc.lock", "models/training.json"}


@pytest.mark.matrix
def test_the_planted_leak_of_its_evidence_is_seen(starter, inside):
    (fault,) = yaml.safe_load((starter / "evidence.yaml").read_text(encoding="utf-8"))["faults"]
    path = starter / fault["file"]
    whole = path.read_text(encoding="utf-8")
    assert whole.count(fault["replace"]) == 1
    path.write_text(whole.replace(fault["replace"], fault["by"]), encoding="utf-8")
    done = inside(starter, "pytest", "-q", "-p", "no:cacheprovider", fault["test"])
    path.write_text(whole, encoding="utf-8")
    assert done.returncode == 1 and "1 failed" in done.stdout, done.stdout[-2000:]


@pytest.mark.matrix
def test_the_gate_follows_from_the_interval(reports):
    difference, margin = reports["evaluation"]["difference"], reports["evaluation"]["margin"]
    assert (reports["decision"]["decision"] == "promote") == (difference["low"] > margin)
    assert reports["contract"]["weather"]["quarantine"] == {"wind above 150 miles an hour": 1}


@pytest.mark.matrix
def test_the_notebook_finds_the_same(reports):
    """The walking skeleton and the starter are one system: the same features, the same difference in money."""
    notebook = nbformat.read(PAGES / "walking-skeleton.ipynb", as_version=4)
    said = "".join(out.get("text", "") for cell in notebook.cells for out in cell.get("outputs", []))
    assert f"challenger minus baseline: {reports['evaluation']['difference']['estimate']:+.0f} dollars a day" in said
    usual = reports["monitor"]["usual"]
    assert f"usual: {usual['low']:+.3f} to {usual['high']:+.3f}" in said


@pytest.mark.parametrize(
    "page", ["rubric.md", *(f"examples/top/docs/{name}.md" for name in ("decision-record", "model-card"))]
)
@pytest.mark.matrix
def test_samples_state_what_the_starter_finds(reports, page):
    """Every amount of money and every count of rows in a sample is in the reports, or among the assumptions."""
    found = reports["evaluation"]
    known = {0, 120, 400, 300, 160, found["days"], found["departures"]}
    known |= {round(value) for name in ("difference", "difference_by_week") for value in found[name].values()}
    known |= {round(value) for value in found["difference_by_month"].values()}
    text = (PAGES / page).read_text(encoding="utf-8")
    stated = re.findall(r"\\\$(\d[\d,]*)|\+(\d[\d,]*)|\((\d+) to (\d+)\)|interval is (\d+) to (\d+)", text)
    numbers = {int(number.replace(",", "")) for groups in stated for number in groups if number}
    assert numbers and numbers <= known, numbers - known


def test_the_manifest_takes_what_exists_and_starter_has_no_copy():
    listed = tomllib.loads((PAGES / "starter.toml").read_text(encoding="utf-8"))
    assert all((capstone.PROJECT / name).is_file() for name in listed["files"])
    own = {path.relative_to(PAGES / "starter").as_posix() for path in (PAGES / "starter").rglob("*") if path.is_file()}
    assert not own & {name.replace("targeting", "capstone") for name in listed["files"]}


def test_nothing_of_a_team_is_overwritten(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert capstone.main([str(tmp_path)]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert capstone.main([str(ROOT / "labs/x")]) == 2
    assert "outside the course" in capsys.readouterr().err
    assert capstone.main([str(tmp_path / "x"), "--example", "best"]) == 2
    assert "Examples: top, sound, weak" in capsys.readouterr().err
