"""What the service holds in memory, and how it follows the world: champion, campaigns, households that objected.

:meth:`Live.refresh` is called every few seconds. A promoted model is loaded beside the one in use and takes its place
in one assignment, so a request sees one model, never half of two. What cannot be read is reported and leaves the model
and the campaigns as they were. The suppression list is different: without it nobody may be scored, so the service stops
being ready.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from targeting import registry, suppression
from targeting.files import StageError
from targeting.online import Campaigns

log = logging.getLogger("targeting.service")


class Live:
    """The current state; its fields are replaced, never changed.

    Args:
        clean: folder of checked tables.
        version: returns the version that is champion now.
        load: loads a version and checks its golden predictions.
        objected: returns the households that must not be scored.
    """

    def __init__(
        self,
        clean: Path,
        version: Callable[[], int | None] = registry.champion_version,
        load: Callable[[int], registry.Registered] = registry.load,
        objected: Callable[[], frozenset[int]] = suppression.households,
    ):
        self.clean, self.version, self.load, self.objected = clean, version, load, objected
        self.champion: registry.Registered | None = None
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
        if not self._attempt("suppression list", self._suppressed):
            self.suppressed = None

    async def follow(self, seconds: float) -> None:
        """Refresh for ever, in a thread, so that requests go on meanwhile."""
        while True:
            await asyncio.sleep(seconds)
            await asyncio.to_thread(self.refresh)

    def _attempt(self, what: str, action: Callable[[], None]) -> bool:
        try:
            action()
        except Exception as error:  # whatever a store, a driver or a file raises: what was loaded goes on
            reason = str(error) if isinstance(error, StageError) else f"{type(error).__name__}: {error}"
            if self.problems.get(what) != reason:
                log.error({"event": "refresh_failed", "what": what, "reason": reason})
            self.problems[what] = reason
            return False
        self.problems.pop(what, None)
        return True

    def _champion(self) -> None:
        version = self.version()
        if version is None:
            raise StageError("The registry has no champion. Run `dvc repro`.")
        if self.champion is None or self.champion.version != version:
            self.champion = self.load(version)
            log.info({"event": "model_loaded", "model_version": version, "run_id": self.champion.run_id})

    def _campaigns(self) -> None:
        tables = [self.clean / f"{table}.parquet" for table in ("campaign_descriptions", "coupons")]
        stamp = tuple(table.stat().st_mtime_ns for table in tables)
        if stamp != self._stamp:
            self.campaigns, self._stamp = Campaigns.read(self.clean), stamp

    def _suppressed(self) -> None:
        self.suppressed = self.objected()
