"""The decks as a part of the site: built with it, and linked from the top of their lessons."""

from pathlib import Path

from sphinx.errors import ExtensionError

from mldesign.slides import FOLDER, build, decks
from mldesign.slides.extension import Addresses


def link_deck(app, pagename, templatename, context, doctree):
    """Put a link to the deck below the title of a lesson that has one."""
    if doctree is None or not (Path(app.srcdir) / f"{pagename}.slides.md").is_file():
        return
    address = f"{'../' * pagename.count('/')}{FOLDER}/{Path(pagename).name}.html"
    line = f'<p class="lesson-slides"><a href="{address}">Slides of this lesson</a></p>'
    context["body"] = context["body"].replace("</h1>", f"</h1>\n{line}", 1)


def publish(app, error):
    """Build the decks into the site; what is wrong with one fails the build.

    Raises:
        ExtensionError: with the messages of that build.
    """
    if error or app.builder.format != "html" or not decks(Path(app.srcdir)):
        return
    done = build.build(Path(app.outdir) / FOLDER, Path(app.srcdir))
    if done.returncode:
        raise ExtensionError(f"The decks were not built:\n{done.stdout}{done.stderr}")


def setup(app):
    """Register it with Sphinx."""
    app.connect("html-page-context", link_deck, priority=700)
    app.connect("build-finished", publish)
    app.add_transform(Addresses)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
