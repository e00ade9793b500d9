"""The page of errors: every message that it quotes is one that the code, or a tool, really says."""

import ast
import os
import re
import subprocess

import duckdb
import pytest

from mldesign.notebooks import ROOT

PAGE = ROOT / "modules" / "errors.md"
QUOTED = [
    line.removeprefix("### ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("### ")
]
# Shells and browsers say these in words of their own.
NOT_A_MESSAGE = {"The kernel died, or the page says that it restarts", "make: command not found"}
GAP = "…"


def said(folder) -> list[str]:
    """Return every text in the code of a folder, with a gap where a value is put in."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                found.append("".join(part.value if isinstance(part, ast.Constant) else GAP for part in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(re.sub(r"\{[^{}]*\}", GAP, node.value))
    return found


def is_said(message: str, texts: list[str]) -> bool:
    """Tell whether the parts of a message, between its gaps, stand in one text in this order."""
    parts = [re.escape(part.strip()) for part in message.split(GAP) if part.strip()]
    find = re.compile(".*".join(parts), re.DOTALL)
    return any(find.search(text) for text in texts)


def catalogue() -> str:
    with pytest.raises(duckdb.CatalogException) as error:
        duckdb.sql("select 1 from nowhere")
    return str(error.value)


def column() -> str:
    with pytest.raises(duckdb.BinderException) as error:
        duckdb.sql("select wek from (select 1 as week)")
    return str(error.value)


def name() -> str:
    with pytest.raises(NameError) as error:
        exec("undefined")
    return f"NameError: {error.value}"


def module() -> str:
    with pytest.raises(ModuleNotFoundError) as error:
        __import__("mldesign_")
    return f"ModuleNotFoundError: {error.value}".replace("mldesign_", "mldesign")


def git(folder, *arguments: str, **environment: str) -> str:
    """Return what git says in a folder, without anybody's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    settings = {"HOME": str(folder), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env={**kept, **settings, **environment}, capture_output=True, text=True
    )
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def tools(tmp_path_factory) -> list[str]:
    """What DuckDB, Python and git say, provoked."""
    folder = tmp_path_factory.mktemp("git")
    outside = folder / "outside"
    outside.mkdir()
    answers = [catalogue(), column(), name(), module(), git(outside, "status", GIT_CEILING_DIRECTORIES=str(folder))]
    inside = folder / "inside"
    inside.mkdir()
    git(inside, "init", "--quiet")
    nobody = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.useConfigOnly", "GIT_CONFIG_VALUE_0": "true"}
    answers.append(git(inside, "commit", "--allow-empty", "-m", "x", **nobody))
    somebody = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    git(inside, *somebody, "commit", "--allow-empty", "-m", "x")
    answers.append(git(inside, *somebody, "commit", "-m", "x"))
    return answers


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """What the code of the course and of the case says."""
    return [*said(ROOT / "mldesign"), *said(ROOT / "labs" / "project" / "src")]


@pytest.mark.parametrize("message", [message for message in QUOTED if message not in NOT_A_MESSAGE])
def test_a_quoted_message_exists(message, texts, tools):
    assert is_said(message, [*texts, *tools]), f"nothing says: {message}"


def test_a_message_that_nothing_says_is_found(texts, tools):
    assert not is_said("The registry has lost its …", [*texts, *tools])
    assert not is_said("Run … is missing", ["… is missing. Run `…` first."])


def test_the_page_quotes_each_once():
    assert len(QUOTED) == len(set(QUOTED)) > 30


def test_messages_that_the_readme_explains_are_here_too():
    readme = (ROOT / "README.md").read_text(encoding="utf-8").partition("## When something goes wrong")[2]
    assert "errors.md" in readme.partition("\n## ")[0]
