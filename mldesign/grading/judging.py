"""Judge one task in a process of its own: the check of the student's notebook, on the reference with their part in its place."""

import faulthandler
import importlib
import sys
from pathlib import Path

import yaml

from mldesign.grading import confine
from mldesign.lab import LabError, checking, hints, runner, source, tasks, verbs

# Whoever replaces one of these from inside a task makes its own judge. What a task may use is not in the list.
JUDGES = ("builtins", "copy", "json", "math", "operator", "pathlib", "re", "statistics", "tempfile")
LIBRARIES = ("duckdb", "numpy", "pandas", "yaml")
HANG = "hang.txt"  # the line in which the attempt begins, then where Python was when its time was up
CLASSES = (("pandas", "DataFrame"), ("pandas", "Series"), ("pathlib", "Path"))


def judge(payload: dict) -> dict:
    """Judge a function, lines or an edit of a file.

    Args:
        payload: ``task`` (its id), ``attempt``, ``file_text`` (the whole file for an edit, else None), ``folder`` (empty, of
            this run alone), ``seconds`` and ``guards`` (see :func:`mldesign.grading.confine.enter`).

    Returns:
        ``hint`` (None when it passes), ``unjudged`` (why it could not be judged, else None), ``changed`` (what judges, and was
        changed by the code).
    """
    task, folder = _task(payload), Path(payload["folder"])
    tree = folder / "tree"
    tree.mkdir()
    try:
        line = checking.lay_out(task, tree, payload["attempt"], payload["file_text"])
    except (LabError, SyntaxError, ValueError, RecursionError, OSError) as error:
        return {"hint": None, "unjudged": f"{task.file} cannot be laid out ({type(error).__name__}: {error})"[:300]}
    for name in LIBRARIES:
        importlib.import_module(name)
    with (folder / HANG).open("w", encoding="utf-8") as hang:
        hang.write(f"{line}\n")
        hang.flush()
        if set(confine.enter(folder, payload["guards"])) != set(payload["guards"]):
            return {"hint": None, "unjudged": "the process that judges could not be confined as at the start"}
        before = _judges(task)
        faulthandler.dump_traceback_later(payload["seconds"], exit=True, file=hang)
        try:
            hint = runner.run(task, str(tree), line)
        except BaseException as error:  # what explains exceptions was changed by the code, or the explanation failed
            hint = f"Your code stops its own check with {type(error).__name__}."
        faulthandler.cancel_dump_traceback_later()
    after = _judges(task)
    changed = sorted(name for name, identity in before.items() if after.get(name) != identity)
    return {"hint": None if hint is None else str(hint), "unjudged": None, "changed": changed[:5]}


def _task(payload: dict) -> tasks.Task:
    return tasks.of(int(payload["task"].split(".")[0]))[payload["task"]]


def _judges(task: tasks.Task) -> dict[str, tuple]:
    """Return the identity of everything that a verdict rests on: functions of the checks, of their helpers and libraries."""
    named = {f"{module.__name__}.{{}}": vars(module) for module in (hints, runner, source, tasks, checking)}
    named |= {f"{name}.{{}}": vars(sys.modules[name]) for name in (*JUDGES, *LIBRARIES) if name in sys.modules}
    named |= {f"{one}.{two}.{{}}": vars(getattr(sys.modules[one], two)) for one, two in CLASSES if one in sys.modules}
    named["the checks: {}"] = task.check.__globals__
    found = {}
    for form, names in named.items():
        for name, value in list(names.items()):
            if callable(value):
                found[form.format(name)] = (id(value), id(getattr(value, "__code__", None)))
    return found


def answer(payload: dict) -> dict:
    """Judge a small answer with the parameters of the workspace that it stands in.

    Args:
        payload: ``task`` (its id), ``answer``, ``params`` (the text of ``params.yaml``), ``folder``.

    Returns:
        ``hint``, None when it passes; ``unjudged``, why it could not be judged, else None.
    """
    task, folder = _task(payload), Path(payload["folder"])
    confine.enter(folder, payload["guards"])
    try:
        params = yaml.safe_load(payload["params"])
        if not isinstance(params, dict):
            return {"hint": None, "unjudged": "params.yaml holds no parameters"}
        hint = verbs.answer_form(task, payload["answer"]) or task.check(payload["answer"], params)
    except (yaml.YAMLError, RecursionError) as error:
        return {"hint": None, "unjudged": f"params.yaml is not valid YAML ({type(error).__name__})"}
    except Exception as error:
        return {
            "hint": None,
            "unjudged": f"the check stops with the parameters of this workspace ({type(error).__name__}: {error})"[
                :300
            ],
        }
    return {"hint": None if hint is None else str(hint), "unjudged": None}
