"""The site's own scripts, each linked only where it is used. Every page reads without them."""

ON_EVERY_PAGE = ["progress.js", "offline.js"]
ON = {"search": ["find.js"], "modules/progress": ["progress-page.js"]}


def wanted(page: str) -> list[str]:
    """Return the scripts that a page loads, in order."""
    return ON_EVERY_PAGE + ON.get(page, [])


def link(app, pagename, templatename, context, doctree):
    """Link a page's scripts; all wait until the page is read."""
    for name in wanted(pagename):
        app.add_js_file(name, loading_method="defer", priority=950)


def setup(app):
    """Register with Sphinx."""
    app.connect("html-page-context", link, priority=950)  # after the rest has been put in order
