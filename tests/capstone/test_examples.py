"""The three example submissions are built, with a real run of their pipelines, and graded: points, order, and the named weaknesses."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mldesign import capstone
from mldesign.grading import evidence

ROOT = Path(__file__).resolve().parents[2]
POINTS = {"top": 19, "sound": 15, "weak": 6}
# example → check (its title) → words of the evidence that name the planted weakness
WEAKNESSES = {
    "top": {},
    "sound": {
        "and leaves what was committed": "reports/evaluation.json",
        "a fault that a test of the model sees": "names no fault of kind model",
        "a fault that a test of behaviour sees": "names no fault of kind behaviour",
        "team contract and model card filled": "1 place is left, the first: [which groups were looked at",
    },
    "weak": {
        "metric, unit and margin registered before the first evaluation": "params.yaml came with it",
        "proposal filled": "1 place is left",
        "no data, no models, no keys in git": "models/challenger.skops",
        "data card filled": "places are left",
        "and leaves what was committed": "reports/evaluation.json",
        "the planted leak turns a data test red": "it stays green with the fault planted",
        "the decision follows from the interval": "failed checks: money",
        "decision record filled": "places are left",
        "a fault that a test of code sees": "names no fault of kind code",
        "a fault that a test of the model sees": "names no fault of kind model",
        "a fault that a test of behaviour sees": "names no fault of kind behaviour",
        "workflow pinned, with least rights, runs `make ci`": "unpinned",
        "team contract and model card filled": "places are left",
    },
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Path:
    """The folder of results over all three."""
    place = tmp_path_factory.mktemp("class")
    for name in POINTS:
        capstone.example(name, place / "teams" / name)
    done = subprocess.run(
        [sys.executable, "-m", "mldesign", "grade-capstone", str(place / "teams")],
        cwd=ROOT,
        env={**os.environ, "MLDESIGN_HERE": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=1800,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return place / "grades"


@pytest.fixture(scope="module")
def rows(graded) -> dict[str, dict[str, dict]]:
    with (graded / "capstone.csv").open(encoding="utf-8-sig", newline="") as opened:
        found = {name: {} for name in POINTS}
        for row in csv.DictReader(opened):
            found[row["team"]][row["check"]] = row
    return found


@pytest.mark.matrix
def test_the_examples_score_in_the_order_that_the_rubric_says(rows):
    points = {name: sum(int(row["points"]) for row in checks.values()) for name, checks in rows.items()}
    lost = {name: [row for row in checks.values() if row["points"] == "0"] for name, checks in rows.items()}
    assert points == POINTS, lost
    assert all(len(checks) == len(evidence.CHECKS) for checks in rows.values())


@pytest.mark.matrix
@pytest.mark.parametrize("name", POINTS)
def test_each_planted_weakness_is_named_and_nothing_else_is_lost(graded, rows, name):
    lost = {check: row["evidence"] for check, row in rows[name].items() if row["points"] == "0"}
    assert set(lost) == set(WEAKNESSES[name]), lost
    for check, words in WEAKNESSES[name].items():
        assert words in lost[check], (check, lost[check])
    report = (graded / f"{name}.md").read_text(encoding="utf-8")
    assert report.count("- **no** ") == len(lost)
    assert report.count("\n- Ask: ") >= 8


@pytest.mark.matrix
def test_a_document_that_is_filled_is_shown_and_a_template_is_not(graded):
    top, weak = ((graded / f"{name}.md").read_text(encoding="utf-8") for name in ("top", "weak"))
    assert "# Decision record" in top and "## docs/decision-record.md" in top
    assert "## docs/decision-record.md" not in weak


def test_the_page_for_instructors_says_the_same():
    """Its table names each example, and the points of the script are those of the checks."""
    page = (ROOT / "labs/capstone/instructors.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` | {points} |" in page for name, points in POINTS.items())
    assert f"The script gives {len(evidence.CHECKS)} of the team's 35 points" in page
