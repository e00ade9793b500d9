"""What a machine can see of a capstone repository. All of it happens in a confined process, in a fresh clone.

:func:`gather` runs the pipeline, the tests, and each test again with its fault planted; then every check of :data:`CHECKS` is a
function of what was found. A check says points and evidence, and what a person should ask.
"""

import ast
import fnmatch
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from datetime import datetime
from pathlib import Path

import yaml

from mldesign.grading import confine

KINDS = ("code", "data", "model", "behaviour")
DOCUMENTS = ("proposal", "data-card", "decision-record", "model-card", "team-contract")
PLACE = re.compile(r"\[[^\]\n]{3,}\](?![(\[])")  # of a template; a link is none
COURSE = ("mldesign", "targeting")
BLOCK = 'raise ImportError("A submission runs without the course: take what you need into your own repository.")\n'
DATA = ("*.parquet", "*.pkl", "*.pickle", "*.joblib", "*.skops", "*.db", "*.sqlite*", "*.zip", "*.xlsx", "*.feather")
LARGEST = 300_000  # bytes of a tracked file
SECRETS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a key of AWS": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "a token of GitHub": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
    "a password": re.compile(r"(?i)\b(password|passwd|api_?key|secret)\b\s*[:=]\s*['\"][^'\"\s${}]{8,}['\"]"),
}
ROWS = {"row", "rows", "sample", "flight", "flights", "departure", "departures", "record", "observation"}
WORDS = 60  # of a document, at least
FAULTS = 8  # of evidence.yaml that are planted
TEXT = 20_000  # characters of a document that are kept
RUNS = 50  # commits of an evaluation that are looked through
RUN = ("dvc.lock", "reports/", "models/")  # what a run writes is nobody's work
PERSONAL = 20  # reflections and peer reviews that are kept
SECONDS = {"repro": 300, "tests": 180, "fault": 120, "tool": 30}


# Gathering: runs code of the team


def gather(payload: dict) -> dict:
    """Run a repository and return what was found, as JSON can hold it.

    Args:
        payload: ``folder`` with the clone in ``tree``, ``guards`` (see :func:`mldesign.grading.confine.enter`), ``tests`` (the
            starter's tests, as :func:`bodies` gives them), ``starter`` (path → text), ``templates`` (document → its
            text), ``what`` (the starter's decision).
    """
    try:
        return _gather(Path(payload["folder"]), payload)
    except Exception as error:  # such as a tree that a stage has deleted: the team's report says it
        return {"broken": f"{type(error).__name__}: {error}"[:300]}


def _gather(folder: Path, payload: dict) -> dict:
    tree = folder / "tree"
    for name in foreign(tree):
        (folder / "block" / name).mkdir(parents=True)
        (folder / "block" / name / "__init__.py").write_text(BLOCK, encoding="utf-8")
    confine.enter(folder, payload["guards"])
    found = {
        "history": history(tree, payload["what"]),
        "own": own(tree, payload["starter"]),
        "tracked": tracked(tree),
        "imports": imports(tree),
        "params": _yaml(tree / "params.yaml"),
    }
    found["documents"] = {name: document(tree, name, payload["templates"].get(name, "")) for name in DOCUMENTS}
    found["personal"] = personal(tree)
    found["committed"] = {name: _json(tree / f"reports/{name}.json") for name in ("evaluation", "decision")}
    found["workflow"] = workflow(tree)
    found["repro"] = run(
        folder, ["-m", "dvc", "repro", "--force"], SECONDS["repro"]
    )  # also what dvc.lock calls unchanged
    found["changed"] = changed(tree)
    found["reports"] = {name: _json(tree / f"reports/{name}.json") for name in ("evaluation", "decision", "monitor")}
    decisions = tree / "data/decisions"
    found["decisions"] = len([path for path in decisions.rglob("*") if path.is_file()]) if decisions.is_dir() else 0
    found["tests"] = tests(folder)
    found["faults"] = faults(folder, payload["tests"], found["tests"]["cases"])
    return found


def run(folder: Path, words: list[str], seconds: int) -> dict:
    """Run the judge's Python in the clone, without the course, and return exit code (None when late) and the end of its output."""
    path = os.pathsep.join([str(folder / "block"), str(folder / "tree" / "src")])
    try:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=folder / "tree",
            # no compiled files: a fault that is planted within a second of the last must run, too
            env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return {"code": None, "said": f"not done after {seconds} seconds"}
    return {"code": done.returncode, "said": done.stdout.decode("utf-8", "replace")[-2000:]}


def git(tree: Path, *words: str) -> str:
    """Return what git says; an empty text when it fails."""
    done = subprocess.run(["git", *words], cwd=tree, capture_output=True, timeout=SECONDS["tool"])
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def _yaml(path: Path) -> dict:
    try:
        return _mapping(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return {}


def _json(path: Path) -> dict:
    try:
        return _mapping(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return {}


def _mapping(content: object) -> dict:
    """Return a mapping as JSON can hold it, its keys as text; an empty one for anything else."""
    return json.loads(json.dumps(_keyed(content), default=str)) if isinstance(content, dict) else {}


def _keyed(content: object) -> object:
    """Return the content with keys that are text: YAML has others, such as dates."""
    if isinstance(content, dict):
        return {str(key): _keyed(value) for key, value in content.items()}
    return [_keyed(value) for value in content] if isinstance(content, list) else content


def history(tree: Path, given: str) -> dict:
    """Return who committed how often, and what params.yaml said before the first evaluation was committed.

    Args:
        tree: the clone.
        given: the starter's ``decision.what``. Runs of it are no evaluations of a team that now decides something else.
    """
    runs = git(tree, "log", "--diff-filter=AM", "--format=%H", "--reverse", "--", "reports/evaluation.json").split()
    found = {
        "commits": git(tree, "shortlog", "-sn", "HEAD").split("\n")[:12],
        "first": None,
        "before": None,
        "skipped": 0,
    }
    if _what(_yaml(tree / "params.yaml")) != given:
        found["skipped"] = len(list(itertools.takewhile(lambda run: _what(_params(tree, run)) == given, runs[:RUNS])))
    for run in runs[found["skipped"] :][:1]:
        found["first"] = git(tree, "log", "-1", "--format=%h %ad %s", "--date=short", run).strip()
        found["before"] = _params(tree, f"{run}^") or None
    return found


def _params(tree: Path, commit: str) -> dict:
    try:
        return _mapping(yaml.safe_load(git(tree, "show", f"{commit}:params.yaml")))
    except (yaml.YAMLError, RecursionError):
        return {}


def _what(params: dict) -> object:
    decision = params.get("decision")
    return decision.get("what") if isinstance(decision, dict) else None


def own(tree: Path, starter: dict[str, str]) -> list[str]:
    """Return the committed files in which a repository differs from the starter, also those it lacks."""
    names = {*git(tree, "ls-files", "-z").split("\0"), *starter} - {""}
    return sorted(name for name in names if not name.startswith(RUN) and _text(tree / name) != starter.get(name))


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None


def tracked(tree: Path) -> list[str]:
    """Return what should not be in git: data, models, databases, large files, keys; also files that were deleted later."""
    wrong = []
    ever = sorted(
        set(git(tree, "log", "--all", "--format=", "--name-only", "-z", "--no-renames", "--diff-filter=A").split("\0"))
        - {""}
    )
    wrong += [
        f"{name} (data or a model)" for name in ever if any(fnmatch.fnmatch(Path(name).name, kind) for kind in DATA)
    ]
    for name in git(tree, "ls-files", "-z").split("\0"):
        path = tree / name
        if not name or not path.is_file() or path.is_symlink():
            continue
        if path.stat().st_size > LARGEST:
            wrong.append(f"{name} ({path.stat().st_size // 1000} kB)")
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        wrong += [f"{name} ({what})" for what, pattern in SECRETS.items() if pattern.search(text)]
    return wrong[:20]


def foreign(tree: Path) -> list[str]:
    """Return which packages of the course are not the repository's own: a team may call its package as the labs call theirs."""
    return [name for name in COURSE if not any((tree / place / name).is_dir() for place in ("src", "."))]


def imports(tree: Path) -> list[str]:
    """Return the places where a Python file of the repository imports the course."""
    found, course = [], foreign(tree)
    for path in sorted(tree.rglob("*.py")):
        try:
            nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        except (SyntaxError, ValueError, OSError, RecursionError):
            continue
        for node in nodes:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            found += [
                f"{path.relative_to(tree).as_posix()}:{node.lineno}" for name in names if name.split(".")[0] in course
            ]
    return found[:20]


def document(tree: Path, name: str, template: str) -> dict:
    """Return a document's text, its words, and the places of the template that are left."""
    try:
        text = (tree / f"docs/{name}.md").read_text(encoding="utf-8")[:TEXT]
    except (OSError, ValueError):
        return {"text": None, "left": [], "words": 0}
    left = [place for place in PLACE.findall(template) if place in text]
    return {"text": text, "left": left, "words": len(re.findall(r"\w+", text))}


def personal(tree: Path) -> dict[str, str]:
    """Return what people wrote alone, path → text: reflections and peer reviews."""
    found = {}
    for place in ("docs/reflections", "docs/peer-review"):
        for path in sorted((tree / place).glob("*.md")):
            if path.name != "TEMPLATE.md" and path.is_file() and len(found) < PERSONAL:
                found[path.relative_to(tree).as_posix()] = path.read_bytes()[:TEXT].decode("utf-8", "replace")
    return found


def workflow(tree: Path) -> dict:
    """Return the workflows, what they run, and what zizmor says of them."""
    files = sorted((tree / ".github/workflows").glob("*.y*ml"))
    runs = re.findall(
        r"\bmake [a-z-]+", "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)
    )
    program = shutil.which(
        "zizmor", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    )
    if not files or program is None:
        return {"files": len(files), "runs": runs, "findings": None}
    words = [program, "--offline", "--no-config", "--format", "json", *map(str, files)]
    done = subprocess.run(words, cwd=tree, capture_output=True, timeout=SECONDS["tool"])
    try:
        said = json.loads(done.stdout)
        heavy = [one for one in said if one["determinations"]["severity"] in ("Medium", "High")]
        return {
            "files": len(files),
            "runs": runs,
            "findings": sorted({f"{one['ident']}: {one['desc']}" for one in heavy}),
        }
    except (ValueError, KeyError, TypeError):
        return {"files": len(files), "runs": runs, "findings": ["zizmor cannot read the workflow"]}


def changed(tree: Path) -> list[str]:
    """Return the outputs that the pipeline left otherwise than they were committed, and reports that were not committed."""
    lines = git(tree, "status", "--porcelain", "--untracked-files=all").split("\n")
    found = [line[3:] for line in lines if line[3:].startswith(("reports/", "models/"))]
    try:
        before = _hashes(yaml.safe_load(git(tree, "show", "HEAD:dvc.lock")))
    except (yaml.YAMLError, RecursionError):
        before = {}
    now = _hashes(_yaml(tree / "dvc.lock"))
    if not before:
        found.append("dvc.lock (not committed)")
    return sorted({*found, *(path for path in before if before[path] != now.get(path))})[:20]


def _hashes(lock: object) -> dict[str, str]:
    """Return output → hash from the content of dvc.lock."""
    stages = lock.get("stages") if isinstance(lock, dict) else None
    outs = [out for stage in (stages or {}).values() if isinstance(stage, dict) for out in stage.get("outs") or []]
    return {str(out.get("path")): str(out.get("md5")) for out in outs if isinstance(out, dict)}


def tests(folder: Path) -> dict:
    """Run all tests once; return test → whether it passed with all its parameters, and the end of the output."""
    report = folder / "tmp" / "tests.xml"
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "junit_family=xunit1", f"--junitxml={report}"]
    said = run(folder, words, SECONDS["tests"])
    cases = {}
    try:
        for case in ElementTree.parse(report).iter("testcase"):
            file = case.get("file", "").replace("\\", "/")
            inside = case.get("classname", "").removeprefix(file.removesuffix(".py").replace("/", "."))
            test = "::".join([file, *filter(None, inside.split(".")), plain(case.get("name", ""))])
            bad = any(child.tag in ("failure", "error") for child in case)
            cases[test] = cases.get(test, True) and not bad
    except (OSError, ElementTree.ParseError):
        pass
    return {"code": said["code"], "said": said["said"], "cases": cases}


def plain(test: str) -> str:
    """Return the name of a test without its parameters."""
    return re.sub(r"\[.*$", "", test, flags=re.DOTALL)


def bodies(text: str) -> dict[str, str]:
    """Return the tests in a text of Python: name → body, which says whether two of them are one test, whatever they are called."""
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return {}
    tests = [node for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test")]
    return {test.name: "\n".join(map(ast.dump, test.body)) for test in tests}


def faults(folder: Path, starters: list[str], cases: dict[str, bool]) -> list[dict]:
    """Plant each fault of evidence.yaml, run its test, and take the fault out again.

    Args:
        folder: with the clone in ``tree``.
        starters: the starter's tests, as :func:`bodies` gives them.
        cases: test → whether it is green without a fault.

    Returns:
        For each: ``kind``, ``test``, ``file``, the fault (``replace``, ``by``), and ``why`` it does not count, or None when the test
        was green and turned red.
    """
    tree = folder / "tree"
    listed = _yaml(tree / "evidence.yaml").get("faults")
    found = []
    for fault in listed[:FAULTS] if isinstance(listed, list) else []:
        entry = {
            key: str(fault.get(key, "")) if isinstance(fault, dict) else ""
            for key in ("kind", "test", "file", "replace", "by")
        }
        why = _not_a_fault(tree, entry, starters, cases)
        if why is None:
            path = tree / entry["file"]
            whole = path.read_bytes()
            path.write_bytes(whole.replace(entry["replace"].encode(), entry["by"].encode()))
            done = run(folder, ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", entry["test"]], SECONDS["fault"])
            path.write_bytes(whole)
            why = {
                0: "it stays green with the fault planted",
                None: f"it is not done after {SECONDS['fault']} seconds",
            }.get(done["code"])
            if done["code"] not in (0, 1, None):
                why = f"pytest ends with code {done['code']} instead of a failed test"
        found.append({key: text[:300] for key, text in entry.items()} | {"why": why})
    return found


def _not_a_fault(tree: Path, fault: dict, starters: list[str], cases: dict[str, bool]) -> str | None:
    """Return why an entry of evidence.yaml cannot be planted or does not count, or None."""
    if fault["kind"] not in KINDS:
        return f"its kind {fault['kind']!r} is none of {', '.join(KINDS)}"
    file, *_, name = plain(fault["test"]).split("::")
    if plain(fault["test"]) not in cases:
        return "there is no such test"
    if bodies((tree / file).read_text(encoding="utf-8")).get(name) in starters:
        return "the test came with the starter"
    if not cases[plain(fault["test"])]:
        return "it is red without the fault"
    path = tree / fault["file"]
    if path.is_symlink() or not path.is_file() or not path.resolve().is_relative_to(tree.resolve()):
        return f"there is no file {fault['file']!r}"
    if path.resolve().relative_to(tree.resolve()).parts[0] == "tests":
        return "the fault is planted in a test, not in the system"
    if not fault["replace"] or path.read_bytes().count(fault["replace"].encode()) != 1:
        return "the text to replace does not stand in the file exactly once"
    return None


# Checks: functions of what was found, which run nothing


def registered(found: dict) -> tuple[bool, str]:
    """The metric, its unit and its margin stood before the first evaluation, and stand there still."""
    first, before = found["history"]["first"], found["history"]["before"]
    now = _registration(found["params"])
    if not first:
        return False, "reports/evaluation.json was never committed"
    if None in now.values():
        return False, f"params.yaml has no decision.{' or '.join(name for name, value in now.items() if value is None)}"
    if before is None or None in _registration(before).values():
        return (
            False,
            f"nothing was registered before the first evaluation ({first}): params.yaml came with it, or later",
        )
    then = _registration(before)
    moved = [f"{name} was {then[name]!r}, is {now[name]!r}" for name in now if then[name] != now[name]]
    if moved:
        return False, f"before the first evaluation ({first}): {'; '.join(moved)}"
    return (
        True,
        f"metric {now['metric']!r}, by {now['unit']}, margin {now['margin']}, all before the first evaluation ({first})",
    )


def _registration(params: dict) -> dict:
    decision = params.get("decision") if isinstance(params.get("decision"), dict) else {}
    return {name: decision.get(name) for name in ("metric", "unit", "margin")}


def written(name: str):
    """Return the check that a document has no places of its template left and says something."""

    def check(found: dict) -> tuple[bool, str]:
        entry = found["documents"][name]
        if entry["text"] is None:
            return False, f"docs/{name}.md is missing"
        if entry["left"]:
            count = len(entry["left"])
            left = "1 place is" if count == 1 else f"{count} places are"
            return False, f"docs/{name}.md: {left} left, the first: {entry['left'][0]}"
        return entry["words"] >= WORDS, f"docs/{name}.md: {entry['words']} words"

    return check


def clean_history(found: dict) -> tuple[bool, str]:
    """No data, no models, no keys in git, also not in its past."""
    return not found["tracked"], "; ".join(found["tracked"]) or "none in any commit"


def standalone(found: dict) -> tuple[bool, str]:
    """Nothing of the course is imported."""
    return not found["imports"], f"imported in {', '.join(found['imports'])}" if found["imports"] else "no import of it"


def reproduces(found: dict) -> tuple[bool, str]:
    """`dvc repro` runs in a fresh clone."""
    done = found["repro"]
    return done["code"] == 0, "ran to the end" if done["code"] == 0 else _last(done["said"])


def same(found: dict) -> tuple[bool, str]:
    """It leaves exactly what was committed."""
    if found["repro"]["code"] != 0:
        return False, "the pipeline did not run to its end"
    return not found["changed"], f"otherwise than committed: {', '.join(found['changed'])}" if found[
        "changed"
    ] else "reports and the hashes of all outputs as committed"


def in_order(found: dict) -> tuple[bool, str]:
    """Every fold learned before it was tested."""
    folds = found["reports"]["evaluation"].get("split")
    if not isinstance(folds, list) or not folds or not all(isinstance(fold, dict) for fold in folds):
        return False, "reports/evaluation.json names no folds in `split`"
    times = [(_moment(fold.get("train_until")), _moment(fold.get("test_from"))) for fold in folds]
    if any(None in pair or isinstance(pair[0], float) != isinstance(pair[1], float) for pair in times):
        return False, "`split` needs train_until and test_from in every fold: dates as YYYY-MM-DD, or numbers"
    late = [fold for fold, (until, tested) in zip(folds, times, strict=True) if not until < tested]
    if late:
        return False, f"learned until {late[0].get('train_until')}, tested from {late[0].get('test_from')}"
    return (
        True,
        f"{len(folds)} folds, the last learned until {folds[-1]['train_until']} and tested from {folds[-1]['test_from']}",
    )


def _moment(value: object) -> float | datetime | None:
    """Return when something was: a number as it is, a date or a time as written in ISO 8601, without its zone."""
    if isinstance(value, (int, float)):
        return float(value)
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        return None


def interval(found: dict) -> tuple[bool, str]:
    """Baseline and challenger by the registered metric, with an interval by a unit that is not the row."""
    said, now = found["reports"]["evaluation"], _registration(found["params"])
    difference = _difference(said)
    if difference is None or None in (said.get("baseline"), said.get("challenger")):
        return False, "reports/evaluation.json lacks baseline, challenger, or difference with estimate, low, high"
    if said.get("metric") != now["metric"] or said.get("unit") != now["unit"]:
        return (
            False,
            f"evaluated by {said.get('metric')!r} and {said.get('unit')!r}, registered {now['metric']!r} and {now['unit']!r}",
        )
    if str(now["unit"]).lower() in ROWS:
        return (
            False,
            f"the interval draws single rows ({now['unit']}): they share their luck with others of their day or person",
        )
    low, estimate, high = difference
    return low <= estimate <= high, f"{estimate:+g} ({low:+g} to {high:+g}) by {now['unit']}"


def _difference(evaluation: dict) -> tuple[float, float, float] | None:
    said = evaluation.get("difference")
    try:
        return tuple(float(said[name]) for name in ("low", "estimate", "high"))
    except (TypeError, KeyError, ValueError):
        return None


def gated(found: dict) -> tuple[bool, str]:
    """The decision follows from the interval, the margin and the checks."""
    record, difference = found["reports"]["decision"], _difference(found["reports"]["evaluation"])
    checks, margin = record.get("checks"), _registration(found["params"])["margin"]
    if (
        record.get("decision") not in ("promote", "keep")
        or not isinstance(checks, list)
        or difference is None
        or margin is None
    ):
        return (
            False,
            "reports/decision.json lacks a decision (promote or keep) or checks, or there is no interval to follow from",
        )
    failed = [str(check.get("check")) for check in checks if isinstance(check, dict) and not check.get("passed")]
    above = difference[0] > float(margin)
    said = f"{record['decision']}; lower end {difference[0]:+g}, margin {margin}; failed checks: {', '.join(failed) or 'none'}"
    return (above and not failed) if record["decision"] == "promote" else bool(failed), said


def caught(kind: str):
    """Return the check that a planted fault turns a test of this kind red."""

    def check(found: dict) -> tuple[bool, str]:
        mine = [fault for fault in found["faults"] if fault["kind"] == kind]
        if not mine:
            return False, f"evidence.yaml names no fault of kind {kind}"
        good = [fault for fault in mine if fault["why"] is None]
        if good:
            return True, f"{good[0]['test']} turns red when {good[0]['file']} has the fault"
        return False, "; ".join(f"{fault['test'] or 'no test'}: {fault['why']}" for fault in mine)

    return check


def passing(found: dict) -> tuple[bool, str]:
    """All tests pass."""
    cases = found["tests"]["cases"]
    red = [test for test, passed in cases.items() if not passed]
    if found["tests"]["code"] == 0 and cases:
        return True, f"{len(cases)} tests"
    return False, f"red: {', '.join(red[:5])}" if red else _last(found["tests"]["said"])


def automated(found: dict) -> tuple[bool, str]:
    """The workflow is pinned, has least rights, and runs what `make ci` runs."""
    said = found["workflow"]
    if not said["files"]:
        return False, "there is no workflow"
    if said["findings"] is None:
        return False, "zizmor is not installed where this was judged"
    if said["findings"]:
        return False, "; ".join(said["findings"])
    return "make ci" in said[
        "runs"
    ], f"zizmor finds nothing; runs {', '.join(sorted(set(said['runs']))) or 'no make target'}"


def operated(found: dict) -> tuple[bool, str]:
    """The pipeline leaves decisions and a monitored number."""
    monitor, count = found["reports"]["monitor"], found["decisions"]
    missing = [name for name in ("number", "usual", "last") if name not in monitor]
    if missing or not count:
        return False, f"data/decisions has {count} files; reports/monitor.json lacks {', '.join(missing) or 'nothing'}"
    return True, f"{count} files of decisions; watched: {monitor['number']}"


def _last(said: str) -> str:
    """Return the line that says what went wrong: the last that speaks of an error, a stage's own before DVC's; else the last."""
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["no output"]
    errors = [line for line in lines if re.search(r"error", line, re.IGNORECASE)]
    own = [line for line in errors if "failed to reproduce" not in line]
    return (own or errors or lines)[-1][:300]


# criterion → check, what it is called in the report
CHECKS = (
    ("decision", registered, "metric, unit and margin registered before the first evaluation"),
    ("decision", written("proposal"), "proposal filled"),
    ("data", clean_history, "no data, no models, no keys in git"),
    ("data", written("data-card"), "data card filled"),
    ("pipeline", standalone, "runs without the course"),
    ("pipeline", reproduces, "`dvc repro` runs in a fresh clone"),
    ("pipeline", same, "and leaves what was committed"),
    ("evaluation", in_order, "every fold learned before it was tested"),
    ("evaluation", interval, "registered metric, interval by a unit that is not the row"),
    ("evaluation", caught("data"), "the planted leak turns a data test red"),
    ("gate", gated, "the decision follows from the interval"),
    ("gate", written("decision-record"), "decision record filled"),
    ("tests", passing, "all tests pass"),
    ("tests", caught("code"), "a fault that a test of code sees"),
    ("tests", caught("model"), "a fault that a test of the model sees"),
    ("tests", caught("behaviour"), "a fault that a test of behaviour sees"),
    ("tests", automated, "workflow pinned, with least rights, runs `make ci`"),
    ("operation", operated, "decisions and a monitored number"),
    ("people", lambda found: _both(found, "team-contract", "model-card"), "team contract and model card filled"),
)


def _both(found: dict, *names: str) -> tuple[bool, str]:
    said = [written(name)(found) for name in names]
    return all(passed for passed, _ in said), "; ".join(text for _, text in said)
