"""The self-checks of *Getting ready*: right answers in several forms, wrong ones each with its own hint, untouched ones."""

import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Annotated

import nbformat
import pytest
from fastapi import FastAPI, HTTPException, Query
from nbclient import NotebookClient

from mldesign import ready

NOTEBOOK = Path(__file__).resolve().parent.parent / "modules" / "00-start" / "getting-ready.ipynb"
POLICY = "contacts per week: {}\n"


def state(name, answer, *context):
    return ready.judge(name, answer, *context).state


def hint(name, answer, *context):
    verdict = ready.judge(name, answer, *context)
    assert verdict.state == "not yet", verdict
    return verdict.message


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """The repository that the notebook has made when the reader reaches the last git task."""
    folder = tmp_path_factory.mktemp("contacts")

    def git(*arguments):
        subprocess.run(["git", *arguments], cwd=folder, env=ready.environment(), check=True, capture_output=True)

    def commit(name, text, message):
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        git("add", name)
        git("commit", "-q", "-m", message)

    git("init", "-q", "-b", "main")
    for setting in ("user.name=Reader", "user.email=reader@example.org", "core.autocrlf=false"):
        git("config", *setting.split("="))
    commit("policy.txt", POLICY.format(200), "first")
    git("switch", "-q", "-c", "newsletter")
    commit("newsletter.txt", "week 30\n", "newsletter")
    git("switch", "-q", "main")
    commit("README.md", "# Contacts\n", "readme")
    return folder, git, commit


@pytest.fixture
def on_newsletter(repository):
    folder, git, _ = repository
    git("switch", "-q", "newsletter")
    yield folder
    git("switch", "-q", "main")


@pytest.fixture(scope="module")
def with_mistake(repository, tmp_path_factory):
    """A copy of the repository whose main ends in the wrong commit."""
    folder = tmp_path_factory.mktemp("mistake") / "contacts"
    subprocess.run(["git", "clone", "-q", str(repository[0]), str(folder)], check=True, env=ready.environment())
    for setting in ("user.name=Reader", "user.email=reader@example.org", "core.autocrlf=false"):
        subprocess.run(["git", "config", *setting.split("=")], cwd=folder, check=True, env=ready.environment())
    (folder / "policy.txt").write_text(POLICY.format(2000), encoding="utf-8", newline="\n")
    subprocess.run(["git", "commit", "-qam", "wrong"], cwd=folder, check=True, env=ready.environment())
    return folder


STUBS = {
    "path": None,
    "merge": [],
    "undo": None,
    "window": None,
    "http": None,
    "traceback": None,
    "assistant": dict.fromkeys(ready._POLICY),
}


@pytest.mark.parametrize("name", STUBS)
def test_stub_is_not_attempted(name):
    assert state(name, STUBS[name]) == "not attempted"


def test_untouched_function_is_not_attempted_whatever_its_comments():
    def test_lapsed(lapsed):
        """A docstring is no attempt."""
        # neither is a comment
        ...

    assert state("test", test_lapsed) == "not attempted"
    assert ready.untouched("  ")
    assert not ready.untouched("git status")
    assert not ready.untouched({"a": None, "b": "yes"})


def test_notebook_checks_everything_and_leaves_everything_open():
    cells = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    printed = "".join(output.get("text", "") for cell in cells for output in cell.outputs)
    for name in ready.CHECKS:
        assert f"Self-check {name} · not attempted." in printed
    assert "Placement · not attempted." in printed


SOLVED = {
    "answers = {": f"answers = {ready.KEY}",
    "path_from_reports = None": 'path_from_reports = "../data/weekly.csv"',
    "merge_commands = []": 'merge_commands = ["git switch main", "git merge newsletter"]',
    "undo_command = None": 'undo_command = "git revert HEAD"',
    "over = None": f'over = "{ready.RIGHT_WINDOW}"',
    "    ...": "    assert [lapsed(t) for t in ([0, 0, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0, 2])] == [False, False, True]",
    "request_address = None": 'request_address = "/households/7/spend?week=30"',
    "broke_at = None": 'broke_at = ("ValueError", "clean.py", 6)',
    '"explain a traceback": None': '"explain a traceback": "yes",',
    '"write a plotting helper": None': '"write a plotting helper": "declare",',
    '"solve a lab task first": None': '"solve a lab task first": "no",',
    '"read real customer rows": None': '"read real customer rows": "no",',
    '"decide the memo": None': '"decide the memo": "no",',
}


def test_solved_notebook_is_right_everywhere():
    """The whole page with every stub replaced: the tasks can be solved where they stand."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for stub, solution in SOLVED.items():
        found = [
            (cell, line)
            for cell in notebook.cells
            if cell.cell_type == "code"
            for line in cell.source.splitlines()
            if line.startswith(stub) or line.strip().startswith(stub)
        ]
        assert len(found) == 1, f"{stub!r} stands in {len(found)} lines of the notebook"
        cell, line = found[0]
        cell.source = cell.source.replace(line, solution)
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    printed = "".join(o.get("text", "") for cell in notebook.cells for o in cell.get("outputs", []))
    assert "All passed. You are ready" in printed
    assert "Parts to read: about 0 minutes" in printed


def test_part_2_can_be_run_again():
    """Whoever has run the whole page and runs part 2 from its first cell sees the same history again."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    sources = [cell.source.splitlines()[0] for cell in notebook.cells]
    start = next(n for n, first in enumerate(sources) if first.startswith("## 2."))
    end = next(n for n, first in enumerate(sources) if first.startswith("## 3."))
    again = deepcopy([cell for cell in notebook.cells[start:end] if cell.cell_type == "code"])
    notebook.cells = [cell for cell in notebook.cells[:end] if cell.cell_type == "code"] + again
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    first, second = notebook.cells[-2 * len(again) : -len(again)], notebook.cells[-len(again) :]
    assert [_said(cell) for cell in second] == [_said(cell) for cell in first]


def _said(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def test_unknown_check_names_those_that_exist():
    with pytest.raises(KeyError, match="path, merge, undo"):
        ready.judge("paths", "x")


def test_an_answer_nobody_thought_of_is_a_hint_and_no_error():
    assert "cannot read this answer" in hint("merge", 7, Path("missing"))


@pytest.mark.parametrize("answer", ["../data/weekly.csv", "./../data/weekly.csv", Path("..", "data", "weekly.csv")])
def test_path_right(answer):
    assert state("path", answer) == "passed"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("data/weekly.csv", "Go up one folder"),
        ("..\\data\\weekly.csv", "forward slashes"),
        ("/home/me/grocer/data/weekly.csv", "absolute"),
        ("C:/grocer/data/weekly.csv", "absolute"),
        ("../data", "Name the file"),
        ("../../data/weekly.csv", "leads to data/weekly.csv"),
        (3, "text in quotes"),
    ],
)
def test_path_hint(answer, says):
    assert says in hint("path", answer)


@pytest.mark.parametrize(
    "answer",
    [
        ["git switch main", "git merge newsletter"],
        ["git checkout main", "git merge --no-ff -m 'Bring the newsletter in' newsletter"],
        [["git", "switch", "main"], ["git", "merge", "--no-edit", "newsletter"]],
        "git switch main\ngit merge newsletter\n",
        ["git switch main\ngit merge newsletter"],
        ["git switch main", "git merge --no-commit newsletter", "git commit -m 'Newsletter; and why'"],
        ["git merge main", "git switch main", "git merge newsletter"],
    ],
)
def test_merge_right(answer, on_newsletter):
    assert state("merge", answer, on_newsletter) == "passed"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (["git merge newsletter"], "You were on newsletter all the time"),
        (["git switch main"], "One command is missing"),
        (["git merge main"], "other way round"),
        (["git switch main", "git merge --squash newsletter"], "plain merge"),
        (["git switch main", "git cherry-pick newsletter"], "plain merge"),
        (["git switch main", "git merge --no-commit newsletter"], "prepared, not committed"),
        (["git switch main", "git merge -s ours newsletter"], "not its file"),
        ("git switch main && git merge newsletter", "one command a line"),
        ("git switch main; git merge newsletter", "one command a line"),
        (["$ git switch main"], "one command a line"),
        (["git branch -f main newsletter"], "lost a commit"),
        (["git switch main", "git merge newletter"], "git says: merge: newletter"),
        (["cd main", "git merge newsletter"], "not a git command"),
        (["git commit -m 'no end"], "cannot be read as commands"),
    ],
)
def test_merge_hint(answer, says, on_newsletter):
    assert says in hint("merge", answer, on_newsletter)


def test_merge_leaves_the_readers_repository_alone(on_newsletter):
    before = ready._tip(on_newsletter, "main")
    state("merge", ["git switch main", "git merge newsletter"], on_newsletter)
    assert ready._tip(on_newsletter, "main") == before


@pytest.mark.parametrize(
    "answer",
    [
        "git revert HEAD",
        "git revert --no-edit HEAD",
        ["git revert HEAD"],
        ["git", "revert", "--no-edit", "main"],
        ["git restore --source HEAD~1 policy.txt", "git commit -am 'Back to 200 contacts'"],
    ],
)
def test_undo_right(answer, with_mistake):
    assert state("undo", answer, with_mistake) == "passed"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("git reset --hard HEAD~1", "*new* commit"),
        ("git commit --amend -m x --allow-empty", "*new* commit"),
        ("git commit --amend", "*new* commit"),
        ("git commit --amend --no-edit", "*new* commit"),
        ("git status", "still ends in the wrong commit"),
        ("git stash", "still ends in the wrong commit"),
        ("git revert HEAD HEAD~1", "another file changed"),
        ("git restore policy.txt", "committed already"),
        ("git checkout HEAD~1", "older commit"),
        ("git restore --source HEAD~1 policy.txt", "not committed"),
        ("git revert --no-commit HEAD", "not committed"),
        ("git revert HEAD~1", "another commit"),
        ("git revert", "exit code"),
        ("rm policy.txt", "not a git command"),
    ],
)
def test_undo_hint(answer, says, with_mistake):
    assert says in hint("undo", answer, with_mistake)


@pytest.mark.parametrize(
    "answer",
    [
        ready.RIGHT_WINDOW,
        "PARTITION BY household_id ORDER BY week RANGE BETWEEN 4 PRECEDING AND 1 PRECEDING",
        f"over ({ready.RIGHT_WINDOW})",
        f"({ready.RIGHT_WINDOW})",
        f"sum(spend) OVER (\n{ready.RIGHT_WINDOW}\n)",
        "order by week range between 4 preceding and 1 preceding".join(["partition by household_id\n", ";"]),
        "partition by household_id order by week range between 4 preceding and current row exclude current row",
    ],
)
def test_window_right(answer):
    assert state("window", answer) == "passed"


@pytest.mark.parametrize(("window", "says"), ready._WINDOWS)
def test_window_hint(window, says):
    assert hint("window", window) == says


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("partition by household order by week", "DuckDB cannot run it"),
        ("order by week", "First difference: household"),
        (4, "text in quotes"),
    ],
)
def test_window_other_hint(answer, says):
    assert says in hint("window", answer)


def test_window_hints_are_distinct():
    assert len({says for _, says in ready._WINDOWS}) == len(ready._WINDOWS)


def right_test(lapsed):
    assert lapsed([0, 0, 0, 0]) is True
    assert lapsed([0, 0, 0, 1]) is False
    assert lapsed([1, 0, 0, 0]) is False
    assert lapsed([0, 0, 0, 0, 2])


def right_test_otherwise(lapsed):
    for trips, expected in [([0] * 4 + [3], True), ([0, 0, 0, 1, 0], False), ([2, 0, 0, 0], False)]:
        if lapsed(trips) != expected:
            raise ValueError(trips)


@pytest.mark.parametrize("answer", [right_test, right_test_otherwise])
def test_test_right(answer):
    assert state("test", answer) == "passed"


def _only(*cases):
    def test_lapsed(lapsed):
        for trips, expected in cases:
            assert lapsed(trips) == expected

    return test_lapsed


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (_only(([0, 0, 0, 0], False)), "red for the right implementation"),
        (lambda lapsed: lapsed([0, 0, 0, 0]), "whatever the function does"),
        (lambda lapsed: lapsed(5), "itself breaks: TypeError"),
        (_only(([0, 0, 0, 0, 1], True)), "single week is empty"),
        (_only(([0, 0, 0, 0, 1], True), ([0, 2, 0, 0], False)), "forgets the first week"),
        (_only(([0, 0, 0, 0, 1], True), ([2, 0, 0, 0], False)), "three weeks only"),
        (_only(([0, 0, 0, 0, 1], True), ([0, 0, 0, 1], False)), "fourth week only"),
        (_only(([0, 0, 0, 0], True), ([0, 0, 0, 1], False), ([1, 0, 0, 0], False)), "every week it is given"),
        (_only(([0, 0, 0, 1, 0], False)), "always answers False"),
        (_only(([0, 0, 0, 0, 1], True), ([0, 0, 0, 2], False), ([2, 0, 0, 0], False)), "forgives a single trip"),
        ("assert True", "a function"),
    ],
)
def test_test_hint(answer, says):
    assert says in hint("test", answer)


@pytest.fixture(scope="module")
def client():
    app = FastAPI()

    @app.get("/households/{household_id}/spend")
    def weekly_spend(household_id: int, week: Annotated[int, Query(ge=1, le=53)]):
        if household_id > 10:
            raise HTTPException(404, f"No household has the number {household_id}.")
        return {"household_id": household_id, "week": week, "spend": 1.0}

    @app.get("/broken")
    def broken():
        return 1 / 0

    with ready.serve(app) as client:
        yield client


@pytest.mark.parametrize(
    "answer",
    [
        "/households/7/spend?week=30",
        "households/7/spend?week=30",
        "GET /households/7/spend?week=30",
        "http://127.0.0.1:8000/households/7/spend?week=30",
    ],
)
def test_http_right(answer, client):
    assert state("http", answer, client) == "passed"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("/households/7/spend", "query > week"),
        ("/households/7/spend?week=thirty", "query > week"),
        ("/households/seven/spend?week=30", "path > household_id"),
        ("/households/7?week=30", "no endpoint has the address"),
        ("/households/30/spend?week=7", "No household has the number 30"),
        ("/households/7/spend?week=3", "household 7, week 3."),
        ("/households/7/spend/?week=30", "a slash too many"),
        ("/broken", "breaks the server"),
        ("/docs", "a page for people"),
        ("/openapi.json", "does not answer with a household's spend"),
        (7, "text in quotes"),
    ],
)
def test_http_hint(answer, says, client):
    assert says in hint("http", answer, client)


def test_server_stops_after_an_error():
    import httpx

    with pytest.raises(ZeroDivisionError), ready.serve(FastAPI()) as client:
        address = client.base_url
        raise ZeroDivisionError
    with pytest.raises(httpx.ConnectError), httpx.Client(trust_env=False) as other:
        other.get(address)


TRACEBACK = f"""Traceback (most recent call last):
  File "/somewhere/report.py", line 4, in <module>
    print(weekly_total(rows))
  File "/somewhere/features.py", line 5, in weekly_total
    return sum(map(to_money, rows))
  File "/somewhere/clean.py", line 3, in to_money
    return Fraction(text.strip())
  File "{ready.LIBRARY / "fractions.py"}", line 239, in __new__
    raise ValueError('Invalid literal for Fraction: %r' %
ValueError: Invalid literal for Fraction: '1,204.00'
"""


@pytest.mark.parametrize(
    "answer",
    [
        ("ValueError", "clean.py", 3),
        ["ValueError:", "code/clean.py", "3"],
        ("ValueError: Invalid literal for Fraction: '1,204.00'", "clean.py", 3),
    ],
)
def test_traceback_right(answer):
    assert state("traceback", answer, TRACEBACK) == "passed"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (("ValueError", "report.py", 4), "where the program *started*"),
        (("ValueError", "features.py", 5), "station on the way"),
        (("ValueError", "lib/fractions.py", "…"), "in Python's library"),
        (("ValueError", "clean.py", 4), "the line is not"),
        (("ValueError", "main.py", 1), "No frame names main.py"),
        (("ValueError", "clean", 3), "with its ending"),
        (("Invalid literal for Fraction", "clean.py", 3), "the *type* of the error"),
        (("TypeError", "clean.py", 3), "is not that"),
        ("ValueError", "three things"),
    ],
)
def test_traceback_hint(answer, says):
    assert says in hint("traceback", answer, TRACEBACK)


GOOD = dict(zip(ready._POLICY, ("yes", "declare", "no", "no", "no"), strict=True))


@pytest.mark.parametrize("answer", [GOOD, {key: value.upper() for key, value in GOOD.items()}])
def test_assistant_right(answer):
    assert state("assistant", answer) == "passed"


@pytest.mark.parametrize("situation", ready._POLICY)
def test_assistant_hint_names_the_situation(situation):
    wrong = {"yes": "no", "declare": "yes", "no": "declare"}[GOOD[situation]]
    assert f"'{situation}' again" in hint("assistant", GOOD | {situation: wrong})


def test_assistant_needs_one_of_three_words():
    assert "needs one of the words" in hint("assistant", GOOD | {"decide the memo": None})


def test_placement_says_what_to_skip(capsys):
    ready.placement({1: "b", 2: "A", 3: "(B).", "4": "", 5: None, "6": "a"})
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "part 1, Terminal and files: skip the text, do its self-check"
    assert said[1] == "part 2, git: read it, about 25 minutes"
    assert [("skip" in line) for line in said[:6]] == [True, False, True, False, False, True]
    assert said[6] == "Parts to read: about 47 minutes; self-checks of the others: about 9."


@pytest.mark.parametrize("answers", ["bcbdca", ["b", "c"], {1: "z"}, {7: "a"}])
def test_placement_says_what_it_cannot_read(answers, capsys):
    ready.placement(answers)
    assert "one letter a-d after each number" in capsys.readouterr().out


def test_report_names_the_parts_to_come_back_to(capsys, monkeypatch):
    monkeypatch.setattr(ready, "_seen", {})
    ready.check("path", "../data/weekly.csv")
    ready.report()
    said = capsys.readouterr().out
    assert "path       passed" in said
    assert "Come back to: 2 (git)" in said
    monkeypatch.setattr(ready, "_seen", dict.fromkeys(ready.CHECKS, "passed") | {"assistant": "not yet"})
    ready.report()
    assert "Come back to: 8 (Working with an AI assistant)." in capsys.readouterr().out
    monkeypatch.setattr(ready, "_seen", dict.fromkeys(ready.CHECKS, "passed"))
    ready.report()
    assert "You are ready" in capsys.readouterr().out


def test_environment_keeps_the_readers_git_out(monkeypatch):
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--lf")
    assert not {"GIT_DIR", "PYTEST_ADDOPTS"} & set(ready.environment())


def test_answer_leaves_out_what_changes(tmp_path):
    done = subprocess.CompletedProcess([], 1, f'File "{tmp_path / "a.py"}"\n2 passed in 0.03s\n', "")
    assert ready.answer(done, tmp_path) == ['File "a.py"\n2 passed', "[exit code 1]"]


def test_answer_shortens_the_path_of_the_library(tmp_path):
    done = subprocess.CompletedProcess([], 0, "", f'File "{ready.LIBRARY / "json" / "decoder.py"}", line 7, in decode')
    assert ready.answer(done, tmp_path) == ['File "lib/json/decoder.py", line …, in decode']


def test_copy_stays_as_it_was(tmp_path):
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository" / "a.txt").write_text("before", encoding="utf-8")
    copy = ready.copy_of(tmp_path / "repository")
    (tmp_path / "repository" / "a.txt").write_text("after", encoding="utf-8")
    assert (copy / "a.txt").read_text(encoding="utf-8") == "before"
    assert ready.copy_of(tmp_path / "repository") != copy


def test_missing_program_is_named_with_the_next_step():
    with pytest.raises(RuntimeError, match=r"no-such-program is not installed.*start it again"):
        ready.require("no-such-program")


def test_pytest_s_own_ways_to_fail_are_red_not_a_crash():
    """pytest.fail and pytest.raises raise something that is no Exception."""

    def by_hand(lapsed):
        for trips, wanted in (([0, 0, 0, 0, 1], True), ([1, 0, 0, 0, 0], False), ([0, 0, 0, 1], False)):
            if lapsed(trips) != wanted:
                pytest.fail(f"{trips} is {wanted}")
        if not lapsed([0, 0, 0, 0]) or lapsed([0, 1, 0, 0]):
            pytest.fail("wrong")

    def expects_an_error(lapsed):
        with pytest.raises(ValueError):
            lapsed([1, 1, 1, 1])

    assert state("test", by_hand) == "passed"
    assert "red for the right implementation" in hint("test", expects_an_error)
