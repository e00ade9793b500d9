"""Every check of the grading script can fail: each is shown a repository or a finding with one fault, and names it."""

import copy
import csv
import json
from pathlib import Path

import pytest

from mldesign import capstone, scratch
from mldesign.grading import capstone as grading
from mldesign.grading import evidence

WORKFLOW = "name: CI\non: push\njobs:\n  ci:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4\n      - run: make ci\n"
FOLD = {"train_until": "2013-04-30", "test_from": "2013-05-01"}
DOCUMENT = {"text": "words " * 80, "left": [], "words": 80}
GOOD = {
    "history": {
        "commits": ["3 A"],
        "first": "abc first run",
        "skipped": 0,
        "before": {"decision": {"metric": "m", "unit": "day", "margin": 0}},
    },
    "params": {"decision": {"metric": "m", "unit": "day", "margin": 0}},
    "own": ["src/x.py"],
    "tracked": [],
    "imports": [],
    "documents": dict.fromkeys(evidence.DOCUMENTS, DOCUMENT),
    "personal": {"docs/reflections/ada.md": "My diff."},
    "committed": {"evaluation": {}, "decision": {}},
    "workflow": {"files": 1, "runs": ["make ci"], "findings": []},
    "repro": {"code": 0, "said": ""},
    "changed": [],
    "reports": {
        "evaluation": {
            "metric": "m",
            "unit": "day",
            "margin": 0,
            "baseline": {"value": 1},
            "challenger": {"value": 2},
            "difference": {"estimate": 5, "low": 1, "high": 9},
            "split": [FOLD],
        },
        "decision": {"decision": "promote", "checks": [{"check": "money", "passed": True}]},
        "monitor": {"number": "surprise", "usual": {}, "last": {}},
    },
    "decisions": 3,
    "tests": {"code": 0, "said": "", "cases": {"tests/code/test_a.py::test_a": True}},
    "faults": [
        {"kind": kind, "test": f"t_{kind}", "file": "src/x.py", "replace": "+", "by": "-", "why": None}
        for kind in evidence.KINDS
    ],
}


def judged(found: dict) -> dict[str, str]:
    """Return the checks that give no point: title → evidence."""
    said = {title: check(found) for _, check, title in evidence.CHECKS}
    return {title: why for title, (passed, why) in said.items() if not passed}


def test_a_sound_finding_has_every_point():
    assert judged(GOOD) == {}


@pytest.mark.parametrize(
    ("path", "value", "title", "words"),
    [
        (("history", "before"), {"decision": {"metric": "auc", "unit": "day", "margin": 0}}, "registered", "metric was 'auc', is 'm'"),
        (("history", "before"), None, "registered", "came with it"),
        (("history", "first"), None, "registered", "was never committed"),
        (("params", "decision", "margin"), None, "registered", "no decision.margin"),
        (("documents", "proposal"), {"text": None, "left": [], "words": 0}, "proposal filled", "is missing"),
        (("documents", "data-card"), {**DOCUMENT, "left": ["[who]"]}, "data card filled", "1 place is left"),
        (("documents", "decision-record"), {**DOCUMENT, "words": 9}, "decision record filled", "9 words"),
        (("documents", "model-card"), {**DOCUMENT, "left": ["[who]"]}, "team contract and model card", "model-card.md: 1 place is"),
        (("tracked",), ["data/x.parquet (data or a model)"], "no data, no models", "x.parquet"),
        (("imports",), ["src/a.py:3"], "runs without the course", "src/a.py:3"),
        (("repro",), {"code": 1, "said": "ERROR: no such file\nHaving any troubles?"}, "runs in a fresh clone", "no such file"),
        (("repro",), {"code": 1, "said": "KeyError: 'unit'\nERROR: failed to reproduce 'gate': exited with 1"}, "fresh clone", "KeyError: 'unit'"),
        (("changed",), ["reports/evaluation.json"], "leaves what was committed", "evaluation.json"),
        (("reports", "evaluation", "split"), [{**FOLD, "train_until": "2013-05-01"}], "every fold", "learned until 2013-05-01"),
        (("reports", "evaluation", "split"), [], "every fold", "names no folds"),
        (("reports", "evaluation", "split"), [{"train_until": 10, "test_from": 9}], "every fold", "learned until 10"),
        (("reports", "evaluation", "split"), [{**FOLD, "train_until": "2013-4-3"}], "every fold", "YYYY-MM-DD"),
        (("reports", "evaluation", "split"), [{"test_from": "99"}], "every fold", "YYYY-MM-DD"),
        (("reports", "evaluation", "difference"), {}, "registered metric, interval", "lacks baseline"),
        (("reports", "evaluation", "difference", "low"), 7, "registered metric, interval", "+5 (+7 to +9)"),
        (("reports", "evaluation", "unit"), "week", "registered metric, interval", "registered 'm' and 'day'"),
        (("reports", "decision", "decision"), "keep", "the decision follows", "keep; lower end +1"),
        (("reports", "evaluation", "difference", "low"), -1, "the decision follows", "promote; lower end -1"),
        (("reports", "decision", "checks"), [{"check": "money", "passed": False}], "the decision follows", "failed checks: money"),
        (("reports", "decision"), {}, "the decision follows", "lacks a decision"),
        (("tests",), {"code": 1, "said": "", "cases": {"t::a": False}}, "all tests pass", "red: t::a"),
        (("tests",), {"code": 4, "said": "ERROR: no module x", "cases": {}}, "all tests pass", "no module x"),
        (("workflow", "findings"), ["unpinned-uses: x"], "workflow pinned", "unpinned-uses"),
        (("workflow", "files"), 0, "workflow pinned", "there is no workflow"),
        (("workflow", "runs"), ["make test"], "workflow pinned", "runs make test"),
        (("decisions",), 0, "decisions and a monitored", "0 files"),
        (("reports", "monitor"), {"number": "x"}, "decisions and a monitored", "lacks usual, last"),
    ],
)  # fmt: skip
def test_one_fault_costs_its_point_and_is_named(path, value, title, words):
    found = copy.deepcopy(GOOD)
    place = found
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    lost = judged(found)
    named = [why for name, why in lost.items() if title in name]
    assert named and words in named[0], lost


def test_folds_may_be_numbered():
    found = copy.deepcopy(GOOD)
    found["reports"]["evaluation"]["split"] = [{"train_until": 9, "test_from": 10}]
    assert judged(found) == {}


@pytest.mark.parametrize("kind", evidence.KINDS)
def test_a_fault_that_no_test_sees_costs_the_point_of_its_kind(kind):
    found = copy.deepcopy(GOOD)
    for fault in found["faults"]:
        fault["why"] = "it stays green with the fault planted" if fault["kind"] == kind else None
    assert list(judged(found).values()) == [f"t_{kind}: it stays green with the fault planted"]


def test_an_interval_of_single_rows_earns_nothing():
    found = copy.deepcopy(GOOD)
    for place in (found["params"]["decision"], found["history"]["before"]["decision"], found["reports"]["evaluation"]):
        place["unit"] = "flight"
    assert ["share their luck" in why for why in judged(found).values()] == [True]


@pytest.fixture
def team(tmp_path, commit) -> Path:
    """A small repository: three tests, one of which sees its fault, and a history in two commits."""
    texts = {
        "params.yaml": "decision: {metric: m, unit: day, margin: 0}\n",
        "src/capstone/__init__.py": "",
        "src/capstone/add.py": "def add(a, b):\n    return a + b\n",
        "tests/code/test_add.py": (
            "from capstone.add import add\n\n\ndef test_sum():\n    assert add(1, 2) == 3\n\n\n"
            "def test_blind():\n    assert add(0, 0) == 0\n\n\ndef test_red():\n    assert add(1, 1) == 3\n\n\n"
            "def test_given():\n    assert add(3, 4) == 7\n\n\n"
            "class TestMore:\n    def test_in_a_class(self):\n        assert add(5, 6) == 11\n"
        ),
        "docs/proposal.md": "# Proposal\n\n**Decision.** [who decides]\n",
        ".github/workflows/ci.yml": WORKFLOW,
    }
    for name, text in texts.items():
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    commit(tmp_path / "tree", "params")
    (tmp_path / "tree/reports").mkdir()
    (tmp_path / "tree/reports/evaluation.json").write_text("{}", encoding="utf-8")
    commit(tmp_path / "tree", "first run")
    (tmp_path / "tmp").mkdir()
    return tmp_path


@pytest.mark.matrix
def test_faults_are_planted_one_by_one_and_taken_out_again(team):
    base = {"kind": "code", "file": "src/capstone/add.py", "replace": "a + b", "by": "a - b"}
    entries = [
        {**base, "test": "tests/code/test_add.py::test_sum"},
        {**base, "test": "tests/code/test_add.py::test_blind"},
        {**base, "test": "tests/code/test_add.py::test_red"},
        {**base, "test": "tests/code/test_add.py::test_none"},
        {**base, "test": "tests/code/test_add.py::test_given"},
        {**base, "test": "tests/code/test_add.py::TestMore::test_in_a_class"},
        {**base, "test": "tests/code/test_add.py::test_sum", "replace": "a"},
        {**base, "test": "tests/code/test_add.py::test_sum", "file": "src/../tests/code/test_add.py"},
        {**base, "test": "tests/code/test_add.py::test_sum", "file": "../outside.py"},
    ]
    cases = evidence.tests(team)["cases"]
    names = ("test_sum", "test_blind", "test_red", "test_given", "TestMore::test_in_a_class")
    assert cases == {f"tests/code/test_add.py::{name}": name != "test_red" for name in names}
    starter = evidence.bodies("def test_of_the_starter():\n    assert add(3, 4) == 7\n")
    found = []
    for some in (entries[:5], entries[5:]):
        (team / "tree/evidence.yaml").write_text(json.dumps({"faults": some}), encoding="utf-8")
        found += evidence.faults(team, list(starter.values()), cases)
    assert [fault["why"] for fault in found] == [
        None,
        "it stays green with the fault planted",
        "it is red without the fault",
        "there is no such test",
        "the test came with the starter",
        None,
        "the text to replace does not stand in the file exactly once",
        "the fault is planted in a test, not in the system",
        "there is no file '../outside.py'",
    ]
    assert scratch.run(["git", "status", "--porcelain", "src"], team / "tree") == ""


def test_history_says_what_was_registered_before_the_first_evaluation(team):
    found = evidence.history(team / "tree", "which flights")
    assert found["before"] == {"decision": {"metric": "m", "unit": "day", "margin": 0}}
    assert found["first"].endswith("first run")


def test_runs_of_the_starters_decision_do_not_count_against_a_team_that_decides_something_else(team, commit):
    """Registered: a commit with the own decision and metric, then the own first evaluation."""
    tree = team / "tree"
    assert evidence.history(tree, None)["first"].endswith("first run")  # params.yaml here names no decision, as now
    for message, name, text in (
        ("own decision", "params.yaml", "decision: {what: orders, metric: own, unit: week, margin: 5}\n"),
        ("own run", "reports/evaluation.json", '{"metric": "own"}'),
        ("next run", "reports/evaluation.json", '{"metric": "own", "n": 2}'),
    ):
        (tree / name).write_text(text, encoding="utf-8")
        commit(tree, message)
    found = evidence.history(tree, None)
    assert found["first"].endswith("own run") and found["skipped"] == 1
    assert found["before"]["decision"]["metric"] == "own"
    assert evidence.history(tree, "which flights")["first"].endswith("first run")


def test_what_should_not_be_in_git_is_found_also_when_it_was_deleted(team, commit):
    tree = team / "tree"
    (tree / "model.pkl").write_bytes(b"x")
    (tree / "settings.py").write_text("PASSWORD = 'correct-horse-battery'\n", encoding="utf-8")
    (tree / "large.csv").write_text("1,2\n" * 100_000, encoding="utf-8")
    commit(tree, "too much")
    (tree / "model.pkl").unlink()
    commit(tree, "gone")
    said = " ".join(evidence.tracked(tree))
    assert all(
        words in said for words in ("model.pkl (data or a model)", "settings.py (a password)", "large.csv (400 kB)")
    )


def test_the_starter_itself_holds_nothing_that_should_not_be_in_git(tmp_path, commit):
    capstone.write(tmp_path / "team")
    commit(tmp_path / "team", "starter")
    assert evidence.tracked(tmp_path / "team") == []
    assert evidence.imports(tmp_path / "team") == []
    assert evidence.workflow(tmp_path / "team")["findings"] == []


def test_an_import_of_the_course_is_found(team):
    (team / "tree/src/capstone/lazy.py").write_text("def f():\n    from mldesign import data\n", encoding="utf-8")
    assert evidence.imports(team / "tree") == ["src/capstone/lazy.py:2"]


def test_a_workflow_that_trusts_a_moving_tag_is_found(team):
    found = evidence.workflow(team / "tree")
    assert found["runs"] == ["make ci"]
    assert any("unpinned" in finding for finding in found["findings"]), found


def test_a_place_of_the_template_that_is_left_is_found(team):
    template = "**Decision.** [who decides]\n\n**Data.** [which]\n"
    assert evidence.document(team / "tree", "proposal", template)["left"] == ["[who decides]"]


def test_only_repositories_and_bundles_are_teams_and_a_broken_one_says_why(team, tmp_path, commit):
    place = tmp_path / "teams"
    (place / "notes").mkdir(parents=True)
    (place / "broken.bundle").write_bytes(b"no bundle")
    (team / "tree").rename(place / "ada")
    scratch.run(["git", "bundle", "create", "--quiet", str(place / "ben.bundle"), "--all"], place / "ada")
    scratch.run(["git", "tag", "mvp"], place / "ada")
    teams = {found.name: found for found in grading.find(place)}
    assert list(teams) == ["ada", "ben", "broken"]
    assert [found.name for found in grading.find(place / "ada")] == ["ada"]
    assert grading.clone(teams["ada"].path, tmp_path / "1", None) == ("", "mvp")
    assert grading.clone(teams["ben"].path, tmp_path / "2", None)[0] == ""
    assert grading.clone(teams["ada"].path, tmp_path / "3", "final")[0] == "it has no tag final"
    scratch.run(["git", "clone", "--quiet", "--depth=1", (place / "ada").as_uri(), str(place / "cut")], tmp_path)
    assert "cut short" in grading.clone(place / "cut", tmp_path / "5", None)[0]
    assert "cannot be cloned" in grading.clone(teams["broken"].path, tmp_path / "4", None)[0]


def test_data_beside_a_repository_are_laid_over_its_clone(tmp_path):
    data, tree = tmp_path / "ada.data", tmp_path / "tree"
    (tree / "src").mkdir(parents=True)
    assert grading.lay(data, tree) == ""
    (data / "data/raw").mkdir(parents=True)
    (data / "data/raw/orders.csv").write_text("1\n", encoding="utf-8")
    assert grading.lay(data, tree) == ""
    assert (tree / "data/raw/orders.csv").read_text(encoding="utf-8") == "1\n"
    assert "holds data/raw/orders.csv, which the repository has" in grading.lay(data, tree)


def test_what_one_team_wrote_does_not_end_the_grading_of_the_others(tmp_path, monkeypatch, team, commit):
    """Values of types that nobody expects cost a point, and a tree that is gone is said to be gone."""
    odd = copy.deepcopy(GOOD)
    odd["params"]["decision"]["margin"] = "zero"
    odd["reports"]["evaluation"]["difference_by_month"] = {"May": "much", "June": 1}
    for found, points in ((odd, 17), ({"broken": "FileNotFoundError: tree"}, 0)):
        answer = grading.children.Answer(found, "answered")
        monkeypatch.setattr(grading.children, "call", lambda *_, answer=answer: answer)
        ada = grading.Team("ada", team / "tree")
        grading.judge(ada, tmp_path / str(points), None, {}, 600, 0)
        report = grading.report(ada)
        assert ada.points == points, ada.rows
        assert "cannot be read" in report if points else "not judged: FileNotFoundError: tree" in report


def test_the_starter_and_a_run_of_it_are_nobodys_work(tmp_path, monkeypatch, commit):
    starter, tree = capstone.files(), tmp_path / "tree"
    capstone.write(tree)
    for name in ("dvc.lock", "reports/evaluation.json", "models/training.json"):
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).write_text("{}", encoding="utf-8")
    commit(tree, "starter and a run")
    assert evidence.own(tree, starter) == []
    answer = grading.children.Answer(GOOD | {"own": []}, "answered")
    monkeypatch.setattr(grading.children, "call", lambda *_: answer)
    ada = grading.Team("ada", tree)
    grading.judge(ada, tmp_path / "clone", None, {}, 600, 0)
    assert ada.points == 0 and all("nothing in the starter is changed yet" in why for *_, why in ada.rows)
    assert "Everything in src/ is as the starter came." in grading.report(ada)
    (tree / "src/new.py").write_text("x = 1\n", encoding="utf-8")
    (tree / "dvc.yaml").unlink()
    (tree / "README.md").write_text("Ours\n", encoding="utf-8")
    commit(tree, "work")
    assert evidence.own(tree, starter) == ["README.md", "dvc.yaml", "src/new.py"]


def test_a_stage_may_compute_longer_than_a_check_of_the_labs(team, monkeypatch, tmp_path):
    given = []
    monkeypatch.setattr(
        grading.children, "call", lambda *all_: given.append(all_) or grading.children.Answer({}, "late")
    )
    ada = grading.Team("ada", team / "tree")
    grading.judge(ada, tmp_path / "clone", None, {}, 600, 0)
    assert given[0][-1] >= 600 and "10 minutes were up" in ada.refused


def test_a_package_of_ones_own_may_be_called_as_the_labs_call_theirs(team):
    (team / "tree/src/targeting").mkdir()
    (team / "tree/src/use.py").write_text("from targeting import x\nimport mldesign\n", encoding="utf-8")
    assert evidence.imports(team / "tree") == ["src/use.py:2"]


def test_keys_of_yaml_that_are_no_text_are_read(tmp_path):
    (tmp_path / "params.yaml").write_text("2013-01-01: {2: x}\n", encoding="utf-8")
    assert evidence._yaml(tmp_path / "params.yaml") == {"2013-01-01": {"2": "x"}}


def test_results_are_a_table_and_a_report_with_questions(tmp_path):
    team = grading.Team("=ada", tmp_path, found=copy.deepcopy(GOOD), graded="final")
    team.found["documents"] = {name: {**DOCUMENT, "text": "````\nfence"} for name in evidence.DOCUMENTS}
    team.found["params"]["money"] = {"cost": 2}
    team.rows = [(criterion, title, *check(team.found)) for criterion, check, title in evidence.CHECKS]
    grading.write(tmp_path / "grades", [team], [])
    with (tmp_path / "grades/capstone.csv").open(encoding="utf-8-sig", newline="") as opened:
        table = list(csv.DictReader(opened))
    assert len(table) == len(evidence.CHECKS) and table[0]["team"] == "'=ada"
    report = (tmp_path / "grades/=ada.md").read_text(encoding="utf-8")
    assert "19 of 19 points" in report and "The money in params.yaml changed" in report
    assert "Why is the day the unit?" in report and "## docs/reflections/ada.md" in report and "\n`````text\n" in report


def test_points_of_people_and_script_add_up_to_what_the_rubric_says():
    rubric = (capstone.FOLDER / "rubric.md").read_text(encoding="utf-8")
    assert len(evidence.CHECKS) + sum(points for points, _ in grading.PEOPLE.values()) == 35
    for criterion, (points, _) in grading.PEOPLE.items():
        line = next(
            line
            for line in rubric.splitlines()
            if line.startswith(f"| {criterion} |") and line.endswith(f" {points} |")
        )
        assert line
