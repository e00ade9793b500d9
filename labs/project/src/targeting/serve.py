"""The scoring service: a household's recent purchases in, probability and decision out.

``python -m targeting.serve`` answers on 127.0.0.1:8000. The decision of one household follows from the threshold that
was kept with the model; the lists of whole campaigns, with their budget, are made by ``targeting.score``.
"""

import argparse
import asyncio
import logging
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pandas as pd
import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError

from targeting import candidates, params, web
from targeting.batching import Batcher
from targeting.features import FEATURES
from targeting.files import StageError, run
from targeting.live import Champion, Live
from targeting.messages import (
    BatchRequest,
    BatchResponse,
    Decision,
    FeaturesRequest,
    Health,
    Household,
    ModelInfo,
    ScoreRequest,
    ScoreResponse,
)
from targeting.online import Online, UnknownCampaignError

MAX_WAITING = 64  # requests whose features are being computed; more are told to come back
predictions = logging.getLogger("targeting.predictions")


def decide(champion: Champion, household_id: int, probability: float | None) -> dict:
    """Return one household's decision; without a probability it is suppressed."""
    if probability is None:
        return {"household_id": household_id, "decision": "suppressed", "probability": None}
    decision = "mail" if probability >= champion.threshold else "skip"
    return {"household_id": household_id, "decision": decision, "probability": probability}


class Service:
    """Scores households with the current champion."""

    def __init__(self, live: Live, online: Online):
        self.live, self.online = live, online
        self.batcher = Batcher(self._score_rows)
        self.threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="features")
        self.waiting = 0

    def check_ready(self) -> None:
        if not self.live.ready:
            raise HTTPException(503, f"Not ready: {'; '.join(self.live.problems.values())}")

    async def raw(self, campaign_id: int, households: list[Household]) -> tuple[Champion, list[dict]]:
        """Return the decisions on households given by their purchases; those that objected are left out of everything."""
        self.check_ready()
        if self.waiting >= MAX_WAITING:
            raise HTTPException(503, "Too many requests are waiting. Try again in a second.")
        self.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.threads, self._raw, campaign_id, households)
        except UnknownCampaignError as problem:
            entry = {"loc": ("body", problem.field), "msg": str(problem), "type": "unknown_campaign"}
            raise RequestValidationError([entry]) from problem
        finally:
            self.waiting -= 1

    def _raw(self, campaign_id: int, households: list[Household]) -> tuple[Champion, list[dict]]:
        champion, suppressed = self.live.champion, self.live.suppressed
        asked = [household for household in households if household.household_id not in suppressed]
        features = self.online.features(self.live.campaigns, campaign_id, asked)
        found = dict(zip((h.household_id for h in asked), self._probabilities(champion, features), strict=True))
        return champion, [decide(champion, h.household_id, found.get(h.household_id)) for h in households]

    async def ready_made(self, request: FeaturesRequest) -> tuple[Champion, list[dict]]:
        """Return the decision on a household given by its features."""
        self.check_ready()
        if request.household_id in self.live.suppressed:
            return self.live.champion, [decide(self.live.champion, request.household_id, None)]
        champion, probability = await self.batcher([getattr(request, name) for name in FEATURES])
        return champion, [decide(champion, request.household_id, probability)]

    def _score_rows(self, rows: list[list]) -> list[tuple[Champion, float]]:
        champion = self.live.champion
        frame = pd.DataFrame(rows, columns=list(FEATURES))
        return [(champion, probability) for probability in self._probabilities(champion, frame)]

    @staticmethod
    def _probabilities(champion: Champion, frame: pd.DataFrame) -> list[float]:
        return candidates.probabilities(champion.model, frame).tolist() if len(frame) else []


def record(request: Request, campaign_id: int, champion: Champion, decisions: list[dict], started: float) -> None:
    """Log what was answered, without saying about whom."""
    predictions.info(
        {
            "event": "prediction",
            "request_id": request.state.request_id,
            "path": request.url.path,
            "campaign_id": campaign_id,
            "model_version": champion.version,
            "run_id": champion.run_id,
            "decisions": [entry["decision"] for entry in decisions],
            "probabilities": [entry["probability"] for entry in decisions],
            "milliseconds": round(1000 * (time.perf_counter() - started), 3),
        }
    )


def create_app(live: Live, online: Online, refresh_seconds: float = 2.0) -> FastAPI:
    """Return the application; it looks for a new champion every ``refresh_seconds``."""
    service = Service(live, online)

    @asynccontextmanager
    async def lifespan(_: FastAPI):
        await asyncio.to_thread(live.refresh)
        following = asyncio.create_task(live.follow(refresh_seconds))
        yield
        following.cancel()
        service.threads.shutdown()

    # The interactive pages load scripts from a public network: without them the service needs none.
    app = FastAPI(title="Who gets the next coupon book?", lifespan=lifespan, docs_url=None, redoc_url=None)
    web.wrap(app)

    @app.post("/score", responses=web.ERRORS)
    async def score(body: ScoreRequest, request: Request) -> ScoreResponse:
        """Decide on one household from its purchases."""
        started = time.perf_counter()
        champion, decisions = await service.raw(body.campaign_id, [body])
        record(request, body.campaign_id, champion, decisions, started)
        return ScoreResponse(campaign_id=body.campaign_id, model_version=champion.version, **decisions[0])

    @app.post("/score/batch", responses=web.ERRORS)
    async def score_batch(body: BatchRequest, request: Request) -> BatchResponse:
        """Decide on several households of one campaign from their purchases, in the order given."""
        started = time.perf_counter()
        champion, decisions = await service.raw(body.campaign_id, body.households)
        record(request, body.campaign_id, champion, decisions, started)
        answers = [Decision(**entry) for entry in decisions]
        return BatchResponse(campaign_id=body.campaign_id, model_version=champion.version, decisions=answers)

    @app.post("/score/features", responses=web.ERRORS)
    async def score_features(body: FeaturesRequest, request: Request) -> ScoreResponse:
        """Decide on one household from features that are computed already."""
        started = time.perf_counter()
        champion, decisions = await service.ready_made(body)
        record(request, body.campaign_id, champion, decisions, started)
        return ScoreResponse(campaign_id=body.campaign_id, model_version=champion.version, **decisions[0])

    @app.get("/health")
    async def health() -> Health:
        """Is the process alive?"""
        return Health(status="alive")

    @app.get("/ready", responses={503: web.ERRORS[503]})
    async def ready() -> Health:
        """Can it score? ``problems`` names what could not be refreshed."""
        service.check_ready()
        return Health(status="ready", problems=[f"{what}: {why}" for what, why in live.problems.items()])

    @app.get("/model", responses={503: web.ERRORS[503]})
    async def model() -> ModelInfo:
        """Which model answers?"""
        service.check_ready()
        fields = {name: getattr(live.champion, name) for name in ModelInfo.model_fields if name != "features"}
        return ModelInfo(features=list(FEATURES), **fields)

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
        raise StageError(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another with --port, or stop the other.") from error
    return bound
