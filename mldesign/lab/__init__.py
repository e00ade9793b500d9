"""Labs: ``from mldesign import lab`` in a lab's notebook.

- :func:`start` opens the workspace at the state that a lab needs
- :func:`check` says whether a task is right, and gives a hint when not
- :func:`save` puts a function from a cell into its module in the workspace
- :func:`use_reference` moves on with the reference, :func:`try_again` gives the stub back
- :func:`progress` lists the tasks
- :func:`run` runs a command in the workspace, :func:`serve` its service while a cell talks to it
- :func:`rebuild` keeps a damaged workspace beside a new one; :func:`pack` and :func:`unpack` take it along as one file
"""

from mldesign.lab.archive import pack, unpack
from mldesign.lab.errors import LabError
from mldesign.lab.opening import rebuild, start
from mldesign.lab.serving import serve
from mldesign.lab.terminal import run
from mldesign.lab.verbs import check, progress, save, try_again, use_reference

__all__ = [
    "LabError",
    "check",
    "pack",
    "progress",
    "rebuild",
    "run",
    "save",
    "serve",
    "start",
    "try_again",
    "unpack",
    "use_reference",
]
