"""Sprints that are over: read once with all their history, and kept as how they stood and what they delivered."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

from bot.sync.projects import Projects
from integrations.bitbucket import Bitbucket
from integrations.jira import Jira
from models.clock import Clock
from models.directives import Directives, Team
from models.errors import Refused
from models.histories import SETTLED_FOR, IssueHistory, Past, PullHistory, SprintHistory
from models.ids import AccountId, IssueKey, SprintId, TeamId, named
from models.keeping.records import dump, load
from models.store import PAST, Store
from models.work import Facts, Issue, Sprint, SprintState
from planner.facts.observe import is_ours

log = logging.getLogger(__name__)

AT_ONCE = 100
"""Issues whose histories are read before it is told how far the reading has come."""

GATHERED = "past-members"
"""What is remembered while past sprints are read."""

REFUSED_FOR = timedelta(days=1)
"""Real time after which a sprint that Jira refused is asked for again, and a pass over a site is too old."""

STALLED = timedelta(minutes=5)
"""Real time without another past sprint after which nobody waits for the next: Jira may be away, or one unreadable."""

Say = Callable[[str], Awaitable[None]]
"""Is told how far a reading has come: ``312 of 500 issues``."""


async def silent(words: str) -> None:
    """Tell nobody."""


Read = TypeVar("Read")


class Keep(Protocol):
    """Keeps what was read piece by piece, so that a reading that broke off goes on where it was."""

    async def __call__(self, name: str, form: type[Read], read: Callable[[], Awaitable[Read]]) -> Read:
        """What was read under ``name`` before; else what ``read`` gives, kept."""
        ...


async def unkept(name: str, form: type[Read], read: Callable[[], Awaitable[Read]]) -> Read:
    """Keep nothing."""
    return await read()


@dataclass(frozen=True, slots=True)
class Members:
    """Immutable ids of every issue that was ever in a sprint."""

    sprint: SprintId
    issues: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What one pass over a site has found: kept until each of its sprints is read, so that no other is needed."""

    sprints: tuple[SprintHistory, ...]
    """All of the team's boards."""
    asked: frozenset[SprintId]
    """The sprints that were looked for."""
    members: tuple[Members, ...]
    """Those of them that Jira tells of."""
    at: datetime
    """Real time."""

    def of(self, sprint: SprintId) -> frozenset[str] | None:
        """The issues that were ever in it; ``None`` where Jira does not tell, or nobody asked."""
        return next((each.issues for each in self.members if each.sprint == sprint), None)

    def ended(self, sprint: SprintId) -> datetime | None:
        """When it was closed, as far as that was known then."""
        return next((each.sprint.ended for each in self.sprints if each.sprint.id == sprint), None)


@dataclass(frozen=True, slots=True)
class Pasts:
    """Reads the past of any team from Jira, and from Bitbucket where there is one. Writes nothing anywhere."""

    jira: Jira
    bitbucket: Bitbucket | None
    clock: Clock
    projects: Projects

    async def sprints(self, team: Team) -> list[SprintHistory]:
        """Every sprint of the team's boards, the latest closed ones included, in the order they began."""
        found = [history for board in team.jira.boards for history in await self.jira.sprint_histories(board)]
        known = {history.sprint.id: history for history in found}  # one sprint may stand on several boards
        last = self.clock.now() + timedelta(days=36_500)
        return sorted(known.values(), key=lambda history: (history.began or last, history.sprint.id))

    async def gather(self, team: Team, wanted: Collection[SprintId], say: Say = silent) -> Gathered:
        """Which issues were ever in these sprints, found in one pass. Raises ``VendorError``."""
        sprints, now, allowed = await self.sprints(team), self.clock.now(), await self.projects.allowed()
        chosen = [history for history in sprints if history.sprint.id in wanted]
        since = min((history.began for history in chosen if history.began is not None), default=now)
        mine = [project for project in team.jira.projects if project in allowed]
        await say("looking for every issue that was in them")
        found = await self.jira.ever_in(mine, [history.sprint.id for history in chosen], since, now)
        members = tuple(Members(sprint, ids) for sprint, ids in sorted(found.items()))
        return Gathered(sprints=tuple(sprints), asked=frozenset(wanted), members=members, at=self.clock.real())

    async def read(
        self,
        team: Team,
        wanted: Collection[SprintId],
        *,
        pulls: bool = True,
        say: Say = silent,
        keep: Keep = unkept,
    ) -> Past:
        """These sprints of the team with everything that happened to their issues and, with ``pulls``, in Bitbucket.

        Raises ``VendorError``; ``Refused`` where Jira does not tell of one of them, too. What it costs stands with
        ``Histories`` and ``pull_histories``.
        """
        gathered = await keep("gathered", Gathered, lambda: self.gather(team, wanted, say))
        listed = [history for history in gathered.sprints if history.sprint.id in wanted]
        for history in listed:
            if gathered.of(history.sprint.id) is None:
                raise Refused(f"Jira does not tell what was in {history.sprint.name}", code="400")
        return await self.tell(team, gathered, wanted, pulls=pulls, say=say, keep=keep)

    async def tell(
        self,
        team: Team,
        gathered: Gathered,
        wanted: Collection[SprintId],
        *,
        pulls: bool,
        say: Say = silent,
        keep: Keep = unkept,
    ) -> Past:
        """As ``read``, of sprints whose issues have been gathered."""
        sprints, now = gathered.sprints, self.clock.now()
        chosen = [history for history in sprints if history.sprint.id in wanted]
        since = min((history.began for history in chosen if history.began is not None), default=now)
        ids = {id for history in chosen for id in gathered.of(history.sprint.id) or ()}
        issues = await self._issues(sorted(ids, key=int), sprints, say, keep)
        pulls = pulls and self.bitbucket is not None
        read = await self._pulls(team, since, say, keep) if pulls else []
        others = _unread(issues, read, team)
        issues += await self._issues(sorted(others), sprints, silent, keep) if others else []
        return Past(
            sprints=sprints,
            issues=tuple({issue.id: issue for issue in issues}.values()),
            pulls=tuple(read),
            projects=frozenset(project.upper() for project in team.jira.projects),
            sources=frozenset({"jira", "bitbucket"} if pulls else {"jira"}),
            watched=frozenset(history.sprint.id for history in chosen),
            me=await self._me() if pulls else None,
        )

    async def _me(self) -> AccountId | None:
        """Whose token reads; a token that may not even ask that has done nothing there."""
        try:
            return await self.jira.myself()
        except Refused:
            return None

    async def _issues(
        self, names: Sequence[str], sprints: Sequence[SprintHistory], say: Say, keep: Keep
    ) -> list[IssueHistory]:
        found: list[IssueHistory] = []
        for start in range(0, len(names), AT_ONCE):
            some = names[start : start + AT_ONCE]
            read = partial(_whole, self.jira.issue_histories, some, sprints)
            found += await keep(f"issues {named(*some)}", tuple[IssueHistory, ...], read)
            await say(f"{len(found)} of {len(names)} issues")
        return found

    async def _pulls(self, team: Team, since: datetime, say: Say, keep: Keep) -> list[PullHistory]:
        """Every pull request that was open in that time, or over for less than a fortnight."""
        assert self.bitbucket is not None
        allowed, found = await self.projects.allowed(), list[PullHistory]()
        for repository in team.bitbucket.repositories:
            read = partial(_whole, self.bitbucket.pull_histories, repository, since - SETTLED_FOR, allowed)
            found += await keep(f"pulls {named(repository)}", tuple[PullHistory, ...], read)
            await say(f"{repository}: {len(found)} pull requests so far")
        return found


@dataclass(frozen=True, slots=True)
class Remembered:
    """Which sprints have been read already, and what was gathered of the others: any process goes on there."""

    store: Store
    clock: Clock

    async def missing(self, team: Team) -> list[Sprint]:
        """Closed sprints of the team's boards that have not been read since, the latest first; as many as it keeps.

        One that was opened and closed again is another one. What Jira refused is asked for again the next day.
        """
        facts, known = await self.store.facts_about(team.id), await self.store.recall(team.id, PAST)
        closed = sorted(_closed(facts, team), key=_end, reverse=True)[: team.jira.past_sprints]
        return [sprint for sprint in closed if not self._is_read(sprint, known.get(_read(sprint)))]

    async def under_way(self, team: Team) -> bool:
        """Whether sprints are missing and one was read a moment ago, so that the next may be expected soon."""
        read = (await self.store.recall(team.id, PAST)).values()
        last = max((datetime.fromisoformat(str(said["at"])) for said in read), default=None)
        return last is not None and self.clock.real() - last < STALLED and bool(await self.missing(team))

    async def note(self, team: TeamId, sprint: Sprint, stands: int, *, refused: bool = False) -> None:
        """It has been read; ``stands`` say how it went, none where that cannot be told, or Jira ``refused`` to."""
        said = {"name": sprint.name, "stands": stands, "at": self.clock.real().isoformat(), "ended": _ended(sprint)}
        await self.store.remember(team, PAST, _read(sprint), said | ({"refused": True} if refused else {}))

    async def gathered(self, team: TeamId, missing: Collection[Sprint]) -> Gathered | None:
        """What the last pass found; ``None`` where it is old, or one of ``missing`` was not closed, or not so, then."""
        kept = await self.store.remembered(team, GATHERED, GATHERED)
        found = load(Gathered, kept) if kept is not None else None
        if found is None or self.clock.real() - found.at > REFUSED_FOR:
            return None
        return found if all(_is_in(found, sprint) for sprint in missing) else None

    async def keep(self, team: TeamId, gathered: Gathered | None) -> None:
        """Until every sprint in it is read; then ``None``."""
        if gathered is None:
            await self.store.forget(team, GATHERED)
        else:
            await self.store.remember(team, GATHERED, GATHERED, dump(gathered))

    def _is_read(self, sprint: Sprint, said: Mapping[str, Any] | None) -> bool:
        if said is None or (sprint.ended is not None and said.get("ended") != _ended(sprint)):
            return False
        at = datetime.fromisoformat(str(said["at"]))
        return not said.get("refused") or self.clock.real() - at < REFUSED_FOR


def pasts_of(
    jira: Jira, bitbucket: Bitbucket | None, store: Store, clock: Clock, directives: Callable[[], Directives]
) -> Pasts:
    """What reads the past of the teams of ``directives``."""
    return Pasts(jira, bitbucket, clock, Projects(store, clock, directives, jira))


async def _whole(read: Callable[..., Awaitable[Sequence[Read]]], *given: object) -> tuple[Read, ...]:
    return tuple(await read(*given))


def _closed(facts: Facts, team: Team) -> Iterable[Sprint]:
    boards = set(team.jira.boards)
    return (s for s in facts.sprints if s.state is SprintState.CLOSED and s.board in boards and s.end is not None)


def _end(sprint: Sprint) -> tuple[datetime, SprintId]:
    assert sprint.end is not None
    return sprint.end, sprint.id


def _ended(sprint: Sprint) -> str | None:
    return sprint.ended.isoformat() if sprint.ended is not None else None


def _is_in(gathered: Gathered, sprint: Sprint) -> bool:
    ended = gathered.ended(sprint.id)
    return sprint.id in gathered.asked and (None in (ended, sprint.ended) or ended == sprint.ended)


def _read(sprint: Sprint) -> str:
    return f"read:{sprint.id}"


def _unread(issues: Sequence[IssueHistory], pulls: Sequence[PullHistory], team: Team) -> set[str]:
    """What blocked one of the issues, or is named by a pull request of the team's own work, and is none of them."""
    held: set[IssueKey] = {key for issue in issues for key in issue.keys}
    states: Iterable[Issue] = (state for issue in issues for state in issue.states)
    blocking = {key for state in states for key in state.blocked_by}
    named = {key for pull in pulls for state in pull.states for key in state.issues if is_ours(key, team)}
    return {str(key) for key in (blocking | named) - held}
