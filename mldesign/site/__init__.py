"""What the book adds to its theme: a Sphinx extension, named in ``_config.yml``.

- links and launch buttons follow the repository that the build runs in, so that a fork publishes right ones unchanged
- call-outs get a class by their bold lead, so that the stylesheet can tell a prediction from a warning
- formulas become MathML while building: no script to load
- pictures load when they come into view and keep their place until then
- every page has a description; labels read aloud are those that one sees
- scripts and fonts that no page uses are neither linked nor published
- all stylesheets become one, without the rules that no page can use (:mod:`mldesign.site.styles`)
- first uses of a term lead to the glossary (:mod:`mldesign.site.glossary`)
- links to pages that an edition leaves out become text (:mod:`mldesign.site.editions`)
- the index of tools and tables says where each is used (:mod:`mldesign.site.uses`)
- every page says where it stands and what comes next (:mod:`mldesign.site.place`)
- an address that does not exist gets a page that helps (:mod:`mldesign.site.missing`)
- Evidently reports are pages of their own, with one copy of their library (:mod:`mldesign.site.reports`)
"""

import html
import os
import re
import shutil
from pathlib import Path

from docutils import nodes
from docutils.utils.math import MathError, latex2mathml
from PIL import Image
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from mldesign.site import (
    bank,
    cite,
    editions,
    glossary,
    launch,
    missing,
    offline,
    place,
    progress,
    redirects,
    reports,
    scripts,
    styles,
    uses,
)

LOGGER = logging.getLogger(__name__)
HERE = Path(__file__).resolve().parent
CALL_OUTS = ("Predict", "Assumption", "Decision", "Careful", "Principle", "Try it")
UNUSED = ("scripts/fontawesome.js", "vendor", "images", "plus.png", "minus.png", "file.png", "webpack-macros.html")
KEPT_IMAGES = ("logo_binder.svg", "logo_colab.png")
FOLDS = {"source": "code", "output": "result", "content": "code and result"}  # what MyST-NB calls it → what it is
FOLD = re.compile(r'(?<=admonition-title">)(Show|Hide) (source|output|content)</p>')
DESCRIPTION = 155  # characters that a search engine shows
THEME = {
    "use_fullscreen_button": False,
    "show_navbar_depth": 1,
    "toc_title": "On this page",
    "search_bar_text": "Search the book",
    "back_to_top_button": False,  # it lies over the text; what one goes up for stays at the top of the window
}


def follow_repository(app, config):
    """Point every link at the repository that the build runs in, where a runner says which, else at the configured one.

    ``_config.yml`` cannot add single theme options without losing the launch buttons, so they are set here too.
    """
    options = config.html_theme_options
    options.update(THEME)
    config.html_context["default_mode"] = "auto"  # light or dark as the reader's system is, until the reader chooses
    repository = os.environ.get("GITHUB_REPOSITORY")
    if repository:
        server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
        options["repository_url"] = f"{server}/{repository}"
    if os.environ.get("GITHUB_REF_TYPE") == "branch" and not os.environ.get("GITHUB_HEAD_REF"):
        options["repository_branch"] = os.environ.get("GITHUB_REF_NAME") or options["repository_branch"]
    config.html_favicon = str(HERE / "static" / "logo.svg")
    config.html_static_path.append(str(HERE / "static"))
    config.templates_path.insert(0, str(HERE / "templates"))


class CallOuts(SphinxPostTransform):
    """Give a block quote that opens with a bold lead, such as **Predict.**, the class of that call-out."""

    default_priority = 400
    names = CALL_OUTS

    def run(self, **_):
        """Set the classes ``callout`` and ``callout-predict`` (and so on) on each call-out of the page."""
        for quote in self.document.findall(nodes.block_quote):
            lead = next(iter(quote.findall(nodes.strong)), None)
            if lead is None or not quote.astext().startswith(lead.astext()):
                continue
            name = lead.astext().strip().rstrip(".:")
            if name in self.names:
                quote["classes"] += ["callout", f"callout-{name.lower().replace(' ', '-')}"]


def formula(translator, node):
    """Write a formula as MathML, which browsers render without a script."""
    block = isinstance(node, nodes.math_block)
    try:
        markup = latex2mathml.tex2mathml(node.astext(), as_block=block)
    except MathError as error:
        LOGGER.warning("formula %r: %s", node.astext(), error, location=node)
        markup = f"<code>{html.escape(node.astext())}</code>"
    translator.body.append(f'<div class="formula">{markup}</div>' if block else markup)
    raise nodes.SkipNode


def improve_page(app, pagename, templatename, context, doctree):
    """Finish a page: its description, its pictures and its labels."""
    if doctree is None:
        text = html.escape(f"{app.config.html_title}: {pagename}")
        context["metatags"] = context.get("metatags", "") + f'<meta name="description" content="{text}"/>\n'
        return
    if 'name="description"' not in context["metatags"]:
        text = html.escape(description(doctree))
        context["metatags"] += f'<meta name="description" content="{text}"/>\n'
    body = context["body"].replace('<summary aria-label="Toggle hidden content">', "<summary>")
    body = FOLD.sub(lambda found: f"{found[1]} {FOLDS[found[2]]}</p>", body)
    body = body.replace("<th></th>", "<td></td>")  # the corner of a data frame heads nothing
    body = body.replace('<th class="head"><p></p></th>', '<th class="head"><p class="visually-hidden">row</p></th>')
    context["body"] = reports.link(pictures(body, sizes(app)))


def let_text_come_first(app, pagename, templatename, context, doctree):
    """Let scripts wait until the page is read, in their order, so that none delays its text.

    Lines within the page can wait only as a module. The search page's own lines need all scripts at once. Every page
    gets the same objects, so that what one changes must be changed back by the next.
    """
    waits = pagename != "search"
    for script in context["script_files"]:
        named = getattr(script, "filename", None)
        wanted = {"defer": "defer"} if named else {"type": "module"}
        for attribute in wanted:
            script.attributes.pop(attribute, None)
        if waits and (named or "body" in script.attributes):
            script.attributes.update(wanted)


def label_folds(app, pagename, templatename, context, doctree):
    """Name the arrows that fold chapters in the navigation: the theme leaves them without a text to read aloud."""
    original = context.get("generate_toctree_html")
    if original is None:
        return

    def labelled(*positional, **named):
        found = str(original(*positional, **named))
        named_fold = re.compile(r"(<a [^>]*>\s*)([^<]+?)(\s*</a>\s*<details[^>]*>\s*)<summary>")
        return named_fold.sub(r'\1\2\3<summary aria-label="Pages of \2">', found)

    context["generate_toctree_html"] = labelled


def description(doctree) -> str:
    """Return the first sentences of a page's prose, up to about 155 characters, for search engines and link previews."""
    found = ""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section | nodes.block_quote):
            found = f"{found} {' '.join(paragraph.astext().split())}".strip()
        if len(found) >= DESCRIPTION / 2:
            break
    if len(found) <= DESCRIPTION:
        return found or doctree.next_node(nodes.title).astext()
    sentence = max(found.rfind(end, 0, DESCRIPTION) for end in (". ", "? "))
    return found[: sentence + 1] if sentence > DESCRIPTION / 3 else found[:DESCRIPTION].rsplit(" ", 1)[0] + " …"


def sizes(app) -> dict[str, tuple[int, int]]:
    """Return the width and height in pixels of every picture that the build has met: published name → size."""
    known = app.env.__dict__.setdefault("_mldesign_sizes", {})
    for source, name in app.builder.images.items():
        if name not in known:
            path = Path(source) if Path(source).is_absolute() else Path(app.srcdir) / source
            known[name] = size(path)
    return known


def size(path: Path) -> tuple[int, int]:
    """Return the width and height of a picture file in pixels; of an SVG, those of its ``viewBox``.

    Raises:
        ExtensionError: for an SVG without a ``viewBox``, whose place on the page cannot be kept.
    """
    if path.suffix != ".svg":
        with Image.open(path) as image:
            return image.size
    box = re.search(r'viewBox="[-\d.]+[ ,]+[-\d.]+[ ,]+([\d.]+)[ ,]+([\d.]+)"', path.read_text(encoding="utf-8"))
    if box is None:
        raise ExtensionError(f"{path.name} has no viewBox; add one to its <svg> element, so that pages keep its place.")
    return round(float(box[1])), round(float(box[2]))


def pictures(body: str, known: dict[str, tuple[int, int]]) -> str:
    """Give every picture of a page its size, and let it load when it comes into view."""

    def finish(match):
        tag = match[0]
        source = re.search(r'src="([^"]+)"', tag)
        if source is None or source[1].startswith("data:"):
            return tag
        extra = ""
        place = known.get(Path(source[1]).name)
        if place and " width=" not in tag:
            extra += f' width="{place[0]}" height="{place[1]}"'
        if " loading=" not in tag:
            extra += ' loading="lazy"'
        return tag.replace("<img", f"<img{extra}", 1)

    return re.sub(r"<img\b[^>]*>", finish, body)


def drop_unused(app, error):
    """Take what no page loads out of the published folder: icon fonts, source maps, the script that draws icons."""
    if error or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    for name in UNUSED:
        path = static / name
        if name == "images":
            for picture in path.iterdir():
                if picture.name not in KEPT_IMAGES:
                    picture.unlink()
        elif path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for path in [*static.rglob("*.map"), *static.rglob("*.LICENSE.txt")]:
        path.unlink()
    sheet = static / "styles" / "pydata-sphinx-theme.css"  # its letters and icons, which were dropped above
    sheet.write_text(re.sub(r"@font-face\s*{[^}]*}", "", sheet.read_text(encoding="utf-8")), encoding="utf-8")


def setup(app):
    """Register all of it with Sphinx."""
    app.add_config_value("comments_config", {}, "html")  # Jupyter Book sets it also where comments are not loaded
    app.connect("config-inited", follow_repository, priority=400)
    app.connect("html-page-context", improve_page)
    app.connect("html-page-context", let_text_come_first, priority=900)
    app.connect("html-page-context", label_folds, priority=900)
    app.connect("build-finished", drop_unused)
    app.connect("build-finished", reports.publish)
    editions.setup(app)
    app.add_post_transform(CallOuts)
    app.add_html_math_renderer("mathml", (formula, None), (formula, None))
    glossary.setup(app)
    uses.setup(app)
    progress.setup(app)
    launch.setup(app)
    redirects.setup(app)
    missing.setup(app)
    cite.setup(app)
    offline.setup(app)
    scripts.setup(app)
    styles.setup(app)
    bank.setup(app)
    place.setup(app)
    app.add_css_file("course.css", priority=900)
    app.add_css_file("features.css", priority=901)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
