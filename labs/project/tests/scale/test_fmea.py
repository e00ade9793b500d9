"""Failure modes: a mitigation counts only while its evidence is in the repository."""

from pathlib import Path

import pytest

from targeting import fmea
from targeting.files import StageError

ROOT = Path(__file__).parents[2]
ENTRY = """
- {failure: a, effect: b, severity: 5, occurrence: 4, detection: 3, mitigation: c, evidence: "tests/test_x.py::test_y",
   occurrence_now: 2, detection_now: 1}
"""


def test_a_mitigation_without_its_test_is_none(tmp_path):
    (tmp_path / "fmea.yaml").write_text(ENTRY, encoding="utf-8")
    entries = fmea.read(tmp_path / "fmea.yaml")
    assert fmea.priorities(entries, tmp_path)["now"].tolist() == [60]
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_x.py").write_text("def test_z():\n    pass\n", encoding="utf-8")
    assert fmea.priorities(entries, tmp_path)["now"].tolist() == [60]
    (tmp_path / "tests/test_x.py").write_text("def test_y():\n    pass\n", encoding="utf-8")
    assert fmea.priorities(entries, tmp_path)["now"].tolist() == [10]


@pytest.mark.parametrize(("old", "new"), [("severity: 5", "severity: 11"), ("detection_now: 1", "detection_now: low")])
def test_a_rank_outside_the_scale_is_named(tmp_path, old, new):
    (tmp_path / "fmea.yaml").write_text(ENTRY.replace(old, new), encoding="utf-8")
    with pytest.raises(StageError, match=f"Entry 1 .*{old.split(':')[0]}"):
        fmea.read(tmp_path / "fmea.yaml")


def test_of_ours_only_the_runbook_is_missing():
    table = fmea.priorities(fmea.read(ROOT / "docs/fmea.yaml"), ROOT)
    assert table.loc[~table["stands"], "evidence"].tolist() == ["docs/runbook.md"]
