"""Loads the course's way of running notebooks (tests/nbval_plugin.py) and keeps pytest out of folders with tests of their own."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent
SYSTEMS = (
    ("labs", "capstone", "examples"),
    ("labs", "capstone", "starter"),
    ("modules", "05-cicd", "02-project"),
    ("modules", "05-cicd", "lapse_system"),
)  # repositories of their own
pytest_plugins = ["tests.nbval_plugin"]


def pytest_ignore_collect(collection_path, config):
    """Leave out the student's workspaces, systems with tests and settings of their own, and what was built."""
    if config.rootpath.resolve() != ROOT or not collection_path.resolve().is_relative_to(ROOT):
        return None
    parts = collection_path.resolve().relative_to(ROOT).parts
    own = (
        parts[:2] == ("labs", "project")
        or parts[:3] in SYSTEMS
        or (parts[:1] == ("labs",) and parts[1:2] and parts[1].startswith("workspace"))
    )
    made = bool({"_build", "build", ".ipynb_checkpoints"} & set(parts))
    return True if own or made else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Spread ``--dist loadfile`` by lab as well: what is parametrised by lab or task (``[3]``, ``[3.2-…]``) may run beside the rest of its file."""
    from xdist.scheduler import LoadFileScheduling

    class FileAndLab(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::", 1)[0]
            lab = re.search(r"\[([1-8])[].-]", nodeid)
            return f"{file}[{lab[1]}]" if lab and file.startswith("tests/lab/") else file

    return FileAndLab(config, log) if config.option.dist == "loadfile" else None
