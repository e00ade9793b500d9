"""The helper of lesson 6.3: entries and anchors, the frozen snapshot, places and fusion; and the form of its evaluation set."""

import importlib.util
import json
import math

import numpy as np
import pandas as pd
import pytest
from mdit_py_plugins.anchors.index import slugify

from mldesign import data

HERE = data.ROOT / "modules" / "06-design"
SPEC = importlib.util.spec_from_file_location("glossary_search", HERE / "glossary_search.py")
glossary = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(glossary)

PAGE = """# Glossary

Opening words.

## A/B test

Two groups, *drawn* by lot. See [lesson 4.1](04-deployment/01-deployment.ipynb).

## Kill switch

One `action`.

Two paragraphs.
"""


def test_a_page_becomes_entries_without_markup():
    found = glossary.entries(PAGE)
    assert found.index.tolist() == ["ab-test", "kill-switch"]
    assert found.loc["ab-test", "text"] == "Two groups, drawn by lot. See lesson 4.1."
    assert found.loc["kill-switch", "text"] == "One action. Two paragraphs."


def test_anchors_are_those_of_the_site():
    titles = glossary.snapshot()[0]["title"]
    assert [glossary.slug(title) for title in titles] == [slugify(title) for title in titles]


def test_an_entry_without_text_or_a_second_one_is_named():
    with pytest.raises(ValueError, match="'Empty' has no text"):
        glossary.entries("## Empty\n\n## Full\n\nText.\n")
    with pytest.raises(ValueError, match="anchor kill-switch"):
        glossary.entries(PAGE + "\n## Kill Switch\n\nAgain.\n")


def test_the_fingerprint_sees_a_renamed_title_a_changed_text_and_the_order():
    found = glossary.entries(PAGE)
    others = [found.assign(title="x"), found.assign(text="x"), found.iloc[::-1]]
    assert len({glossary.fingerprint(one) for one in (found, *others)}) == 4
    assert glossary.fingerprint(glossary.entries(PAGE)) == glossary.fingerprint(found)


def test_a_snapshot_edited_by_hand_is_refused(tmp_path, monkeypatch):
    stored = json.loads(glossary.SNAPSHOT.read_text(encoding="utf-8"))
    assert len(glossary.snapshot()[0]) == stored["count"]
    stored["entries"][0]["text"] += "!"
    edited = tmp_path / "glossary-snapshot.json"
    edited.write_text(json.dumps(stored), encoding="utf-8")
    monkeypatch.setattr(glossary, "SNAPSHOT", edited)
    with pytest.raises(ValueError, match="does not have its own fingerprint"):
        glossary.snapshot()


def test_an_entry_counts_by_its_best_chunk_and_ties_keep_the_order_of_the_index():
    owners = np.array(["a", "b", "a", "c"])
    scores = np.array([[0.1, 0.5, 0.9, 0.2], [0.3, 0.3000001, 0.3, 0.3]])
    assert glossary.ranked(scores, owners) == [["a", "b", "c"], ["a", "b", "c"]]


def test_fusion_by_hand():
    """Places 1, 3, 2 and 1, 2, 3: a wins; b has 1/63 + 1/62 and c the same, so c comes first, as in the first ranking."""
    assert glossary.fuse([["a", "c", "b"]], [["a", "b", "c"]]) == [["a", "c", "b"]]
    assert glossary.fuse([["a", "b", "c"]], [["c", "b", "a"]], constant=0) == [["a", "c", "b"]]  # 4/3, 4/3, 1


def test_the_first_right_entry_gives_the_place():
    assert glossary.first_rank(["a", "b", "c"], ["c", "b"]) == 2
    assert glossary.first_rank(["a"], ["z"]) == math.inf


def test_the_evaluation_set_names_entries_of_the_snapshot_and_is_halved_by_kind():
    questions, (entries, _) = glossary.questions(), glossary.snapshot()
    named = {name for column in ("answers", "second") for names in questions[column] for name in names}
    assert not named - set(entries.index)
    assert questions["question"].is_unique
    by_kind = questions.groupby([questions["answers"].map(bool), "half"]).size()
    assert by_kind.tolist() == [7, 7, 23, 23]
    assert questions["answers"].map(bool).tolist() == questions["second"].map(bool).tolist()


def test_agreement_of_two_labellers_looks_at_the_answer_and_at_its_entries():
    """Equal, equal in another order, both without an answer, one entry in common, and an answer that one denies."""
    first = [["a"], ["a", "b"], [], ["a", "b"], ["a"]]
    second = [["a"], ["b", "a"], [], ["a"], []]
    counted = glossary.agreement(pd.DataFrame({"answers": first, "second": second}))
    assert list(counted.values()) == [4, 3]


def test_the_halves_are_the_draw_that_was_registered():
    """Drawn by lot before any search: the first half of a permutation of each kind, seed 63, answerable ones first."""
    questions, rng, half = glossary.questions(), np.random.default_rng(63), {}
    has = questions["answers"].map(bool)
    for kind in (has, ~has):
        numbers = rng.permutation(questions.index[kind])
        half |= dict.fromkeys(numbers[: len(numbers) // 2], "development") | dict.fromkeys(
            numbers[len(numbers) // 2 :], "held-out"
        )
    assert questions["half"].to_dict() == dict(sorted(half.items()))


def test_the_embedding_needs_no_network_and_likes_the_nearer_text():
    model = glossary.model(64)
    question, near, far = model.embed(
        ["how warm is it", "the temperature outside", "a contract of employment"], norm=True
    )
    assert question.shape == (64,)
    assert question @ near > question @ far
