"""The mirror of the work: first load, what webhooks hint at, and the reconciliation read that heals the rest."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from integrations.bitbucket import Bitbucket
from integrations.jira import Jira
from integrations.slack import Slack
from models.clock import Clock
from models.directives import Directives, Member, Team
from models.errors import VendorError
from models.events import Event, Source
from models.ids import IssueKey, PullRequestId, TeamId
from models.store import Store
from models.work import Person, Sprint, SprintState
from planner.answer import meant_by
from planner.triggers import repositories_of

log = logging.getLogger(__name__)

STALE = timedelta(minutes=5)
"""Real time after which a look that nothing hinted at reads everything again first."""


def person_of(member: Member, team: Team) -> Person:
    """A member as the constitution names them, present as far as it knows."""
    return Person(
        id=member.id,
        name=member.name,
        zone=member.zone,
        slack=member.slack,
        account=member.jira or member.bitbucket,
        holidays=member.holidays or team.holidays,
    )


class Sync:
    """Reads the vendors and keeps what they say; never judges it."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        directives: Directives,
        *,
        jira: Jira | None,
        bitbucket: Bitbucket | None,
        slack: Slack | None,
        only_sprint: str | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._directives = directives
        self._jira = jira
        self._bitbucket = bitbucket
        self._slack = slack
        self._only_sprint = only_sprint

    async def everything(self, team: TeamId) -> bool:
        """Read the team's world whole. True when anything differs from what we had.

        A source that fails keeps its last facts and its age, and answers say how old they are. Without Jira
        nothing can be judged, so its failure is raised, after the others have been read.
        """
        scope = self._directives.team(team)
        before = await self._store.facts_about(team)
        await self._people(scope)
        await self._bitbucket_of(scope)
        failure = await self._jira_of(scope)
        if failure is not None:
            raise failure
        after = await self._store.facts_about(team)
        return (before.issues, before.sprints, before.pull_requests) != (
            after.issues,
            after.sprints,
            after.pull_requests,
        )

    async def if_stale(self, team: TeamId) -> bool:
        """Read everything unless that was done within the last five minutes; True when it was read."""
        facts = await self._store.facts_about(team)
        wanted = {source for source, on in (("jira", self._jira), ("bitbucket", self._bitbucket)) if on is not None}
        edge = self._clock.real() - STALE
        stale = any(facts.read_at.get(source, edge) <= edge for source in wanted)
        if stale:
            await self.everything(team)
        return stale

    async def after(self, team: TeamId, events: Sequence[Event]) -> None:
        """Read again exactly what ``events`` name; a sprint's own event reads everything."""
        if any(e.source is Source.JIRA and e.issue is None and e.issue_id is None and e.sprints for e in events):
            await self.everything(team)
            return
        if any(e.name == "jira:issue_deleted" for e in events):
            await self.everything(team)
            return
        await self.issues(team, {e.issue or IssueKey(e.issue_id or "") for e in events if e.source is Source.JIRA})
        await self._pull_requests(team, {e.pull_request for e in events if e.pull_request is not None})

    async def issues(self, team: TeamId, keys: Iterable[str]) -> None:
        """Read these issues (keys or ids) again."""
        wanted = sorted(key for key in keys if key)
        if self._jira is not None and wanted:
            found = await self._jira.issues(wanted)
            await self._store.save(team, issues=found, source=Source.JIRA)

    async def _pull_requests(self, team: TeamId, ids: Iterable[PullRequestId]) -> None:
        if self._bitbucket is None:
            return
        scope = self._directives.team(team)
        for pr in sorted(ids):
            repository, _, number = pr.partition("#")
            name = repository.rpartition("/")[2]
            if number.isdigit() and repository.casefold() in repositories_of(scope):
                found = await self._bitbucket.pull_request(name, int(number))
                await self._store.save(team, pull_requests=[found], source=Source.BITBUCKET)

    async def _jira_of(self, team: Team) -> VendorError | None:
        if self._jira is None:
            return None
        began = self._clock.real()
        try:
            sprints = [s for board in team.jira.boards for s in await self._jira.sprints(board)]
            watched = self._watched(sprints)
            issues = [issue for sprint in watched for issue in await self._jira.sprint_issues(sprint.id)]
        except VendorError as failure:
            await self._failed(team, Source.JIRA, failure)
            return failure
        await self._store.save(
            team.id,
            sprints=sprints,
            issues=issues,
            whole=[sprint.id for sprint in watched],
            source=Source.JIRA,
            complete=True,
            began=began,
        )
        return None

    def _watched(self, sprints: Iterable[Sprint]) -> list[Sprint]:
        """Active sprints; with ``pm start --sprint`` only those it can mean, by id, name or number."""
        active = [s for s in sprints if s.state is SprintState.ACTIVE]
        return list(meant_by(self._only_sprint, active)) if self._only_sprint else active

    async def _bitbucket_of(self, team: Team) -> VendorError | None:
        if self._bitbucket is None:
            return None
        began = self._clock.real()
        try:
            found = [
                pr
                for repository in team.bitbucket.repositories
                for pr in await self._bitbucket.open_pull_requests(repository)
            ]
        except VendorError as failure:
            await self._failed(team, Source.BITBUCKET, failure)
            return failure
        await self._store.save(team.id, pull_requests=found, source=Source.BITBUCKET, complete=True, began=began)
        return None

    async def _people(self, team: Team) -> None:
        """Who is on the team today; Slack being down leaves everybody as they last were, never unknown."""
        try:
            people = [await self._person(member, team) for member in team.members]
        except VendorError as failure:
            await self._failed(team, Source.SLACK, failure)
            known = {person.id for person in (await self._store.facts_about(team.id)).people}
            people = [person_of(member, team) for member in team.members if member.id not in known]
            await self._store.save(team.id, people=people, source=Source.SLACK)
            return
        await self._store.save(team.id, people=people, source=Source.SLACK, complete=True)

    async def _person(self, member: Member, team: Team) -> Person:
        person = person_of(member, team)
        if self._slack is None or member.slack is None:
            return person
        seen = await self._slack.member(member.slack)
        return replace(person, absent=seen.absence(self._clock.now(), self._clock.real()))

    async def _failed(self, team: Team, source: Source, failure: VendorError) -> None:
        log.warning("%s could not be read: %s", source, failure, extra={"action": "read_failed", "source": source})
        await self._store.read_failed(team.id, source, str(failure))
