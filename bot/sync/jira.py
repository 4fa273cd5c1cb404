"""Jira's half of the mirror: whole reads, the cheap look at what has changed, and what an event names."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.sync.position import TRUSTED_EVERY, WHOLE_EVERY, Position, is_due, keep_position, position_of
from bot.sync.progress import Progress, so_far
from bot.sync.projects import Projects
from integrations.jira import Jira
from models.clock import Clock
from models.directives import Team
from models.errors import VendorError
from models.events import Event, Source
from models.ids import IssueKey, SprintId, TeamId
from models.store import Store
from models.work import Facts, Issue, Sprint, SprintState
from models.work import Progress as Status
from planner.facts.observe import is_ours
from planner.words.sprints import meant_by

log = logging.getLogger(__name__)

MOST_STRAYS = 200
"""Issues outside the sprints that a whole read reads again: two bulk fetches."""

MOST_TOLD = 100
"""Events of one look whose bodies are gone through: of more, one bulk read is cheaper than so much comparing."""


Trusts = Callable[[TeamId], Awaitable[bool]]
"""Whether webhooks tell a team's mirror of everything."""


async def trusts_nobody(_team: TeamId) -> bool:
    """Where no door hears webhooks."""
    return False


@dataclass(frozen=True, slots=True)
class JiraMirror:
    """Reads one site for any team; ``only_sprint`` is what ``pm start --sprint`` names."""

    jira: Jira
    store: Store
    clock: Clock
    progress: Progress
    projects: Projects
    only_sprint: str | None = None
    trusts: Trusts = trusts_nobody

    async def whole(self, team: Team) -> None:
        """Every sprint of the team's boards, every issue of those watched; what is not there is gone.

        Raises ``VendorError``; the mirror then stays as it was.
        """
        position, began, now = await self._position(team.id), self.clock.real(), self.clock.now()
        sprints = await self._sprints(team)
        issues: list[Issue] = []
        drift: dict[str, int] = {}
        for sprint in self.watched(sprints):
            found, error = await self._issues_of(team.id, sprint)
            issues += found
            drift[str(sprint.id)] = error
        watched = [sprint.id for sprint in self.watched(sprints)]
        known = [*issues, *await self._strays(team, issues)]
        await self.store.save(
            team.id, sprints=sprints, issues=known, whole=watched, source=Source.JIRA, complete=True, began=began
        )
        position = replace(position, whole=began, until=now, drift=drift)
        await keep_position(self.store, team.id, Source.JIRA, position)
        words = f"{len(issues)} issues of {len(watched)} sprint{'' if len(watched) == 1 else 's'}"
        await self.progress.done(team.id, Source.JIRA, words)

    async def poll(self, team: Team) -> None:
        """What has changed since the last reading; the whole when that is not enough. Raises ``VendorError``."""
        position, began, now = await self._position(team.id), self.clock.real(), self.clock.now()
        facts = await self.store.facts_about(team.id)
        since = position.until
        every = TRUSTED_EVERY if _is_all_ours(facts, team) and await self.trusts(team.id) else WHOLE_EVERY
        if since is None or is_due(position, self.clock, every):
            await self.whole(team)
            return
        coming = await self._coming(team)
        if {sprint.id for sprint in self.watched(coming)} != facts.whole:
            log.info("another sprint is watched: reading whole", extra={"action": "sprints_changed", "team": team.id})
            await self.whole(team)
            return
        # Jira refuses a query that names a project it does not have.
        allowed = await self.projects.allowed()
        mine = [project for project in team.jira.projects if project in allowed]
        held = {issue.id: issue.updated for issue in facts.issues}
        changed = await self.jira.changed_since(mine, since, now, held) if mine else ()
        await self.store.save(team.id, issues=_ours(changed, facts), source=Source.JIRA, began=began)
        await self.named(team.id, _neighbours(await self.store.facts_about(team.id)))
        if await self._miscounted(team.id, position):
            await self.whole(team)
            return
        ended = [sprint for sprint in facts.sprints if sprint.state is SprintState.CLOSED]
        await self.store.save(team.id, sprints=[*ended, *coming], source=Source.JIRA, complete=True, began=began)
        await keep_position(self.store, team.id, Source.JIRA, replace(position, until=now))

    async def named(self, team: TeamId, names: Iterable[str]) -> None:
        """Read these issues (immutable ids or keys) again; one that Jira no longer knows is gone."""
        wanted, began = sorted({name for name in names if name}), self.clock.real()
        if not wanted:
            return
        found = await self.jira.issues(wanted)
        await self.store.save(team, issues=found, source=Source.JIRA, began=began)
        missing = set(wanted) - {issue.id for issue in found} - {issue.key for issue in found}
        if missing:
            await self._gone(team, missing, [issue for issue in found if not {issue.id, issue.key} & set(wanted)])

    async def told(self, team: TeamId, events: Sequence[Event]) -> set[str]:
        """Keep what ``events`` say by themselves; which issues (immutable ids or keys) must be read to know more."""
        began, unsaid = self.clock.real(), {_name(event) for event in events}
        if not 0 < len(events) <= MOST_TOLD:
            return unsaid
        held = {issue.id: issue for issue in (await self.store.facts_about(team)).issues}
        now, unsaid = dict(held), set[str]()
        for event in sorted(events, key=lambda event: event.at or _BEGINNING):
            name = _name(event)
            after = self.jira.retold(event.body, now[name]) if event.body and name in now else None
            if after is None:
                unsaid.add(name)
            else:
                now[name] = after
        told = [issue for name, issue in now.items() if name not in unsaid and issue is not held[name]]
        await self.store.save(team, issues=told, source=Source.JIRA, began=began)
        return unsaid

    async def _gone(self, team: TeamId, missing: Collection[str], renamed: Sequence[Issue]) -> None:
        """What was asked for and did not come is gone, unless it came under the key it has by now."""
        there = {issue.id for issue in renamed}
        held = (await self.store.facts_about(team)).issues
        gone = {i.key: i.id for i in held if not {i.id, i.key}.isdisjoint(missing) and i.id not in there}
        await self.store.gone(team, issues=gone.values())
        strange = sorted(IssueKey(name) for name in missing if not name.isdigit() and name not in gone)
        known = await self._meaning(strange, renamed) if strange else {}
        await self.store.learn_keys(team, {**dict.fromkeys(gone), **known})

    async def _strays(self, team: Team, inside: Sequence[Issue]) -> list[Issue]:
        """What we hold outside the sprints as a pull request names it, read again: a whole read must not lose it."""
        facts, ids = await self.store.facts_about(team.id), {issue.id for issue in inside}
        named = {key for pr in facts.pull_requests for key in pr.issues}
        held = [i for i in facts.issues if i.id not in ids and i.key in named and is_ours(i.key, team)]
        first = sorted(held, key=lambda issue: issue.progress is Status.DONE)  # what is open may need somebody
        return await self.jira.issues([issue.id for issue in first[:MOST_STRAYS]]) if held else []

    async def learn(self, team: Team, keys: Sequence[IssueKey]) -> None:
        """Which issue each key means; and of the team's projects the issues themselves, whatever sprint they are in."""
        began, found = self.clock.real(), await self.jira.issues(keys)
        mine = [issue for issue in found if is_ours(issue.key, team)]
        await self.store.save(team.id, issues=mine, source=Source.JIRA, began=began)
        await self.store.learn_keys(team.id, await self._meant(keys, found))

    async def _meant(self, keys: Sequence[IssueKey], found: Sequence[Issue]) -> Mapping[str, str | None]:
        """Which issue (immutable id) each key means, ``None`` for none: in a title stands what somebody once typed."""
        known: dict[str, str | None] = {issue.key: issue.id for issue in found if issue.key in keys}
        lost = [key for key in keys if key not in known]
        renamed = [issue for issue in found if issue.key not in known]
        return {**known, **(await self._meaning(lost, renamed) if lost else {})}

    async def _meaning(self, lost: Sequence[IssueKey], renamed: Sequence[Issue]) -> Mapping[str, str | None]:
        """What keys mean that did not come back; ``renamed`` may be some of them, but nothing tells which is which."""
        if not renamed:
            return dict.fromkeys(lost)
        return {key: next((issue.id for issue in await self.jira.issues([key])), None) for key in lost}

    def watched(self, sprints: Iterable[Sprint]) -> list[Sprint]:
        """Active sprints; with ``pm start --sprint`` only those it can mean, by id, name or number."""
        active = [s for s in sprints if s.state is SprintState.ACTIVE]
        return list(meant_by(self.only_sprint, active)) if self.only_sprint else active

    async def _sprints(self, team: Team) -> list[Sprint]:
        return [sprint for board in team.jira.boards for sprint in await self.jira.sprints(board)]

    async def _coming(self, team: Team) -> list[Sprint]:
        """A sprint that is over stays as it is until the next whole read."""
        return [sprint for board in team.jira.boards for sprint in await self.jira.coming(board)]

    async def _issues_of(self, team: TeamId, sprint: Sprint) -> tuple[list[Issue], int]:
        """A sprint's issues, and by how many Jira miscounts them, telling how far the reading has come."""
        counted = await self._count(sprint.id)

        async def heard(count: int) -> None:
            await self.progress.say(team, Source.JIRA, f"{sprint.name}: {so_far(count, counted, 'issues')}")

        await heard(0)
        found = list(await self.jira.sprint_issues(sprint.id, on_page=heard))
        if counted is None or counted == len(found):
            return found, 0
        # Only a number that stays is an error of the estimate; one that moves means somebody is at work meanwhile.
        return found, counted - len(found) if await self._count(sprint.id) == counted else 0

    async def _count(self, sprint: SprintId) -> int | None:
        """Jira's estimate of a sprint's size; nothing depends on it, so a refusal is no failure."""
        try:
            return await self.jira.count(f"sprint = {int(sprint)}")
        except VendorError as failure:
            log.info("sprint %s could not be counted: %s", sprint, failure, extra={"action": "not_counted"})
            return None

    async def _miscounted(self, team: TeamId, position: Position) -> bool:
        """Whether a watched sprint has more or fewer issues than we know of: one was deleted, or came unseen."""
        facts = await self.store.facts_about(team)
        for sprint in sorted(facts.whole):
            counted, drift = await self._count(sprint), position.drift.get(str(sprint), 0)
            held = sum(issue.sprint == sprint for issue in facts.issues)
            if counted is not None and counted - held != drift:
                words = "sprint %s has %s issues and we know %s: reading whole"
                log.info(words, sprint, counted - drift, held, extra={"action": "miscounted", "team": team})
                return True
        return False

    async def _position(self, team: TeamId) -> Position:
        return await position_of(self.store, team, Source.JIRA)


_BEGINNING = datetime.min.replace(tzinfo=UTC)


def _name(event: Event) -> str:
    """The issue an event names: the id, where there is one, as a moved issue has another key by now."""
    return event.issue_id or str(event.issue or "")


def _neighbours(facts: Facts) -> set[str]:
    """What work of the watched sprints waits for, and is no part of them: nothing else would tell of its end."""
    watched = [issue for issue in facts.issues if issue.sprint in facts.whole]
    inside = {issue.key for issue in watched}
    return {str(key) for issue in watched for key in (*issue.blocked_by, *issue.freed_by) if key not in inside}


def _is_all_ours(facts: Facts, team: Team) -> bool:
    """Whether the watched sprints hold no ticket of another project: only a whole read sees what changes in one."""
    return all(is_ours(issue.key, team) for issue in facts.issues if issue.sprint in facts.whole)


def _ours(changed: Iterable[Issue], facts: Facts) -> list[Issue]:
    """Of all that changed in the projects, what belongs to a watched sprint or did so when we last read it."""
    held = {issue.id for issue in facts.issues}
    return [issue for issue in changed if issue.sprint in facts.whole or issue.id in held]
