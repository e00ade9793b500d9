"""What a citation needs: version and date in the footer of each page, from the one file that owns them, ``CITATION.cff``."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "CITATION.cff"
PLACE = "CITATION"


def about(path: Path = FILE) -> dict:
    """Return the fields of the citation file; dates as text."""
    return {
        key: str(value) if key == "date-released" else value
        for key, value in yaml.safe_load(path.read_text(encoding="utf-8")).items()
    }


def address(repository: str) -> str:
    """Return where a repository's book is published: GitHub Pages of its owner. Empty for another host."""
    found = re.fullmatch(r"https://github\.com/([^/]+)/([^/]+?)/?", repository)
    return f"https://{found[1].lower()}.github.io/{found[2]}/" if found else ""


def text(fields: dict, repository: str) -> str:
    """Return the citation as a line of text."""
    authors = ", ".join(
        author.get("name") or f"{author['family-names']}, {author['given-names']}" for author in fields["authors"]
    )
    return f"{authors} ({fields['date-released'][:4]}). {fields['title']} (version {fields['version']}, {fields['date-released']}). {repository}"


def bibtex(fields: dict, repository: str) -> str:
    """Return the citation for BibTeX."""
    lines = {
        "author": "{"
        + " and ".join(
            author.get("name") or f"{author['family-names']}, {author['given-names']}" for author in fields["authors"]
        )
        + "}",
        "title": fields["title"],
        "year": fields["date-released"][:4],
        "version": fields["version"],
        "url": repository,
    }
    inner = ",\n".join(f"  {key} = {{{value}}}" for key, value in lines.items())
    return f"@misc{{mldesign-{fields['version']},\n{inner}\n}}"


def footer(app, config):
    """Say version and date below each page."""
    fields = about()
    config.html_theme_options["extra_footer"] = f"Version {fields['version']} of {fields['date-released']}"


def fill(app, docname, source):
    """Put the citation into the page that asks for it; a fork's page names the fork."""
    if f"<!-- {PLACE}" in source[0]:
        repository = app.config.html_theme_options["repository_url"]
        fields = about()
        source[0] = source[0].replace(f"<!-- {PLACE} text -->", f"> {text(fields, f'`{repository}`')}")
        source[0] = source[0].replace(f"<!-- {PLACE} bibtex -->", f"```text\n{bibtex(fields, repository)}\n```")


def setup(app):
    """Register with Sphinx."""
    app.connect("config-inited", footer, priority=410)
    app.connect("source-read", fill)
