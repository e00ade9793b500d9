"""Lab 8 alone: what its planted break does. (What every lab must keep: test_checks, test_notebooks.)"""

import ast
import re

import nbformat
import pandas as pd
import planted
import pytest
import yaml
from broken import failing
from IPython import display

from mldesign.data import ROOT
from mldesign.lab import states, tasks

STRICT = '    return suppression.households(Path(settings["deletion"]["list"]))'
MODULE = "src/targeting/ingest.py"


def test_the_break_of_the_notebook_changes_one_place_that_no_task_writes():
    code = "\n".join(cell.source for cell in nbformat.read(planted.notebook(8), as_version=4).cells)
    assert f"strict = '{STRICT}'" in code
    assert states.finished(MODULE, 8).count(STRICT) == 1
    for lab in tasks.labs():
        for task in tasks.of(lab).values():
            if task.file == MODULE:
                assert STRICT not in states.reference(task)


@pytest.mark.matrix
def test_one_test_notices_a_list_that_is_not_missed(tmp_path):
    missing = '    if not Path(settings["deletion"]["list"]).exists():\n        return frozenset()\n'
    broken = {MODULE: (STRICT, missing + STRICT)}
    failed = failing(tmp_path, states.after(8), broken, "tests/govern/test_deletion.py")
    assert failed == {tasks.of(8)["8.6"].reference({})}


def sheet_cells():
    """Return the code of the section that fills the ML Test Score sheet."""
    cells = nbformat.read(planted.notebook(8), as_version=4).cells
    first = next(place for place, cell in enumerate(cells) if "\n## 7. The test score" in cell.source)
    last = next(place for place, cell in enumerate(cells) if "\n## Wrap-up quiz" in cell.source)
    return [cell.source for cell in cells[first:last] if cell.cell_type == "code"]


@pytest.fixture
def filled(tmp_path, monkeypatch):
    """Fill the sheet in a workspace of these files; returns the names that the cells leave behind."""

    def fill(files):
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8", newline="\n")
        monkeypatch.chdir(tmp_path)
        names = {"pd": pd, "display": lambda shown: None, "Markdown": display.Markdown}
        exec("from pathlib import Path\n" + "\n".join(sheet_cells()), names)
        return names

    return fill


def test_the_finished_system_scores_what_the_text_says(filled):
    names = filled(states.after(8))
    assert not names["filled"]["evidence"].str.contains("not there").any()
    assert names["smallest"].tolist() == ["Data"]
    text = "\n".join(cell.source for cell in nbformat.read(planted.notebook(8), as_version=4).cells)
    reasons = re.findall(r"^\| (Data|Model|Infrastructure|Monitoring) (\d) \|", text, re.MULTILINE)
    assert [(section, int(number)) for section, number in reasons] == names["zero"].tolist()
    halves = re.findall(r"\((Data|Model|Infrastructure|Monitoring) (\d)\)", text)
    points = names["filled"]["points"]
    assert [(section, int(number)) for section, number in halves] == points[points == 0.5].index.tolist()


def test_what_is_missing_scores_zero_and_is_said_to_be_missing(filled):
    gate = "stages:\n  # gate: not a stage any more\n  monitor:\n    cmd: python\n"
    names = filled({"dvc.yaml": gate, "tests/data/test_features.py": "def test_by_hand_and_more():\n    pass\n"})
    found = names["filled"]
    assert found.loc[("Monitoring", 7)].tolist()[1:] == [1.0, "dvc.yaml, stage monitor"]
    assert found.loc[("Infrastructure", 4)].tolist()[1:] == [0.0, "not there: dvc.yaml, stage gate"]
    assert found.loc[("Data", 7)].tolist()[1:] == [0.0, "not there: tests/data/test_features.py, test by_hand"]
    assert names["scores"]["your system"]["final"] == 0


def test_all_evidence_runs_by_itself(filled):
    """A stage of the pipeline, or a test without a mark that leaves it out; the prototype's points are those of lesson 1.2."""
    files = states.after(8)
    stages = yaml.safe_load(files["dvc.yaml"])["stages"]
    for _, place in filled({})["evidence"].values():
        path, _, name = place.partition("::")
        if path == "dvc.yaml":
            assert name in stages
            continue
        assert path.startswith("tests/"), place
        (test,) = (part for part in ast.parse(files[path]).body if getattr(part, "name", "") == name)
        marks = " ".join(ast.unparse(mark) for mark in test.decorator_list)
        assert "slow" not in marks, place
    lesson = nbformat.read(ROOT / "modules/01-intro/02-what-is-mlops.ipynb", as_version=4).cells
    (prototype,) = (line for line in "\n".join(sheet_cells()).splitlines() if line.startswith("prototype = "))
    assert any(prototype.replace("prototype = ", "evidence = ") in cell.source for cell in lesson)
