"""The scoring service: a household's recent purchases in, probability and decision out.

``python -m targeting.serve`` answers on 127.0.0.1:8000. The decision of one household follows from the threshold that
was kept with the model; the lists of whole campaigns, with their budget, are made by ``targeting.score``.
"""

import argparse
import asyncio
import gc
import logging
import socket
import time
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from fastapi_offline import FastAPIOffline
from threadpoolctl import threadpool_limits

from targeting import params, registry, web
from targeting.features import FEATURES
from targeting.files import StageError, run
from targeting.live import Live
from targeting.messages import (
    BatchRequest,
    BatchResponse,
    Decision,
    FeaturesRequest,
    Health,
    ModelInfo,
    ScoreRequest,
    ScoreResponse,
)
from targeting.online import Online
from targeting.scoring import Service, record


def create_app(live: Live, online: Online, refresh_seconds: float = 2.0) -> FastAPI:
    """Return the application; it looks for a new champion every ``refresh_seconds``."""
    service = Service(live, online)

    @asynccontextmanager
    async def lifespan(_: FastAPI):
        threadpool_limits(1)  # one row at a time: more threads cost more than they bring
        await asyncio.to_thread(live.refresh)
        gc.collect()  # what stands now stays: no collection needs to look at it again, and stop requests meanwhile
        gc.freeze()
        following = asyncio.create_task(live.follow(refresh_seconds))
        yield
        gc.unfreeze()
        following.cancel()
        service.threads.shutdown()

    # FastAPI's own page of documentation loads its scripts from a public network; this one comes from the service.
    page = {"validatorUrl": None, "defaultModelRendering": "model", "defaultModelExpandDepth": 3}  # fields with limits
    app = FastAPIOffline(
        title="Who gets the next coupon book?", lifespan=lifespan, redoc_url=None, swagger_ui_parameters=page
    )
    web.wrap(app)

    @app.post("/score", responses=web.ERRORS)
    async def score(body: ScoreRequest, request: Request) -> ScoreResponse:
        """Decide on one household from its purchases."""
        started = time.perf_counter()
        champion, decisions = await service.household(body)
        record(request, body.campaign_id, champion, decisions, started)
        return ScoreResponse(campaign_id=body.campaign_id, model_version=champion.version, **decisions[0])

    @app.post("/score/batch", responses=web.ERRORS)
    async def score_batch(body: BatchRequest, request: Request) -> BatchResponse:
        """Decide on several households of one campaign from their purchases, in the order given."""
        started = time.perf_counter()
        champion, decisions = await service.households(body)
        record(request, body.campaign_id, champion, decisions, started)
        answers = [Decision(**entry) for entry in decisions]
        return BatchResponse(campaign_id=body.campaign_id, model_version=champion.version, decisions=answers)

    @app.post("/score/features", responses=web.ERRORS)
    async def score_features(body: FeaturesRequest, request: Request) -> ScoreResponse:
        """Decide on one household from features that are computed already."""
        started = time.perf_counter()
        champion, decisions = await service.features(body)
        record(request, body.campaign_id, champion, decisions, started)
        return ScoreResponse(campaign_id=body.campaign_id, model_version=champion.version, **decisions[0])

    @app.get("/health")
    async def health() -> Health:
        """Is the process alive?"""
        return Health(status="alive")

    @app.get("/ready", responses={503: web.ERRORS[503]})
    async def ready() -> Health:
        """Can it score? ``problems`` names what could not be refreshed."""
        service.current()
        return Health(status="ready", problems=[f"{what}: {why}" for what, why in live.problems.items()])

    @app.get("/model", responses={503: web.ERRORS[503]})
    async def model() -> ModelInfo:
        """Which model answers?"""
        champion = service.current()[0]
        known = {name: getattr(champion, name) for name in ("version", "run_id", "candidate", "data_hash", "threshold")}
        return ModelInfo(name=registry.MODEL, features=list(FEATURES), **known)

    return app


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address; port 0 takes a free one.

    Raises:
        StageError: when the port is in use or not allowed.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise StageError(
            f"Cannot listen on {host}:{port}: {error.strerror}. Choose another with --port, or stop the other."
        ) from error
    return bound


def main() -> None:
    """Serve until stopped; one process, one port, on this machine only unless ``--host`` says otherwise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000, help="0 takes a free one")
    parser.add_argument("--clean", type=Path, default=Path("data/clean"))
    arguments = parser.parse_args()
    settings = params.read()
    web.log_to()
    bound = listen(arguments.host, arguments.port)
    live = Live(arguments.clean)
    online = Online(settings["data"], settings["ingest"]["time_zone"])
    app = create_app(live, online, settings["serve"]["refresh_seconds"])
    logging.getLogger("targeting.service").info(
        {"event": "listening", "host": arguments.host, "port": bound.getsockname()[1]}
    )
    # Access lines would hold addresses of clients; every answer has its line in the prediction log already.
    server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_config=None))
    server.run(sockets=[bound])


if __name__ == "__main__":
    run(main)
