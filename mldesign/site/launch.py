"""The launch menu of a notebook: a line that says what to expect there."""

PAGE = "modules/launch"
TEXT = "What to expect"


def explain(app, pagename, templatename, context, doctree):
    """Add the line below the services of the menu."""
    if PAGE not in app.env.found_docs:
        return
    for group in context.get("header_buttons", []):
        if group.get("label") == "launch-buttons":
            url = app.builder.get_relative_uri(pagename, PAGE)
            group["buttons"].append(
                {
                    "type": "link",
                    "text": TEXT,
                    "tooltip": "Time, memory, keeping your files",
                    "icon": "fas fa-lightbulb",
                    "url": url,
                }
            )


def setup(app):
    """Register with Sphinx, after the theme has made its buttons."""
    app.connect("html-page-context", explain, priority=600)
