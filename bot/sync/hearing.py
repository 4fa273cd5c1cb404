"""What webhooks told by the way, a link or a label: no look has heard it, so it is gone through every ten minutes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sync.gaps import GRACE, Heard
from integrations.jira import webhook as jira
from models.clock import Clock
from models.events import Delivery, Event, Source
from models.ids import TeamId
from models.keeping.records import dump, load
from models.store import Store

log = logging.getLogger(__name__)

ABOUT = "hearing"
"""Under this name lies in the store's memory how far it has been gone through, by source."""

UNDER_WAY = timedelta(seconds=10)
"""A door may take so long to store what it has taken in: what came in that time is gone through twice."""


@dataclass(frozen=True, slots=True)
class Until:
    """Deliveries that came before are gone through (real time)."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Hearing:
    """Goes through what Jira told and no look accounts for; each delivery once."""

    store: Store
    clock: Clock
    inbox: Heard

    async def news(self, team: TeamId) -> tuple[list[Event], datetime]:
        """What was told since the last time, and up to when; without a last time, since a quarter of an hour."""
        now, kept = self.clock.real(), (await self.store.recall(team, ABOUT)).get(Source.JIRA.value)
        since = load(Until, kept).at if kept is not None else now - GRACE
        deliveries = await self.inbox.heard(Source.JIRA, min(since, now), team, by_the_way=True)
        return await asyncio.to_thread(_events, deliveries), now - UNDER_WAY

    async def done(self, team: TeamId, until: datetime) -> None:
        """Go on from here next time."""
        await self.store.remember(team, ABOUT, Source.JIRA.value, dump(Until(until)))


def _events(deliveries: Iterable[Delivery]) -> list[Event]:
    found = []
    for delivery in deliveries:
        try:
            found.append(jira.parse(delivery))
        except Exception:  # the door has queued a look for it
            log.exception("delivery %s cannot be read", delivery.id, extra={"action": "unreadable"})
    return found
