"""The service in its small world."""

import pytest
from fastapi.testclient import TestClient
from service_world import World, fitted

from targeting import serve
from targeting.live import Live
from targeting.online import Online


@pytest.fixture(scope="module")
def models():
    return {version: fitted(sign) for version, sign in ((1, 1), (2, -1))}


@pytest.fixture
def world(tmp_path, models):
    return World(tmp_path, models)


@pytest.fixture
def service(world, settings):
    live = Live(world.clean, lambda: world.version, world.load, world.suppressed)
    online = Online(settings["data"], settings["ingest"]["time_zone"])
    app = serve.create_app(live, online, refresh_seconds=3600)
    with TestClient(app, raise_server_exceptions=False) as client:
        client.live, client.online = live, online
        yield client
