"""Write receipts-older.json, the outcomes of lesson 3.2 with older libraries: run me with tests/colab-versions.txt."""

import json
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def receipts() -> dict:
    """Return one receipt for each kind of model, from the data and recipes of lesson 3.2, without commit and code."""
    from mldesign.data import ROOT, table

    sys.path += [str(HERE), str(ROOT / "mldesign")]  # lapse_model.py wants lapse.py beside it
    from lapse_model import FEATURES, KINDS, make_receipt

    weeks = table("household_weeks")
    made = {}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "weeks-12-40.csv"
        weeks[weeks["week"] <= 40].to_csv(data, index=False, lineterminator="\n")
        for kind in KINDS:
            options = {"random_state": 0} if kind == "boosting" else {}
            recipe = {"kind": kind, "columns": FEATURES, "train_until": 28, "test": [33, 40], "options": options}
            receipt = make_receipt(data, recipe, "", "result")
            made[kind] = {part: receipt[part] for part in receipt if part not in ("commit", "code_sha256")}
    return made


if __name__ == "__main__":
    text = json.dumps(receipts(), indent=1)
    (HERE / "receipts-older.json").write_text(text + "\n", encoding="utf-8", newline="\n")
