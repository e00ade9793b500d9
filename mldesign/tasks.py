"""What each task of ``python -m mldesign`` does, once the environment stands."""

import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "_build" / "html"
NBVAL = (
    "--nbval-current-env",
    "--nbval-cell-timeout=120",
    "--nbval-sanitize-with=tests/nbval-sanitize.cfg",
)
BUILD = ("-c", "from jupyter_book.cli.main import main; main()", "build")  # Jupyter Book has no __main__
STRICT = ("--warningiserror", "--nitpick", "--keep-going", "--quiet")
FETCHED = re.compile(r'address = \\?"https://github\.com/([\w-]+/[\w.-]+?)\\?"')  # in a set-up cell, also as JSON
FIRST_PORT, PORTS = 8000, 20


def python(*arguments: str, **environment: str) -> int:
    """Run a Python module of the environment in the course's folder; return its exit code."""
    return subprocess.call([sys.executable, "-m", *arguments], cwd=ROOT, env={**os.environ, **environment})


def build(arguments: list[str]) -> int:
    """Build the book from its stored outputs into an empty ``_build``; a warning is an error."""
    shutil.rmtree(ROOT / "_build", ignore_errors=True)
    code = subprocess.call([sys.executable, *BUILD, ".", *STRICT, *arguments], cwd=ROOT)
    if code or not (SITE / "index.html").is_file():
        print("The book was not built: the lines above name the file and the line to mend.", file=sys.stderr)
        return code or 1
    from mldesign.notebooks import pages

    missing = [page for page in pages() if not _has_text(SITE / f"{page}.html")]
    if missing:
        print(f"Built without text: {', '.join(missing)}. Nothing partial is published.", file=sys.stderr)
        return 1
    print(f"Built {len(pages())} pages into {SITE.relative_to(ROOT)}.")
    return 0


def _has_text(page: Path) -> bool:
    """Tell whether a built page exists and its article says something."""
    if not page.is_file():
        return False
    article = page.read_text(encoding="utf-8").partition("<article")[2].partition("</article>")[0]
    return len(re.sub(r"<[^>]+>|\s+", " ", article).split()) > 50


def site(arguments: list[str]) -> int:
    """Build the book, then serve it on this machine until Ctrl-C."""
    wanted = arguments[0] if arguments else str(FIRST_PORT)
    if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
        print(f"{wanted!r} is no port. Name one from 1024 to 65535: make site PORT=9000.", file=sys.stderr)
        return 2
    return build([]) or serve(int(wanted))


def serve(first: int) -> int:
    """Serve the built book on the first free port from ``first`` on, and say its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            """Say nothing: the reader wants the address to stay in sight."""

    class Server(http.server.ThreadingHTTPServer):
        allow_reuse_address = os.name != "nt"  # on Windows this would share a port that is in use

    handler = functools.partial(Quiet, directory=str(SITE))
    for port in range(first, first + PORTS):
        try:
            server = Server(("127.0.0.1", port), handler)
        except OSError:
            print(f"Port {port} is in use; trying {port + 1}.")
            continue
        with server:
            print(f"The book is at http://127.0.0.1:{port}/ (Ctrl-C stops it).", flush=True)
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                print("\nStopped.")
        return 0
    print(f"Ports {first} to {first + PORTS - 1} are all in use. Name another: make site PORT=9000.", file=sys.stderr)
    return 2


def slides(arguments: list[str]) -> int:
    """Build lecture decks alone; CONTRIBUTING.md, "Write a deck", says how one is written."""
    from mldesign.slides import build as of_decks

    return of_decks.main(arguments)


def lab(arguments: list[str]) -> int:
    """Open JupyterLab on the course, at the labs. Its terminals find the course's Python first."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return python("jupyterlab", "--ServerApp.root_dir=.", "labs/lab1-frame.ipynb", *arguments, PATH=path)


def lint(_arguments: list[str]) -> int:
    """Lint and format check of code and notebooks."""
    places = ("mldesign", "tests", "labs", "modules", "conftest.py")
    return python("ruff", "check", "--quiet", *places) or python("ruff", "format", "--check", "--quiet", *places)


def notebooks(arguments: list[str]) -> int:
    """Compare stored outputs with a fresh run; notebooks named as arguments, or all."""
    places = arguments or ["modules", "labs"]
    spread = ["-n", "2", "--dist", "loadfile"] if not arguments else []
    if not arguments and _prepare():
        return 1
    return python("pytest", "--nbval", *NBVAL, *spread, "--quiet", *places)


def smoke(arguments: list[str]) -> int:
    """Run the notebooks to the end without comparing outputs: for systems and versions other than the reference."""
    if not arguments and _prepare():
        return 1
    return python("pytest", "--nbval-lax", *NBVAL, "--quiet", *(arguments or ["modules", "labs"]))


def _prepare() -> int:
    """Run the pipelines that labs and lessons start from, once a machine, so that no notebook's time counts them."""
    from mldesign.lab import prepared
    from mldesign.lab.errors import LabError

    try:
        prepared.make()
    except LabError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def execute(arguments: list[str]) -> int:
    """Run notebooks from a clean kernel and store their outputs; those named as arguments, or all."""
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    from mldesign import notebooks as book

    failed = []
    for path in [Path(name).resolve() for name in arguments] or book.notebooks():
        started = time.perf_counter()
        if not path.is_file():
            print(f"There is no notebook {path.name}.", file=sys.stderr)
            return 2
        try:
            book.execute(path)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            print(f"{path.relative_to(ROOT)}: left as it was.\n{error}", file=sys.stderr)
            failed.append(path)
            continue
        print(f"{path.relative_to(ROOT)}: stored, {time.perf_counter() - started:.0f} s", flush=True)
    return 1 if failed else 0


def measure(arguments: list[str]) -> int:
    """Run the scripts ``measure_*.py`` beside the notebooks, each of which writes its table beside itself; those named, or all."""
    code = _scripts("measure", arguments, "Not measured")
    if not code:
        print(
            "Measured. Now `make execute` the lessons that show the figures, and read whether their text still holds."
        )
    return code


def screenshots(arguments: list[str]) -> int:
    """Run the scripts ``screenshot_*.py`` beside the notebooks, each of which shows a tool at work; those named, or all."""
    return _scripts("screenshot", arguments, "Not taken")


def _scripts(kind: str, arguments: list[str], trouble: str) -> int:
    """Run the scripts of a kind beside the notebooks and return the exit code; each is named by what follows the kind."""
    found = [path for folder in ("modules/*", "labs") for path in sorted(ROOT.glob(f"{folder}/{kind}_*.py"))]
    scripts = {path.stem.removeprefix(f"{kind}_"): path for path in found}
    unknown = [name for name in arguments if name not in scripts]
    if unknown:
        print(f"There is no {kind} called {', '.join(unknown)}. Known: {', '.join(scripts)}.", file=sys.stderr)
        return 2
    failed = [name for name in arguments or scripts if subprocess.call([sys.executable, scripts[name]], cwd=ROOT)]
    if failed:
        print(f"{trouble}: {', '.join(failed)}; the lines above say why.", file=sys.stderr)
    return 1 if failed else 0


def course(_arguments: list[str]) -> int:
    """Run the tests of the course: helpers, labs, hygiene, gates, site."""
    # One process builds the site meanwhile the other judges answers; by default those that need the site would all wait for it.
    order = ["tests/test_site.py", "tests/lab", "tests"]
    return python("pytest", *order, "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--quiet")


def labs(arguments: list[str]) -> int:
    """Run labs in the many states that students leave, and the other tests that take minutes, so not a part of `test`.

    Args:
        arguments: numbers of labs, ``rest`` for what belongs to no single lab (the chain of all, a class to grade, the
            capstone's starter and examples, faults planted in notebooks for the gates to find); or nothing, for all.
    """
    wrong = [name for name in arguments if name != "rest" and not name.isdecimal()]
    if wrong:
        print(f"{wrong[0]!r} is no lab. Write a number, or rest: make labs LAB=3.", file=sys.stderr)
        return 2
    every = " or ".join(map(_of_lab, "12345678"))
    chosen = [f"not ({every})" if name == "rest" else _of_lab(name) for name in arguments]
    code = python(
        "pytest", "tests", "-m", "matrix", "-n", "2", "--quiet", *(["-k", " or ".join(chosen)] if chosen else [])
    )
    if (
        "rest" in arguments or not arguments
    ):  # twenty kills of every stage are for a release, and the fuzzer is optional
        code = project(["-m", "slow", "-k", "not killed and not fuzz"]) or code
    return code


def _of_lab(number: str) -> str:
    """Return what selects the tests of one lab: their parameter, or their file, begins with its number."""
    return f"[{number} or lab{number}"


def grade(arguments: list[str]) -> int:
    """Judge a folder of students' workspaces and write the results beside it; ``labs/grading.md`` says how."""
    from mldesign.grading import command

    return command.main(arguments or ["--help"])


def capstone(arguments: list[str]) -> int:
    """Write the repository that a capstone team starts from; ``labs/capstone/index.md`` says what comes of it."""
    from mldesign import capstone as starter

    return starter.main(arguments)


def grade_capstone(arguments: list[str]) -> int:
    """Judge the repositories of capstone teams; ``labs/capstone/instructors.md`` says how."""
    from mldesign.grading import capstone as grading

    return grading.main(arguments or ["--help"])


def project(arguments: list[str]) -> int:
    """Run the tests of the case study in its own folder, as a student would."""
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", "--quiet", *arguments]
    return subprocess.call(command, cwd=ROOT / "labs" / "project")


GATES = {
    "lint of code and notebooks": lint,
    "tests of the course": course,
    "notebooks against their stored outputs": notebooks,
    "tests of the case study": project,
}


def test(_arguments: list[str]) -> int:
    """Run every gate, also after one has failed, and end with a table of what was checked.

    What the notebooks start from is prepared meanwhile: the first gates leave a core free.
    """
    threading.Thread(target=_prepare, daemon=True).start()
    rows = []
    for name, gate in GATES.items():
        print(f"\n=== {name}", flush=True)
        started = time.perf_counter()
        rows.append((name, gate([]), time.perf_counter() - started))
    print()
    for name, code, seconds in rows:
        print(f"{'failed' if code else 'passed'}  {seconds:4.0f} s  {name}")
    return 1 if any(code for _, code, _ in rows) else 0


A11Y = ("playwright==1.65.2", "axe-playwright-python==0.1.8")  # only `a11y` needs them: uv fetches them


def audit(arguments: list[str]) -> int:
    """Ask for known vulnerabilities, licences and unsafe workflows; needs the network."""
    from mldesign import audit as questions

    return questions.main(arguments)


def a11y(arguments: list[str]) -> int:
    """Let axe judge every built page, light and dark (or those named); needs the network once, and a Chromium."""
    if not (SITE / "index.html").is_file() and build([]):
        return 1
    packages = [word for package in A11Y for word in ("--with", package)]
    command = ["uv", "run", "--quiet", "--no-project", "--python", sys.executable, *packages, "python"]
    return python(*command, "mldesign/site/a11y.py", str(SITE), *arguments)


def weight(_arguments: list[str]) -> int:
    """Print what each built page weighs, and fail above the budget."""
    from mldesign.site import weight as scales

    return 1 if not (SITE / "index.html").is_file() and build([]) else scales.main(SITE)


def links(_arguments: list[str]) -> int:
    """Check the links of the built book, inside by its pages, outside by asking; needs the network."""
    from mldesign.site import links as checking

    return 1 if not (SITE / "index.html").is_file() and build([]) else checking.main(ROOT, BUILD)


def questions(_arguments: list[str]) -> int:
    """Check the question bank, export it into ``_build/questions``, and check the exported files; a fault is an error."""
    from mldesign.questions import imports

    return imports.export(ROOT / "_build" / "questions")


def lock(_arguments: list[str]) -> int:
    """Resolve requirements.txt for Python 3.11 to 3.13 on all systems into constraints.txt."""
    header = (
        "# The whole lock, for Python 3.11 to 3.13 on Linux, macOS and Windows. Made by `make lock` from requirements.txt;\n"
        "# do not edit. To upgrade one package, change its line there and run `make lock` again.\n"
    )
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "compile",
        "--universal",
        "--python-version",
        "3.11",
        "--no-header",
        "--no-annotate",
        "--quiet",
    ]
    command += ["--no-emit-index-url", "--no-emit-find-links", "requirements.txt"]
    resolved = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    if resolved.returncode:
        print(resolved.stderr, file=sys.stderr)
        return resolved.returncode
    (ROOT / "constraints.txt").write_text(header + resolved.stdout, encoding="utf-8", newline="\n")
    # Binder caches the layer of packages only when this file names no other file, so it is a copy.
    (ROOT / ".binder" / "requirements.txt").write_text(header + resolved.stdout, encoding="utf-8", newline="\n")
    print(f"constraints.txt: {len(resolved.stdout.splitlines())} packages")
    return 0


def address() -> str:
    """Return the repository as ``org/name``, from ``_config.yml``, the one place that owns it."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    return config["repository"]["url"].removeprefix("https://github.com/").strip("/")


def wheelhouse(arguments: list[str]) -> int:
    """Fetch every package of the lock into a folder; ``modules/teaching/classroom.md`` says how a room installs from it."""
    from mldesign import wheelhouse as packages

    return packages.main(arguments)


def repository(arguments: list[str]) -> int:
    """Set the repository's address in every tracked text file that names it.

    Replaced are the configured address and any from which a set-up cell fetches the course, so that it also mends what a
    merge brought from upstream.
    """
    if len(arguments) != 1 or not re.fullmatch(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+", arguments[0]):
        print("Name the repository as on GitHub: make repository REPO=org/name", file=sys.stderr)
        return 2
    new = arguments[0]
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True
    ).stdout
    texts = {}
    for name in filter(None, listed.split("\0")):
        try:
            texts[name] = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            continue
    old = {
        address(),
        *(found for name in texts if name.endswith(".ipynb") for found in FETCHED.findall(texts[name])),
    } - {new}
    named = re.compile("|".join(rf"(?<![\w-]){re.escape(other)}(?![\w-])" for other in sorted(old)) or "(?!)")
    changed = [name for name, text in texts.items() if named.search(text)]
    for name in changed:
        (ROOT / name).write_text(named.sub(new, texts[name]), encoding="utf-8", newline="\n")
    print(f"{', '.join(sorted(old)) or new} → {new} in {len(changed)} files: {', '.join(changed)}")
    return 0


RUN = {
    "site": site,
    "slides": slides,
    "lab": lab,
    "labs": labs,
    "grade": grade,
    "capstone": capstone,
    "grade-capstone": grade_capstone,
    "test": test,
    "build": build,
    "notebooks": notebooks,
    "smoke": smoke,
    "execute": execute,
    "measure": measure,
    "screenshots": screenshots,
    "questions": questions,
    "lint": lint,
    "audit": audit,
    "a11y": a11y,
    "weight": weight,
    "links": links,
    "lock": lock,
    "repository": repository,
    "wheelhouse": wheelhouse,
}
