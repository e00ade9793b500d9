"""What lesson 6.3 searches: the glossary as entries, its snapshot, the questions, and an embedding model that needs no network.

An entry has an id (the anchor of its heading on the site, such as ``kill-switch``), a title and a text without markup.
"""

import hashlib
import json
import logging
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
SNAPSHOT = HERE / "glossary-snapshot.json"
QUESTIONS = HERE / "questions.csv"
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def slug(title: str) -> str:
    """Return the anchor that a heading has on the site and on GitHub: ``A/B test`` gives ``ab-test``."""
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


def entries(markdown: str) -> pd.DataFrame:
    """Return the entries of a glossary: columns ``title`` and ``text``, indexed by ``id``, in the order of the page.

    Args:
        markdown: a page on which each entry is a second-level heading with one or more paragraphs below it.

    Raises:
        ValueError: an entry has no text, or two have the same anchor.
    """
    rows = []
    for part in re.split(r"^## ", markdown, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        text = " ".join(LINK.sub(r"\1", body).replace("`", "").replace("*", "").split())
        if not text:
            raise ValueError(f"The entry {title.strip()!r} has no text. Write its definition below the heading.")
        rows.append({"id": slug(title), "title": title.strip(), "text": text})
    found = pd.DataFrame(rows, columns=["id", "title", "text"]).set_index("id")
    if twice := sorted(set(found.index[found.index.duplicated()])):
        raise ValueError(f"Two entries have the anchor {', '.join(twice)}. Rename one: a link reaches only the first.")
    return found


def fingerprint(found: pd.DataFrame) -> str:
    """Return twelve characters that change with any id, title or text of the entries, and with their order."""
    return version(json.dumps(found.reset_index().to_dict("records"), ensure_ascii=False))


def version(text: str) -> str:
    """Return the first twelve characters of a text's SHA-256."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


def snapshot() -> tuple[pd.DataFrame, dict]:
    """Return the entries of the frozen glossary, and its date, count and fingerprint.

    Raises:
        ValueError: the file was edited by hand, so that its fingerprint is no longer true.
    """
    stored = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    found = pd.DataFrame(stored.pop("entries")).set_index("id")
    if fingerprint(found) != stored["fingerprint"]:
        raise ValueError(
            f"{SNAPSHOT.name} does not have its own fingerprint. Make it again: python snapshot_glossary.py"
        )
    return found, stored


def questions() -> pd.DataFrame:
    """Return the evaluation set, indexed by number: ``half``, ``question``, ``answers`` and ``second``.

    The last two are lists of ids, empty where the glossary has no answer: by the author of the question, and by a second
    labeller who had not seen the first labels.
    """
    rows = pd.read_csv(QUESTIONS, keep_default_na=False).set_index("number")
    lists = {who: [[name for name in cell.split(";") if name] for cell in rows[who]] for who in ("answers", "second")}
    return rows.assign(**lists)


def agreement(asked: pd.DataFrame) -> dict[str, int]:
    """Return on how many of the ``questions()`` both labellers say "has an answer" or both "has none", and name equal entries."""
    pairs = [(set(first), set(second)) for first, second in zip(asked["answers"], asked["second"], strict=True)]
    return {
        "alike in having an answer": sum(bool(first) == bool(second) for first, second in pairs),
        "alike in the entries": sum(first == second for first, second in pairs),
    }


def model(dim: int = 256):
    """Return the embedding model inside the package wordllama, cut to its first ``dim`` (64, 128 or 256) dimensions."""
    level = logging.getLogger().level
    import wordllama  # its import turns the root logger up to INFO

    logging.getLogger().setLevel(level)
    inside = Path(wordllama.__file__).parent
    return wordllama.WordLlama.load(cache_dir=inside, trunc_dim=dim, disable_download=True)


def ranked(scores: np.ndarray, owners: np.ndarray) -> list[list[str]]:
    """Return for each question the ids of all entries, best first; an entry counts by its best chunk.

    Args:
        scores: similarity of each question (rows) to each chunk (columns); larger is nearer.
        owners: the id of the entry that each chunk comes from, shape (chunks,).

    Equal scores (to five decimals, so that every machine agrees) stay in the order of the index.
    """
    order = np.argsort(-np.round(scores, 5), axis=1, kind="stable")
    return [list(dict.fromkeys(owners[row].tolist())) for row in order]


def fuse(*rankings: list[list[str]], constant: int = 60) -> list[list[str]]:
    """Return for each question the ids ordered by the sum of 1 / (constant + place) over the rankings, largest first.

    Reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009, https://doi.org/10.1145/1571941.1572114). Each ranking holds
    for each question the same ids; equal sums stay in the order of the first ranking.
    """
    fused = []
    for lists in zip(*rankings, strict=True):
        places = [{name: place for place, name in enumerate(one, start=1)} for one in lists]
        score = {name: sum(1 / (constant + place[name]) for place in places) for name in lists[0]}
        fused.append(sorted(score, key=score.get, reverse=True))
    return fused


def first_rank(ranked: Iterable[str], answers: Iterable[str]) -> float:
    """Return the place (from 1) of the first right entry in a ranked list of ids; infinity when it holds none."""
    right = set(answers)
    return next((float(place) for place, name in enumerate(ranked, start=1) if name in right), float("inf"))
