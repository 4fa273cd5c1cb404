"""Webhooks that should have come and did not: what reading found is compared with what the doors were told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.sync.position import position_of
from integrations.bitbucket import webhook as bitbucket
from integrations.health import Check
from integrations.jira import webhook as jira
from models.clock import Clock
from models.directives import Directives
from models.events import Delivery, Event, Source
from models.ids import TeamId
from models.keeping.records import dump, load
from models.mailbox import MOST_HEARD
from models.store import Store
from models.work import Facts
from planner.bounds.worktime import Calendar

log = logging.getLogger(__name__)

GRACE = timedelta(minutes=15)
"""How late a webhook may be: Jira's secondary flow takes that long (atlassian.md 1)."""

WINDOWS = 12
"""Comparisons that count: of two hours with a reconciliation every ten minutes, of a day with one every two hours."""

LEAST, SHARE = 3, 0.2
"""From so many changes without a webhook, and from such a share of all changes, webhooks seem to be missing."""

TRUSTED = 3
"""Of so many comparisons, the last ones, none may have found anything untold, for webhooks to be trusted."""

QUIET = timedelta(hours=1)
"""Working time of the team without a delivery after which webhooks are not trusted: they may have stopped."""

REMEMBERED = timedelta(days=14)
"""Real time that the last delivery is looked for."""

PARSERS: Mapping[Source, Callable[[Delivery], Event]] = {Source.JIRA: jira.parse, Source.BITBUCKET: bitbucket.parse}


ABOUT = "gaps"
"""Under this name lies in the store's memory what came of it, by source: apart from where the reading stands, because
both are written at the same time by jobs of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Changes that came to light in one stretch of time: told by a webhook, or found by reading alone."""

    told: int
    untold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How far one team's source has been compared, and what came of it."""

    until: datetime | None = None
    """Changes up to here have been compared with what webhooks told (company time)."""
    listened: datetime | None = None
    """When that was done (real time)."""
    windows: tuple[Window, ...] = ()
    """What came of it the last times, oldest first."""
    untold: int = 0
    """All changes ever found that no webhook told."""


async def judged_of(store: Store, team: TeamId, source: Source) -> Judged:
    """What came of it so far."""
    kept = (await store.recall(team, ABOUT)).get(source.value)
    return load(Judged, kept) if kept is not None else Judged()


class Heard(Protocol):
    """What the doors have taken in."""

    async def heard(
        self, source: Source, since: datetime, team: TeamId | None = None, *, by_the_way: bool = False
    ) -> Sequence[Delivery]:
        """Deliveries of a source that came at ``since`` (real time) or later, whatever became of them; with
        ``by_the_way`` those that no look accounts for.
        """
        ...

    async def last_heard(self, source: Source, since: datetime, team: TeamId) -> datetime | None:
        """When the last of them came; ``None`` where none did."""
        ...


@dataclass(frozen=True, slots=True)
class Gaps:
    """Compares and remembers."""

    store: Store
    clock: Clock
    inbox: Heard

    async def judge(self, team: TeamId, source: Source) -> int:
        """Compare what changed since the last comparison, but for the latest minutes; how much nobody told."""
        before, edge, now = await judged_of(self.store, team, source), self.clock.now() - GRACE, self.clock.real()
        if before.until is None or before.listened is None or before.until > self.clock.now():
            read = (await position_of(self.store, team, source)).until  # what the first reading found is no gap
            await self._keep(team, source, replace(before, until=max(edge, read or edge), listened=now))
            return 0
        if edge <= before.until:
            return 0
        changed = _changed(await self.store.facts_about(team), source, before.until, edge)
        told = await self._told(team, source, before.listened - 2 * GRACE) if changed else frozenset[str]()
        if told is None:  # more than can be read again: who was told cannot be judged
            changed, told = [], frozenset()
        untold = [names for names in changed if told.isdisjoint(names)]
        if untold:
            log.warning(
                "%s told nothing of %d of %d changes: %s",
                *(source, len(untold), len(changed), ", ".join(sorted(names[0] for names in untold)[:5])),
                extra={"action": "untold", "team": team, "source": source, "count": len(untold)},
            )
        await self._keep(team, source, _noted(before, edge, now, len(changed), len(untold)))
        return len(untold)

    async def trusted(self, team: TeamId, source: Source, calendar: Calendar) -> bool:
        """Whether webhooks tell of everything, as far as can be known: of the latest changes each was told, and during
        the working hours of ``calendar`` they go on coming.
        """
        judged, now = await judged_of(self.store, team, source), self.clock.real()
        latest = judged.windows[-TRUSTED:]
        if len(latest) < TRUSTED or any(window.untold for window in latest):
            return False
        last = await self.inbox.last_heard(source, now - REMEMBERED, team)
        return last is not None and calendar.working_time_between(last, now) < QUIET

    async def _told(self, team: TeamId, source: Source, since: datetime) -> frozenset[str] | None:
        """What deliveries named; read in a thread, because thousands of bodies would hold the loop for seconds."""
        deliveries = await self.inbox.heard(source, since, team)
        return None if len(deliveries) >= MOST_HEARD else await asyncio.to_thread(_names, deliveries, source)

    async def _keep(self, team: TeamId, source: Source, judged: Judged) -> None:
        await self.store.remember(team, ABOUT, source.value, dump(judged))


def missing(windows: Iterable[Window]) -> bool:
    """Whether so much came to light by reading alone that webhooks seem to be missing."""
    windows = tuple(windows)
    untold, told = sum(w.untold for w in windows), sum(w.told for w in windows)
    return untold >= LEAST and untold >= SHARE * (told + untold)


async def webhooks_check(store: Store, directives: Directives, source: Source, name: str, *, signed: bool) -> Check:
    """Whether webhooks of ``source`` come as they should, over all teams; ``signed``: we hold a secret for them."""
    if not signed:
        detail = "no webhooks, as their secret is not set: changes are found by asking, every ten minutes"
        return Check(name, True, detail)
    found = [await judged_of(store, team.id, source) for team in directives.teams]
    windows = [window for judged in found for window in judged.windows]
    untold, told = sum(w.untold for w in windows), sum(w.told for w in windows)
    if missing(windows):
        detail = f"webhooks seem to be missing: {untold} of the last {told + untold} changes came to light by reading"
        hint = f"Run: pm webhooks list --service {source}, and register what is missing. Reading goes on meanwhile"
        return Check(name, False, detail, hint)
    detail = f"{told} of the last {told + untold} changes were told" if windows else "nothing to compare yet"
    return Check(name, True, detail)


def _changed(facts: Facts, source: Source, after: datetime, until: datetime) -> list[tuple[str, ...]]:
    """The names of everything the vendor changed in that time."""
    if source is Source.JIRA:
        return [(i.key, i.id) for i in facts.issues if after < i.updated <= until]
    return [(p.id,) for p in facts.pull_requests if after < p.updated <= until]


def _names(deliveries: Iterable[Delivery], source: Source) -> frozenset[str]:
    """Every issue and pull request that deliveries name."""
    events = (PARSERS[source](delivery) for delivery in deliveries)
    named = (name for e in events for name in (e.issue, e.issue_id, e.pull_request, *e.mentioned))
    return frozenset(name for name in named if name is not None)


def _noted(before: Judged, edge: datetime, real: datetime, changed: int, untold: int) -> Judged:
    window = (Window(told=changed - untold, untold=untold),) if changed else ()
    windows = (*before.windows, *window)[-WINDOWS:]
    return Judged(until=edge, listened=real, windows=windows, untold=before.untold + untold)
