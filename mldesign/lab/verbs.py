"""Check, save, use the reference, try again, progress: what a student does with a task."""

import importlib
from pathlib import Path

import yaml

from mldesign.lab import checking, records, source, states, tasks, workspace
from mldesign.lab.errors import LabError


def check(task_id: str, attempt=None) -> None:
    """Say whether a task is right: passed, not yet (with a hint), or not attempted.

    Args:
        task_id: such as ``"1.2"``.
        attempt: a small answer, or the function or the lines that you wrote in a cell. Without it, a task of code is checked
            as it stands in the workspace, and a small answer counts as not attempted.

    Raises:
        LabError: when there is no such task, no workspace, or the attempt is of another kind.
    """
    task, folder = tasks.find(task_id), workspace.here()
    if task.kind in tasks.ANSWERS:
        _check_answer(task, folder, attempt)
        return
    if attempt is not None and task.kind == "file":
        raise LabError(f'Task {task.id} is an edit of {task.file}. Save the file, then write lab.check("{task.id}").')
    if attempt is not None and not _standing(folder, attempt):
        _report(task, folder, _written(task, attempt), None)
    else:
        _check_standing(task, folder)


def _check_answer(task: tasks.Task, folder: Path, answer) -> None:
    if answer is None or (isinstance(answer, str) and not answer.strip()):
        records.note(folder, task.id, "not attempted")
        print(f"Task {task.id} · not attempted. Put your answer in place of None and run the cell again.")
        return
    malformed = answer_form(task, answer)
    hint = malformed or task.check(answer, _params(folder))
    if not hint or (not malformed and records.outcome(folder, task.id) != "passed"):
        records.keep_answer(folder, task.id, answer)
    records.note(folder, task.id, "not yet" if hint else "passed", repr(answer))
    print(f"Task {task.id} · not yet. {hint}" if hint else f"Task {task.id} · passed.")


def answer_form(task: tasks.Task, answer) -> str | None:
    """Return a hint when a small answer is of another kind than its task asks for."""
    if task.kind == "number":
        number = isinstance(answer, int | float) or (hasattr(answer, "__float__") and not hasattr(answer, "__len__"))
        return None if number and not isinstance(answer, bool) else f"Give a number such as 0.2, not {answer!r}."
    if not isinstance(answer, str):
        return f"Give a text in quotes, not {type(answer).__name__}."
    if task.choices and answer not in task.choices:
        return f"Choose one of {', '.join(map(repr, task.choices))}; {answer!r} is none of them."
    return None


def _params(folder: Path) -> dict:
    """Return the parameters of the workspace: the student's own assumptions count."""
    try:
        found = yaml.safe_load(source.read(folder, "params.yaml"))
    except FileNotFoundError as error:
        raise LabError(
            "params.yaml is missing in your workspace. The start cell of your lab brings it back: run it again."
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}," if mark else ""
        what = getattr(error, "problem", None) or type(error).__name__
        raise LabError(
            f"params.yaml{where} is not valid YAML: {what}. Look at that line and the one above: indentation, colons, "
            "brackets. `git checkout -- params.yaml` brings back what was last committed."
        ) from error
    if not isinstance(found, dict):
        raise LabError(
            "params.yaml of your workspace holds no parameters. `git checkout -- params.yaml` brings it back."
        )
    return found


def _from_workspace(folder: Path, function) -> bool:
    """Say whether a function was loaded from the workspace: it is what stands there, not an attempt from a cell."""
    file = Path(getattr(getattr(function, "__code__", None), "co_filename", ""))
    # The "file" of a cell can be a bare name, which would resolve into the current folder: the workspace.
    return file.is_absolute() and folder.resolve() in file.resolve().parents


def _standing(folder: Path, attempt) -> bool:
    """Say whether this is what stands in the workspace, as save has returned it, and not an attempt from a cell."""
    return isinstance(attempt, source.Standing) or _from_workspace(folder, attempt)


def _written(task: tasks.Task, attempt) -> str:
    """Return the source of what was written in a cell."""
    return source.of_function(task, attempt) if task.kind == "function" else source.of_lines(task, attempt)


def _check_standing(task: tasks.Task, folder: Path) -> None:
    if not (folder / task.file).exists():
        raise LabError(f"{task.file} is not in your workspace. lab.start({task.lab}) brings it back.")
    text = source.read(folder, task.file)
    part = source.part(task, text)
    if task.kind == "file":
        workspace.forget()  # it was edited beside the notebook: the next import reads it as it is now
    if part is None and task.kind == "lines":
        raise LabError(
            f"The comment lines `TASK {task.id}` and `END TASK {task.id}` are no longer both in {task.file}. "
            f'lab.save("{task.id}", {task.name}) with the lines of your cell brings them back.'
        )
    if records.placed(folder, task.id) and workspace.stands(folder, task) == "reference":
        print(
            f'Task {task.id} · the reference stands in {task.file}. lab.try_again("{task.id}") gives you the stub back.'
        )
    elif part is not None and source.is_stub(task, part):
        if task.kind == "file":
            _place(task, folder)
            print(
                f"Task {task.id} · not attempted. The reference takes its place in {task.file}, so that the rest runs; "
                f'lab.try_again("{task.id}") gives you the stub back.'
            )
        else:
            records.note(folder, task.id, "not attempted")
            print(f"Task {task.id} · not attempted: {task.file} still holds the stub.")
    else:
        _report(task, folder, text if part is None else part, text)


def _report(task: tasks.Task, folder: Path, attempt: str, file_text: str | None) -> None:
    """Check an attempt and print the outcome. ``file_text`` is the file it stands in, None for a function from a cell."""
    if file_text is None and source.is_stub(task, attempt):
        records.note(folder, task.id, "not attempted", attempt)
        print(f"Task {task.id} · not attempted: the cell still holds the stub.")
        return
    kept = records.keep_attempt(folder, task.id, Path(task.file).suffix, attempt)
    if task.kind in tasks.CELL:
        hint = signature(task, attempt) or checking.check(task, attempt)
    else:
        passed = frozenset(key for key in tasks.of(task.lab) if records.outcome(folder, key) == "passed")
        hint = checking.check(task, attempt, file_text, passed)
    records.note(folder, task.id, "not yet" if hint else "passed", attempt, kept)
    print(f"Task {task.id} · not yet. {hint}" if hint else f"Task {task.id} · passed.")


def signature(task: tasks.Task, attempt: str) -> str | None:
    """Return a hint when the parameters of a function are not those that its callers use."""
    if task.kind != "function":
        return None
    wanted, found = source.parameters(task.stub, task.name), source.parameters(attempt, task.name)
    if found is None:
        return f"There is no function {task.name} in {task.file}, or the file is no valid Python."
    if found[: len(wanted)] != wanted:
        return (
            f"{task.name} is called with ({', '.join(wanted)}); yours takes ({', '.join(found)}). Keep names and order."
        )
    return None


def save(task_id: str, written):
    """Put a function, or lines, from a cell into their file in the workspace, and return what stands there.

    A stub is not saved: the reference takes its place, unless something of yours stands there already.

    Raises:
        LabError: when there is no such task, nothing of it is written in a cell, or there is no workspace.
    """
    task, folder = tasks.find(task_id), workspace.here()
    if task.kind not in tasks.CELL:
        raise LabError(f'Task {task.id} has no function to save. lab.check("{task.id}", …) is all it needs.')
    if _standing(folder, written):
        return _load(task)
    attempt = _written(task, written)
    if source.is_stub(task, attempt):
        if workspace.stands(folder, task) in ("stub", "missing"):
            _place(task, folder)
        what = "the reference takes its place" if records.placed(folder, task.id) else "what you saved earlier stays"
        print(f"Task {task.id} · nothing to save: {what} in {task.file}.")
        return _load(task)
    _keep_standing(task, folder)
    records.keep_attempt(folder, task.id, Path(task.file).suffix, attempt)
    workspace.put(folder, task, attempt)
    records.place(folder, task.id, False)
    if _has_passed(task, folder, attempt):
        print(f"Task {task.id} · saved in {task.file}.")
        return written
    good = records.good(folder, task.id)
    before = f" Your version that passed is not in that file; it lies in {_shown(good[-1], folder)}." if good else ""
    print(
        f"Task {task.id} · saved in {task.file}, but it has not passed.{before} "
        f'lab.use_reference("{task.id}") would move on.'
    )
    return written


def _has_passed(task: tasks.Task, folder: Path, attempt: str) -> bool:
    """Say whether an attempt is one that has passed, now or earlier."""
    if records.latest(folder, task.id, attempt) == "passed":
        return True
    return any(source.same(task, attempt, path.read_text(encoding="utf-8")) for path in records.good(folder, task.id))


def _shown(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def use_reference(task_id: str):
    """Move on with the reference, which is recorded, and return it: a function, lines, or a small answer.

    What you wrote is kept under ``.lab/attempts``. Passing the task later is recorded too.

    Raises:
        LabError: when there is no such task, or no workspace.
    """
    task, folder = tasks.find(task_id), workspace.here()
    if task.kind in tasks.ANSWERS:
        answer = task.reference(_params(folder))
        records.note(folder, task.id, "reference")
        print(f"Task {task.id} · the reference is used.")
        return answer
    _keep_standing(task, folder)
    _place(task, folder)
    records.note(folder, task.id, "reference")
    print(f"Task {task.id} · the reference stands in {task.file}. Read it: what does it do that yours did not?")
    return _load(task) if task.kind in tasks.CELL else None


def try_again(task_id: str) -> None:
    """Put the stub of a task back into its file; what stands there now is kept under ``.lab/attempts``.

    What belongs into a cell is printed too.

    Raises:
        LabError: when there is no such task, it has no file, or there is no workspace.
    """
    task, folder = tasks.find(task_id), workspace.here()
    if not task.file:
        raise LabError(f"Task {task.id} is a small answer: change it in its cell and run the cell again.")
    _keep_standing(task, folder)
    workspace.put(folder, task, task.stub)
    records.place(folder, task.id, False)
    print(f"Task {task.id} · the stub is back in {task.file}.")
    if task.kind == "function":
        print(f"For the cell:\n\n{task.stub.strip()}")
    elif task.kind == "lines":
        print(f'For the cell:\n\n{task.name} = """\n{task.stub.rstrip()}\n"""')


def _place(task: tasks.Task, folder: Path) -> None:
    workspace.put(folder, task, states.reference(task))
    records.note(folder, task.id, "not attempted")
    records.place(folder, task.id, True)


def _keep_standing(task: tasks.Task, folder: Path) -> None:
    """Keep what the student has at the place of a task before something else takes it."""
    if workspace.stands(folder, task) == "own":
        attempt = source.part(task, source.read(folder, task.file))
        records.keep_attempt(folder, task.id, Path(task.file).suffix, attempt)


def _load(task: tasks.Task):
    """Return what stands in the workspace, read anew from its file: the function, or the lines."""
    workspace.enter()
    if task.kind == "lines":
        return source.Standing(source.part(task, source.read(workspace.here(), task.file)))
    return getattr(importlib.import_module(source.module_name(task.file)), task.name)


def progress(lab: int | None = None) -> None:
    """Print the outcome of every task, of one lab or of all, and what the file holds where that is something else.

    Raises:
        LabError: when there is no such lab, or no workspace.
    """
    folder = workspace.here()
    if lab is not None:
        tasks.checks_file(lab)
    for number in tasks.labs() if lab is None else [lab]:
        found = {task: records.outcome(folder, task.id) for task in tasks.of(number).values()}
        print(f"Lab {number}: {sum(result == 'passed' for result in found.values())} of {len(found)} tasks passed")
        for task, result in found.items():
            after = "after the reference" if result == "passed" and records.used_reference(folder, task.id) else ""
            remarks = "; ".join(filter(None, [after, _instead(task, folder, result)]))
            print(f"  {task.id}  {f'{result} ({remarks})' if remarks else result:<13}  {task.title}")


def _instead(task: tasks.Task, folder: Path, result: str) -> str:
    """Say what the file of a task holds, when it is not what its outcome makes believe; else return an empty text."""
    if not task.file or result not in ("passed", "reference"):
        return ""
    if not (folder / task.file).exists():
        return "its file is missing"
    try:
        text, standing = source.read(folder, task.file), workspace.stands(folder, task)
    except LabError:
        return "its file is not UTF-8"
    if standing == "stub":
        return "the file holds the stub"
    if standing == "reference" and records.placed(folder, task.id):
        return "" if result == "reference" else "the file holds the reference"
    if _has_passed(task, folder, source.part(task, text) or text):
        return ""
    return "the file holds an attempt that has not passed"
