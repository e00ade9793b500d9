"""The page "Your progress": its table of lessons and labs is made while building, and filled in by the reader's browser."""

import html
import re

from docutils import nodes

from mldesign.site.glossary import label, reading_order

PAGE = "modules/progress"
KEY = "mldesign_questions"  # in Sphinx's metadata of a page: how many quiz questions it has
# As WORK in static/progress.js: pages that a reader marks as done.
WORK = re.compile(r"(modules/\d\d-[^/]+/(\d\d-[^/]+|getting-ready)|labs/lab\d+-[^/]+|labs/capstone/walking-skeleton)$")


def count(app, document):
    """Note how many questions a page asks."""
    leads = [node.astext().strip() for node in document.findall(nodes.strong)]
    app.env.metadata[app.env.docname][KEY] = len({lead for lead in leads if re.fullmatch(r"Question \d+\.", lead)})


def table(app) -> str:
    """Return the rows of all pages that can be marked as done."""
    rows = []
    for page in reading_order(app.env):
        if WORK.match(page):
            title = app.env.titles[page].astext()
            name, uri = label(page, title), app.builder.get_relative_uri(PAGE, page)
            shown = title if name == title.partition(":")[0] or title.lower().startswith(name) else f"{name}: {title}"
            questions = app.env.metadata[page].get(KEY, 0)
            rows.append(
                f'<tr data-page="{page}" data-questions="{questions}"><td><a class="reference internal" href="{uri}">'
                f"{html.escape(shown[:1].upper() + shown[1:])}</a></td><td>–</td><td>{questions or 'no'} questions</td></tr>"
            )
    head = "<thead><tr><th>page</th><th>done</th><th>questions</th></tr></thead>"
    return f'<div id="progress"><div class="progress-tools"></div><table class="table">{head}<tbody>{"".join(rows)}</tbody></table></div>'


def fill(app, pagename, templatename, context, doctree):
    """Put the table into its page."""
    if pagename == PAGE:
        context["body"] = context["body"].replace('<div id="progress"></div>', table(app))


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-read", count)
    app.connect("html-page-context", fill)
