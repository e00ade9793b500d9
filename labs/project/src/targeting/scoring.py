"""Score the households of a request with the current champion, leave out those that objected, and log it."""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from threadpoolctl import threadpool_limits

from targeting.batching import Batcher
from targeting.features import FEATURES
from targeting.live import Live
from targeting.messages import FeaturesRequest, Household
from targeting.online import Online, UnknownCampaignError
from targeting.registry import Registered

MAX_WAITING = 64  # requests whose features are being computed; more are told to come back
predictions = logging.getLogger("targeting.predictions")


def decide(champion: Registered, household_id: int, probability: float | None) -> dict:
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
        self.threads = ThreadPoolExecutor(2, "features", initializer=threadpool_limits, initargs=(1,))
        self.waiting = 0

    def check_ready(self) -> None:
        """Raise 503, with the reasons, when nobody can be scored."""
        if not self.live.ready:
            raise HTTPException(503, f"Not ready: {'; '.join(self.live.problems.values())}")

    async def raw(self, campaign_id: int, households: list[Household]) -> tuple[Registered, list[dict]]:
        """Return the decisions on households given by their purchases; who objected is left out of everything."""
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

    def _raw(self, campaign_id: int, households: list[Household]) -> tuple[Registered, list[dict]]:
        champion, suppressed = self.live.champion, self.live.suppressed
        asked = [household for household in households if household.household_id not in suppressed]
        found = {}
        if asked:
            features = self.online.features(self.live.campaigns, campaign_id, asked)
            found = dict(zip((h.household_id for h in asked), champion.predict(features).tolist(), strict=True))
        return champion, [decide(champion, h.household_id, found.get(h.household_id)) for h in households]

    async def ready_made(self, request: FeaturesRequest) -> tuple[Registered, list[dict]]:
        """Return the decision on a household given by its features."""
        self.check_ready()
        if request.household_id in self.live.suppressed:
            return self.live.champion, [decide(self.live.champion, request.household_id, None)]
        champion, probability = await self.batcher([getattr(request, name) for name in FEATURES])
        return champion, [decide(champion, request.household_id, probability)]

    def _score_rows(self, rows: list[list]) -> list[tuple[Registered, float]]:
        champion = self.live.champion
        frame = pd.DataFrame(rows, columns=list(FEATURES))
        return [(champion, probability) for probability in champion.predict(frame).tolist()]


def record(request: Request, campaign_id: int, champion: Registered, decisions: list[dict], started: float) -> None:
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
