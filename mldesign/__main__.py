"""Every task of the course by name: ``python -m mldesign TASK``. ``make TASK`` calls the same.

Run from the course's folder with any Python. The first task makes ``.venv``, installs the lock into it and goes on there;
later ones start at once. Only the standard library is imported before that, and the syntax is kept old, so that an old
Python reaches the message that says it is too old.
"""

import hashlib
import os
import shutil
import subprocess
import sys

OLDEST, NEWEST = (3, 11), (3, 13)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
READY = os.path.join(VENV, "mldesign-ready")  # holds the fingerprint of what was installed; written last
HERE = "MLDESIGN_HERE"  # set it to use the running Python as it is, without .venv (CI with other versions, containers)

TASKS = (
    ("site", "build the book and serve it on this machine"),
    ("lab", "open JupyterLab with the labs"),
    ("test", "run every check: lint, tests, all notebooks compared with their stored outputs"),
    ("labs", "run labs in the many states that students leave (minutes each; all, or those numbered; CI runs it too)"),
    ("grade", "judge a folder of students' workspaces (for instructors): grade FOLDER --lab 2"),
    ("capstone", "write the repository that a capstone team starts from: capstone FOLDER"),
    ("grade-capstone", "judge a folder of teams' repositories (for instructors): grade-capstone FOLDER"),
    ("build", "build the book into _build/html"),
    ("slides", "build lecture decks alone, in seconds (all, or those named); with --pdf also as PDF files"),
    ("notebooks", "compare the stored outputs of all notebooks with a fresh run (or of those named)"),
    ("smoke", "run all notebooks to the end without comparing (other systems, other versions)"),
    ("execute", "run notebooks from a clean kernel and store their outputs (all, or those named)"),
    ("measure", "measure engines and services anew for the lessons that show the figures (all, or those named)"),
    ("screenshots", "photograph the tools that lessons and labs show, with a headless Chromium (all, or those named)"),
    ("questions", "check the question bank and export it for Canvas and Moodle into _build/questions"),
    ("lint", "ruff: lint and format of code and notebooks"),
    ("weight", "what each built page weighs; red above the budget"),
    ("a11y", "what axe finds on each built page, light and dark (all, or those named); needs Chromium and the network"),
    ("links", "the links of the built book, inside and outside; needs the network"),
    ("audit", "known vulnerabilities and licences of the lock, safety of the workflows; needs the network"),
    ("lock", "resolve requirements.txt anew into constraints.txt"),
    ("repository", "set the repository's address everywhere: repository ORG/NAME"),
    ("wheelhouse", "fetch every package into a folder, for a room without a network (for instructors)"),
    ("setup", "make .venv and install, nothing more; setup FOLDER installs from a wheelhouse, without a network"),
    ("help", "this list"),
)


def main(arguments):
    """Run one task; return the exit code."""
    task = arguments[0] if arguments else "help"
    names = [name for name, _ in TASKS]
    if task in ("help", "-h", "--help"):
        return show_help()
    if task not in names:
        return stop("There is no task called {!r}. Tasks: {}.".format(task, ", ".join(names)))
    if not running_in_place():
        return in_venv(arguments)
    if task == "setup":
        print("Ready: {}".format(os.path.relpath(VENV, ROOT) if inside_venv() else sys.prefix))
        return 0
    from mldesign import environment, tasks

    environment.apply()
    os.chdir(ROOT)
    return tasks.RUN[task](arguments[1:])


def show_help():
    """Print the tasks."""
    print("Machine Learning Design for Business: make TASK, or python -m mldesign TASK\n")
    for name, what in TASKS:
        print("  {:<12}{}".format(name, what))
    return 0


def stop(message):
    """Print why a task cannot go on, with the next step; return exit code 2."""
    print("mldesign: " + message, file=sys.stderr)
    return 2


def inside_venv():
    """Tell whether this Python is the one of ``.venv``."""
    return os.path.realpath(sys.prefix) == os.path.realpath(VENV)


def running_in_place():
    """Tell whether the task can run in this process: in a ready ``.venv``, or where the caller says so."""
    return bool(os.environ.get(HERE)) or (inside_venv() and installed() == fingerprint())


def fingerprint():
    """Return a digest of all that decides what is installed, and where: a moved folder is installed anew."""
    digest = hashlib.sha256(os.path.realpath(ROOT).encode("utf-8"))
    for name in ("requirements.txt", "constraints.txt", "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def installed():
    """Return the digest of what ``.venv`` holds, or nothing when it is not complete."""
    try:
        with open(READY) as file:
            return file.read().strip()
    except OSError:
        return ""


def venv_python():
    """Return the path of the Python inside ``.venv``."""
    parts = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(VENV, *parts)


def in_venv(arguments):
    """Make ``.venv`` complete if it is not, then run the task there."""
    if installed() != fingerprint() or not works(venv_python()):
        wheels = os.path.abspath(arguments[1]) if arguments[0] == "setup" and len(arguments) > 1 else ""
        if wheels and not os.path.isdir(wheels):
            return stop("There is no folder {}. Name the one that `make wheelhouse` filled.".format(wheels))
        problem = make_venv(wheels)
        if problem:
            return stop(problem)
    if arguments[0] == "setup":
        print("Ready: .venv")
        return 0
    from mldesign import environment

    environment.apply()  # before the start: Python reads PYTHONUTF8 only then
    try:
        return subprocess.call([venv_python(), "-m", "mldesign"] + arguments, cwd=ROOT)
    except KeyboardInterrupt:
        return 130


def works(python):
    """Tell whether this Python starts and is of a version that the lock covers."""
    check = "import sys; sys.exit(not ({!r} <= sys.version_info[:2] <= {!r}))".format(OLDEST, NEWEST)
    try:
        return subprocess.call([python, "-c", check], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def find_python():
    """Return a command that starts a Python of the right version, this one first; nothing where there is none."""
    candidates = [[sys.executable]]
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        candidates.append(["python3.{}".format(minor)])
        if os.name == "nt":
            candidates.append(["py", "-3.{}".format(minor)])
    for command in candidates:
        if len(command) == 1 and works(command[0]):
            return command
        if (
            len(command) == 2
            and shutil.which("py")
            and subprocess.call(command + ["-c", ""], stderr=subprocess.DEVNULL) == 0
        ):
            return command
    return None


def make_venv(wheels=""):
    """Create ``.venv`` where needed and install the lock, from a folder of wheels if one is named.

    Returns what went wrong with the next step, or nothing.
    """
    python = find_python()
    if python is None:
        return (
            "This course needs Python 3.{} to 3.{}, and found only {}.{}. Install one from python.org/downloads "
            "(or with your package manager), then run the same command again."
        ).format(OLDEST[1], NEWEST[1], *sys.version_info[:2])
    if not works(venv_python()):
        if os.path.exists(VENV):
            print("The folder .venv is incomplete or of another Python; making it anew.", flush=True)
        else:
            print("Making .venv (once).", flush=True)
        if subprocess.call(python + ["-m", "venv", "--clear", VENV]):
            return (
                "Python could not make .venv. On Debian and Ubuntu run `sudo apt install python3-venv`; "
                "otherwise delete the folder .venv and try again. If it is in use, close JupyterLab first."
            )
    print(
        "Installing the packages of constraints.txt (about 1.2 GB on disk; a minute, or several on a slow line).",
        flush=True,
    )
    files = ["-r", "requirements.txt", "-c", "constraints.txt", "-e", "."]
    if install(files, ["--no-index", "--find-links", wheels] if wheels else []):
        if wheels:
            return (
                "The packages of {} do not do for this machine; the lines above say which. It has Python {}.{}: fill the folder "
                "for that, and for this system (`make wheelhouse`), where there is a network."
            ).format(wheels, *sys.version_info[:2])
        return (
            "The packages could not be installed; the lines above say why. Without a network connection: connect once, "
            "later everything runs offline. After a stopped installation: run the same command again, it goes on. "
            "If it fails again, delete the folder .venv and start over."
        )
    with open(READY, "w") as file:
        file.write(fingerprint())
    return None


def install(files, source):
    """Install into ``.venv``: with uv, in a third of pip's time, else with pip; return the exit code.

    ``source`` are options that say where packages come from, where that is not the index. uv does not read pip's settings: where
    these name another index, pip is used. Elsewhere pip fetches uv first.
    """
    files = files + source
    pip = [venv_python(), "-m", "pip"]
    uv = [shutil.which("uv")] if shutil.which("uv") else None
    if not uv:
        own_index = os.environ.get("PIP_INDEX_URL") or not silent(pip + ["config", "get", "global.index-url"])
        if (source or not own_index) and not silent(pip + ["install", "uv", "-c", "constraints.txt"] + source):
            uv = [venv_python(), "-m", "uv"]
    if uv:
        command = uv + ["pip", "install", "--quiet", "--compile-bytecode", "--python", venv_python()]
        if subprocess.call(command + files, cwd=ROOT) == 0:
            return 0
        print("Once more, with pip; this takes some minutes.", flush=True)
    return subprocess.call(pip + ["install", "--quiet", "--disable-pip-version-check"] + files, cwd=ROOT)


def silent(command):
    """Run a command in the course's folder, show nothing of it, and return its exit code."""
    return subprocess.call(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
