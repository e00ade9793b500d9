"""Self-checks of the notebook *Getting ready*: one small task a part, each with a hint about the error that was made.

``check(name, answer)`` prints a verdict and never raises on a wrong answer, so the notebook always runs on. The
verdict is "not attempted" while the answer is the shipped stub (``None``, ``[]``, or a function with an empty body),
"passed", or "not yet" with a hint. Checks look at what an answer *does* (the repository after the commands, the rows of the query),
not at how it is written.
"""

import dis
import os
import posixpath
import re
import shlex
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from mldesign import data

PARTS = {  # number: (title, minutes, names of its self-checks)
    1: ("Terminal and files", 12, ("path",)),
    2: ("git", 25, ("merge", "undo")),
    3: ("SQL windows", 15, ("window",)),
    4: ("Tests with pytest", 12, ("test",)),
    5: ("HTTP", 10, ("http",)),
    6: ("Reading a traceback", 5, ("traceback",)),
    7: ("Labs, workspace and checks", 5, ()),
    8: ("Working with an AI assistant", 5, ("assistant",)),
}
KEY = {1: "b", 2: "c", 3: "b", 4: "d", 5: "c", 6: "a"}  # the placement questions
LIBRARY = Path(os.__file__).parent  # of this Python
SELF_CHECK_MINUTES = 3  # for one whose part is skipped
NEXT = "Edit the cell above, run it, then run this cell again."


@dataclass(frozen=True)
class Verdict:
    """What a check found: ``state`` is "passed", "not yet" or "not attempted"; ``message`` says why and what next."""

    state: str
    message: str


_seen: dict[str, str] = {}


def check(name: str, answer, *context) -> None:
    """Print whether an answer has passed, not yet (with a hint) or not attempted, and remember it for :func:`report`.

    Args:
        name: a key of :data:`CHECKS`, for example "merge".
        answer: what the reader wrote.
        context: what the check needs besides, for example the folder of the repository.

    Raises:
        KeyError: when there is no such check; the message lists those that exist.
    """
    verdict = judge(name, answer, *context)
    _seen[name] = verdict.state
    print(f"Self-check {name} · {verdict.state}. {verdict.message}")


def judge(name: str, answer, *context) -> Verdict:
    """Return the verdict that :func:`check` prints."""
    if name not in CHECKS:
        raise KeyError(f"No self-check is called {name!r}. Self-checks: {', '.join(CHECKS)}.")
    if untouched(answer):
        return Verdict("not attempted", NEXT)
    find_error, praise = CHECKS[name]
    try:
        hint = find_error(answer, *context)
    except Exception as error:  # an answer nobody thought of must not stop the notebook
        hint = (
            f"The check cannot read this answer ({type(error).__name__}: {error}). Compare its form with the example."
        )
    return Verdict("not yet", hint) if hint else Verdict("passed", praise)


def untouched(answer) -> bool:
    """Return whether an answer is still a stub: nothing, an empty container, blanks, a function that does nothing."""
    if code := getattr(answer, "__code__", None):
        # The compiled code is looked at, so that comments and a docstring do not count as an attempt.
        steps = {(step.opname, step.argval) for step in dis.get_instructions(code)}
        return all(name in ("RESUME", "NOP", "RETURN_VALUE") or value is None for name, value in steps)
    if isinstance(answer, dict):
        return all(untouched(value) for value in answer.values())
    if isinstance(answer, str):
        return not answer.strip()
    return answer is None or answer is ... or (isinstance(answer, list | tuple) and not answer)


def copy_of(repository: Path) -> Path:
    """Return a fresh copy beside a repository, so that cells run later do not change what a task starts from."""
    return shutil.copytree(repository, Path(tempfile.mkdtemp(dir=repository.parent)) / repository.name)


def require(program: str) -> None:
    """Make sure that a program can be run.

    Raises:
        RuntimeError: when it is not installed or not found; the message says what to do.
    """
    if shutil.which(program) is None:
        raise RuntimeError(
            f"{program} is not installed, or this notebook cannot find it. Install it "
            "(git: https://git-scm.com/downloads), then close JupyterLab and start it again from a new terminal."
        )


def report() -> None:
    """Print the state of every self-check in this session, and the parts to come back to."""
    rows = [(name, _seen.get(name, "not attempted")) for name in CHECKS]
    for name, state in rows:
        print(f"{name:<10} {state}")
    open_ones = {name for name, state in rows if state != "passed"}
    parts = [f"{number} ({title})" for number, (title, _, names) in PARTS.items() if open_ones.intersection(names)]
    print(f"Come back to: {', '.join(parts)}." if parts else "All passed. You are ready for module 1 and lab 1.")


def placement(answers: dict[int, str]) -> None:
    """Print which parts to read and which to skip.

    Args:
        answers: the letter chosen for each placement question, by the number of its part; "" or None is "do not know".
    """
    given = answers if isinstance(answers, dict) else {0: answers}
    given = {str(number): str(letter or "").strip(" ().").lower() for number, letter in given.items()}
    if not (set(given) <= {str(number) for number in KEY} and set(given.values()) <= {"", "a", "b", "c", "d"}):
        print(
            'Placement · not readable. Write one letter a-d after each number: {1: "a", 2: "", …}; "" is "do not know".'
        )
        return
    chosen = {number: given.get(str(number), "") for number in KEY}
    if not any(chosen.values()):
        total = sum(PARTS[number][1] for number in KEY)
        print(f"Placement · not attempted. Read every part; parts 1 to 6 take about {total} minutes.")
        return
    left = self_checks = 0
    for number in KEY:
        title, minutes, names = PARTS[number]
        known = chosen[number] == KEY[number]
        left += 0 if known else minutes
        self_checks += SELF_CHECK_MINUTES * len(names) if known else 0
        advice = "skip the text, do its self-check" if known else f"read it, about {minutes} minutes"
        print(f"part {number}, {title}: {advice}")
    print(f"Parts to read: about {left} minutes; self-checks of the others: about {self_checks}.")
    print(f"Then read parts 7 and 8, about {PARTS[7][1] + PARTS[8][1]} minutes.")


# --- Running commands -------------------------------------------------------------------------------------------------


def environment() -> dict[str, str]:
    """Return the environment for commands of the notebook: the reader's own, minus what would change the result.

    The reader's git settings, hooks and language are left out; the two dates are fixed, so that the same commits
    have the same hashes everywhere.
    """
    env = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTEST_"))}
    return env | {
        "GIT_AUTHOR_DATE": "2026-01-05T09:00:00+0000",
        "GIT_COMMITTER_DATE": "2026-01-05T09:00:00+0000",
        "GIT_CEILING_DIRECTORIES": str(Path(tempfile.gettempdir()).resolve()),  # never climb into another repository
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_EDITOR": "true",  # never wait for an editor that nobody sees
        "GIT_MERGE_AUTOEDIT": "no",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
        "NO_COLOR": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",  # an edit within one second would otherwise run the old code
        "PYTHONUTF8": "1",
    }


def answer(done: subprocess.CompletedProcess, folder: Path) -> list[str]:
    """Return what a command answered, for printing: its text, and its exit code when that is not 0.

    What differs between two runs or machines is left out: the address of the folder, the address and lines of Python's
    own library (shown as ``lib``), and the seconds that pytest took.
    """
    text = re.sub(
        rf'File "{re.escape(str(LIBRARY) + os.sep)}(.+?)", line \d+',
        lambda found: f'File "lib/{Path(found[1]).as_posix()}", line …',
        done.stdout + done.stderr,
    )
    for place in {str(folder), str(folder.resolve())}:
        text = text.replace(place + os.sep, "").replace(place, ".")
    text = re.sub(r" in \d+\.\d+s", "", text).rstrip()
    code = f"[exit code {done.returncode}]" if done.returncode else ""
    return [line for line in (text, code) if line]


@contextmanager
def serve(app: Callable) -> Iterator:
    """Run a web application on a free port of this machine, and stop it at the end of the block, also after an error.

    Args:
        app: an ASGI application, for example ``fastapi.FastAPI()``.

    Yields:
        An ``httpx.Client`` that knows the address, so that ``client.get("/health")`` is enough.

    Raises:
        RuntimeError: when the server has not started within ten seconds.
    """
    import httpx
    import uvicorn

    # "critical": the log of a 500 is a traceback of sixty lines, too long for a page about something else.
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))  # port 0: the system picks a free one
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        try:
            deadline = time.monotonic() + 10
            while not server.started:
                if time.monotonic() > deadline or not thread.is_alive():
                    raise RuntimeError("The server did not start. Restart the kernel and run the notebook again.")
                time.sleep(0.01)
            # trust_env=False: a proxy of the reader's network must not see calls to this machine.
            # A service that breaks over a request closes its connection; a next request on it would fail for no reason of its own.
            limits = httpx.Limits(max_keepalive_connections=0)
            address = f"http://127.0.0.1:{door.getsockname()[1]}"
            with httpx.Client(base_url=address, trust_env=False, limits=limits) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(timeout=10)


# --- Part 1: files ----------------------------------------------------------------------------------------------------


def _path(answer) -> str | None:
    text = answer.as_posix() if isinstance(answer, Path) else answer
    if not isinstance(text, str):
        return f"A path is text in quotes, such as 'data/weekly.csv'; this is a {type(answer).__name__}."
    text = text.strip()
    if "\\" in text:
        return "Backslashes work on Windows only. Write forward slashes: Python accepts them on every system."
    if text.startswith(("/", "~")) or re.match(r"[A-Za-z]:", text):
        return "That is an absolute path: it breaks on other machines. Start from grocer/reports, and go up with '..'."
    reached = posixpath.normpath(posixpath.join("grocer/reports", text))
    if reached == "grocer/data/weekly.csv":
        return None
    if reached == "grocer/data":
        return "That is the folder. Name the file in it too."
    if reached.startswith("grocer/reports/"):
        return f"From grocer/reports this leads to {reached}, which does not exist. Go up one folder first: '..'."
    return f"From grocer/reports this leads to {reached}. Each '..' goes up one folder, each name goes down one."


# --- Part 2: git ------------------------------------------------------------------------------------------------------


LATER = {"GIT_COMMITTER_DATE": "2026-01-05T09:01:00+0000"}  # or an amended commit would keep its hash
CHAINED = 'Write one command a line, or a list such as ["git …", "git …"], without `$`, `&&`, `|` or `;`.'


def _git(folder: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess:
    command, env = ["git", *arguments], environment() | changes
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, encoding="utf-8", timeout=20)


def _tip(folder: Path, name: str) -> str:
    return _git(folder, "rev-parse", name).stdout.strip()


def _contains(folder: Path, branch: str, commit: str) -> bool:
    return _git(folder, "merge-base", "--is-ancestor", commit, branch).returncode == 0


def _commands(answer) -> list[list[str]]:
    """Return an answer's commands, each a list of words; it may be a string, lines, strings, or lists of words."""
    if isinstance(answer, str):
        answer = answer.splitlines()
    if answer and all(isinstance(item, str) for item in answer) and answer[0].strip() == "git":
        answer = [answer]  # the words of one command
    commands = []
    for item in answer:
        lines = [shlex.split(line) for line in item.splitlines()] if isinstance(item, str) else [[*map(str, item)]]
        commands += [line for line in lines if line]
    return commands


def _chained(command: list[str]) -> bool:
    """Return whether a command holds what only a shell understands: a prompt, or a second command."""
    return command[0].startswith("$") or any(word in ("&&", "||", "|") or word.endswith(";") for word in command)


def _replay(answer, repository: Path, copy: Path) -> str | None:
    """Run the answer's commands in a copy of the repository; return a hint when that is not possible."""
    shutil.copytree(repository, copy)
    try:
        commands = _commands(answer)
    except (TypeError, ValueError) as error:
        return f"This cannot be read as commands ({error}). Write them as text in quotes, as you would type them."
    for command in commands:
        typed = shlex.join(command)
        if _chained(command):
            return CHAINED
        if command[0] != "git":
            return f"`{typed}` is not a git command. Each command here starts with `git`."
        try:
            done = _git(copy, *command[1:], **LATER)
        except subprocess.TimeoutExpired:
            return f"`{typed}` did not end within 20 seconds. Choose a command that asks no questions."
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
            return f"`{typed}` ended with exit code {done.returncode}. git says: {said[0]}"
    return None


def _merge(answer, repository: Path) -> str | None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        copy = Path(scratch) / "copy"
        old = {name: _tip(repository, name) for name in ("main", "newsletter")}
        if hint := _replay(answer, repository, copy):
            return hint
        if not _contains(copy, "main", old["main"]):
            return "main has lost a commit of its own. Nothing should be moved or deleted: merge adds to main."
        if _contains(copy, "main", old["newsletter"]):
            if _git(copy, "ls-tree", "--name-only", "main", "newsletter.txt").stdout.strip():
                return None
            return "main knows the commits of newsletter, but not its file: that merge threw the content away. Use a plain merge."
        if (copy / ".git" / "MERGE_HEAD").exists():
            return (
                "The merge is prepared, not committed: leave out what keeps git from committing, or add `git commit`."
            )
        if _tip(copy, "main") != old["main"] or _git(copy, "status", "--porcelain").stdout.strip():
            return (
                "The content may be there, but main does not know the commits of newsletter, so git would offer them "
                "again next time. Use a plain merge (no --squash, no cherry-pick)."
            )
        if _tip(copy, "newsletter") != old["newsletter"]:
            return "The other way round: newsletter received main. `git merge X` brings X into the branch you are on."
        if _git(copy, "branch", "--show-current").stdout.strip() == "main":
            return "You are on main now, but main has not moved. One command is missing: bring newsletter in."
        return "main has not moved. You were on newsletter all the time: go to main first, then merge."


def _undo(answer, repository: Path) -> str | None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        copy = Path(scratch) / "copy"
        bad, good = _tip(repository, "main"), _git(repository, "show", "main~1:policy.txt").stdout
        if hint := _replay(answer, repository, copy):
            return hint
        if not _contains(copy, "main", bad):
            return (
                "The wrong commit is gone from main's history. Whoever has already pulled it still has it, and the two "
                "histories no longer fit together. Undo it with a *new* commit instead."
            )
        if _tip(copy, "main^{tree}") == _tip(repository, "main~1^{tree}"):
            return None
        if _git(copy, "show", "main:policy.txt").stdout == good:
            return (
                "policy.txt is right, but another file changed with it. Undo the last commit of main and nothing else."
            )
        if (copy / "policy.txt").read_text(encoding="utf-8") == good:
            if _git(copy, "branch", "--show-current").stdout.strip() != "main":
                return (
                    "You are looking at an older commit, but main still ends in the wrong one. main needs a new commit."
                )
            return (
                "policy.txt is right in your folder, but not committed: main still says 2000. One command can do both."
            )
        if _tip(copy, "main") != bad:
            return "That undid another commit. The wrong one is the last on main: its name is HEAD."
        if any(command[1:2] in (["restore"], ["checkout"]) for command in _commands(answer)):
            return "Nothing changed: this works on edits that are not committed yet, and the 2000 is committed already."
        return "main still ends in the wrong commit. The Undo table has one row for a mistake that others have already."


# --- Part 3: SQL windows ----------------------------------------------------------------------------------------------

WEEKLY = """
with weekly as (
    select household_id, week, sum(cast(sales_value as decimal(12, 2))) as spend
    from transactions
    where household_id <= 60
    group by household_id, week
)
select household_id, week, spend, coalesce(sum(spend) over ({over}), 0) as spend_before
from weekly
order by household_id, week
"""
RIGHT_WINDOW = "partition by household_id order by week range between 4 preceding and 1 preceding"
# A window that people write: what is wrong with it. Recognised by its result, whatever its wording.
_WINDOWS = (
    (
        "partition by household_id order by week rows between 4 preceding and 1 preceding",
        "The sum counts rows, not weeks: a household that stayed away in a week has no row for it, so four rows reach "
        "further back than four weeks. Which word goes by the value of `week`?",
    ),
    (
        "partition by household_id order by week range between 4 preceding and current row",
        "The sum contains the week itself. On decision day that is part of what you want to predict. "
        "Let the frame end one week earlier.",
    ),
    (
        "partition by household_id order by week range between 3 preceding and current row",
        "The sum contains the week itself and three before it: the whole frame lies one week too late.",
    ),
    (
        "partition by household_id order by week rows between 3 preceding and current row",
        "The sum contains the week itself, and it counts rows instead of weeks. Both ends and one word have to change.",
    ),
    (
        "partition by household_id order by week rows between 4 preceding and current row",
        "The sum contains the week itself, and it counts rows instead of weeks. One end and one word have to change.",
    ),
    (
        "partition by household_id order by week range between 3 preceding and 1 preceding",
        "That reaches three weeks back. The task asks for four.",
    ),
    (
        "partition by household_id order by week range between 5 preceding and 1 preceding",
        "That reaches five weeks back. The task asks for four.",
    ),
    (
        "partition by household_id order by week range between 1 following and 4 following",
        "The frame lies in the future: these are the four weeks *after*. `preceding` looks back.",
    ),
    (
        "partition by household_id order by week",
        "There is no frame, so the sum runs from the first week to the current one. "
        "Say where it starts and ends: `range between … and …`.",
    ),
    (
        "partition by household_id",
        "Without `order by` the sum is over all weeks of the household, those to come included.",
    ),
    (
        "order by week range between 4 preceding and 1 preceding",
        "The households are mixed: without `partition by household_id` each sum takes in the other households too.",
    ),
)


def _window(answer) -> str | None:
    if not isinstance(answer, str):
        return f"Write the inside of over( … ) as text in quotes; this is a {type(answer).__name__}."
    inside = answer.strip().rstrip(";").strip()
    # With or without `sum(spend) over (` … `)` around it.
    around = r"(?:(?:sum\s*\(\s*spend\s*\)\s*)?over\s*)?\((.*)\)"
    if found := re.fullmatch(around, inside, flags=re.IGNORECASE | re.DOTALL):
        inside = found[1]
    with data.connect() as connection:
        try:
            given = connection.execute(WEEKLY.format(over=inside)).fetchall()
        except duckdb.Error as error:
            return f"DuckDB cannot run it: {str(error).splitlines()[0]}"
        wanted = connection.execute(WEEKLY.format(over=RIGHT_WINDOW)).fetchall()
        if given == wanted:
            return None
        for window, hint in _WINDOWS:
            if given == connection.execute(WEEKLY.format(over=window)).fetchall():
                return hint
    row, right = next((row, right) for row, right in zip(given, wanted, strict=False) if row != right)
    return (
        f"First difference: household {row[0]}, week {row[1]}: your sum is {row[3]}, the four weeks before it hold "
        f"{right[3]}. Three things belong inside: partition by, order by, and a frame."
    )


# --- Part 4: tests ----------------------------------------------------------------------------------------------------


def _lapsed(trips):
    return sum(trips[:4]) == 0


_BROKEN = (  # an implementation with a fault, and how a weak test can learn to notice it; the plainest faults first
    (lambda trips: False, "that always answers False. Try a household that does lapse"),
    (
        lambda trips: 0 in trips[:4],
        "that answers True when a single week is empty. Try a household that misses one week and comes in another",
    ),
    (
        lambda trips: trips[3] == 0,
        "that looks at the fourth week only. Try a household that comes in an earlier one and not in the fourth",
    ),
    (
        lambda trips: sum(trips[1:4]) == 0,
        "that forgets the first week. Try a household that comes in the first and then stays away",
    ),
    (
        lambda trips: sum(trips[:3]) == 0,
        "that looks at three weeks only. Try a household that comes back in the fourth",
    ),
    (
        lambda trips: sum(trips) == 0,
        "that looks at every week it is given. Try a household that comes back in the fifth",
    ),
    (lambda trips: sum(trips[:4]) <= 1, "that forgives a single trip. Try a household with one trip in four weeks"),
)


def _test(answer) -> str | None:
    if not callable(answer):
        return "The answer is a function: keep the line `def test_lapsed(lapsed):` and write below it."
    try:
        answer(_lapsed)
    except (AssertionError, pytest.fail.Exception):  # the second is what pytest.fail and pytest.raises raise
        return (
            "Your test is red for the right implementation, so one of its expectations is wrong. Count again: only the "
            "first four numbers matter, and True means no trip in any of them."
        )
    except Exception as error:
        return f"Your test itself breaks: {type(error).__name__}: {error}. Mend that first."
    missed = [fault for broken, fault in _BROKEN if not _notices(answer, broken)]
    if len(missed) == len(_BROKEN):
        return (
            "Your test is green whatever the function does. It needs `assert`, a call lapsed(…), and what you expect."
        )
    if missed:
        return f"Your test stays green for a function {missed[0]}."
    return None


def _notices(test: Callable, broken: Callable) -> bool:
    try:
        test(broken)
    except (Exception, pytest.fail.Exception):  # any exception makes a test red, which is what it is for
        return True
    return False


# --- Part 5: HTTP -----------------------------------------------------------------------------------------------------


def _http(answer, client) -> str | None:
    if not isinstance(answer, str):
        return f"Write the path as text in quotes, from the first '/' on; this is a {type(answer).__name__}."
    path = re.sub(r"^(GET\s+)?(https?://[^/]*)?/*", "/", answer.strip(), flags=re.IGNORECASE)
    response = client.get(path)
    if response.is_redirect:
        return f"Status {response.status_code}: the server redirects to another address. {path} has a slash too many."
    if response.status_code >= 500:
        return f"Status {response.status_code}: {path} breaks the server. Ask the endpoint that ends in /spend."
    if "json" not in response.headers.get("content-type", ""):
        return f"Status {response.status_code}, but {path} answers with a page for people, not with data."
    body = response.json()
    if response.status_code == 200:
        if (body.get("household_id"), body.get("week")) == (7, 30):
            return None
        if "household_id" not in body:
            return (
                f"Status 200, but {path} does not answer with a household's spend. Compare it with the line @app.get."
            )
        return f"Status 200, but the answer is about household {body['household_id']}, week {body['week']}."
    if response.status_code == 422:
        fault = body["detail"][0]
        return f"Status 422: the server points at {' > '.join(map(str, fault['loc']))} and says: {fault['msg']}."
    if response.status_code == 404 and body.get("detail") == "Not Found":
        return f"Status 404: no endpoint has the address {path}. Compare it with the line that starts with @app.get."
    return f"Status {response.status_code}: {body.get('detail')}"


# --- Part 6: tracebacks -----------------------------------------------------------------------------------------------


def _traceback(answer, text: str) -> str | None:
    found = [(Path(name), line) for name, line in re.findall(r'File "(.+?)", line (\d+)', text)]
    frames = [(name.name, line) for name, line in found if not name.is_relative_to(LIBRARY)]
    foreign = {name.name for name, _ in found if name.is_relative_to(LIBRARY)}
    kind, _, message = text.strip().splitlines()[-1].partition(":")
    if not isinstance(answer, list | tuple) or len(answer) != 3:
        return 'Give three things in this order: type of error, file, line, for example ("KeyError", "main.py", 12).'
    said, file, line = (str(part).strip() for part in answer)
    if said.partition(":")[0] != kind:
        if said and said in message:
            return "The first thing is the *type* of the error: the word before the colon in the last line."
        return "The type of the error is not that. It stands at the start of the last line."
    place = (Path(file).name, line)
    if place == frames[-1]:
        return None
    if place[0] in foreign:
        return (
            "That frame is in Python's library, which you will not mend. Go up to the last frame in a file of your own."
        )
    if place == frames[0]:
        return "That is where the program *started*. Look at the other end: the most recent call stands last."
    if place in frames:
        return "That is a station on the way: its call went one function deeper. Take the last frame of your own."
    if place[0] == frames[-1][0]:
        return "The file is right, the line is not: it stands after the word `line` in that frame."
    if not Path(file).suffix:
        return f"Give the file with its ending: {file}.py, not {file}."
    return f"No frame names {file}, line {line}. Frames are the lines that start with `File`."


# --- Part 8: assistants -----------------------------------------------------------------------------------------------

_POLICY = {  # situation: (accepted answers, hint)
    "explain a traceback": (("yes", "declare"), "asking for an explanation of an error is always fine."),
    "write a plotting helper": (
        ("declare",),
        "it is allowed, but it becomes part of your work: read it, test it, and declare it.",
    ),
    "solve a lab task first": (("no",), "before your own attempt it takes away what the task is there to teach."),
    "read real customer rows": (("no",), "other people's data are not yours to hand over, however useful the answer."),
    "decide the memo": (
        ("no",),
        "a memo carries your name: an assistant can correct its language, not take its decision.",
    ),
}


def _assistant(answer) -> str | None:
    if not isinstance(answer, dict):
        return "Keep the dictionary, and write one word after each colon."
    for situation, (accepted, why) in _POLICY.items():
        given = str(answer.get(situation) or "").strip().lower()
        if given not in ("yes", "declare", "no"):
            return f"'{situation}' needs one of the words yes, declare, no."
        if given not in accepted:
            return f"Look at '{situation}' again: {why}"
    return None


CHECKS: dict[str, tuple[Callable[..., str | None], str]] = {  # name: (finds the error, said when there is none)
    "path": (_path, "The path starts from the current folder, so it works on every machine that has these folders."),
    "merge": (_merge, "main now contains the commits of newsletter, and keeps its own."),
    "undo": (_undo, "main is back to 200 contacts, and the history still shows both the mistake and its repair."),
    "window": (_window, "Four calendar weeks back, the week itself left out, each household on its own."),
    "test": (_test, "Green for the right function, red for every one of the broken ones."),
    "http": (_http, "Status 200, household 7, week 30."),
    "traceback": (
        _traceback,
        "Type, file and line, in a file of your own: with these three you can start to repair, or to ask.",
    ),
    "assistant": (_assistant, "That is the policy of this course; an instructor's own rules come before it."),
}
