"""Sphinx for decks: references into the lesson's stored outputs, speaker notes, addresses, and the pages that come of them."""

import hashlib
import posixpath
from pathlib import Path, PurePosixPath

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.writers.html5 import HTML5Translator
from sphinx_revealjs.builders import RevealjsHTMLBuilder
from sphinx_revealjs.writers import RevealjsSlideTranslator

from mldesign.notebooks import left_out, pages
from mldesign.site import CallOuts, formula
from mldesign.site.editions import NOTE
from mldesign.slides import FOLDER, SUFFIX
from mldesign.slides.stored import Lesson, NotStoredError

LOGGER = logging.getLogger(__name__)
HERE = Path(__file__).resolve().parent
PUBLISHED = (
    "revealjs/dist/reveal.js",
    "revealjs/dist/reveal.css",
    "revealjs/plugin/notes/notes.js",
    "deck.js",
    "deck.css",
    "slide.css",
    "logo.svg",
    "pygments.css",
)
TOTAL = "_deck_minutes"
WHOLE = 30  # characters: a value up to here is a number with its unit and never broken; a longer one is a sentence
LINES = {"from": directives.unchanged_required, "to": directives.unchanged_required}
TEXT_OPTIONS = {**LINES, "number": directives.positive_int}
TABLE_OPTIONS = {
    **dict.fromkeys(("rows", "columns", "mark"), directives.unchanged_required),
    "number": directives.positive_int,
    "unnamed": directives.flag,
}


def lesson_of(env) -> Lesson:
    """Return the lesson that the deck being read belongs to."""
    source = Path(env.doc2path(env.docname))
    return Lesson(source.with_name(source.name.removesuffix(SUFFIX) + ".ipynb"))


class Value(SphinxRole):
    """``{value}`CELL reference` ``: a number or word of the lesson inside a sentence."""

    def run(self):
        name, _, reference = self.text.partition(" ")
        try:
            found = lesson_of(self.env).cell(name).value(reference.strip())
        except NotStoredError as error:
            return [], [self.inliner.reporter.error(str(error), line=self.lineno)]
        whole = ["value"] if len(found) <= WHOLE else []
        return [nodes.inline(found, found, classes=whole)], []


class Stored(SphinxDirective):
    """A directive that takes something out of a cell; a subclass says what."""

    required_arguments = 1

    def run(self):
        try:
            return self.found(lesson_of(self.env).cell(self.arguments[0]))
        except NotStoredError as error:
            raise self.error(str(error)) from None


class TableOf(Stored):
    """``{table-of} CELL``: the table that a cell shows, or some of its rows and columns."""

    option_spec = TABLE_OPTIONS

    def found(self, cell):
        wanted = self.options
        table = cell.table(wanted.get("number", 0)).chosen(wanted.get("rows", ""), wanted.get("columns", ""))
        return [nodes.raw("", table.html(wanted.get("mark", ""), "unnamed" not in wanted), format="html")]


class TextOf(Stored):
    """``{text-of} CELL``: the text that a cell shows, or its lines from one text to another."""

    option_spec = TEXT_OPTIONS

    def found(self, cell):
        text = cell.text(self.options.get("from", ""), self.options.get("to", ""), self.options.get("number", 0))
        if not any("text/markdown" in output for output in cell.outputs):
            return [nodes.literal_block(text, text, language="text")]
        box = nodes.container()
        self.state.nested_parse(text.split("\n"), self.content_offset, box)
        return box.children


class CodeOf(Stored):
    """``{code-of} CELL``: the code of a cell, or its lines from one text to another."""

    option_spec = LINES

    def found(self, cell):
        text = cell.code(self.options.get("from", ""), self.options.get("to", ""))
        return [nodes.literal_block(text, text, language="python")]


class PictureOf(Stored):
    """``{picture-of} CELL``: the picture that a cell shows, with the alternative text that the lesson gives it."""

    def found(self, cell):
        picture = cell.picture()
        path = Path(self.env.doctreedir) / (hashlib.sha256(picture.content).hexdigest()[:12] + picture.suffix)
        path.write_bytes(picture.content)
        source = posixpath.relpath(path.as_posix(), Path(self.env.srcdir).as_posix())
        return [nodes.image(uri=f"/{source}", alt=picture.alt)]


class ExplorableOf(Stored):
    """``{explorable-of} CELL``: the interactive figure itself, for moving its sliders in the room."""

    def found(self, cell):
        return [nodes.raw("", cell.explorable(), format="html")]


DIRECTIVES = {
    "table-of": TableOf,
    "text-of": TextOf,
    "code-of": CodeOf,
    "picture-of": PictureOf,
    "explorable-of": ExplorableOf,
}


class notes(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """What the lecturer says at a slide, and for how many minutes."""


class Notes(SphinxDirective):
    """``{notes} MINUTES``: what to say; the speaker view shows it, and when the slide begins."""

    required_arguments = 1
    has_content = True

    def run(self):
        minutes = directives.positive_int(self.arguments[0])
        begun = self.env.temp_data.get(TOTAL, 0)
        self.env.temp_data[TOTAL] = begun + minutes
        node = notes()
        lead = (
            f"{minutes} min · from 0:{begun:02}"
            if begun < 60
            else f"{minutes} min · from {begun // 60}:{begun % 60:02}"
        )
        node += nodes.paragraph("", "", nodes.strong(lead, lead))
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


def visit_notes(translator, _node):
    """Open the element that reveal.js reads."""
    translator.body.append('<aside class="notes" role="note">')


def depart_notes(translator, _node):
    """Close it."""
    translator.body.append("</aside>\n")


class DeckCallOuts(CallOuts):
    """The call-outs of the book and two more: a prompt to discuss, and an example with made-up figures."""

    names = (*CallOuts.names, "Discuss", "Constructed")


class Place(SphinxTransform):
    """The title slide says which lesson this is, and leads to it."""

    default_priority = 190

    def apply(self, **_):
        """Put a line below the title of a deck."""
        if not self.env.docname.endswith(".slides"):
            return
        module, lesson = (part[:2] for part in self.env.docname.split("/")[-2:])
        page = address(self.env.docname)
        link = nodes.reference(
            "", "read and run it", internal=True, refuri=f"../modules/{posixpath.dirname(self.env.docname)}/{page}"
        )
        line = nodes.paragraph(
            "", f"Machine Learning Design for Business · lesson {int(module)}.{int(lesson)} · ", classes=["deck-place"]
        )
        line += link
        title = self.document.next_node(nodes.title)
        title.parent.insert(title.parent.index(title) + 1, line)


class Addresses(SphinxTransform):
    """Links to files of the course lead to their pages on the site, from a deck and to a deck."""

    default_priority = 200

    def apply(self, **_):
        """Replace what MyST takes for downloads or unknown documents."""
        for link in [
            *self.document.findall(addnodes.pending_xref),
            *self.document.findall(addnodes.download_reference),
        ]:
            if link.get("refdomain") not in ("doc", None) or link.get("reftype") != "myst":
                continue
            found = self.target(link)
            if found is None:
                link.replace_self([*link.children, nodes.inline("", NOTE)])
            elif found:
                new = nodes.reference("", "", *link.children, internal=True, refuri=found)
                link.replace_self(new)

    def target(self, link) -> str | None:
        """Return the address that a link leads to, seen from this page; "" where Sphinx knows better, None where the page is left out."""
        root, here = Path(self.app.srcdir), self.env.docname
        deck = here.endswith(SUFFIX.removesuffix(".md"))
        name = link["reftarget"] if link.get("refdomain") == "doc" else self.env.relfn2path(link["reftarget"], here)[0]
        if link.get("refdomain") is None and not name.endswith((".ipynb", ".md")):
            return ""
        page = name.removesuffix(".ipynb").removesuffix(".md")
        if deck:
            book = root.parent
            page = posixpath.normpath(posixpath.join("modules", page))
            if page in left_out(book / "_toc.yml"):
                return None
            if page not in pages(book / "_toc.yml"):
                LOGGER.warning("%s is no page of the book", link["reftarget"], location=link)
            anchor = f"#{link['reftargetid']}" if link.get("reftargetid") else ""
            return f"../{page}.html{anchor}"
        if not page.endswith(".slides"):
            return ""
        if page.removesuffix(".slides") in left_out(root / "_toc.yml"):
            return None
        return posixpath.relpath(f"{FOLDER}/{address(page)}", posixpath.dirname(here) or ".")


def address(docname: str) -> str:
    """Return the file name of a deck's page."""
    return f"{PurePosixPath(docname).name.removesuffix('.slides')}.html"


class Translator(RevealjsSlideTranslator):
    """The translator for slides: each in a section of its own, none inside another, and code coloured while building."""

    visit_literal_block = HTML5Translator.visit_literal_block  # the original leaves the colours to a script of 900 kB

    def visit_section(self, node):
        """Begin a slide at a heading of the first or second level."""
        self.section_level += 1
        if self.section_level > 2:
            return
        if self.section_level == 2:
            self.body.append("</section>\n")
        self.body.append(f'<section id="{node["ids"][0]}">\n')

    def depart_section(self, node):
        """End the last slide; any other is ended by the next."""
        self.section_level -= 1
        if self.section_level == 0:
            self.body.append("</section>\n")


class Decks(RevealjsHTMLBuilder):
    """One page for each deck, all in one folder."""

    name = "decks"
    default_translator_class = Translator

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:
        """Return the address of a deck in the folder of all."""
        return address(docname)

    def get_outfilename(self, pagename: str) -> str:
        """Return the file of a deck."""
        return str(Path(self.outdir) / address(pagename))

    def init_css_files(self) -> None:
        """Leave stylesheets to the template: which is loaded depends on the screen."""

    def configure_theme(self, ctx: dict) -> None:
        """Leave the look to ``deck.css``."""

    def copy_static_files(self) -> None:
        """Publish what a deck loads and nothing else."""
        super().copy_static_files()
        static = Path(self.outdir) / "_static"
        for path in sorted(static.rglob("*"), reverse=True):
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
            elif path.is_file() and path.relative_to(static).as_posix() not in PUBLISHED:
                path.unlink()


def for_everyone(app, pagename, templatename, context, doctree):
    """Finish the tables of a deck: an empty corner heads nothing, and one that scrolls on a phone does so by keyboard, too."""
    body = context.get("body", "").replace('<th class="head"><p></p></th>', "<td></td>")
    body = body.replace("<table", '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table')
    context["body"] = body.replace("</table>", "</table></div>")


def on_their_own(app, doctree):
    """Tell Sphinx that a deck belongs to no table of contents."""
    app.env.metadata[app.env.docname]["orphan"] = True


def setup(app):
    """Register all of it with Sphinx."""
    app.add_builder(Decks)
    app.add_role("value", Value())
    for name, directive in {**DIRECTIVES, "notes": Notes}.items():
        app.add_directive(name, directive)
    app.add_node(notes, html=(visit_notes, depart_notes))
    app.add_transform(Place)
    app.add_transform(Addresses)
    app.add_post_transform(DeckCallOuts)
    app.add_html_math_renderer("mathml", (formula, None), (formula, None))
    app.connect("doctree-read", on_their_own)
    app.connect("html-page-context", for_everyone)
    return {"parallel_read_safe": False, "parallel_write_safe": False}
