"""Lab 7 alone: what its planted break does. (What every lab must keep: test_checks, test_notebooks.)"""

import ast
import re
from pathlib import Path

import nbformat
import planted
import pytest
import yaml
from broken import failing

from mldesign.lab import states, tasks

ENTRY = 'if __name__ == "__main__":'


def cells() -> list[str]:
    """Return the code cells of the notebook."""
    return [cell.source for cell in nbformat.read(planted.notebook(7), as_version=4).cells if cell.cell_type == "code"]


def faster() -> str:
    """Return the way to deal lots that the notebook puts into score.py."""
    (text,) = (found[1] for source in cells() if (found := re.search(r"FAST = '''\n(.*?)'''", source, re.DOTALL)))
    return text


def test_the_break_of_the_notebook_overrules_a_function_that_no_task_writes():
    text = states.finished("src/targeting/score.py", 7)
    assert text.count(ENTRY) == 1
    assert "draw" in {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    for lab in range(1, 8):
        for task in tasks.of(lab).values() if lab in tasks.labs() else []:
            if task.file == "src/targeting/score.py":
                assert "def draw" not in states.reference(task)
    assert faster().startswith("def draw(seed")


@pytest.mark.matrix
def test_the_failing_test_is_the_one_that_the_task_asks_for(tmp_path):
    broken = {"src/targeting/score.py": (ENTRY, faster() + ENTRY)}
    failed = failing(tmp_path, states.after(7), broken, "tests/behaviour/test_score.py")
    assert failed == {"test_leaving_a_household_out_deals_no_new_lots_to_the_others"}


@pytest.mark.parametrize("document", states.templates(7))
def test_a_decision_record_is_given_out_as_a_form_and_finished_in_the_reference(document):
    assert "[" in states.templates(7)[document]
    assert not re.search(r"\[[^\]]+\](?!\()", states.finished(document, 7))


def test_lists_of_an_earlier_champion_are_moved_away_and_not_deleted_before_the_backfill(tmp_path, monkeypatch):
    (source,) = (text for text in cells() if '"targeting.backfill"' in text)
    monkeypatch.chdir(tmp_path)
    scores = tmp_path / "data/scores"
    scores.mkdir(parents=True)
    names = {"campaign-13.json", "campaign-13.parquet", "campaign-15.parquet"}
    for name in {*names, "campaign-16.parquet"}:
        (scores / name).write_text(name, encoding="utf-8")
    exec(source.partition("lab.run(")[0], {"Path": Path})
    assert {path.name for path in scores.iterdir()} == {"campaign-16.parquet"}
    assert {path.name for path in (tmp_path / "build/lost").iterdir()} == names


def test_the_sample_answer_rests_on_nothing_that_is_measured_anew():
    settings = yaml.safe_load(states.finished("params.yaml", 7))["capacity"]
    design, price = settings["designs"]["list and service"], settings["prices"]["engineer_hour"]
    people = price * (design["care_hours"] + design["build_hours"] / settings["life_months"])
    notebook = nbformat.read(planted.notebook(7), as_version=4)
    (sample,) = (cell.source for cell in notebook.cells if "*Strong.*" in cell.source)
    for growth in (1, 10):
        assert rf"\${1000 * people / (growth * settings['decisions_per_month']):,.0f}" in sample
    assert f"{settings['target_p95_ms']} ms" in sample
