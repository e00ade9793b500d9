"""The lapse model as a service: one household's features in, probability and decision out.

Lesson 4.1 starts it: ``python service.py PORT`` in a folder with a model file ``<version>.skops`` for each version. It
listens on this machine only. Its settings are environment variables, so that no key stands in a file:

KEY, ADMIN_KEY   who may ask, and who may switch versions (required)
VERSION          the version that answers at the start (``v1``)
SHADOW           a version that is scored and logged on every request, and never answers
LIMIT            requests a minute that one key may send, and all wrong keys together (no limit when absent)
BATCH            ``1`` lets requests that wait at the same moment share one call of the model
PAUSE            seconds for which the service is busy with something else, every five seconds
"""

import asyncio
import hmac
import json
import os
import sys
import time
from collections import Counter
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pandas as pd
import skops.io
import uvicorn
from fastapi import BackgroundTasks, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

THRESHOLD = 0.25  # probability of lapse from which an offer pays at 40 dollars a save (lesson 1.1)
LARGEST = 100_000  # bytes of a request
WAIT, FULL = 0.002, 64  # seconds that a request waits for company, and rows in one call of the model


class Household(BaseModel):
    """A request: what may be sent, in which range, and what must fit together."""

    model_config = ConfigDict(extra="forbid", strict=True)
    household_id: int = Field(ge=1)
    week: int = Field(ge=12, le=53)
    weeks_since_visit: Literal[0, 1]
    trips_4w: int = Field(ge=0, le=500)
    trips_12w: int = Field(ge=1, le=1_500)
    active_weeks_12w: int = Field(ge=1, le=12)
    spend_4w: float = Field(ge=0, le=20_000, allow_inf_nan=False)
    spend_12w: float = Field(ge=0, le=60_000, allow_inf_nan=False)
    discount_12w: float = Field(ge=0, le=60_000, allow_inf_nan=False)
    coupon_12w: int = Field(ge=0, le=5_000)

    @model_validator(mode="after")
    def windows_nest(self):
        """Four weeks are a part of twelve."""
        for name in ("trips", "spend"):
            if getattr(self, f"{name}_4w") > getattr(self, f"{name}_12w"):
                raise ValueError(f"{name}_4w exceeds {name}_12w, which contains it")
        return self


FEATURES = [name for name in Household.model_fields if name not in ("household_id", "week")]


class Answer(BaseModel):
    """What comes back; ``probability`` is null when the service is switched off."""

    household_id: int
    decision: Literal["offer", "none"]
    probability: float | None
    version: str


class Scorer:
    """Every model version in memory, which of them answers, and a log of what was asked."""

    def __init__(self, folder: Path):
        self.models = {path.stem: skops.io.load(path) for path in sorted(folder.glob("*.skops"))}
        self.current, self.shadow = os.environ.get("VERSION", "v1"), os.environ.get("SHADOW")
        self.log = (folder / "requests.jsonl").open("a", encoding="utf-8", newline="\n", buffering=1)
        self.waiting: list[tuple[Household, asyncio.Future]] = []

    def score(self, rows: list[Household]) -> list[Answer]:
        """Return an answer for each row, by one call of the model, and log every row."""
        version = self.current
        if version == "off":  # the kill switch: nobody gets an offer, nobody waits for an error
            return [Answer(household_id=r.household_id, decision="none", probability=None, version="off") for r in rows]
        frame = pd.DataFrame([[float(getattr(row, name)) for name in FEATURES] for row in rows], columns=FEATURES)
        by_version = {name: self.models[name].predict_proba(frame)[:, 1] for name in {version, self.shadow or version}}
        answers = []
        for position, row in enumerate(rows):
            p = {name: round(float(values[position]), 6) for name, values in by_version.items()}
            entry = {"features": row.model_dump(), "version": version, "probability": p[version]}
            self.log.write(json.dumps(entry | ({"shadow": p[self.shadow]} if self.shadow else {})) + "\n")
            decision = "offer" if p[version] >= THRESHOLD else "none"
            answers.append(
                Answer(household_id=row.household_id, decision=decision, probability=p[version], version=version)
            )
        return answers

    async def wait(self, row: Household) -> Answer:
        """Micro-batching: return the answer for one row, scored together with those that wait with it."""
        future = asyncio.get_running_loop().create_future()
        self.waiting.append((row, future))
        if len(self.waiting) == 1:
            asyncio.get_running_loop().call_later(WAIT, self.flush)
        return await future

    def flush(self):
        """Answer the first rows that wait; the rest follow at once."""
        group, self.waiting = self.waiting[:FULL], self.waiting[FULL:]
        if self.waiting:
            asyncio.get_running_loop().call_soon(self.flush)
        try:
            answers = self.score([row for row, _ in group])
        except Exception as error:  # whatever went wrong belongs to those who asked
            for _, future in group:
                future.done() or future.set_exception(error)
            return
        for (_, future), answer in zip(group, answers, strict=True):
            future.done() or future.set_result(answer)  # a client may have gone


def create(folder: Path) -> FastAPI:
    """Return the application for a folder of model versions."""
    scorer, asked, jobs = Scorer(folder), Counter(), {}
    key, admin = os.environ["KEY"], os.environ["ADMIN_KEY"]
    limit, pause = os.environ.get("LIMIT"), float(os.environ.get("PAUSE", 0))

    async def busy():
        while True:
            await asyncio.sleep(5)
            time.sleep(pause)  # on purpose not asyncio's: like a reload in the wrong place, it stops everybody

    async def new_minute():
        while True:
            await asyncio.sleep(60)
            asked.clear()

    @asynccontextmanager
    async def lifespan(_: FastAPI):
        others = [asyncio.create_task(busy())] if pause else []
        others.append(asyncio.create_task(new_minute()))
        yield
        for task in others:
            task.cancel()

    # The interactive pages load scripts from a public network: without them the service needs none.
    app = FastAPI(title="Who is about to lapse?", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)

    @app.middleware("http")
    async def guard(request: Request, go_on):
        """Refuse before any work is done: a foreign key, too many requests, too large a body."""
        if request.url.path == "/health":
            return await go_on(request)
        given, size = request.headers.get("x-api-key", ""), request.headers.get("content-length", "")
        wanted = admin if request.method == "PUT" else key
        known = hmac.compare_digest(given.encode(), wanted.encode())
        who = given if known else "wrong"  # all wrong keys count together, so that guesses are limited, too
        asked[who] += 1
        if limit and asked[who] > int(limit):
            return JSONResponse({"error": f"more than {limit} requests a minute"}, 429, {"retry-after": "60"})
        if not known:
            return JSONResponse({"error": "x-api-key is missing or wrong"}, 401)
        if request.method == "POST" and not size.isdecimal():
            return JSONResponse({"error": "content-length is missing"}, 411)
        if size.isdecimal() and int(size) > LARGEST:
            return JSONResponse({"error": f"the body exceeds {LARGEST:,} bytes"}, 413)
        return await go_on(request)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError):
        """Name each wrong field and what is wrong; never repeat its value, which may be personal."""
        found = error.errors()[:20]
        problems = {".".join(map(str, e["loc"][1:])) or "body": e["msg"].removeprefix("Value error, ") for e in found}
        return JSONResponse({"error": "the request cannot be used", "problems": problems}, 422)

    @app.get("/health")
    async def health():
        """Which version answers?"""
        return {"status": "alive", "version": scorer.current}

    @app.post("/score")
    async def score(household: Household) -> Answer:
        """Synchronous: the caller waits for the decision."""
        return await scorer.wait(household) if os.environ.get("BATCH") == "1" else scorer.score([household])[0]

    @app.post("/jobs", status_code=202)
    async def job(households: list[Household], later: BackgroundTasks):
        """Asynchronous: the caller gets a number at once and fetches the answers later."""
        number = len(jobs) + 1
        jobs[number] = None

        async def work():
            try:
                jobs[number] = scorer.score(households)
            except Exception:
                del jobs[number]  # who fetches it is told that it is not there
                raise

        later.add_task(work)
        return {"job": number, "households": len(households)}

    @app.get("/jobs/{number}")
    async def fetch(number: int):
        """The answers of a job; null until they are there."""
        if number not in jobs:
            raise HTTPException(404, f"there is no job {number}")
        return {"job": number, "answers": jobs[number]}

    @app.put("/version/{name}")
    async def switch(name: str):
        """Let another version answer, from the next request on; ``off`` is the kill switch."""
        if name not in {*scorer.models, "off"}:
            raise HTTPException(404, f"there is no version {name}; versions: {', '.join(scorer.models)}, off")
        before, scorer.current = scorer.current, name
        return {"before": before, "now": name}

    return app


if __name__ == "__main__":
    uvicorn.run(
        create(Path.cwd()),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_level="warning",
        access_log=False,
        timeout_keep_alive=60,
    )
