"""Where a page stands in the course, computed from the table of contents and the names of the files.

- above the title: the modules (or labs) as a strip with the present one marked, the lesson's number, the time it takes
- below the text: the next step on the reader's way, where each lab follows the last lesson that it builds on
- in the navigation: the numbers of modules and lessons
"""

import html
import json
import posixpath
import re
from functools import cache
from pathlib import Path

MODULE = re.compile(r"modules/(?P<module>0[1-9]|[1-9]\d)-[^/]+/(?:index|(?P<lesson>\d\d)-.+|.+)$")
LAB = re.compile(r"labs/lab(?P<lab>\d+)-(?P<name>.+)$")
NUMBERED = re.compile(r"^(?:Module|Lab) \d+\s*[:·]\s*")  # what a title says that a label says already
TIME = re.compile(r"\*\*Time:?\*\*:? (.+?)(?: to read|[,;:.]| if )")
STEPS = {1: "Frame", 2: "Data", 3: "Train", 4: "Deploy", 5: "Automate", 6: "Design", 7: "People"}


def label(page: str) -> str:
    """Return what a page is called in the course, such as ``Lesson 3.1``, or an empty text."""
    if found := LAB.match(page):
        return f"Lab {found['lab']}"
    if found := MODULE.match(page):
        number = int(found["module"])
        return f"Lesson {number}.{int(found['lesson'])}" if found["lesson"] else f"Module {number}"
    return ""


def is_module(page: str) -> bool:
    """Return whether a page is the first of a module."""
    return page.endswith("/index") and MODULE.match(page) is not None


@cache
def introduction(path: Path) -> str:
    """Return the paragraph of a page that says how long it takes and what comes before it, or an empty text."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    found = re.search(r"^\*\*Time.*?(?=\n\n|\Z)", text, re.DOTALL | re.MULTILINE)
    return found[0] if found else ""


def minutes(path: Path) -> str:
    """Return the time that a page says it takes, such as ``100 minutes``, or an empty text."""
    found = TIME.match(introduction(path))
    return found[1] if found else ""


def follows(page: str, path: Path) -> str:
    """Return the last lesson that a lab builds on: the highest of those that its introduction links to."""
    links = re.findall(r"\]\(([^)#]+)\.ipynb", introduction(path))
    pages = [posixpath.normpath(posixpath.join(posixpath.dirname(page), link)) for link in links]
    return max((name for name in pages if label(name).startswith("Lesson")), default="")


def contents(env) -> list[str]:
    """Return all pages in the order of the table of contents."""
    found = []

    def walk(page):
        if page not in found:
            found.append(page)
            for child in env.toctree_includes.get(page, []):
                walk(child)

    walk(env.config.root_doc)
    return found


def way(env) -> list[str]:
    """Return the pages that a reader takes one after the other: modules and lessons, each lab after its last lesson."""
    pages = contents(env)
    steps = [name for name in pages if label(name).startswith("Lesson") or is_module(name)]
    for lab in reversed([name for name in pages if LAB.match(name)]):
        before = follows(lab, Path(env.doc2path(lab)))
        if before not in steps:  # an edition leaves its lesson out: then after the lesson that stood before that one
            earlier = (name for name in steps if label(name).startswith("Lesson") and name < before)
            before = max(earlier, default=steps[-1])
        steps.insert(steps.index(before) + 1, lab)
    first = [name for name in pages if name.startswith("modules/00-")]
    last = [name for name in pages if name == "labs/capstone/index"]
    return first + steps + last


def strip(env, page: str, address) -> str:
    """Return the strip of modules, or of labs for a lab, with the present one marked."""
    pages = contents(env)
    here = LAB.match(page) or MODULE.match(page)
    if here is None:
        return ""
    if here.re is LAB:
        stops = [(name, int(LAB.match(name)["lab"])) for name in pages if LAB.match(name)]
        names = {number: LAB.match(name)["name"].capitalize() for name, number in stops}
        word, present = "Lab", int(here["lab"])
    else:
        stops = [(name, int(MODULE.match(name)["module"])) for name in pages if is_module(name)]
        names = {number: STEPS.get(number, "") for _, number in stops}
        word, present = "Module", int(here["module"])
    items = []
    for name, number in stops:
        mark = f' aria-current="{"page" if name == page else "true"}"' if number == present else ""
        text = f'<span class="visually-hidden">{word} </span><b>{number}</b> <span>{names[number]}</span>'
        items.append(f'<li><a href="{address(name)}"{mark}>{text}</a></li>')
    return f'<nav class="place" aria-label="{word}s of the course"><ol>{"".join(items)}</ol></nav>'


def head(env, page: str, address) -> str:
    """Return what stands above a page's title."""
    name = label(page)
    words = [name if name.startswith("Lesson") else "", minutes(Path(env.doc2path(page)))]
    words = " · ".join(filter(None, words))
    return strip(env, page, address) + (f'<p class="eyebrow">{html.escape(words)}</p>' if words else "")


def step(env, page: str, address) -> dict[str, str]:
    """Return address, title and note (what it is, how long it takes) of a page, for a link to it."""
    note = " · ".join(filter(None, [label(page), minutes(Path(env.doc2path(page)))]))
    title = NUMBERED.sub("", env.titles[page].astext()) if label(page) else env.titles[page].astext()
    return {"link": address(page), "title": html.escape(title), "note": html.escape(note)}


def neighbours(env, page: str, address) -> dict[str, dict | str | None]:
    """Return the steps before and after a page, and what the second is called: on the reader's way, elsewhere in the table of contents."""
    pages = [env.config.root_doc, *way(env)]
    word = "Next step"
    if page not in pages:
        pages, word = contents(env), "Next page"
    at = pages.index(page)
    before, after = pages[at - 1] if at else None, pages[at + 1] if at + 1 < len(pages) else None
    return {"before": before and step(env, before, address), "after": after and step(env, after, address), "word": word}


def numbered(navigation: str, page: str) -> str:
    """Put the numbers of modules and lessons before their titles in the navigation."""

    def link(match):
        target = match["target"]
        name = page if target == "#" else posixpath.normpath(posixpath.join(posixpath.dirname(page), target))
        number = re.search(r"[\d.]+$", label(name.removesuffix(".html")))
        own = NUMBERED.match(match["title"]) or label(name.removesuffix(".html")).startswith("Lesson")
        title = NUMBERED.sub("", match["title"])
        return f'{match["open"]}<span class="number">{number[0]}</span> {title}</a>' if number and own else match[0]

    return re.sub(r'(?P<open><a [^>]*href="(?P<target>[^"]+)"[^>]*>)\s*(?P<title>[^<]+?)\s*</a>', link, navigation)


def show(app, pagename, templatename, context, doctree):
    """Give a page its head, its next step and the numbers in its navigation."""
    original = context.get("generate_toctree_html")
    if original is not None:
        context["generate_toctree_html"] = lambda *given, **named: numbered(str(original(*given, **named)), pagename)
    if doctree is None or pagename not in app.env.titles:
        return

    def address(target):
        return app.builder.get_relative_uri(pagename, target)

    context["body"] = head(app.env, pagename, address) + context["body"]
    context["steps"] = neighbours(app.env, pagename, address)


def setup(app):
    """Register it with Sphinx; it runs after the page is finished and its navigation labelled."""
    app.connect("html-page-context", show, priority=950)
