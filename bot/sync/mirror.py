"""The mirror as one: whole reads, reconciliation, and reading again what events name, for each source by itself."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.metrics import Metrics
from bot.sync.bitbucket import BitbucketMirror
from bot.sync.gaps import Gaps, Heard
from bot.sync.hearing import Hearing
from bot.sync.jira import JiraMirror
from bot.sync.people import PeopleMirror
from bot.sync.position import position_of
from bot.sync.progress import Progress
from bot.sync.projects import Projects
from integrations.bitbucket import Bitbucket
from integrations.jira import Jira
from integrations.slack import Slack
from models.clock import Clock
from models.directives import Directives, Team
from models.errors import VendorError
from models.events import Event, Source
from models.ids import TeamId
from models.keeping.facts import SAME_MOMENT
from models.store import Store
from models.work import Facts, Issue
from planner.bounds.worktime import team_calendar
from planner.hearers.contact import ABOUT, ALL_TEAMS, heeded, wishes
from planner.hearers.identity import joined

log = logging.getLogger(__name__)

STALE = timedelta(minutes=5)
"""Real time after which a look that nothing hinted at reconciles first."""

OVERDUE = timedelta(minutes=15)
"""Real time after which any look does: the reconciliation of every ten minutes must have failed."""

SPARED = timedelta(hours=2)
"""Time in which Jira is not reconciled while its webhooks are trusted: so long the loss of one among many may last."""

Part = Callable[[Team], Awaitable[None]]


class Sync:
    """Reads the vendors and keeps what they say; never judges it."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        directives: Callable[[], Directives],
        *,
        jira: Jira | None,
        bitbucket: Bitbucket | None,
        slack: Slack | None,
        inbox: Heard | None = None,
        metrics: Metrics | None = None,
        only_sprint: str | None = None,
    ) -> None:
        self._store, self._clock, self._directives = store, clock, directives
        self._metrics = metrics or Metrics()
        self._people = PeopleMirror(store, clock, slack)
        self._gaps = Gaps(store, clock, inbox) if inbox is not None else None
        self._hearing = Hearing(store, clock, inbox) if inbox is not None else None
        self._turns: defaultdict[TeamId, asyncio.Lock] = defaultdict(asyncio.Lock)
        progress, projects = Progress(store, clock), Projects(store, clock, directives, jira)
        self._jira = (
            JiraMirror(jira, store, clock, progress, projects, only_sprint, self._is_trusted)
            if jira is not None
            else None
        )
        self._bitbucket = (
            BitbucketMirror(bitbucket, store, clock, progress, projects, self._jira) if bitbucket is not None else None
        )

    async def everything(self, team: TeamId) -> bool:
        """Read the team's world whole. True when anything differs from what we had.

        A source that fails keeps its last facts and its age, and answers say how old they are. Without Jira
        nothing can be judged, so its failure is raised, after the others have been read.
        """
        return await self._read(team, self._wholes(), "whole")

    async def reconcile(self, team: TeamId, sources: Collection[Source] | None = None) -> bool:
        """Read what has changed since the last reading, whole where that is not enough; answers as ``everything``.

        ``sources`` are Jira and Bitbucket unless some are named. What no webhook told is counted.
        """
        parts = {source: part for source, part in self._polls().items() if sources is None or source in sources}
        differs = await self._read(team, parts, "poll")
        for source in parts:
            if self._gaps is not None:
                self._metrics.untold(source, await self._gaps.judge(team, source))
        return differs

    async def due(self, team: TeamId) -> Collection[Source]:
        """The sources whose ten-minute reconciliation is not spared.

        Bitbucket's never is: the end of a build moves no time stamp, so nothing proves that its webhook came.
        """
        spared = {Source.JIRA} if self._jira is not None and await self._is_spared(team) else set()
        return [source for source in self._polls() if source not in spared]

    async def routine(self, team: TeamId) -> bool:
        """What is due every ten minutes; answers as ``everything``. Where Jira's reconciliation is spared, what its
        webhooks told and no look has heard is known all the same: a link, a label, the dates of a sprint.
        """
        sources = await self.due(team)
        differs = await self.reconcile(team, sources)
        if self._jira is None or self._hearing is None:
            return differs
        events, until = await self._hearing.news(team)
        if Source.JIRA not in sources and events:
            differs |= await self._hear(team, events)
        await self._hearing.done(team, until)
        return differs

    async def _hear(self, team: TeamId, events: Sequence[Event]) -> bool:
        """A sprint's own event needs no whole read here, as one that begins or ends is a reason to look."""
        if any(_is_of_sprint(event) for event in events):
            return await self.reconcile(team, [Source.JIRA])
        before = await self._store.facts_about(team)
        await self.after(team, events)
        return _differ(before, await self._store.facts_about(team))

    async def freshen(self, team: TeamId, events: Sequence[Event]) -> None:
        """Before a look: read again what ``events`` name, and reconcile what is too old.

        Without events that is after five minutes; with them only when the reconciliation is overdue, because an
        event must not cost more than reading what it names. Of Jira neither holds while its reconciliation is spared.
        """
        edge, polls = self._clock.real() - (OVERDUE if events else STALE), self._polls()
        read_at = (await self._store.facts_about(team)).read_at if polls else {}
        old = [source for source in polls if source not in read_at or read_at[source] <= edge]
        if Source.JIRA in old and await self._is_spared(team):
            old.remove(Source.JIRA)
        if old:
            await self.reconcile(team, old)
        await self.after(team, events)

    async def after(self, team: TeamId, events: Sequence[Event]) -> None:
        """Read again exactly what ``events`` name and do not say whole themselves; a sprint's own event reads every
        sprint.

        A failing Bitbucket keeps its last facts and its age, as with ``everything``; its next reading makes it good.
        """
        scope = self._directives().team(team)
        if self._jira is not None and any(_is_of_sprint(event) for event in events):
            await self._count(Source.JIRA, "whole", self._jira.whole(scope))
        if self._jira is not None:
            about = [event for event in events if event.source is Source.JIRA and not _is_of_sprint(event)]
            await self.issues(team, await self._jira.told(team, about))
        if self._bitbucket is None:
            return
        pulls = {event.pull_request for event in events if event.pull_request is not None}
        if pulls:
            reading = self._count(Source.BITBUCKET, "event", self._bitbucket.named(scope, pulls))
            await self._try(team, Source.BITBUCKET, reading)
        for repository, commit in sorted({(e.repository or "", e.commit) for e in events if e.commit is not None}):
            reading = self._count(Source.BITBUCKET, "event", self._bitbucket.built(scope, repository, commit))
            await self._try(team, Source.BITBUCKET, reading)

    async def issues(self, team: TeamId, names: Iterable[str]) -> None:
        """Read these issues (immutable ids or keys) again."""
        wanted = {name for name in names if name}
        if self._jira is not None and wanted:
            await self._count(Source.JIRA, "event", self._jira.named(team, wanted))

    async def people(self, team: TeamId) -> None:
        """Read again who is on the team and who is away."""
        await self._try(team, Source.SLACK, self._people.read(await self._with_accounts(team)))

    async def _is_spared(self, team: TeamId) -> bool:
        """Whether Jira was reconciled not long ago (company time), and its webhooks have been trustworthy since."""
        until = (await position_of(self._store, team, Source.JIRA)).until
        if until is None or not timedelta() <= self._clock.now() - until < SPARED:
            return False
        return await self._is_trusted(team)

    async def _is_trusted(self, team: TeamId) -> bool:
        calendar = team_calendar(self._directives(), team)
        return self._gaps is not None and await self._gaps.trusted(team, Source.JIRA, calendar)

    def _wholes(self) -> Mapping[Source, Part]:
        """Jira first: whose tickets are known, their keys need not be asked for."""
        parts: dict[Source, Part] = {Source.JIRA: self._jira.whole} if self._jira is not None else {}
        return parts | ({Source.BITBUCKET: self._bitbucket.whole} if self._bitbucket is not None else {})

    def _polls(self) -> Mapping[Source, Part]:
        parts: dict[Source, Part] = {Source.JIRA: self._jira.poll} if self._jira is not None else {}
        return parts | ({Source.BITBUCKET: self._bitbucket.poll} if self._bitbucket is not None else {})

    async def _read(self, team: TeamId, parts: Mapping[Source, Part], what: str) -> bool:
        scope = self._directives().team(team)
        async with self._turns[team]:  # at a start a look and the clock both ask for the first whole read
            before = await self._store.facts_about(team)
            await self.people(team)
            failures = {
                source: await self._try(team, source, self._count(source, what, part(scope)))
                for source, part in parts.items()
            }
        if (failure := failures.get(Source.JIRA)) is not None:
            raise failure
        return _differ(before, await self._store.facts_about(team))

    async def _with_accounts(self, team: TeamId) -> Team:
        """The team as the constitution has it, with accounts that were found out and people's own wishes."""
        known = joined(self._directives(), await self._store.identities())
        return heeded(known, wishes(await self._store.recall(ALL_TEAMS, ABOUT))).team(team)

    async def _try(self, team: TeamId, source: Source, reading: Awaitable[None]) -> VendorError | None:
        """One source's reading; its failure is kept, logged and handed back."""
        try:
            await reading
        except VendorError as failure:
            words = "%s could not be read: %s"
            log.warning(words, source, failure, extra={"action": "read_failed", "source": source})
            await self._store.read_failed(team, source, str(failure))
            return failure
        return None

    async def _count(self, source: Source, what: str, reading: Awaitable[None]) -> None:
        self._metrics.read(source, what)
        await reading


def _is_of_sprint(event: Event) -> bool:
    """Whether a whole sprint begins or ends: every issue of it is in question."""
    return event.source is Source.JIRA and event.issue is None and event.issue_id is None and bool(event.sprints)


def _differ(before: Facts, after: Facts) -> bool:
    """Whether they do in what looks are about: not in people, who come and go without a look."""
    if (before.sprints, before.pull_requests) != (after.sprints, after.pull_requests):
        return True
    held = {issue.id: issue for issue in before.issues}
    known = (issue.id in held and _is_known(held[issue.id], issue) for issue in after.issues)
    return len(before.issues) != len(after.issues) or not all(known)


def _is_known(old: Issue, new: Issue) -> bool:
    """A comment that a webhook told of has been looked at: it is no news when its time is read in the issue, too."""
    if old == new:
        return True
    told = old.commented is not None and abs(new.updated - old.commented) <= SAME_MOMENT
    return told and replace(old, updated=new.updated, commented=new.commented) == new
