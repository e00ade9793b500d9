"""Lab 6 alone: what its planted changes do. (What every lab must keep: test_checks, test_notebooks.)"""

import re

import nbformat
import planted
import pytest
import yaml
from broken import failing

from mldesign.lab import source, states, tasks


def cells() -> str:
    return "\n".join(cell.source for cell in nbformat.read(planted.notebook(6), as_version=4).cells)


def regions(name: str) -> str:
    """What the tasks of all labs write into a file."""
    return "".join(
        states.reference(task) for lab in tasks.labs() for task in tasks.of(lab).values() if task.file == name
    )


def test_every_planted_change_finds_its_place_once_and_where_no_task_writes():
    changes = {
        "src/targeting/score.py": 'rows.sort_values(["probability", "household_id"], ascending=[False, True], ignore_index=True)',
        "Makefile": "-m pytest -q",
        "README.md": "Without make, run",
        "src/targeting/evaluation.py": "net value of each candidate",
        ".github/workflows/score.yml": '"17 5 * * 1"',
        ".gitignore": ".DS_Store",
    }
    code = cells()
    for name, text in changes.items():
        assert text in code
        assert states.finished(name, 6).count(text) == 1
        assert text not in regions(name)
    settings = states.finished("params.yaml", 6)
    for pattern in (
        r"  candidates:.*\n((?:    .*\n)+)",
        r"non_inferiority_margin: [\d.]+",
        r"exploration_share: [\d.]+",
    ):
        assert pattern in code
        assert len(re.findall(pattern, settings)) == 1
    listed = re.search(r"  candidates:.*\n((?:    .*\n)+)", settings)[1]
    modern = re.search(r'MODERN = """(.*?)"""', code, flags=re.DOTALL)[1]
    assert set(yaml.safe_load(modern)) == {"rule", "boosting"}
    assert yaml.safe_load(modern).items() <= yaml.safe_load(listed).items()


def test_the_files_of_the_review_are_the_choices_of_its_task():
    code = cells()
    edited = code[code.index("EDITS = {") :].partition("}\n")[0]
    assert set(re.findall(r'^    "([^"]+)": \(', edited, flags=re.MULTILINE)) == set(tasks.of(6)["6.6"].choices)


@pytest.mark.matrix
def test_a_renamed_target_is_seen_by_the_test_that_the_task_asks_for(tmp_path):
    broken = {"Makefile": ("\nrepro:", "\npipeline:")}
    failed = failing(tmp_path, states.after(6), broken, "tests/behaviour/test_workflows.py")
    assert failed == {tasks.of(6)["6.5"].reference({})}


@pytest.mark.matrix
@pytest.mark.parametrize("number", range(4))
def test_one_sort_key_is_seen_by_every_right_answer_and_by_no_test_of_lab_4(number, tmp_path):
    task = tasks.of(6)["6.1"]
    state = states.after(6)
    answer = [*planted.CODE["6.1"]["right"], states.reference(task)][number]
    state[task.file] = source.with_part(task, state[task.file], answer)
    old = 'rows.sort_values(["probability", "household_id"], ascending=[False, True], ignore_index=True)'
    new = 'rows.sort_values("probability", ascending=False, kind="stable", ignore_index=True)'
    names = re.findall(
        r'^    "(\w+)",$', re.search(r"of_lab_4 = \((.*?)\n\)", cells(), flags=re.DOTALL)[1], re.MULTILINE
    )
    assert len(names) == 4
    modules = (task.file, *(f"tests/behaviour/test_score.py::test_{name}" for name in names))
    failed = failing(tmp_path, state, {"src/targeting/score.py": (old, new)}, *modules)
    assert failed == {"test_the_order_of_rows_changes_nothing"}
