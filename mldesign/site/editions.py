"""An edition of the book with pages left out: those whose line in ``_toc.yml`` is commented out.

Their files stay in the repository, so that an instructor can take them in again and merge what changed upstream. On the pages
that remain, a link to one of them becomes its text and a note, and a section whose title is such a link goes. A link to any other page that is
not in the book stays an error. The cover carries the title of ``_config.yml``, so that a renamed book is renamed in one place.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

from mldesign.notebooks import left_out

NOTE = " (not in this edition)"


class LeaveOut(SphinxTransform):
    """Turn each link to a page that this edition leaves out into its text and a note."""

    default_priority = 870  # after all links are there, before titles and sections are collected

    def apply(self, **_):
        """Change the page in place."""
        absent = set(left_out(Path(self.env.srcdir) / "_toc.yml")) - self.env.found_docs
        for link in list(self.document.findall(addnodes.pending_xref)) if absent else ():
            if link.get("refdomain") != "doc" or link["reftarget"] not in absent:
                continue
            if isinstance(link.parent, nodes.title) and len(link.parent) == 1:
                section = link.parent.parent
                section.parent.remove(section)
            else:
                link.replace_self([*link.children, nodes.inline("", NOTE, classes=["left-out"])])


def name_cover(app, docname, source):
    """Put the title of ``_config.yml`` over the first page."""
    if docname == app.config.root_doc:
        source[0] = re.sub(r"^# .*$", lambda _: f"# {app.config.html_title}", source[0], count=1, flags=re.MULTILINE)


def setup(app):
    """Register both with Sphinx."""
    app.add_transform(LeaveOut)
    app.connect("source-read", name_cover)
