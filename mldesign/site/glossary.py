"""Glossary links: the first use of a term on a page leads to its entry, and each entry lists the pages that use it.

Made while building, so that notebooks stay plain. Matching is conservative: whole words in running text, the longest
term first, once a term and page. A word of everyday language is a term only where the page sets it in bold.
"""

import re
from functools import cache
from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

GLOSSARY = "modules/glossary"
PLACES = ("modules/", "labs/")
NOT_HERE = (GLOSSARY, "modules/coverage", "modules/tools", "modules/errors", "modules/launch", "labs/grading")
KEY = "mldesign_terms"  # in Sphinx's metadata of a page: term → place of its first use, "" where only a link names it

# Terms that are words of everyday language too: linked only in bold.
EVERYDAY = """
    alias anchor assumption branch cache catalogue check commit conflict container contract
    environment escalation exploration extract fork gate harm incident index lab lapse
    lesson margin matrix merge module objection override partition pin policy power prototype receipt
    reference release remote replay repository response retention retirement retrieval retry role run runner
    secret seed segment selection shuffle signature skew slice spread stakeholder system task terminal test threshold
    timeout token trigger version workflow workspace
"""
# Pages on which a word of the glossary stands for something else.
ELSEWHERE = {
    ("modules/04-deployment/02-monitoring", "Reference"),
    ("modules/05-cicd/02-automation", "Test"),
    ("modules/07-human-side/01-stakeholders", "Power"),
    ("modules/07-human-side/02-responsible", "Leak"),
}
# Entries that running text names otherwise than their heading does. Empty: never linked by itself.
FORMS = {
    "DORA's measures": ("DORA's measures", "DORA measures"),
    "Failure mode and effects analysis": ("failure mode and effects analysis", "FMEA"),
    "Mean reciprocal rank": ("mean reciprocal rank", "MRR"),
    "Pipeline (scikit-learn)": (),
    "Scale up, scale out": ("scale up", "scale out"),
    "SLI and SLO": ("service level objective", "service level indicator", "SLO", "SLI"),
    "Synchronous and asynchronous": ("asynchronous",),
}


@cache
def terms(source: Path) -> dict[str, str]:
    """Return the headings of the glossary and their anchors, or nothing for a book without one."""
    if not source.is_file():
        return {}
    found = re.findall(r"^## (.+)$", source.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {term.strip(): nodes.make_id(term) for term in found}


@cache
def pattern(words: tuple[str, ...]) -> tuple[re.Pattern, dict[str, str]]:
    """Return what finds any of these terms in a text, and the term that each form (in lower case) stands for."""
    meaning, parts = {}, []
    for term in words:
        for form in FORMS.get(term, (term,)):
            plain = form.lower()
            for written in (plain, f"{plain}s", f"{plain}es", re.sub(r"y$", "ies", plain)):
                meaning.setdefault(written, term)
            spaced = r"\s+".join(re.escape(word) for word in form.split())
            if form.isupper() or sum(map(str.isupper, form)) > 1:
                parts.append((len(form), f"{spaced}s?"))
            else:
                plural = re.sub(r"y$", "(?:y|ies)", spaced) if form.endswith("y") else f"{spaced}(?:e?s)?"
                parts.append((len(form), f"(?i:{plural})"))
    longest = "|".join(part for _, part in sorted(parts, reverse=True))
    return re.compile(rf"(?<![\w/-])(?:{longest})(?![\w/-]|\(\))"), meaning


def prose(document: nodes.document):
    """Yield the texts of a page in which a term may be linked, each with its bold parent if it has one.

    Left out: headings, links, code, tables, outputs of cells, leads of call-outs, and what a fold hides.
    """
    folded = 0
    for node in document.findall():
        if isinstance(node, nodes.raw):
            folded += len(re.findall("<details", node.astext())) - node.astext().count("</details>")
        if not isinstance(node, nodes.Text) or folded:
            continue
        above, bold, paragraph = node.parent, None, None
        while above is not None and not isinstance(above, nodes.document):
            if isinstance(above, nodes.title | nodes.reference | nodes.literal | nodes.literal_block | nodes.raw):
                break
            if isinstance(above, nodes.table | nodes.math | nodes.image | nodes.comment):
                break
            if isinstance(above, nodes.container) and "cell_output" in above.get("classes", []):
                break
            if getattr(above, "tagname", "") in ("pending_xref", "download_reference", "toctree"):
                break
            bold = above if isinstance(above, nodes.strong) else bold
            paragraph = above if paragraph is None and isinstance(above, nodes.paragraph) else paragraph
            above = above.parent
        else:
            lead = bold is not None and bold.astext().rstrip().endswith((".", ":"))
            if paragraph is not None and not lead:
                yield node, bold


def uses(page: str, document: nodes.document, words: dict[str, str]):
    """Yield text node, match and term for the first use of each term on a page."""
    if not words:
        return
    find, meaning = pattern(tuple(words))
    seen = {term for place, term in ELSEWHERE if place == page}
    for node, bold in prose(document):
        for match in find.finditer(node.astext()):
            term = meaning.get(" ".join(match[0].split()).lower())
            if term is None or term in seen:
                continue
            if term.lower() in EVERYDAY.split() and bold is None:
                continue
            seen.add(term)
            yield node, match, term


def linked(document: nodes.document, words: dict[str, str]) -> set[str]:
    """Return the terms to whose entries a page links by itself, as under *Key terms*."""
    anchors = {anchor: term for term, anchor in words.items()}
    found = set()
    for node in document.findall():
        target = node.get("reftarget") or node.get("refuri") or "" if isinstance(node, nodes.Element) else ""
        page, _, anchor = target.partition("#")
        if "glossary" in page:
            found.add(anchors.get(nodes.make_id(anchor)))
    return found - {None}


def wanted(name: str) -> bool:
    """Tell whether a page gets glossary links."""
    return (
        name.startswith(PLACES)
        and not name.startswith("modules/teaching/")
        and name not in NOT_HERE
        and not name.endswith("/further")
    )


def remember(app, document):
    """Note which terms a page uses, while its source is read: the glossary needs all pages before it is written."""
    page = app.env.docname
    if wanted(page):
        words = terms(Path(app.srcdir) / f"{GLOSSARY}.md")
        found = dict.fromkeys(sorted(linked(document, words)), "")
        found.update({term: f"use-{words[term]}" for _, _, term in uses(page, document, words)})
        app.env.metadata[page][KEY] = found


def label(page: str, title: str) -> str:
    """Return the short name of a page: *lesson 2.1*, *lab 3*, *module 4*, else its title up to a colon."""
    if found := re.match(r"modules/0?(\d+)-[^/]+/0?(\d+)-", page):
        return f"lesson {found[1]}.{found[2]}"
    if found := re.match(r"labs/lab(\d+)-", page):
        return f"lab {found[1]}"
    if found := re.match(r"modules/0?([1-9]\d*)-[^/]+/index$", page):
        return f"module {found[1]}"
    return title.partition(":")[0]


def reading_order(env) -> list[str]:
    """Return the pages of the book in the order of its table of contents."""
    order, queue = [], [env.config.root_doc]
    while queue:
        page = queue.pop(0)
        if page not in order:
            order.append(page)
            queue = list(env.toctree_includes.get(page, [])) + queue
    return order


class Glossary(SphinxPostTransform):
    """Link first uses on a page; on the glossary's own page, list the uses of each entry."""

    default_priority = 390  # before call-outs

    def run(self, **_):
        """Change the page that is about to be written."""
        page = self.env.docname
        words = terms(Path(self.env.srcdir) / f"{GLOSSARY}.md")
        if GLOSSARY not in self.env.found_docs:  # an edition may leave it out
            return
        if page == GLOSSARY:
            self.list_uses(words)
            self.list_letters(words)
        elif wanted(page):
            self.link_uses(page, words)

    def link_uses(self, page: str, words: dict[str, str]):
        """Put a link around the first use of each term."""
        home = self.app.builder.get_relative_uri(page, GLOSSARY)
        places = {}
        for node, match, term in uses(page, self.document, words):
            places.setdefault(node, []).append((match, term))
        for node, found in places.items():
            text, parts, end = node.astext(), [], 0
            for match, term in found:
                anchor = words[term]
                link = nodes.reference(
                    "", match[0], internal=True, refuri=f"{home}#{anchor}", classes=["term"], ids=[f"use-{anchor}"]
                )
                parts += [nodes.Text(text[end : match.start()]), link]
                end = match.end()
            parts.append(nodes.Text(text[end:]))
            node.parent.replace(node, [part for part in parts if part.astext()])

    def list_uses(self, words: dict[str, str]):
        """Close each entry with the pages on which its term is used."""
        used = [(page, self.env.metadata[page].get(KEY, {})) for page in reading_order(self.env)]
        for section in self.document.findall(nodes.section):
            term = section.next_node(nodes.title).astext()
            pages = [(page, found[term]) for page, found in used if term in found]
            known = {link.get("refuri", "").partition("#")[0] for link in section.findall(nodes.reference)}
            other = [page for page, _ in pages if self.app.builder.get_relative_uri(GLOSSARY, page) not in known]
            if term not in words or not other:  # the entry itself names its only page
                continue
            line = nodes.paragraph("", "Used in ", classes=["used-in"])
            for number, (page, place) in enumerate(pages):
                line += [nodes.Text(", ")] if number else []
                uri = self.app.builder.get_relative_uri(GLOSSARY, page) + (f"#{place}" if place else "")
                line += nodes.reference("", label(page, self.env.titles[page].astext()), internal=True, refuri=uri)
            section += line

    def list_letters(self, words: dict[str, str]):
        """Put above the first entry a line of letters, each a link to the first entry that begins with it."""
        first = {}
        for term, anchor in words.items():
            first.setdefault(term[0].upper(), anchor)
        line = nodes.paragraph("", classes=["letters"])
        for letter, anchor in first.items():
            line += [nodes.reference("", letter, internal=True, refid=anchor), nodes.Text(" ")]
        entry = next(node for node in self.document.findall(nodes.section) if set(node["ids"]) & set(words.values()))
        entry.parent.insert(entry.parent.index(entry), line)


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-read", remember)
    app.add_post_transform(Glossary)
