"""What a long read has come to so far: a log line, and words that ``pm status`` shows from any process."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from models.clock import Clock
from models.events import Source
from models.ids import TeamId
from models.store import READING, Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """Tells how far a whole read has come."""

    store: Store
    clock: Clock

    async def say(self, team: TeamId, source: Source, words: str) -> None:
        """``Sprint 24: 312 of 500 issues``."""
        log.info("reading %s: %s", source, words, extra={"action": "reading", "team": team, "source": source})
        kept = {"words": words, "at": self.clock.real().isoformat()}
        await self.store.remember(team, READING, source.value, kept)

    async def done(self, team: TeamId, source: Source, words: str) -> None:
        """It is over: ``words`` for the log."""
        log.info("read %s: %s", source, words, extra={"action": "read_whole", "team": team, "source": source})
        await self.store.forget(team, READING, source.value)


def so_far(count: int, total: int | None, what: str) -> str:
    """``312 of 500 issues``; without a total, or past it, ``312 issues``."""
    return f"{count} of {total} {what}" if total is not None and total >= count else f"{count} {what}"
