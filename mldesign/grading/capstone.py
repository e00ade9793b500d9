"""``python -m mldesign grade-capstone FOLDER``: judge the repositories of capstone teams; ``labs/capstone/instructors.md`` says how."""

import argparse
import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from mldesign import capstone, environment
from mldesign.grading import children, evidence, marking, reports
from mldesign.grading.command import KEPT

TAGS = ("final", "mvp", "skeleton")
COLUMNS = ("team", "criterion", "check", "points", "of", "evidence")
PEOPLE = {  # criterion → points that people give, and what to ask whatever was found
    "decision": (
        3,
        "Who would act otherwise on Monday, and who is hurt by a wrong decision? Which assumption turns it?",
    ),
    "data": (2, "Which column would they like to use and must not? Let them show the test."),
    "pipeline": (1, "Kill a stage half-way and run again. Can you say after ten minutes where a feature comes from?"),
    "evaluation": (3, "Is the baseline the strongest rule that you can think of? Where does the gain come from?"),
    "gate": (2, "Which check guards less than its name says? What would reverse the decision, and who would notice?"),
    "tests": (1, "Read one test with its fault. Which fault has slipped through, and what came of it?"),
    "operation": (1, "Who is called when the number leaves its range, and what can the number not see?"),
    "people": (3, "Could the user refuse it? Which groups allow no conclusion, and does the card say so?"),
}


@dataclass
class Team:
    """A repository that was handed in, and what came of it.

    Attributes:
        path: a git repository, or a bundle of one.
        rows: criterion, title of the check, points, evidence.
        found: what :func:`mldesign.grading.evidence.gather` returned.
        refused: why nothing was judged.
    """

    name: str
    path: Path
    rows: list[tuple[str, str, int, str]] = field(default_factory=list)
    found: dict = field(default_factory=dict)
    refused: str = ""
    graded: str = ""

    @property
    def points(self) -> int:
        return sum(points for _, _, points, _ in self.rows)


def main(arguments: list[str]) -> int:
    """Judge all teams; return 0 when every repository was gone through, 2 on a mistake in the command."""
    words = _words(arguments)
    folder = Path(words.folder).resolve()
    teams = find(folder) if folder.is_dir() else []
    if not teams:
        print(f"mldesign: {folder.name} holds no git repository and no bundle, one for each team.", file=sys.stderr)
        return 2
    kept = {name: value for name, value in os.environ.items() if name in KEPT}
    os.environ.clear()  # what is judged inherits nothing of the instructor's: no token, no key
    os.environ.update(kept)
    environment.apply()
    target = Path(words.out).resolve() if words.out else folder.parent / "grades"
    guards = grade(teams, words.tag, 60 * words.minutes)
    write(target, teams, guards)
    print(f"Results: {target}", *reports.protection(guards), sep="\n")
    return 0


def _words(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m mldesign grade-capstone", description="Judge capstone repositories."
    )
    parser.add_argument("folder", help="holds a git repository, or a file TEAM.bundle, for each team")
    parser.add_argument(
        "--tag", help=f"what to judge; without it the first of {', '.join(TAGS)} that exists, else HEAD"
    )
    parser.add_argument("--out", help="folder of the results; `grades` beside the teams when left out")
    parser.add_argument("--minutes", type=int, default=10, help="for one team (%(default)s)")
    return parser.parse_args(arguments)


def find(folder: Path) -> list[Team]:
    """Return the teams in a folder, by name: each git repository and each bundle is one. A repository itself is one team."""
    if (folder / ".git").exists():
        return [Team(folder.name, folder)]
    return [
        Team(path.stem if path.suffix == ".bundle" else path.name, path)
        for path in sorted(folder.iterdir())
        if path.suffix == ".bundle" or (path / ".git").exists()
    ]


def grade(teams: list[Team], tag: str | None, seconds: int) -> list[str]:
    """Clone and judge teams one after another, fill in what was found, and return what was out of reach of their code."""
    place = Path(tempfile.mkdtemp(prefix="mldesign-capstone-")).resolve()
    starter = capstone.files()
    others = children.running()
    given = {
        "tests": [
            body for name, text in starter.items() if name.endswith(".py") for body in evidence.bodies(text).values()
        ],
        "templates": {name: starter[f"docs/{name}.md"] for name in evidence.DOCUMENTS},
        "starter": starter,
        "what": yaml.safe_load(starter["params.yaml"])["decision"]["what"],
        "guards": marking.guards(place, others),
    }
    try:
        for team in teams:
            started = time.monotonic()
            judge(team, Path(tempfile.mkdtemp(dir=place)), tag, given, seconds, others)
            print(
                f"{team.name}: {team.refused or f'{team.points} of {len(evidence.CHECKS)}'}, {time.monotonic() - started:.0f} s"
            )
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return given["guards"]


def judge(team: Team, folder: Path, tag: str | None, given: dict, seconds: int, others: int) -> None:
    """Judge one team in a folder of its own."""
    team.refused, team.graded = clone(team.path, folder / "tree", tag)
    if not team.refused:
        team.refused = lay(team.path.with_name(f"{team.name}.data"), folder / "tree")
    if not team.refused:
        cpu = seconds * (os.cpu_count() or 1)  # a stage may use every core until the clock ends it
        answer = children.call(evidence.gather, given | {"folder": str(folder)}, seconds, others, cpu)
        ends = {
            "late": f"its {seconds // 60} minutes were up; --minutes gives more",
            "many": "it started process after process",
            "silent": "it ended the process that judges it, or took more memory than there is",
        }
        found = answer.result or {}
        team.refused = ends.get(answer.ended) or found.get("broken", "")
        team.found = {} if team.refused else found
    for criterion, check, title in evidence.CHECKS:
        passed, why = _checked(check, team.found) if team.found else (False, f"not judged: {team.refused}")
        if passed and not team.found["own"]:
            passed, why = False, f"nothing in the starter is changed yet. As it came: {why}"
        team.rows.append((criterion, title, int(passed), why))


def _checked(check, found: dict) -> tuple[bool, str]:
    """Return what a check says. What a team has written may be of any type, and must not end the grading of the others."""
    try:
        return check(found)
    except Exception as error:
        return False, f"cannot be read: {type(error).__name__}: {error}"


def lay(data: Path, tree: Path) -> str:
    """Copy the data that a team hands in beside its repository into the clone; return why that failed, or nothing."""
    if not data.is_dir():
        return ""
    for path in sorted(path for path in data.rglob("*") if path.is_file() and not path.is_symlink()):
        target = tree / path.relative_to(data)
        if not target.parent.resolve().is_relative_to(tree.resolve()) or target.exists() or target.is_symlink():
            return f"{data.name} holds {path.relative_to(data).as_posix()}, which the repository has, too"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return ""


def clone(source: Path, target: Path, tag: str | None) -> tuple[str, str]:
    """Clone a repository without running anything of it; return why that failed (or nothing), and what was checked out.

    A link becomes a file that says where it led: none leads out of the clone.
    """
    quiet = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_LFS_SKIP_SMUDGE": "1",
    }

    def git(*words: str) -> subprocess.CompletedProcess:
        command = ["git", "-c", f"core.hooksPath={os.devnull}", *words]
        return subprocess.run(
            command, env={**os.environ, **quiet}, capture_output=True, text=True, encoding="utf-8", timeout=120
        )

    done = git(
        "clone", "--quiet", "--no-local", "--template=", "--config", "core.symlinks=false", str(source), str(target)
    )
    if done.returncode:
        return f"it cannot be cloned: {(done.stderr.strip().splitlines() or ['git says nothing'])[-1][:200]}", ""
    if git("-C", str(target), "rev-parse", "--is-shallow-repository").stdout.strip() == "true":
        return "its history is cut short (a shallow clone): clone it whole", ""
    there = git("-C", str(target), "tag", "--list").stdout.split()
    chosen = tag or next((name for name in TAGS if name in there), "HEAD")
    if tag and tag not in there:
        return f"it has no tag {tag}", ""
    done = git("-C", str(target), "checkout", "--quiet", "--detach", chosen)
    return ("it has no commit" if done.returncode else ""), chosen


def write(target: Path, teams: list[Team], guards: list[str]) -> None:
    """Write ``capstone.csv`` and a report for each team into a folder."""
    target.mkdir(parents=True, exist_ok=True)
    with (target / "capstone.csv").open("w", encoding="utf-8-sig", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(COLUMNS)
        for team in teams:
            for criterion, title, points, why in team.rows:
                table.writerow([reports.cell(value) for value in (team.name, criterion, title, points, 1, why)])
    for team in teams:
        (target / f"{team.name}.md").write_text(report(team), encoding="utf-8", newline="\n")


def report(team: Team) -> str:
    """Return the report of a team: points, evidence, questions, documents."""
    lines = [f"# {reports.plain(team.name)}: {team.points} of {len(evidence.CHECKS)} points that the script gives", ""]
    lines += [f"Judged: {team.graded or 'nothing'}. {team.refused}".strip(), ""]
    lines += ["| criterion | script | of | people, up to |", "|---|---:|---:|---:|"]
    for criterion, (by_people, _) in PEOPLE.items():
        mine = [points for name, _, points, _ in team.rows if name == criterion]
        lines.append(f"| {criterion} | {sum(mine)} | {len(mine)} | {by_people} |")
    for criterion, (_, always) in PEOPLE.items():
        lines += ["", f"## {criterion.capitalize()}", ""]
        mine = [row for row in team.rows if row[0] == criterion]
        lines += [
            f"- {'**yes**' if points else '**no**'} {title}: {reports.plain(why)}" for _, title, points, why in mine
        ]
        lines += ["", f"- Ask: {always}"]
        lines += [f"- Ask: {question}" for question in _questions(criterion, team.found)] if team.found else []
    return "\n".join([*lines, *_documents(team), ""])


def _questions(criterion: str, found: dict) -> list[str]:
    try:
        return questions(criterion, found)
    except Exception as error:  # a value of a type that nobody expects
        return [reports.plain(f"Something here cannot be read ({type(error).__name__}: {error}). What is it?")]


def questions(criterion: str, found: dict) -> list[str]:
    """Return what a person should ask about this repository, from what was found in it."""
    said, committed = found["reports"]["evaluation"], found["committed"]["evaluation"]
    asked = []
    before, now = found["history"]["before"], found["params"]
    if criterion == "decision" and before and before.get("money") != now.get("money"):
        asked.append(
            "The money in params.yaml changed after the first evaluation. Why, and what did it do to the result?"
        )
    if criterion == "decision" and found["history"]["skipped"]:
        asked.append(f"{found['history']['skipped']} runs of the starter's decision came first. Is theirs another?")
    months = said.get("difference_by_month")
    if criterion == "evaluation" and isinstance(months, dict) and months:
        ordered = sorted(months, key=lambda month: float(months[month]))
        asked.append(f"The difference is smallest in {ordered[0]} and largest in {ordered[-1]}. Why?")
    if criterion == "evaluation" and said.get("unit"):
        asked.append(f"Why is the {said['unit']} the unit? What does one share with the next?")
    if criterion == "tests":
        asked += [f"{fault['test']}: {fault['why']}. Did they know?" for fault in found["faults"] if fault["why"]]
        asked += [
            f"{fault['test']} sees {' '.join(fault['by'].split()) or 'nothing'} in place of "
            f"{' '.join(fault['replace'].split())} in {fault['file']}. Would it see another fault of its kind?"
            for fault in found["faults"]
            if not fault["why"]
        ]
    if criterion == "pipeline" and not any(name.startswith("src/") for name in found["own"]):
        asked.append("Everything in src/ is as the starter came. Which of these points are the team's own work?")
    if criterion == "pipeline" and found["changed"]:
        asked.append(f"Who committed {found['changed'][0]}, and from which run?")
    if criterion == "pipeline" and committed.get("difference") != said.get("difference"):
        asked.append(
            f"Committed is the difference {committed.get('difference')}, the run gives {said.get('difference')}."
        )
    if criterion == "people":
        asked.append(
            f"Commits by author: {'; '.join(' '.join(line.split()) for line in found['history']['commits'] if line)}."
        )
        asked.append(f"Written alone: {', '.join(found['personal']) or 'nothing'}. Does each reflection name a diff?")
    return [reports.plain(question) for question in asked]


def _documents(team: Team) -> list[str]:
    texts = {f"docs/{name}.md": entry for name, entry in team.found.get("documents", {}).items()}
    shown = {name: entry["text"] for name, entry in texts.items() if entry["text"] and not entry["left"]}
    lines = ["", "# Documents", ""]
    for name, text in (shown | team.found.get("personal", {})).items():
        fence = "`" * (1 + max([2, *(len(run) for run in re.findall(r"`+", text))]))
        lines += [f"## {reports.plain(name)}", "", f"{fence}text", text.rstrip(), fence, ""]
    return lines
