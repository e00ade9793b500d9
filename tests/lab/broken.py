"""Put a lab's planted break into a repository, and say which of its tests see it."""

import re
import sys
from pathlib import Path

from small_labs import write

from mldesign.lab import checking, processes


def failing(folder: Path, state: dict[str, str], changes: dict[str, tuple[str, str]], *modules: str) -> set[str]:
    """Return the names of the tests that fail in test modules of a broken repository, at least one.

    Args:
        folder: an empty folder.
        state: the repository, path → text, such as ``states.after(3)``.
        changes: path → a text that stands there, and the text that takes its place.
        modules: paths of the test modules.
    """
    state = dict(state)
    for name, (sound, broken) in changes.items():
        assert sound in state[name], f"{name} no longer holds {sound!r}"
        state[name] = state[name].replace(sound, broken)
    write(folder, state)
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider", *modules]
    code, output = processes.run(command, folder, checking.environment(folder), 600)
    assert code == 1, output[-2000:]
    return set(re.findall(r"FAILED [\w/.]+::(\w+)", output))
