"""Source text: take a function or a marked region out of a file, put another in, and recognise a stub.

A function is found by its name in the syntax tree, a region by its marks: a comment line with ``TASK 3.2`` and one with
``END TASK 3.2``, in the comment of the file's own kind (``#``, ``--``, ``<!--``).
"""

import ast
import inspect
import re
import textwrap
from pathlib import Path, PurePosixPath

from mldesign.lab.errors import LabError
from mldesign.lab.tasks import Task

COMMENT = r"(?:#|--|<!--|//)"


class Standing(str):
    """Lines as they stand in the workspace: what save and use_reference return is never taken for an attempt from a cell."""

    __slots__ = ()


def read(folder: Path, name: str) -> str:
    """Return the text of a file of the workspace, without the byte-order mark that some editors put before it.

    Raises:
        LabError: when it is not UTF-8; the message says how to mend it.
    """
    try:
        return (folder / name).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise LabError(
            f"{name} is not saved as UTF-8. In your editor, save it again with the encoding UTF-8. Or run "
            f"`git checkout -- {name}` in the workspace, which brings back what was last committed."
        ) from error


def module_name(file: str) -> str:
    """Return the name under which a file of the workspace is imported: ``src/targeting/value.py`` → ``targeting.value``."""
    return ".".join(PurePosixPath(file).with_suffix("").parts[1:])


def _lines(text: str) -> list[str]:
    """Return the lines as Python counts them: ``str.splitlines`` also ends one at a form feed or U+2028."""
    return text.removesuffix("\n").split("\n") if text else []


def of_function(task: Task, function) -> str:
    """Return the source of a function that was written in a cell.

    Raises:
        LabError: when it is not a function, has another name, or has no source.
    """
    if not inspect.isfunction(function):
        raise LabError(
            f"Task {task.id} needs the function {task.name}, not {type(function).__name__}. "
            f'Write lab.check("{task.id}", {task.name}), without parentheses after {task.name}.'
        )
    if function.__name__ != task.name:
        raise LabError(
            f"Task {task.id} needs a function called {task.name}, written with `def`, not {function.__name__}."
        )
    try:
        return textwrap.dedent(inspect.getsource(function)).rstrip() + "\n"
    except (OSError, TypeError) as error:
        raise LabError(
            f"The source of {task.name} cannot be read. Run the cell that defines it, then this one."
        ) from error


def _node(text: str, name: str) -> ast.FunctionDef | None:
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return node
    return None


def of_lines(task: Task, lines) -> str:
    """Return the lines that were written in a cell as a text, without common indentation and blank lines around them.

    Raises:
        LabError: when it is no text.
    """
    if not isinstance(lines, str):
        raise LabError(
            f"Task {task.id} needs the lines for {task.file} as a text in triple quotes, not {type(lines).__name__}."
        )
    return textwrap.dedent("\n".join(line.rstrip() for line in lines.split("\n"))).strip("\n") + "\n"


def function_in(text: str, name: str) -> str | None:
    """Return the source of a top-level function with its decorators, or None when the text has none or is no Python."""
    try:
        node = _node(text, name)
    except SyntaxError:
        return None
    if node is None:
        return None
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return "\n".join(_lines(text)[first - 1 : node.end_lineno]) + "\n"


def parameters(text: str, name: str) -> list[str] | None:
    """Return the names of a function's parameters in order, or None when the text has no such function."""
    found = function_in(text, name)
    if found is None:
        return None
    arguments = ast.parse(found).body[0].args
    return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def with_function(text: str, name: str, new: str) -> str:
    """Return the text of a module with one function replaced, or added at the end when it is not there.

    Raises:
        SyntaxError: when the text is no Python.
    """
    node = _node(text, name)
    lines = _lines(text)
    if node is None:
        return text.rstrip() + "\n\n\n" + new.rstrip() + "\n"
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return "\n".join([*lines[: first - 1], *_lines(new.rstrip()), *lines[node.end_lineno :]]) + "\n"


def _marks(text: str, task_id: str) -> tuple[int, int] | None:
    """Return the line numbers (from 0) of both marks of a task, or None."""
    number = re.escape(task_id)
    starts, ends = [], []
    for index, line in enumerate(_lines(text)):
        if re.match(rf"\s*{COMMENT}\s*TASK {number}(?![\d.])", line):
            starts.append(index)
        if re.match(rf"\s*{COMMENT}\s*END TASK {number}(?![\d.])", line):
            ends.append(index)
    if len(starts) == len(ends) == 1 and starts[0] < ends[0]:
        return starts[0], ends[0]
    return None


def region(text: str, task_id: str) -> str | None:
    """Return the lines between the marks of a task, or None when the marks are not there, once each and in order."""
    marks = _marks(text, task_id)
    if marks is None:
        return None
    return "\n".join(_lines(text)[marks[0] + 1 : marks[1]]) + "\n"


def with_region(text: str, task_id: str, new: str) -> str:
    """Return the text with the lines between the marks of a task replaced.

    Raises:
        LabError: when the marks are not there.
    """
    marks = _marks(text, task_id)
    if marks is None:
        raise LabError(f"The comment lines `TASK {task_id}` and `END TASK {task_id}` are no longer both in the file.")
    lines = _lines(text)
    first, last = marks
    end = last
    while end > first + 1 and not lines[end - 1].strip():
        end -= 1  # blank lines before the second mark belong to the form of the file
    return "\n".join([*lines[: first + 1], *_lines(new.rstrip("\n")), *lines[end:]]) + "\n"


def part(task: Task, text: str) -> str | None:
    """Return the part of a file that belongs to a task: its function or its region; None when it is not there.

    Lines that are written in a cell come without the indentation that they have in the file.
    """
    if task.kind == "function":
        return function_in(text, task.name)
    found = region(text, task.id)
    return of_lines(task, found) if found is not None and task.kind == "lines" else found


def with_part(task: Task, text: str, new: str) -> str:
    """Return the text of a file with the task's function or region replaced; lines from a cell take the marks' indentation."""
    if task.kind == "function":
        return with_function(text, task.name, new)
    if task.kind == "lines" and (marks := _marks(text, task.id)):
        mark = _lines(text)[marks[0]]
        new = textwrap.indent(of_lines(task, new), mark[: len(mark) - len(mark.lstrip())])
    return with_region(text, task.id, new)


def is_stub(task: Task, attempt: str) -> bool:
    """Say whether an attempt is still the shipped stub."""
    return same(task, attempt, task.stub)


def same(task: Task, one: str, other: str) -> bool:
    """Say whether two texts of a task say the same. White space, comments and docstrings do not count."""
    return essence(task, one) == essence(task, other)


def essence(task: Task, text: str) -> str:
    """Return what a text of a task says, without white space, comments and docstrings."""
    if task.kind == "function":
        try:
            tree = ast.parse(textwrap.dedent(text))
        except SyntaxError:
            return text
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
                node.body = node.body[1:]
        return ast.dump(tree)
    lines = (line.strip() for line in _lines(text))
    return "\n".join(" ".join(line.split()) for line in lines if line and not re.match(COMMENT, line))
