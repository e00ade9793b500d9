"""The notebooks of the book: which there are, and running one from a clean kernel to store its outputs."""

import os
import re
import tempfile
from pathlib import Path

import nbformat
import yaml
from nbclient import NotebookClient

from mldesign import environment

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT = 120  # seconds a cell; the hard limit of a lab
COLLAPSED = "jp-MarkdownHeadingCollapsed"
FORM = "# @title "


def pages(toc: Path = ROOT / "_toc.yml") -> list[str]:
    """Return every page of the table of contents in reading order, without suffix."""

    def walk(node):
        if isinstance(node, dict):
            for key in ("root", "file"):
                if key in node:
                    yield node[key]
            for key in ("parts", "chapters", "sections"):
                yield from walk(node.get(key, []))
        elif isinstance(node, list):
            for child in node:
                yield from walk(child)

    return list(walk(yaml.safe_load(toc.read_text(encoding="utf-8"))))


def left_out(toc: Path = ROOT / "_toc.yml") -> list[str]:
    """Return the pages whose line in the table of contents is commented out: those that this edition leaves out."""
    return re.findall(r"^ *#[# ]*-? *file: *(\S+)", toc.read_text(encoding="utf-8"), flags=re.MULTILINE)


def notebooks(toc: Path = ROOT / "_toc.yml") -> list[Path]:
    """Return the notebooks of the table of contents, in reading order."""
    found = [toc.parent / f"{page}.ipynb" for page in pages(toc)]
    return [path for path in found if path.exists()]


def execute(path: Path) -> None:
    """Run a notebook from a clean kernel, top to bottom, and store its outputs in the file.

    A notebook that fails is left as it was. A lab runs in a throw-away workspace, so that a student's own is not touched.

    Raises:
        nbclient.exceptions.CellExecutionError: when a cell fails.
    """
    notebook = nbformat.read(path, as_version=4)
    environment.apply()
    with tempfile.TemporaryDirectory() as scratch:
        client = NotebookClient(
            notebook,
            timeout=TIMEOUT,
            kernel_name="python3",
            resources={"metadata": {"path": str(path.parent)}},
            store_widget_state=False,
        )
        # With pytest's variable the kernel would lose the output of the commands that a cell starts.
        kept = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
        client.execute(env={**kept, "MLDESIGN_WORKSPACE": str(Path(scratch) / "workspace")})
    normalise(notebook)
    unfinished = path.with_suffix(".ipynb.new")
    nbformat.write(notebook, unfinished)
    unfinished.replace(path)


def normalise(notebook) -> None:
    """Make the stored file say only what matters: joined streams, no timings, the same kernel name, collapsed solutions.

    JupyterLab collapses below a heading whose metadata say so; Colab reads a list in the notebook's metadata and a form
    from a ``# @title`` line. Both are derived from the heading, so that an author sets one mark.
    """
    language = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python", "pygments_lexer": "ipython3"}
    folded = [cell["id"] for cell in notebook.cells if cell.metadata.get(COLLAPSED)]
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": language,
            "colab": {"collapsed_sections": folded, "provenance": []},
        }
    )
    for cell in notebook.cells:
        for key in ("execution", "lines_to_next_cell"):  # timings, and what a converter left
            cell.metadata.pop(key, None)
        cell.source = re.sub(r"[ \t]+$", "", cell.source, flags=re.MULTILINE).strip("\n")
        if cell.cell_type != "code":
            continue
        if cell.source.startswith(FORM):
            cell.metadata["cellView"] = "form"
        cell.outputs = _joined(cell.get("outputs", []))
        for output in cell.outputs:
            output.pop("transient", None)


def _joined(outputs: list) -> list:
    """Join neighbouring pieces of one stream: how the kernel cuts them is chance."""
    joined = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == "stream" == last.output_type and output.name == last.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined
