"""The service follows the world: promotions, campaigns, objections, and what it cannot read."""

import asyncio

from fastapi.testclient import TestClient
from service_world import ask

from targeting import serve
from targeting.live import Live
from targeting.online import Online


def test_without_the_list_of_objections_nobody_is_scored(service, world):
    world.objected = None
    service.live.refresh()
    assert ask(service).status_code == 503
    assert service.get("/ready").status_code == 503
    assert "suppression list" in service.get("/ready").json()["error"]
    world.objected = frozenset()
    service.live.refresh()
    assert ask(service).status_code == 200


def test_a_new_campaign_is_known_once_its_tables_are_there(service, world):
    assert ask(service, campaign_id=14).status_code == 422
    world.describe("(13, 'Type A', date '2017-08-08'), (14, 'Type C', date '2017-09-04')")
    service.live.refresh()
    assert ask(service, campaign_id=14).status_code == 200
    assert ask(service, campaign_id=8).status_code == 422, "what the tables no longer hold is forgotten"


def test_a_promotion_is_taken_up_and_a_rollback_too(service, world):
    probabilities = []
    for version in (1, 2, 1):
        world.version = version
        service.live.refresh()
        assert service.get("/model").json()["version"] == version
        probabilities.append(ask(service, "/score/features").json()["probability"])
    assert probabilities[0] == probabilities[2] != probabilities[1]


def test_a_promoted_model_that_is_refused_leaves_the_old_one_in_service(service, world):
    world.version = 3
    service.live.refresh()
    assert ask(service).json()["model_version"] == 1
    assert "Version 3 is refused" in service.get("/ready").json()["problems"][0]


def test_the_service_follows_without_being_asked(world, settings):
    live = Live(world.clean, lambda: world.version, world.load, world.suppressed)

    async def watch():
        following = asyncio.create_task(live.follow(0.01))
        while not (live.champion and live.champion.version == 2):
            world.version = 2
            await asyncio.sleep(0.01)
        following.cancel()

    asyncio.run(asyncio.wait_for(watch(), 30))


def test_without_a_champion_it_lives_but_is_not_ready(world, settings):
    world.version = None
    live = Live(world.clean, lambda: world.version, world.load, world.suppressed)
    with TestClient(serve.create_app(live, Online(settings["data"], "UTC"))) as client:
        assert client.get("/health").json()["status"] == "alive"
        answers = [client.get("/ready"), client.get("/model"), ask(client), ask(client, "/score/features")]
        assert [answer.status_code for answer in answers] == [503] * 4
        assert "dvc repro" in answers[0].json()["error"]
