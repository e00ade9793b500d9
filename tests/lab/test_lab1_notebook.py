"""Lab 1 as students leave it: all tasks solved, then the same notebook untouched in the same workspace."""

import os
import re

import nbformat
import planted_lab1
import pytest
from nbclient import NotebookClient

from mldesign import environment
from mldesign.lab import source, tasks


def run(notebook, workspace) -> str:
    """Run a notebook in memory and return everything that its code cells printed."""
    environment.apply()
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tasks.LABS)}}
    )
    client.execute(env={**os.environ, "MLDESIGN_WORKSPACE": str(workspace)})
    outputs = (output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs)
    return "".join(output.text for output in outputs if output.output_type == "stream")


def solved(notebook):
    """Put a right answer, other than the reference, into every cell that holds a task."""
    for cell in notebook.cells:
        for task in tasks.of(1).values():
            if task.kind == "function" and source.function_in(cell.source, task.name) == task.stub:
                answer = planted_lab1.FUNCTIONS[task.id]["right"][1]
                cell.source = source.with_function(cell.source, task.name, answer)
            elif task.kind != "function" and f'lab.check("{task.id}"' in cell.source:
                cell.source = cell.source.replace(" = None", f" = {planted_lab1.ANSWERS[task.id]['right'][0]!r}")
    return notebook


@pytest.mark.slow
def test_solved_and_then_run_again_untouched(tmp_path):
    path = tasks.LABS / "lab1-frame.ipynb"
    workspace = tmp_path / "workspace"
    printed = run(solved(nbformat.read(path, as_version=4)), workspace)
    assert "not yet" not in printed
    assert "7 of 7 tasks passed" in printed
    assert re.findall(r"\d+ failed", printed) == ["2 failed"]  # the planted break, and nothing after it
    module = (workspace / "src/targeting/policies.py").read_text(encoding="utf-8")
    printed = run(nbformat.read(path, as_version=4), workspace)
    assert "7 of 7 tasks passed" in printed
    assert (workspace / "src/targeting/policies.py").read_text(encoding="utf-8") == module


def test_the_sample_answer_quotes_figures_that_a_cell_shows():
    notebook = nbformat.read(tasks.LABS / "lab1-frame.ipynb", as_version=4)
    sample = next(cell.source for cell in notebook.cells if "*Strong.*" in cell.source).split("*Strong.*")[1]
    quoted = set(re.findall(r"\\\$\d+", sample.split("</details>")[0]))
    shown = "".join(
        output.data.get("text/markdown", "")
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "data" in output
    )
    assert quoted
    assert all(figure in shown for figure in quoted), f"quoted {sorted(quoted)}, but the outputs do not show them all"
