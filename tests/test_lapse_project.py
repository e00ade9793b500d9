"""The project of lesson 3.2: what its receipts promise, refuse and were made of."""

import json
import shutil
import subprocess
import sys
from importlib.metadata import version

import pytest

from mldesign.data import ROOT

KEPT = ROOT / "modules" / "03-training" / "02-project"
OLDER = json.loads((KEPT / "receipts-older.json").read_text(encoding="utf-8"))


@pytest.fixture
def project(monkeypatch):
    """Return the modules lapse_model and make_older."""
    for folder in (ROOT / "mldesign", KEPT):
        monkeypatch.syspath_prepend(str(folder))
    import lapse_model
    import make_older

    yield lapse_model, make_older
    for name in ("lapse", "lapse_model", "make_older"):
        sys.modules.pop(name, None)


def test_the_older_receipts_come_from_this_code(project):
    """With their versions: the same bits. With others: the same data and what the lesson says."""
    lapse_model, make_older = project
    made = make_older.receipts()
    remake = (
        f"Run `python {KEPT.relative_to(ROOT).as_posix()}/make_older.py` with the versions of tests/colab-versions.txt."
    )
    for kind, receipt in OLDER.items():
        reached = lapse_model.level(receipt["outcome"], made[kind]["outcome"])
        there = receipt["environment"]["packages"]
        same = there == {name: version(name) for name in there}
        least = "bits" if same else {"table": "bits", "logistic": "result", "boosting": "conclusion"}[kind]
        assert receipt["data_sha256"] == made[kind]["data_sha256"], remake
        assert lapse_model.LEVELS.index(reached) >= lapse_model.LEVELS.index(least), f"{kind}: same {reached}. {remake}"


def test_the_level_of_two_outcomes(project):
    lapse_model, _ = project
    one = {"bits": "a", "golden": [0.5], "names": [1, 2], "verdict": "pays"}
    assert lapse_model.level(one, one) == "bits"
    assert lapse_model.level(one, one | {"bits": "b", "golden": [0.5 + 0.9e-6]}) == "result"
    assert lapse_model.level(one, one | {"bits": "b", "golden": [0.5 + 1.1e-6]}) == "conclusion"
    assert lapse_model.level(one, one | {"bits": "b", "names": [2, 1]}) == "conclusion"
    assert lapse_model.level(one, one | {"bits": "b", "names": [2, 3], "verdict": "not shown"}) == "nothing"


def test_a_household_in_another_week_is_not_replaced(project):
    lapse_model, _ = project
    assert lapse_model.replaced({"names": [1, 2, 3]}, {"names": [3, 1, 4]}) == 1


def test_a_receipt_refuses_other_data_and_other_code(project, tmp_path, capsys):
    lapse_model, _ = project
    data, post = tmp_path / "data.csv", tmp_path / "receipt.json"
    data.write_text("week\n1\n", encoding="utf-8")
    receipt = {"commit": "0123456789", "data_sha256": "another", "code_sha256": "another"}
    post.write_text(json.dumps(receipt), encoding="utf-8")
    assert lapse_model.main(str(post), str(data)) == 1
    assert "data.csv is not the data" in capsys.readouterr().out
    post.write_text(json.dumps(receipt | {"data_sha256": lapse_model.digest(data)}), encoding="utf-8")
    assert lapse_model.main(str(post), str(data)) == 1
    assert "Check out commit 0123456" in capsys.readouterr().out


def test_without_files_it_says_what_to_name(tmp_path):
    for file in (KEPT / "lapse_model.py", ROOT / "mldesign" / "lapse.py"):
        shutil.copy(file, tmp_path)
    done = subprocess.run([sys.executable, "lapse_model.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "receipt.json data.csv" in done.stderr
