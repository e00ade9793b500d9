"""Take what counts out of a submission: the files of tasks, of documents, the small answers. Nothing of it is run.

A submission is a folder, a git clone or a zip file, named after the student. A zip file is never unpacked: only the few
members that count are read. All of this happens in a confined process, before any code of any student runs.
"""

import json
import re
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

import yaml

from mldesign.lab import LabError, records, source, states, tasks, variants, verbs

SIZE = 512 * 2**10  # bytes of a file that is read; the largest of labs/project has 20 kB
MEMBERS = 200_000  # of a zip file
INSIDE = ("", "workspace", "labs/workspace")
SIGNS = (variants.FILE, "src/targeting", records.FOLDER)
# What ordinary answers do not need. It is named in the report, and decides nothing.
ODD = re.compile(
    r"\b(_getframe|f_back|f_locals|f_globals|__globals__|__code__|__closure__|__subclasses__|__builtins__|builtins|ctypes|gc|"
    r"inspect|mldesign|modules|settrace|setprofile|addaudithook|exec|eval|_exit|fork|kill|execv\w*|socket|urllib|requests)\b"
)


class RefusedError(Exception):
    """A submission, or a file of it, that is not read; the message says why."""


class Folder:
    """The files of a folder. A link that leads out of it is refused."""

    def __init__(self, root: Path):
        self.root = root

    def has(self, name: str) -> bool:
        return (self.root / name).exists()

    def children(self) -> list[str]:
        return (
            sorted(path.name for path in self.root.iterdir() if not path.name.startswith("."))
            if self.root.is_dir()
            else []
        )

    def at(self, name: str) -> "Folder":
        return Folder(self.root / name) if name else self

    def read(self, name: str) -> bytes | None:
        file = self.root / name
        if not file.exists():
            return None
        if not file.resolve().is_relative_to(self.root.resolve()):
            raise RefusedError(f"{name} is a link that leads out of the workspace")
        if not stat.S_ISREG(file.stat().st_mode):
            raise RefusedError(f"{name} is no ordinary file")
        with file.open("rb") as opened:
            return opened.read(SIZE + 1)


class Bundle:
    """The members of a zip file below a folder in it."""

    def __init__(self, opened: zipfile.ZipFile, below: str = ""):
        self.opened, self.below = opened, below
        self.names = set(opened.namelist())

    def has(self, name: str) -> bool:
        path = self.below + name
        return path in self.names or any(member.startswith(f"{path}/") for member in self.names)

    def children(self) -> list[str]:
        inside = (name.removeprefix(self.below) for name in self.names if name.startswith(self.below))
        return sorted({name.split("/")[0] for name in inside if not name.startswith((".", "__MACOSX"))})

    def at(self, name: str) -> "Bundle":
        return Bundle(self.opened, f"{self.below}{name}/") if name else self

    def read(self, name: str) -> bytes | None:
        if self.below + name not in self.names:
            return None
        member = self.opened.getinfo(self.below + name)
        if stat.S_ISLNK(member.external_attr >> 16):
            raise RefusedError(f"{name} is a link, and a zip file may hold none")
        with self.opened.open(member) as opened:
            return opened.read(SIZE + 1)  # what the header says of the size is not believed


def _bundle(file: Path) -> Bundle:
    opened = zipfile.ZipFile(file)
    names = opened.namelist()
    if len(names) > MEMBERS:
        raise RefusedError(f"the zip file has {len(names):,} members; {MEMBERS:,} are read")
    for name in names:
        path = PurePosixPath(name.replace("\\", "/"))
        if ".." in path.parts or path.is_absolute() or ":" in name:
            raise RefusedError(f"the zip file holds the path {name[:80]!r}, which leads out of its folder")
    return Bundle(opened)


def _workspace(found: Folder | Bundle, deeper: bool = True) -> Folder | Bundle | None:
    """Return the workspace in a submission: at its top, in a folder of a known name, or in its only folder or zip file."""
    for inside in INSIDE:
        here = found.at(inside)
        if any(here.has(sign) for sign in SIGNS):
            return here
    if deeper and isinstance(found, Folder):
        zips = [name for name in found.children() if name.lower().endswith(".zip")]
        if len(zips) == 1:
            if not (found.root / zips[0]).resolve().is_relative_to(found.root.resolve()):
                raise RefusedError(f"{zips[0]} is a link that leads out of the submission")
            return _workspace(_bundle(found.root / zips[0]), deeper)
    children = found.children()
    return _workspace(found.at(children[0]), False) if deeper and len(children) == 1 else None


def read(payload: dict) -> dict:
    """Read a submission.

    Args:
        payload: ``path`` of the submission, ``labs`` (numbers), ``folder`` (of this run alone).

    Returns:
        ``refused`` (why nothing could be read, else None), or: ``tasks`` (id → what stands there, see :func:`_task`),
        ``documents`` (path → text, or None), ``params`` (its text, or None), ``money`` and ``variant`` in it, ``record``
        (whether one was handed in).
    """
    try:
        path = Path(payload["path"])
        if path.is_symlink():
            raise RefusedError("the submission is a link")
        found = _workspace(Folder(path) if path.is_dir() else _bundle(path))
        if found is None:
            raise RefusedError("no workspace was found: neither params.yaml nor src/targeting is there")
        return {"refused": None, **_contents(found, payload["labs"])}
    except RefusedError as error:
        return {"refused": str(error)}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        return {"refused": f"the zip file is damaged or of an unknown kind ({error})"[:200]}
    except (OSError, RuntimeError, ValueError, MemoryError, RecursionError) as error:
        return {"refused": f"it could not be read ({type(error).__name__}: {error})"[:200]}


def _text(found: Folder | Bundle, name: str) -> tuple[str | None, str]:
    """Return the text of a file, or None and why it could not be read; None and an empty text when it is not there."""
    try:
        raw = found.read(name)
    except (
        RefusedError,
        OSError,
        RuntimeError,
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        EOFError,
    ) as error:
        return None, str(error)[:200] or type(error).__name__
    if raw is None:
        return None, ""
    if len(raw) > SIZE:
        return None, f"{name} has more than {SIZE // 1024} kB"
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n"), ""
    except UnicodeDecodeError:
        return None, f"{name} is not UTF-8"


def _contents(found: Folder | Bundle, labs: list[int]) -> dict:
    record = _record(found)
    params, why = _text(found, variants.FILE)
    money, variant = _assumptions(params)
    asked = {key: task for lab in labs for key, task in tasks.of(lab).items()}
    return {
        "tasks": {key: _task(task, found, record) for key, task in asked.items()},
        "documents": {name: _text(found, name)[0] for lab in labs for name in states.templates(lab)},
        "params": params,
        "params_why": why or ("" if params is not None else f"{variants.FILE} is missing"),
        "money": money,
        "variant": variant,
        "record": record is not None,
    }


def _record(found: Folder | Bundle) -> dict | None:
    """Return the student's own record of each task, or None when it was not handed in or cannot be read."""
    text, _ = _text(found, f"{records.FOLDER}/state.json")
    try:
        noted = json.loads(text or "")["tasks"]
        return {str(key): entry for key, entry in noted.items() if isinstance(entry, dict)}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _assumptions(params: str | None) -> tuple[dict, str]:
    try:
        loaded = yaml.safe_load(params or "")
        money = {key: float(loaded["money"][key]) for key in variants.MONEY}
        return money, variants.of(loaded)[:64]
    except (yaml.YAMLError, TypeError, KeyError, ValueError, RecursionError):
        return {}, ""


def _task(task: tasks.Task, found: Folder | Bundle, record: dict | None) -> dict:
    """Return what a submission holds of a task.

    Returns:
        ``stands``: ``own``, ``stub``, ``reference``, ``missing`` or ``unreadable`` (with ``why``); ``attempt`` (a part of a file,
        or a small answer); ``file_text`` for an edit of a file; ``essence`` (what two students may have in common); ``odd``
        (words that ordinary answers do not need); ``form`` (a hint when it cannot be run as it is); ``said`` (whether the
        student's own record says that the reference was used; None without a record).
    """
    noted = (record or {}).get(task.id, {})
    said = None if record is None else bool(noted.get("placed") or noted.get("used_reference"))
    empty = {"attempt": None, "file_text": None, "essence": "", "odd": [], "form": "", "said": said, "why": ""}
    if task.kind in tasks.ANSWERS:
        return empty | _answer(task, found)
    text, why = _text(found, task.file)
    if text is None:
        return empty | {"stands": "unreadable" if why else "missing", "why": why or f"{task.file} is missing"}
    try:
        return empty | _part(task, text)
    except (LabError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return empty | {"stands": "unreadable", "why": f"{task.file} cannot be taken apart ({type(error).__name__})"}


def _part(task: tasks.Task, text: str) -> dict:
    part = source.part(task, text)
    whole = text if task.kind == "file" else None
    if part is None:
        form = verbs.signature(task, text) or ""
        if task.kind == "lines":
            form = (
                f"The comment lines `TASK {task.id}` and `END TASK {task.id}` are not both in {task.file}, once each."
            )
        return {"stands": "own", "attempt": text, "file_text": whole, "odd": _odd(text, task), "form": form}
    reference = states.reference(task)
    alike = {"stub": source.is_stub(task, part), "reference": source.same(task, part, reference)}
    return {
        "stands": next((name for name, same in alike.items() if same), "own"),
        "attempt": part,
        "file_text": whole,
        "essence": source.essence(task, part),
        "odd": _odd(whole or part, task),
        "form": verbs.signature(task, part) or "",
    }


def _odd(text: str, task: tasks.Task) -> list[str]:
    """Return words of an attempt that neither ordinary answers nor the file of the reference use."""
    usual = set(ODD.findall(states.finished(task.file, task.lab)))
    return sorted(set(ODD.findall(text)) - usual)


def _answer(task: tasks.Task, found: Folder | Bundle) -> dict:
    name = f"{records.FOLDER}/answers/{task.id}.json"
    text, why = _text(found, name)
    if text is None:
        return {"stands": "unreadable" if why else "missing", "why": why or f"There is no answer in {name}."}
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return {"stands": "unreadable", "why": f"{name} is not valid JSON"}
    if not isinstance(answer, int | float | str) or len(str(answer)[:5000]) > 2000:
        return {"stands": "unreadable", "why": f"{name} holds no number and no short text"}
    return {"stands": "own", "attempt": answer}
