"""Bitbucket's half of the mirror: open pull requests whole, what has changed, and what an event names."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.sync.jira import JiraMirror
from bot.sync.position import Position, is_due, keep_position, position_of
from bot.sync.progress import Progress
from bot.sync.projects import Projects
from integrations.bitbucket import Bitbucket
from models.clock import Clock
from models.directives import Team
from models.errors import Refused, VendorError
from models.events import Source
from models.ids import IssueKey, PullRequestId, TeamId
from models.pulls import BuildState, PullRequest
from models.store import Store
from planner.facts.observe import RECENT, is_ours, is_recent
from planner.triggers import repositories_of

log = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=2)
"""Company time read twice, for clocks that differ and lists that lag behind."""

BUILDS = 10
"""Pull requests whose builds one look at changes reads again: a build's end moves no ``updated_on``."""

DOUBTED = timedelta(days=1)
"""Real time for which an event believes what was learnt of a key; reconciliations ask again."""

MOST_SETTLED = 500
"""Pull requests that are over and kept, the newest: two weeks of a team that merges fifty a working day."""

MOST_KEYS = 100
"""Keys asked for at once, one bulk fetch; the rest has its turn with the next reading."""


@dataclass(slots=True)
class BitbucketMirror:
    """Reads one workspace for any team; ``jira`` says what the keys in titles mean."""

    bitbucket: Bitbucket
    store: Store
    clock: Clock
    progress: Progress
    projects: Projects
    jira: JiraMirror | None
    _checked: dict[TeamId, dict[PullRequestId, float]] = field(default_factory=dict)
    """By team, when each one's builds were read last (monotonic seconds)."""

    async def whole(self, team: Team) -> None:
        """Every open pull request of the team's repositories; what is not there is gone, but for what was merged or
        declined not long ago. Raises ``VendorError``.
        """
        await self._remind(team.id)
        position, began, now = await self._position(team.id), self.clock.real(), self.clock.now()
        allowed, found = await self.projects.allowed(), list[PullRequest]()
        for repository in team.bitbucket.repositories:
            found += await self.bitbucket.open_pull_requests(repository, projects=allowed)
            words = f"{repository}: {len(found)} open pull requests so far"
            await self.progress.say(team.id, Source.BITBUCKET, words)
        # Asked for after the open ones: what is merged between the two is in both, and the later word counts.
        over = await self._settled(team, position, allowed)
        await self.store.save(
            team.id,
            pull_requests=[*{pr.id: pr for pr in (*found, *over)}.values()],
            keep=await self._kept(team),
            source=Source.BITBUCKET,
            complete=True,
            began=began,
        )
        await self._confirm(team, believed=timedelta())
        await keep_position(self.store, team.id, Source.BITBUCKET, replace(position, whole=began, until=now))
        await self.progress.done(team.id, Source.BITBUCKET, f"{len(found)} open pull requests")

    async def poll(self, team: Team) -> None:
        """What has changed since the last reading; the whole when that is not enough. Raises ``VendorError``."""
        position, began, now = await self._position(team.id), self.clock.real(), self.clock.now()
        since = position.until
        if since is None or is_due(position, self.clock):
            await self.whole(team)
            return
        await self._remind(team.id)
        allowed, found = await self.projects.allowed(), list[PullRequest]()
        for repository in team.bitbucket.repositories:
            found += await self.bitbucket.updated_since(repository, since - OVERLAP, projects=allowed)
        await self.store.save(team.id, pull_requests=found, source=Source.BITBUCKET, began=began)
        await self._confirm(team, believed=timedelta())
        # What has passed already, the client takes for settled: that, too, has its turn.
        await self._builds(team, {pr.id for pr in found if not _is_over(pr)})
        await self.store.save(team.id, source=Source.BITBUCKET, complete=True, began=began)
        await keep_position(self.store, team.id, Source.BITBUCKET, replace(position, until=now))

    async def named(self, team: Team, ids: Iterable[PullRequestId]) -> None:
        """Read these again; one that is not of the team's repositories is not ours to read."""
        await self._remind(team.id)
        for pr in sorted(set(ids)):
            repository, _, number = pr.partition("#")
            if number.isdigit() and repository.casefold() in repositories_of(team):
                await self._one(team, pr, repository, int(number))

    async def built(self, team: Team, repository: str, commit: str) -> None:
        """A build of ``commit`` began or ended: read what they come to, if a pull request of ours ends in it."""
        facts = await self.store.facts_about(team.id)
        wanted = [p for p in facts.pull_requests if _is_reviewed(p) and p.is_at(commit)]
        for pr in wanted:
            if _repository(pr.id).casefold() == repository.casefold():
                await self._build(team.id, pr)

    async def _settled(self, team: Team, position: Position, allowed: Sequence[str]) -> list[PullRequest]:
        """What was merged or declined since the last reading. The first one begins a history, it does not dig one up:
        a ticket left open long before is somebody's choice by now.
        """
        if position.until is None:
            return []
        since = max(position.until - OVERLAP, self.clock.now() - RECENT)
        found: list[PullRequest] = []
        for repository in team.bitbucket.repositories:
            found += await self.bitbucket.settled_since(repository, since, projects=allowed)
        return found

    async def _kept(self, team: Team) -> list[PullRequestId]:
        """Of what is over, the newest that may still say something about a ticket."""
        facts, ours = await self.store.facts_about(team.id), repositories_of(team)
        recent = [p for p in facts.pull_requests if is_recent(p, self.clock.now()) and p.issues]
        newest = sorted(recent, key=lambda pr: pr.updated, reverse=True)[:MOST_SETTLED]
        return [pr.id for pr in newest if _repository(pr.id).casefold() in ours]

    async def _one(self, team: Team, pr: PullRequestId, repository: str, number: int) -> None:
        began, allowed = self.clock.real(), await self.projects.allowed()
        try:
            found = await self.bitbucket.pull_request(repository.rpartition("/")[2], number, projects=allowed)
        except Refused as refused:
            if refused.code != "404":
                raise
            await self.store.gone(team.id, pull_requests=[pr])
            return
        await self.store.save(team.id, pull_requests=[found], source=Source.BITBUCKET, began=began)
        await self._confirm(team)

    async def _builds(self, team: Team, just_read: Collection[PullRequestId]) -> None:
        """Some builds again, a lost webhook made good: first those that may still end, then whose turn it is."""
        facts = await self.store.facts_about(team.id)
        building = {_repository(pr.id) for pr in facts.pull_requests if pr.build is not None}
        open_ones = [p for p in facts.pull_requests if _is_reviewed(p) and p.commit and _repository(p.id) in building]
        never, checked = float("-inf"), self._checked.get(team.id, {})
        turn = sorted(open_ones, key=lambda pr: (_is_over(pr), checked.get(pr.id, never), pr.id))
        for pr in [pr for pr in turn if pr.id not in just_read][:BUILDS]:
            await self._build(team.id, pr)
        checked = self._checked.get(team.id, {})
        self._checked[team.id] = {pr.id: checked[pr.id] for pr in open_ones if pr.id in checked}

    async def _build(self, team: TeamId, pr: PullRequest) -> None:
        began = self.clock.real()
        build = await self.bitbucket.build(_repository(pr.id).rpartition("/")[2], pr.commit)
        self._checked.setdefault(team, {})[pr.id] = self.clock.monotonic()
        if build != pr.build:
            known = replace(pr, build=build)
            await self.store.save(team, pull_requests=[known], source=Source.BITBUCKET, began=began)

    async def _confirm(self, team: Team, believed: timedelta = DOUBTED) -> None:
        """Ask Jira for keys we do not hold: one that it does not know either only looks like a key, or is gone.

        What it gives of the team's own projects is kept: work may be done for a ticket of no running sprint.
        ``believed`` is the real time for which an answer is good: an event must not cost another call.
        """
        facts = await self.store.facts_about(team.id)
        unknown = _written(facts.pull_requests, team) - {issue.key for issue in facts.issues}
        if self.jira is not None:
            doubted = self.clock.real() - believed
            unknown -= await self.store.keys_known(team.id, doubted)
            unknown |= await self.store.doubtful_keys(team.id, doubted)
        if unknown and self.jira is not None:
            try:
                # Our own first: other teams' tickets are asked for again each time, and must not crowd them out.
                first = sorted(unknown, key=lambda key: (not is_ours(key, team), key))
                await self.jira.learn(team, first[:MOST_KEYS])
            except VendorError as failure:  # they are asked for again with the next reading
                log.info("keys could not be confirmed: %s", failure, extra={"action": "keys_unknown", "team": team.id})

    async def _remind(self, team: TeamId) -> None:
        """What the mirror holds saves a call for each pull request, and another process may have read it last."""
        self.bitbucket.remember((await self.store.facts_about(team)).pull_requests)

    async def _position(self, team: TeamId) -> Position:
        return await position_of(self.store, team, Source.BITBUCKET)


def _written(pulls: Iterable[PullRequest], team: Team) -> set[IssueKey]:
    """The keys that matter: all that open ones name, and of what is over those of the team's own tickets."""
    return {key for pr in pulls for key in pr.issues if pr.state == "OPEN" or is_ours(key, team)}


def _repository(pr: PullRequestId) -> str:
    return pr.partition("#")[0]


def _is_reviewed(pr: PullRequest) -> bool:
    """Whether its builds matter: anybody's review can be its next move."""
    return pr.state == "OPEN" and not pr.draft


def _is_over(pr: PullRequest) -> bool:
    """Whether its builds have passed, and will hardly say anything else."""
    return pr.build is not None and pr.build.state is BuildState.PASSED
