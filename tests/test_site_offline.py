"""Pages that were opened open again without a network; nothing is kept on an author's own machine, or of an older build."""

import pytest

from mldesign.site import offline
from tests.browse import browse

PAGES = ["index.html", "modules/glossary.html", "search.html"]
SCRIPT = """
const found = {}, pages = PAGES, needed = new Set(), shown = (view) => ({
  title: view.document.title,
  rules: [...view.document.styleSheets].map((sheet) => { try { return sheet.cssRules.length > 0; } catch { return false; } }),
});
if ("MARK") await caches.open("mldesign:/:an-older-build");
for (const page of pages) {
  const view = await open(page + "MARK");
  found[page] = {online: shown(view)};
  await until(() => "MARK" === "" || view.navigator.serviceWorker.controller);
  for (const part of view.document.querySelectorAll("link[rel=stylesheet], script[src]")) needed.add(part.href ?? part.src);
}
if ("MARK") await until(async () => {
  for (const page of [...pages, ...needed]) if (!(await caches.match(page, {ignoreSearch: pages.includes(page)}))) return false;
  return !(await caches.has("mldesign:/:an-older-build"));
});
await caches.open("mldesign:/another-book/:1");
found.caches = await caches.keys();
await net(false);
for (const page of pages) {
  const view = await open(page);
  try { found[page].offline = shown(view); } catch { found[page].offline = null; }
}
try {
  const page = (await open("search.html?q=canary")).document;
  await until(() => page.querySelector("#search-results li > a"));
  found.search = page.querySelector("#search-results li > a").getAttribute("href");
} catch { found.search = null; }
try { found.never = shown(await open("labs/index.html")).title; } catch { found.never = null; }
await net(true);
return found;
"""


def visit(html, mark: str) -> dict:
    """Open two pages, take the network away, and open them again."""
    return browse(html, SCRIPT.replace("PAGES", str(PAGES)).replace("MARK", mark))


@pytest.mark.browser
def test_opened_pages_open_without_a_network(html):
    found = visit(html, "?try-offline")
    for page in PAGES:
        assert found[page]["offline"] == found[page]["online"]
        assert found[page]["online"]["rules"] == [True], "the one stylesheet has rules"
    assert found["never"] == "Not here yet"
    assert found["search"] == "modules/glossary.html#canary"
    assert "mldesign:/:an-older-build" not in found["caches"]
    assert "mldesign:/another-book/:1" in found["caches"], "another book's cache is not ours to remove"


@pytest.mark.browser
def test_on_an_authors_machine_nothing_is_kept(html):
    """Also the proof that the worker is needed: without it the same pages are gone."""
    found = visit(html, "")
    assert [name for name in found["caches"] if not name.startswith("mldesign:/another-book/")] == []
    assert not [page for page in PAGES if found[page]["offline"] == found[page]["online"]]


def test_the_worker_is_named_after_what_was_built(html, tmp_path):
    assert offline.fingerprint(html) in (html / "sw.js").read_text(encoding="utf-8")
    (tmp_path / "page.html").write_text("one", encoding="utf-8")
    first = offline.fingerprint(tmp_path)
    (tmp_path / "page.html").write_text("two", encoding="utf-8")
    assert offline.fingerprint(tmp_path) != first
