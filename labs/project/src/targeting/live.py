"""What the service holds in memory, and how it follows the world: champion, campaigns, households that objected.

:meth:`Live.refresh` is called every few seconds. A promoted model is loaded beside the one in use and takes its place in one
assignment, so a request sees one model, never half of two. What cannot be read leaves the model and the campaigns as
they were and is reported; the list of objections is different: without it nobody may be scored, so the service stops being ready.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from targeting.files import StageError
from targeting.online import Campaigns

log = logging.getLogger("targeting.service")


@dataclass(frozen=True)
class Champion:
    """A loaded model and where it comes from."""

    name: str
    version: str
    run_id: str
    data_hash: str
    candidate: str
    threshold: float
    model: object
    loaded_at: datetime


class Registry(Protocol):
    """Where the champion comes from."""

    def version(self) -> str:
        """Return the version that the alias points to."""

    def load(self, version: str) -> Champion:
        """Load that version and check its golden predictions."""


class Live:
    """The current state; fields are replaced, never changed."""

    def __init__(self, registry: Registry, clean: Path, read_suppressed: Callable[[], frozenset[int]]):
        self.registry, self.clean, self.read_suppressed = registry, clean, read_suppressed
        self.champion: Champion | None = None
        self.campaigns: Campaigns | None = None
        self.suppressed: frozenset[int] | None = None
        self.problems: dict[str, str] = {}
        self._stamp: tuple[int, ...] = ()

    @property
    def ready(self) -> bool:
        return None not in (self.champion, self.campaigns, self.suppressed)

    def refresh(self) -> None:
        """Look once at everything; never raises, because a service outlives a bad file."""
        self._attempt("champion", self._champion)
        self._attempt("campaigns", self._campaigns)
        if not self._attempt("suppression", self._suppressed):
            self.suppressed = None

    async def follow(self, seconds: float) -> None:
        """Refresh for ever, in a thread, so that requests go on meanwhile."""
        while True:
            await asyncio.sleep(seconds)
            await asyncio.to_thread(self.refresh)

    def _attempt(self, what: str, action: Callable[[], None]) -> bool:
        try:
            action()
        except Exception as error:  # whatever a registry, a driver or a file raises: the old state goes on
            message = f"{type(error).__name__}: {error}" if not isinstance(error, StageError) else str(error)
            if self.problems.get(what) != message:
                log.error("%s", {"event": "refresh_failed", "what": what, "reason": message})
            self.problems[what] = message
            return False
        self.problems.pop(what, None)
        return True

    def _champion(self) -> None:
        version = self.registry.version()
        if self.champion is None or self.champion.version != version:
            self.champion = self.registry.load(version)
            log.info("%s", {"event": "model_loaded", "version": version, "run_id": self.champion.run_id})

    def _campaigns(self) -> None:
        stamp = tuple(
            (self.clean / f"{table}.parquet").stat().st_mtime_ns for table in ("campaign_descriptions", "coupons")
        )
        if stamp != self._stamp:
            self.campaigns, self._stamp = Campaigns.read(self.clean), stamp

    def _suppressed(self) -> None:
        self.suppressed = self.read_suppressed()


def now() -> datetime:
    return datetime.now(UTC)
