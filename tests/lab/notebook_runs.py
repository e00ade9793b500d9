"""Run a lab's notebook in memory as students leave it: its cells filled in, in a workspace of the test's own."""

import os
from pathlib import Path

import nbformat
import planted
from nbclient import NotebookClient

from mldesign import environment
from mldesign.lab import source, tasks


def run(lab: int, workspace: Path, how=lambda task: "stub") -> str:
    """Run the notebook of a lab and return everything that its code cells printed.

    Args:
        workspace: the folder of the workspace, there or not.
        how: what is done with each task: ``stub`` (left as it is), ``right``, ``reference`` (with lab.use_reference), or
            ``wrong`` (a wrong answer is saved, then the student moves on with the reference).
    """
    notebook = nbformat.read(planted.notebook(lab), as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            for task in tasks.of(lab).values():
                cell.source = _filled(cell.source, task, how(task))
    environment.apply()
    client = NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(tasks.LABS)}}
    )
    kept = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    client.execute(env={**kept, "MLDESIGN_WORKSPACE": str(workspace)})
    outputs = (output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs)
    return "".join(output.text for output in outputs if output.output_type == "stream")


def _filled(text: str, task: tasks.Task, how: str) -> str:
    """Return the text of a cell with a task done in a way of :func:`run`."""
    saved = f'lab.save("{task.id}", {task.name})'
    moved_on = f'lab.use_reference("{task.id}")'
    if how == "stub":
        return text
    if task.kind in tasks.CELL:
        found = planted.CODE[task.id]
        answer = found["wrong"][0][0] if how == "wrong" else found["right"][1]
        if how == "reference":
            return text.replace(saved, moved_on)
        if how == "wrong":
            text = text.replace(f"{task.name} = {saved}", f"{saved}\n{task.name} = {moved_on}")
        if task.kind == "function" and source.function_in(text, task.name) == task.stub:
            return source.with_function(text, task.name, answer)
        return text.replace(f'{task.name} = """\n{task.stub}"""', f'{task.name} = """\n{answer}"""')
    if f'lab.check("{task.id}"' not in text:
        return text
    if how == "reference":
        return f"{text}\n{moved_on}"
    if task.kind == "file":
        found = planted.CODE[task.id]
        answer = found["wrong"][0][0] if how == "wrong" else found["right"][1]
        return f"{_edited(task, answer)}\n{text}" + (f"\n{moved_on}" if how == "wrong" else "")
    found = planted.ANSWERS[task.id]
    return text.replace(" = None", f" = {found['wrong'][0][0] if how == 'wrong' else found['right'][0]!r}")


def _edited(task: tasks.Task, answer: str) -> str:
    """Return lines that do in a cell what a student does in an editor: other lines between the marks of a task."""
    return (
        "from mldesign.lab import source, tasks, workspace\n"
        f"edited = workspace.here() / {task.file!r}\n"
        f"lines = source.with_region(edited.read_text(encoding='utf-8'), {task.id!r}, {answer!r})\n"
        "edited.write_text(lines, encoding='utf-8', newline='\\n')"
    )
