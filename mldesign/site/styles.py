"""One stylesheet for the whole site, with only those rules that some page can use.

The theme alone brings 400 kB in files of which one waits for another, and a phone shows no letter before all have come.
"""

import hashlib
import itertools
import os.path
import re
from pathlib import Path

import tinycss2

SHEET = "site.css"
FIRST = ["_static/styles/theme.css", "_static/styles/pydata-sphinx-theme.css"]  # what the theme loads before the rest
NAME = re.compile(r"[\w-]+")
ADDRESS = re.compile(r"""url\(["']?(?!data:|#)([^"')]+)["']?\)""")
LINK = re.compile(rf'(?<=_static/{re.escape(SHEET)})(\?v=\w+)?(?=")')


def collect(app, pagename, templatename, context, doctree):
    """Note which stylesheets the extensions bring; the page itself links nothing but the one."""
    app.builder.mldesign_sheets = [str(sheet.filename) for sheet in context["css_files"]]
    context["css_files"] = []


def publish(app, error):
    """Write the one sheet in place of all others, and let every page ask for this version of it."""
    if error or app.builder.name != "html":
        return
    folder = Path(app.outdir)
    static = folder / "_static"
    pages = [page for page in folder.rglob("*.html") if static not in page.parents]
    names = set()
    for path in [*pages, *static.rglob("*.js")]:
        names.update(NAME.findall(path.read_text(encoding="utf-8")))
    merged = []
    text = "".join(whole(folder / name, static, merged) for name in FIRST + app.builder.mldesign_sheets)
    text = used(text, names)
    for path in merged:
        path.unlink(missing_ok=True)
    (static / SHEET).write_text(text, encoding="utf-8", newline="\n")
    version = f"?v={hashlib.sha256(text.encode('utf-8')).hexdigest()[:8]}"
    for page in pages:
        before = page.read_text(encoding="utf-8")
        after = LINK.sub(version, before)
        if after != before:
            page.write_text(after, encoding="utf-8", newline="\n")


def whole(sheet: Path, folder: Path, merged: list[Path]) -> str:
    """Return the text of a stylesheet and of those that it imports, for a sheet that lies in ``folder``.

    Args:
        sheet: the file.
        folder: where the addresses in the returned text count from.
        merged: the files whose text is returned are added to it.
    """
    merged.append(sheet)
    text = sheet.read_text(encoding="utf-8").replace('@charset "UTF-8";', "")
    home = sheet.parent.resolve()
    text = ADDRESS.sub(lambda found: f'url("{Path(os.path.relpath(home / found[1], folder)).as_posix()}")', text)
    return re.sub(r'@import "([^"]+)";', lambda found: whole((home / found[1]).resolve(), folder, merged), text) + "\n"


def used(text: str, names: set[str]) -> str:
    """Return a stylesheet without comments and without rules for classes and ids that no page or script names.

    A class that a script puts together from parts (none of the theme's does) would have to be written out somewhere.

    Args:
        text: the stylesheet.
        names: every word of the pages and scripts.
    """
    kept = []
    for rule in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
        if rule.type == "qualified-rule":
            wanted = [part for part in _selectors(rule.prelude) if _names(part) <= names]
            if wanted:
                prelude = ",".join(tinycss2.serialize(part).strip() for part in wanted)
                kept.append(f"{prelude}{{{tinycss2.serialize(rule.content).strip()}}}")
        elif (
            rule.type == "at-rule"
            and rule.lower_at_keyword in ("media", "supports", "layer", "container")
            and rule.content
        ):
            within = used(tinycss2.serialize(rule.content), names)
            if within:
                kept.append(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{\n{within}}}")
        else:
            kept.append(rule.serialize())
    return "".join(f"{rule}\n" for rule in kept)


def _selectors(prelude: list) -> list[list]:
    """Return the parts of a selector list, split at its commas."""
    parts = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _names(selector: list) -> set[str]:
    """Return the classes and ids that an element must have for a selector; those within brackets are alternatives."""
    classes = {
        token.value
        for dot, token in itertools.pairwise(selector)
        if token.type == "ident" and dot.type == "literal" and dot.value == "."
    }
    return classes | {token.value for token in selector if token.type == "hash"}


def setup(app):
    """Register with Sphinx: after all sheets are named, and after all other files are written."""
    app.connect("html-page-context", collect, priority=990)
    app.connect("build-finished", publish, priority=850)
