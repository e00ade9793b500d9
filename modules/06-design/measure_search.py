"""Measure how long one search of lesson 6.3 takes, question by question: ``make measure OF=search``.

Writes ``measured-search.csv`` beside itself: milliseconds for a search by words, by meaning, and for both fused.
"""

import platform
import time

import numpy as np
import pandas as pd
from glossary_search import HERE, model, questions, ranked, snapshot
from sklearn.feature_extraction.text import TfidfVectorizer

REPEATS = 20

if __name__ == "__main__":
    found, _ = snapshot()
    texts, owners = list(found["title"] + ". " + found["text"]), np.array(found.index)
    embedder, vectorizer = model(), TfidfVectorizer().fit(texts)
    by_words, by_meaning = vectorizer.transform(texts), embedder.embed(texts, norm=True)
    taken = {"by words": [], "by meaning": [], "both": []}
    for question in list(questions()["question"]) * REPEATS:
        start = time.perf_counter()
        ranked((vectorizer.transform([question]) @ by_words.T).toarray(), owners)
        middle = time.perf_counter()
        ranked(embedder.embed([question], norm=True) @ by_meaning.T, owners)
        end = time.perf_counter()
        for name, seconds in zip(taken, (middle - start, end - middle, end - start), strict=True):
            taken[name].append(1000 * seconds)
    rows = pd.DataFrame(
        {"median_ms": pd.Series(taken).map(np.median), "p95_ms": pd.Series(taken).map(lambda t: np.percentile(t, 95))}
    )
    rows.round(2).rename_axis("search").assign(python=platform.python_version()).to_csv(
        HERE / "measured-search.csv", encoding="utf-8", lineterminator="\n"
    )
    print(rows.round(2))
