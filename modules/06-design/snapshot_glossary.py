"""Freeze the glossary that lesson 6.3 searches, so that later entries do not move the lesson's figures.

Run ``python modules/06-design/snapshot_glossary.py`` to take a new snapshot, then ``make execute`` the lesson, read what
changed, and look through ``questions.csv``: a question without an answer may have one now.
"""

import datetime
import json

from glossary_search import HERE, SNAPSHOT, entries, fingerprint

if __name__ == "__main__":
    found = entries((HERE.parent / "glossary.md").read_text(encoding="utf-8"))
    facts = {"taken": datetime.date.today().isoformat(), "count": len(found), "fingerprint": fingerprint(found)}
    stored = {**facts, "entries": found.reset_index().to_dict("records")}
    SNAPSHOT.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    print(f"{SNAPSHOT.name}: {len(found)} entries, {facts['fingerprint']}.")
