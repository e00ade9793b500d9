"""Loads the course's way of running notebooks (tests/nbval_plugin.py) and keeps pytest out of folders with tests of their own."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent
pytest_plugins = ["tests.nbval_plugin"]


def pytest_ignore_collect(collection_path, config):
    """Leave out the student's workspaces, the reference project (it has its own tests and settings) and what was built."""
    if config.rootpath.resolve() != ROOT or not collection_path.resolve().is_relative_to(ROOT):
        return None
    parts = collection_path.resolve().relative_to(ROOT).parts
    own = parts[:2] == ("labs", "project") or parts[:3] == ("labs", "capstone", "starter") or (
        parts[:1] == ("labs",) and parts[1:2] and parts[1].startswith("workspace")
    )
    made = bool({"_build", "build", ".ipynb_checkpoints"} & set(parts))
    return True if own or made else None
