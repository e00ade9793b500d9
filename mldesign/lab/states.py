"""Cut the state of any lab from ``labs/project`` by the manifest ``labs/states.toml``. Nothing here writes."""

import re
import tomllib

from mldesign.lab import source, tasks
from mldesign.lab.errors import LabError

BEGIN = re.compile(r"--- lab (\d+)\b")
END = re.compile(r"--- end lab (\d+)\b")


def manifest() -> dict:
    """Return the manifest; its form is explained in the file itself."""
    return tomllib.loads((tasks.LABS / "states.toml").read_text(encoding="utf-8"))


def files(lab: int) -> list[str]:
    """Return the paths that the manifest gives to a lab, globs resolved, sorted."""
    project = tasks.LABS / "project"
    found = set()
    for pattern in manifest().get(f"lab{lab}", {}).get("files", []):
        found.update(path.relative_to(project).as_posix() for path in project.glob(pattern) if path.is_file())
    return sorted(found)


def grows(path: str) -> bool:
    """Say whether a file is written by several labs in marked blocks."""
    return path in manifest().get("grows", [])


def blocks(text: str) -> dict[int, str]:
    """Return the marked blocks of a growing file, marks included: lab → text.

    Raises:
        LabError: when a block does not end, or ends as another lab's.
    """
    found, open_lab, lines = {}, None, []
    for line in text.splitlines():
        end, begin = END.search(line), BEGIN.search(line)
        if begin and open_lab is None:
            open_lab, lines = int(begin[1]), []
        if open_lab is not None:
            lines.append(line)
        if end:
            if open_lab != int(end[1]):
                raise LabError(
                    f"A block ends with `{line.strip()}`, but the block that is open is that of lab {open_lab}."
                )
            found[open_lab] = found.get(open_lab, "") + "\n".join(lines) + "\n"
            open_lab = None
    if open_lab is not None:
        raise LabError(f"The block of lab {open_lab} has no line `--- end lab {open_lab}`.")
    return found


def upto(text: str, lab: int) -> str:
    """Return a growing file as it is after a lab: without the blocks of later labs."""
    kept, skipping = [], False
    for line in text.splitlines():
        if (begin := BEGIN.search(line)) and int(begin[1]) > lab:
            skipping = True
        if not skipping:
            kept.append(line)
        if END.search(line):
            skipping = False
    return re.sub(rf"{_gap(text)}\n+", _gap(text), "\n".join(kept)).rstrip() + "\n"


def _gap(text: str) -> str:
    """Return what stands between blocks: two blank lines in Python, as its formatter wants them, else one."""
    return "\n\n\n" if "\n\n\n" in text else "\n\n"


def with_blocks(text: str, finished: str, after: int, lab: int) -> str:
    """Return a student's version of a growing file with the blocks of labs ``after + 1`` to ``lab`` that it lacks, at its end."""
    present = {int(number) for number in BEGIN.findall(text)}
    for number, block in sorted(blocks(finished).items()):
        if after < number <= lab and number not in present:
            text = text.rstrip() + _gap(finished) + block
    return text


def finished(path: str, lab: int) -> str:
    """Return the reference text of a file as it is after a lab."""
    text = (tasks.LABS / "project" / path).read_text(encoding="utf-8")
    return upto(text, lab) if grows(path) else text


def after(lab: int) -> dict[str, str]:
    """Return the state after a lab, all done as in the reference: path → text."""
    return {path: finished(path, lab) for number in range(1, lab + 1) for path in files(number)}


def at_start(lab: int) -> dict[str, str]:
    """Return the state that a student finds at the start of a lab: path → text.

    Earlier labs are done, this lab's files are there with stubs in place of its tasks, and a template from
    ``labs/stubs/labN/`` stands where the lab asks for a document.
    """
    state = after(lab)
    for task in tasks.of(lab).values():
        if task.file:
            state[task.file] = source.with_part(task, state[task.file], task.stub)
    return state | templates(lab)


def templates(lab: int) -> dict[str, str]:
    """Return the documents that a lab gives out to be filled in: path → text."""
    folder = tasks.LABS / "stubs" / f"lab{lab}"
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in found}


def reference(task: tasks.Task) -> str:
    """Return the reference of a function or file task: the function, or the lines between the marks.

    Raises:
        LabError: when ``labs/project`` does not hold it (a mistake of the course, which a test finds).
    """
    found = source.part(task, finished(task.file, task.lab))
    if found is None:
        raise LabError(f"labs/project/{task.file} does not hold the reference of task {task.id}.")
    return found
