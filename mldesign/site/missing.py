"""The page for an address that does not exist: GitHub Pages shows ``404.html`` from the top of the site.

It may be shown at any depth, so its links start from the address that the repository is published at; where the book stands
elsewhere (another host, another folder) its script goes up folder by folder until it finds the book.
"""

from pathlib import Path
from urllib.parse import urlsplit

from mldesign.site import cite

NAME = "404.html"
LINKS = {
    "index.html": "The cover, with all lessons and labs",
    "modules/glossary.html": "The glossary",
    "modules/errors.html": "When something goes wrong: messages and what to do",
}
TEXT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><base href="{root}"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><meta name="description" content="This address is no page of the book. Search, or go to the cover.">
<title>No such page: {title}</title>
<style>
:root {{ color-scheme: light dark; background: Canvas; color: CanvasText; }}
body {{ max-width: 36rem; margin: 12vh auto; padding: 0 1rem; font: 1.0625rem/1.6 system-ui, sans-serif; }}
h1 {{ line-height: 1.2; }}
li {{ margin: 0.5rem 0; }}
input, button {{ font: inherit; padding: 0.4rem 0.7rem; max-width: 100%; }}
</style></head>
<body><main>
<p>{title}</p>
<h1>There is no page at this address</h1>
<p>It may be mistyped, or come from another edition of the course. Search for what you wanted, or start from one of these:</p>
<form action="search.html" role="search"><label>Search the book: <input name="q" type="search"></label> <button>Search</button></form>
<ul>
{links}
</ul>
</main>
<script>
(async () => {{
  for (let folder = new URL("./", location.href); ; folder = new URL("../", folder)) {{
    const found = await fetch(new URL("objects.inv", folder), {{ method: "HEAD" }}).then((answer) => answer.ok, () => false);
    if (found) document.querySelector("base").href = folder;
    if (found || folder.pathname === "/") return;
  }}
}})();
</script></body></html>
"""


def page(title: str, repository: str, pages: set[str]) -> str:
    """Return the page: the book's title, and links to those of its pages (without suffix) that this edition has."""
    root = urlsplit(cite.address(repository)).path or "/"
    there = {path: name for path, name in LINKS.items() if path.removesuffix(".html") in pages}
    links = "\n".join(f'<li><a href="{path}">{name}</a></li>' for path, name in there.items())
    return TEXT.format(title=title, root=root, links=links)


def publish(app, error):
    """Write the page to the top of the site."""
    if error or app.builder.name != "html":
        return
    repository = app.config.html_theme_options.get("repository_url", "")
    text = page(app.config.html_title, repository, app.env.found_docs)
    (Path(app.outdir) / NAME).write_text(text, encoding="utf-8", newline="\n")


def setup(app):
    """Register with Sphinx."""
    app.connect("build-finished", publish)
