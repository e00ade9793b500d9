"""Score the households of a request with the current champion, leave out those that objected, and log it."""

import asyncio
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pandas as pd
from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from threadpoolctl import threadpool_limits

from targeting.batching import Batcher
from targeting.features import FEATURES
from targeting.live import Live
from targeting.messages import BatchRequest, FeaturesRequest, Household, ScoreRequest
from targeting.online import Campaigns, Online, UnknownCampaignError
from targeting.registry import Registered

MAX_WAITING = 64  # requests whose features are being computed; more are told to come back
MAX_TOGETHER = 16  # of them in one statement
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
        self.threads = ThreadPoolExecutor(2, "features", initializer=threadpool_limits, initargs=(1,))
        self.by_purchases = Batcher(self._by_purchases, self.threads, full=MAX_TOGETHER)
        self.by_features = Batcher(self._by_features)
        self.waiting = 0

    def current(self) -> tuple[Registered, Campaigns, frozenset[int]]:
        """Return the champion, the campaigns and who objected, as they are at this moment.

        Raises:
            HTTPException: 503, with the reasons, when one is missing: then nobody can be scored.
        """
        found = self.live.champion, self.live.campaigns, self.live.suppressed
        if None in found:
            raise HTTPException(503, f"Not ready: {'; '.join(list(self.live.problems.values()))}")
        return found

    @contextmanager
    def _admitted(self) -> Iterator[None]:
        self.current()
        if self.waiting >= MAX_WAITING:
            raise HTTPException(503, "Too many requests are waiting. Try again in a second.")
        self.waiting += 1
        try:
            yield
        except UnknownCampaignError as problem:
            entry = {"loc": ("body", problem.field), "msg": str(problem), "type": "unknown_campaign"}
            raise RequestValidationError([entry]) from problem
        finally:
            self.waiting -= 1

    async def household(self, request: ScoreRequest) -> tuple[Registered, list[dict]]:
        """Return the decision on a household given by its purchases."""
        with self._admitted():
            champion, decision = await self.by_purchases((request.campaign_id, request))
            return champion, [decision]

    async def households(self, request: BatchRequest) -> tuple[Registered, list[dict]]:
        """Return the decisions on several households given by their purchases, in the order given."""
        with self._admitted():
            return await asyncio.get_running_loop().run_in_executor(self.threads, self._several, request)

    async def features(self, request: FeaturesRequest) -> tuple[Registered, list[dict]]:
        """Return the decision on a household given by its features."""
        champion, _, suppressed = self.current()
        if request.household_id in suppressed:
            return champion, [decide(champion, request.household_id, None)]
        champion, probability = await self.by_features([getattr(request, name) for name in FEATURES])
        return champion, [decide(champion, request.household_id, probability)]

    def _by_purchases(self, asked: list[tuple[int, Household]]) -> list:
        champion, known, suppressed = self.current()
        problems = [known.problem(*pair) for pair in asked]
        fine = [pair for pair, problem in zip(asked, problems, strict=True) if problem is None]
        decisions = iter(self._decisions(champion, known, suppressed, fine))
        return [problem or (champion, next(decisions)) for problem in problems]

    def _several(self, request: BatchRequest) -> tuple[Registered, list[dict]]:
        champion, known, suppressed = self.current()
        for place, household in enumerate(request.households):
            if problem := known.problem(request.campaign_id, household, f"households.{place}."):
                raise problem
        asked = [(request.campaign_id, household) for household in request.households]
        return champion, self._decisions(champion, known, suppressed, asked)

    def _decisions(self, champion: Registered, known: Campaigns, suppressed: frozenset[int], asked: list) -> list[dict]:
        """Return a decision for each pair of campaign_id and household, in the order given."""
        # TASK 4.4: who objected is left out before anything is computed, and keeps its place in the answer
        wanted = [pair for pair in asked if pair[1].household_id not in suppressed]
        found = iter(champion.predict(self.online.features(known, wanted)).tolist() if wanted else [])
        return [
            decide(champion, household.household_id, None if household.household_id in suppressed else next(found))
            for _, household in asked
        ]
        # END TASK 4.4

    def _by_features(self, rows: list[list]) -> list[tuple[Registered, float]]:
        champion = self.current()[0]
        frame = pd.DataFrame(rows, columns=list(FEATURES))
        return [(champion, probability) for probability in champion.predict(frame).tolist()]


def record(request: Request, campaign_id: int, champion: Registered, decisions: list[dict], started: float) -> None:
    """Log what was answered, without saying about whom.

    Probabilities are rounded: an exact one, which hardly two households of a list share, would name its household.
    """
    predictions.info(
        {
            "event": "prediction",
            "request_id": request.state.request_id,
            "path": request.url.path,
            "campaign_id": campaign_id,
            "model_version": champion.version,
            "run_id": champion.run_id,
            "decisions": [entry["decision"] for entry in decisions],
            "probabilities": [
                None if entry["probability"] is None else round(entry["probability"], 2) for entry in decisions
            ],
            "milliseconds": round(1000 * (time.perf_counter() - started), 3),
        }
    )
