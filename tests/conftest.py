"""What several test files share: the built book."""

from pathlib import Path

import pytest
from filelock import FileLock

from tests.book import build


@pytest.fixture(scope="session")
def html(tmp_path_factory, worker_id) -> Path:
    """The folder of the built book, one for all processes of a run."""
    own = tmp_path_factory.getbasetemp()
    output = (own if worker_id == "master" else own.parent) / "book"
    with FileLock(f"{output}.lock"):
        if not output.is_dir():
            output.mkdir()
            done = build(output)
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return output / "_build" / "html"
