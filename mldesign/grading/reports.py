"""Write what grading has found: ``grades.csv``, a report for each student under ``reports/``, and ``summary.md``."""

import csv
import dataclasses
import re
import shutil
from collections import Counter
from pathlib import Path

from mldesign.grading import comparing, confine, marking, verdicts
from mldesign.lab import states, tasks
from mldesign.tasks import address

TEXT = 20_000  # characters of a document that a report shows


def write(target: Path, found: list[marking.Submission], labs: list[int], guards: list[str], seconds: float) -> None:
    """Write all results into a folder. Reports of an earlier run go; other files stay.

    Args:
        target: made when it is not there.
        found: submissions that were gone through.
        labs: their numbers.
        guards: what :func:`mldesign.grading.marking.grade` returned.
        seconds: how long it took.
    """
    shutil.rmtree(target / "reports", ignore_errors=True)
    (target / "reports").mkdir(parents=True, exist_ok=True)
    with (target / "grades.csv").open("w", encoding="utf-8-sig", newline="") as opened:  # a spreadsheet needs the mark
        table = csv.writer(opened)
        table.writerow([column.name for column in dataclasses.fields(marking.Row)])
        for one in found:
            table.writerows([cell(value) for value in dataclasses.astuple(row)] for row in one.rows)
    for one in found:
        (target / "reports" / f"{one.student}.md").write_text(report(one, labs), encoding="utf-8", newline="\n")
    (target / "summary.md").write_text(summary(found, labs, guards, seconds), encoding="utf-8", newline="\n")


def cell(value):
    """Return a value that no spreadsheet takes for a formula: names and hints hold what students wrote."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def page(lab: int, place: str = "") -> str:
    """Return the address of a lab's page on the site, or of a place in it."""
    owner, name = address().split("/")
    found = sorted(tasks.LABS.glob(f"lab{lab}-*.ipynb"))
    stem = found[0].stem if found else "index"
    return f"https://{owner}.github.io/{name}/labs/{stem}.html{place}"


def plain(text: str) -> str:
    """Return a text that Markdown shows as it is written, on one line."""
    return re.sub(r"([<>|*_`\[\]])", r"\\\1", " ".join(text.split()))


def report(one: marking.Submission, labs: list[int]) -> str:
    """Return the report of one student, which can be handed to them: it names nobody else."""
    lines = [f"# {plain(one.student)}", ""]
    if one.variant:
        lines += [f"Variant {plain(one.variant)}.", ""]
    lines += [line for remark in one.remarks for line in (remark, "")]
    for lab in labs:
        rows = [row for row in one.rows if row.lab == lab]
        lines += [f"## Lab {lab}: {sum(row.points for row in rows)} of {sum(row.of for row in rows)} points", ""]
        lines += ["| task | points | outcome |", "|---|---|---|"]
        for row in rows:
            link = page(lab, f"#task-{row.task.replace('.', '-')}")
            lines.append(f"| [{row.task} {plain(row.title)}]({link}) | {row.points} of {row.of} | {row.outcome} |")
        lines.append("")
        lines += [f"**{row.task}** ({row.outcome}). {plain(row.hint)}\n" for row in rows if row.hint]
        if one.found and not one.found["refused"]:
            lines += _documents(one, lab)
    return "\n".join(lines)


def _documents(one: marking.Submission, lab: int) -> list[str]:
    """Return what the student wrote for people, for the instructor to grade by the rubric of the lab's page."""
    lines = []
    for name, template in states.templates(lab).items():
        text = one.found["documents"].get(name)
        lines += [f"### {name}", ""]
        if text is None:
            lines += ["Missing, or not readable as UTF-8.", ""]
            continue
        what = _standing(text, template, states.after(lab).get(name, ""))
        lines += [f"{what} Rubric: [the lab's page]({page(lab)}), under *Decide*.", ""]
        if "Still" not in what:
            fence = "`" * (1 + max([2, *(len(run) for run in re.findall(r"`+", text))]))
            lines += [f"{fence}text", text[:TEXT].rstrip(), fence, ""]
    return lines


def _standing(text: str, template: str, reference: str) -> str:
    """Say how far a document is from its template, in words."""
    if text.split() == template.split():
        return "Still the template."
    if text.split() == reference.split():
        return "Still the text of the reference, which the course lays down when a lab is skipped."
    gaps = re.findall(r"\[[^\]]{3,}\](?!\()", template)
    left = sum(gap in text for gap in gaps)
    return f"{left} of {len(gaps)} places of the template are left; {len(text.split())} words."


def summary(found: list[marking.Submission], labs: list[int], guards: list[str], seconds: float) -> str:
    """Return the summary of the class for the instructor: who has what, what was missed most, what to look at."""
    head = " | ".join(f"lab {lab}" for lab in labs)
    lines = ["# Grades", "", f"| student | variant | {head} | to look at |", "|---|---|" + "---|" * (len(labs) + 1)]
    for one in found:
        points = [
            f"{sum(row.points for row in one.rows if row.lab == lab)} of {sum(row.of for row in one.rows if row.lab == lab)}"
            for lab in labs
        ]
        flags = sum(bool(row.flag) for row in one.rows) + len(one.remarks)
        lines.append(f"| {plain(one.student)} | {plain(one.variant)} | {' | '.join(points)} | {flags or ''} |")
    lines += ["", "## Tasks, the most missed first", "", "| task | " + " | ".join(verdicts.OUTCOMES) + " |"]
    lines.append("|---|" + "---|" * len(verdicts.OUTCOMES))
    counts = {}
    for row in (row for one in found for row in one.rows):
        counts.setdefault((row.task, row.title), Counter())[row.outcome] += 1
    for (task, title), count in sorted(counts.items(), key=lambda item: item[1]["passed"]):
        cells = " | ".join(str(count[outcome] or "") for outcome in verdicts.OUTCOMES)
        lines.append(f"| {task} {plain(title)} | {cells} |")
    lines += [
        "",
        "## To look at",
        "",
        "Each line is something to ask about, not a verdict: short answers coincide.",
        "",
    ]
    lines += [line for one in found if (line := _flags(one))]
    lines += [
        "",
        "## Same text",
        "",
        "Of tasks in which students have the same text, not that of the reference. White space and comments ",
    ]
    lines[-1] += "do not count, names do."
    alike = comparing.alike(found)
    lines += [
        "",
        *(f"- {plain(', '.join(one.student for one in students))}: {', '.join(shared)}" for students, shared in alike),
    ]
    lines += ["None."] if not alike else []
    lines += ["", "## What was protected", "", *(f"- {line}" for line in protection(guards))]
    lines += ["", f"{len(found)} submissions in {seconds:.0f} seconds.", ""]
    return "\n".join(lines)


def _flags(one: marking.Submission) -> str:
    """Return the remarks and flags of a submission as a line of a list; a pair with the same text is listed elsewhere."""
    where = {}
    for row in one.rows:
        for flag in filter(None, row.flag.split("; ")):
            if not flag.startswith("same text as"):
                where.setdefault(flag, []).append(row.task)
    said = [*one.remarks, *(f"{', '.join(tasks)}: {flag}." for flag, tasks in where.items())]
    return f"- **{plain(one.student)}** {plain(' '.join(said))}" if said else ""


def protection(guards: list[str]) -> list[str]:
    """Return in plain words what judged code could not reach, and what it could."""
    files = "Files: judged code could read Python, its packages and the course, and write in a folder of its own; nothing else."
    if confine.FILES not in guards:
        files = "Files: this system hides nothing from judged code. It could read and change what you can: grade in a container."
    apart = "Network and processes: judged code had no network, no hold on other processes, and all that it started ended with it."
    if confine.APART not in guards:
        apart = (
            "Network and processes: connections were refused in Python only, and a process that took a session of its own may have "
            "gone on: grade in a container without a network."
        )
    return [files, apart]
