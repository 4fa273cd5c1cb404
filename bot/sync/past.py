"""Sprints that are over: read once with all their history, and kept as how they stood and what they delivered."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sync.projects import Projects
from integrations.bitbucket import Bitbucket
from integrations.jira import Jira
from models.clock import Clock
from models.directives import Directives, Team
from models.histories import SETTLED_FOR, IssueHistory, Past, PullHistory, SprintHistory
from models.ids import IssueKey, SprintId, TeamId
from models.store import PAST, Store
from models.work import Facts, Issue, Sprint, SprintState
from planner.facts.observe import is_ours

log = logging.getLogger(__name__)

AT_ONCE = 100
"""Issues whose histories are read before it is told how far the reading has come."""

STALLED = timedelta(minutes=5)
"""Real time without another past sprint after which nobody waits for the next: Jira may be away, or one unreadable."""

Say = Callable[[str], Awaitable[None]]
"""Is told how far a reading has come: ``312 of 500 issues``."""


async def silent(words: str) -> None:
    """Tell nobody."""


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

    async def read(self, team: Team, wanted: Collection[SprintId], *, pulls: bool = True, say: Say = silent) -> Past:
        """These sprints of the team with everything that happened to their issues and, with ``pulls``, in Bitbucket.

        Raises ``VendorError``. What it costs stands with ``Histories`` and ``pull_histories``.
        """
        sprints, now, allowed = await self.sprints(team), self.clock.now(), await self.projects.allowed()
        chosen = [history for history in sprints if history.sprint.id in wanted]
        since = min((history.began for history in chosen if history.began is not None), default=now)
        mine = [project for project in team.jira.projects if project in allowed]
        await say("looking for every issue that was in them")
        members = await self.jira.ever_in(mine, [history.sprint.id for history in chosen], since, now)
        ids = sorted({id for found in members.values() for id in found}, key=int)
        issues = await self._issues(ids, sprints, say)
        read = await self._pulls(team, since, allowed, say) if pulls and self.bitbucket is not None else []
        others = _unread(issues, read, team)
        issues += await self._issues(sorted(others), sprints, silent) if others else []
        return Past(
            sprints=tuple(sprints),
            issues=tuple({issue.id: issue for issue in issues}.values()),
            pulls=tuple(read),
            projects=frozenset(project.upper() for project in team.jira.projects),
            sources=frozenset({"jira", "bitbucket"} if pulls and self.bitbucket is not None else {"jira"}),
            watched=frozenset(history.sprint.id for history in chosen),
        )

    async def _issues(self, names: Sequence[str], sprints: Sequence[SprintHistory], say: Say) -> list[IssueHistory]:
        found: list[IssueHistory] = []
        for start in range(0, len(names), AT_ONCE):
            found += await self.jira.issue_histories(names[start : start + AT_ONCE], sprints)
            await say(f"{len(found)} of {len(names)} issues")
        return found

    async def _pulls(self, team: Team, since: datetime, allowed: Sequence[str], say: Say) -> list[PullHistory]:
        """Every pull request that was open in that time, or over for less than a fortnight."""
        assert self.bitbucket is not None
        found: list[PullHistory] = []
        for repository in team.bitbucket.repositories:
            found += await self.bitbucket.pull_histories(repository, since - SETTLED_FOR, allowed)
            await say(f"{repository}: {len(found)} pull requests so far")
        return found


@dataclass(frozen=True, slots=True)
class Remembered:
    """Which sprints have been read already: any process goes on there."""

    store: Store
    clock: Clock

    async def missing(self, team: Team) -> list[Sprint]:
        """Closed sprints of the team's boards that have not been read, the latest first; as many as it keeps."""
        facts, known = await self.store.facts_about(team.id), await self.store.recall(team.id, PAST)
        closed = sorted(_closed(facts, team), key=_end, reverse=True)[: team.jira.past_sprints]
        return [sprint for sprint in closed if _read(sprint) not in known]

    async def under_way(self, team: Team) -> bool:
        """Whether sprints are missing and one was read a moment ago, so that the next may be expected soon."""
        read = (await self.store.recall(team.id, PAST)).values()
        last = max((datetime.fromisoformat(str(said["at"])) for said in read), default=None)
        return last is not None and self.clock.real() - last < STALLED and bool(await self.missing(team))

    async def note(self, team: TeamId, sprint: Sprint, stands: int) -> None:
        """It has been read; ``stands`` say how it went, none where that cannot be told."""
        said = {"name": sprint.name, "stands": stands, "at": self.clock.real().isoformat()}
        await self.store.remember(team, PAST, _read(sprint), said)


def pasts_of(
    jira: Jira, bitbucket: Bitbucket | None, store: Store, clock: Clock, directives: Callable[[], Directives]
) -> Pasts:
    """What reads the past of the teams of ``directives``."""
    return Pasts(jira, bitbucket, clock, Projects(store, clock, directives, jira))


def _closed(facts: Facts, team: Team) -> Iterable[Sprint]:
    boards = set(team.jira.boards)
    return (s for s in facts.sprints if s.state is SprintState.CLOSED and s.board in boards and s.end is not None)


def _end(sprint: Sprint) -> tuple[datetime, SprintId]:
    assert sprint.end is not None
    return sprint.end, sprint.id


def _read(sprint: Sprint) -> str:
    return f"read:{sprint.id}"


def _unread(issues: Sequence[IssueHistory], pulls: Sequence[PullHistory], team: Team) -> set[str]:
    """What blocked one of the issues, or is named by a pull request of the team's own work, and is none of them."""
    held: set[IssueKey] = {key for issue in issues for key in issue.keys}
    states: Iterable[Issue] = (state for issue in issues for state in issue.states)
    blocking = {key for state in states for key in state.blocked_by}
    named = {key for pull in pulls for state in pull.states for key in state.issues if is_ours(key, team)}
    return {str(key) for key in (blocking | named) - held}
