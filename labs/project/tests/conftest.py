"""What several tests share: the parameters and the real development campaigns, read once."""

from pathlib import Path

import pytest

from targeting import params
from targeting.history import history


@pytest.fixture(scope="session")
def settings() -> dict:
    return params.read(Path(__file__).parent.parent / "params.yaml")


@pytest.fixture(scope="session")
def campaigns(settings):
    return history(settings["data"])
