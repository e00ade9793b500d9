"""Evidently reports on the site: stored without their library, drawn with the installed one, and from the lesson's run."""

import re
import types

import nbformat
import pytest

from mldesign import data
from mldesign.site import reports

ROOT = data.ROOT
STORED = reports.stored(ROOT)


def page(script: str) -> str:
    return (
        f"<html><body>\n<div></div>\n<script>var global = globalThis</script>\n<script>{script}\n</script>\n"
        "<script>window.drawDashboard(1)</script>\n</body></html>"
    )


def test_the_library_is_replaced_by_a_link_and_a_hint():
    kept = reports.without_library(page(reports.library().read_text(encoding="utf-8").strip()))
    assert len(kept) < 1000
    assert reports.TAG in kept
    assert reports.HINT in kept
    assert kept.index(reports.GONE) < kept.index("window.drawDashboard(1)")


def test_a_report_of_another_version_is_refused():
    with pytest.raises(ValueError, match="another version"):
        reports.without_library(page("var other = 1"))


def test_a_link_opens_the_report_and_other_files_stay_downloads():
    start = '<a class="reference download internal" download="" href="../../_downloads/0a1b/'
    assert reports.link(f'{start}week.html">') == '<a class="reference internal" href="figures/week.html">'
    assert reports.link(f'{start}week.csv">') == f'{start}week.csv">'


def test_publishing_puts_report_and_library_together(tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "modules/04/figures").mkdir(parents=True)
    (source / "modules/04/figures/week.html").write_text("report", encoding="utf-8")
    (target / "_downloads/0a1b").mkdir(parents=True)
    (target / "_downloads/0a1b/week.html").write_text("report", encoding="utf-8")
    app = types.SimpleNamespace(srcdir=source, outdir=target, builder=types.SimpleNamespace(format="html"))
    (source / "modules/05/figures").mkdir(parents=True)
    (source / "modules/05/figures/left-out.html").write_text("report", encoding="utf-8")
    app.env = types.SimpleNamespace(found_docs={"index", "modules/04/lesson"})
    reports.publish(app, None)
    assert not (target / "modules/05").exists(), "no page of that module is in the book"
    assert (target / "modules/04/figures/week.html").read_text(encoding="utf-8") == "report"
    assert (target / "modules/04/figures" / reports.LIBRARY).stat().st_size > 1_000_000
    assert not (target / "_downloads/0a1b/week.html").exists()


def test_the_stored_report_shows_what_lesson_4_2_prints():
    report = next(path for path in STORED if path.name == "evidently-week-47.html").read_text(encoding="utf-8")
    lesson = nbformat.read(ROOT / "modules/04-deployment/02-monitoring.ipynb", as_version=4)
    cell = next(cell for cell in lesson.cells if cell.cell_type == "code" and 'figure("Week 47' in cell.source)
    table = next(
        output.data["text/plain"]
        for output in cell.outputs
        if "distance" in output.get("data", {}).get("text/plain", "")
    )
    shown = {line.split()[0]: float(line.split()[-1]) for line in table.splitlines()[2:]}
    assert len(shown) == 8
    scores = re.findall(r'"column_name": "(\w+)".{0,2000}?"drift_score": ([\d.]+)', report)
    assert {column: round(float(score), 3) for column, score in scores} == shown


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.name)
def test_stored_reports_are_small_and_reach_for_nothing_else(path):
    text = path.read_text(encoding="utf-8")
    assert len(text) < 1_000_000
    assert reports.TAG in text
    assert "http" not in text.replace("http://www.w3.org", "")
