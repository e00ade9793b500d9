"""What several test files share: the built book."""

from pathlib import Path

import pytest

from tests.book import build


@pytest.fixture(scope="session")
def html(tmp_path_factory) -> Path:
    """The folder of the built book."""
    output = tmp_path_factory.mktemp("book")
    done = build(output)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return output / "_build" / "html"
