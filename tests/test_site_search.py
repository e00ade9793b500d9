"""The search page finds terms, errors and laws on their own page first, and helps where it finds nothing."""

import json
import shutil

import pytest

from tests.browse import browse

# What a reader types → where the first result must lead.
FIRST = {
    "ModuleNotFoundError mldesign": "modules/errors.html#modulenotfounderror-no-module-named-mldesign",
    "Port 8000 is in use": "modules/errors.html#port-is-in-use",
    "DuckDB CatalogException": "modules/errors.html",
    "not a git repository": "modules/errors.html#fatal-not-a-git-repository",
    "registry has no champion": "modules/errors.html#the-registry-has-no",
    "kernel died": "modules/errors.html#the-kernel-died-or-the-page-says-that-it-restarts",
    "leak": "modules/glossary.html#leak",
    "canary": "modules/glossary.html#canary",
    "net value": "modules/glossary.html#net-value",
    "precision at k": "modules/glossary.html#precision-at-k",
    "feature store": "modules/glossary.html#feature-store",
    "AI Act": "modules/07-human-side/law.html#european-union-ai-act",
    "prompt injection": "modules/glossary.html#prompt-injection",
    "p95": "modules/04-deployment/01-deployment.html",
    "DVC push": "modules/02-dataops/01-managing-data.html",
    "calibration": "modules/glossary.html#calibration",
    "how long does lab 3 take": "labs/lab3-train.html",
    "lesson 4.2": "modules/04-deployment/02-monitoring.html",
    "permission denied workspace": "",  # no page has all three words: any result will do
}
NOTHING = "xyzzy"
SCRIPT = """
const found = {};
for (const query of QUERIES) {
  const view = await open("search.html?q=" + encodeURIComponent(query)), page = view.document;
  await until(() => page.querySelector("#search-results li > a, #search-help"));
  const links = [...page.querySelectorAll("#search-results li > a")].map((link) => link.getAttribute("href"));
  found[query] = {links, help: page.querySelector("#search-help a") !== null, focus: page.querySelector("input[name=q]") !== null};
}
return found;
"""


def search(folder, queries: list[str]) -> dict:
    """Return what the search page shows for each query."""
    return browse(folder, SCRIPT.replace("QUERIES", json.dumps(queries)))


@pytest.fixture(scope="module")
def found(html):
    """The results in a browser."""
    return search(html, [*FIRST, NOTHING])


@pytest.mark.browser
@pytest.mark.parametrize("query", FIRST)
def test_the_first_result_is_the_right_place(found, query):
    links = found[query]["links"]
    assert links, "nothing was found"
    assert links[0] == FIRST[query] or not FIRST[query], links[:5]


@pytest.mark.browser
def test_nothing_found_leads_on(found):
    assert not found[NOTHING]["links"]
    assert found[NOTHING]["help"]


@pytest.mark.browser
def test_without_the_script_the_first_results_would_be_wrong(html, tmp_path):
    """The test above can fail: Sphinx's search alone does not pass it."""
    bare = tmp_path / "bare"
    shutil.copytree(html, bare, ignore=shutil.ignore_patterns("_images", "_downloads", "_sources"))
    (bare / "_static" / "find.js").write_text("", encoding="utf-8")
    queries = ["leak", "net value", "Port 8000 is in use"]
    results = search(bare, queries)
    assert not [query for query in queries if results[query]["links"][0] == FIRST[query]]
