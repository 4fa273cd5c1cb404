"""Searching for people: their words, the constitution they are understood against, and who answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.metrics import Metrics
from bot.tally import Tally
from integrations.fallback import Attempt, Direct, Finder, JiraReads, Result, SlackReads, Someone, Surroundings, Way
from integrations.fallback import search as search_for
from integrations.health import Check
from integrations.mcp import Hub
from models.clock import Clock
from models.directives import Directives, Member, Team
from models.ids import AccountId, PersonId, TeamId
from models.store import Store

log = logging.getLogger(__name__)


class Finding:
    """Everything a search needs, joined. ``directives`` is the constitution with the accounts that are known now."""

    def __init__(
        self,
        directives: Callable[[], Directives],
        store: Store,
        clock: Clock,
        metrics: Metrics,
        *,
        hub: Hub | None,
        trouble: str = "",
        jira: JiraReads | None,
        slack: SlackReads | None,
    ) -> None:
        self.hub = hub
        self.trouble = trouble
        """Why there is no hub although one was asked for; empty when all is well or none was."""
        self._directives, self._store, self._clock, self._metrics = directives, store, clock, metrics
        self._tally = Tally(clock)
        self.finder = Finder(hub, Direct(jira, slack, clock, name=self._name), clock, self._note)

    def start(self) -> None:
        """Begin to connect to the MCP servers: some need ten seconds, and nobody should wait for that."""
        if self.hub is not None:
            self.hub.start()

    async def close(self) -> None:
        """End the MCP servers."""
        if self.hub is not None:
            await self.hub.close()

    async def search(
        self,
        words: str,
        team: TeamId,
        *,
        asker: PersonId | None = None,
        first: Way | None = None,
        patient: bool = False,
    ) -> Result:
        """Answer a person's words for ``team``; ``patient`` waits a little for MCP servers that are starting.

        Raises ``VendorError`` when nobody could answer.
        """
        around = self.surroundings(self._directives().team(team), asker)
        try:
            return await search_for(self.finder.patient() if patient else self.finder, words, around, first=first)
        finally:
            await self._save()

    def surroundings(self, team: Team, asker: PersonId | None = None) -> Surroundings:
        """What words are understood against."""
        people, now = tuple(_someone(member) for member in team.members), self._clock.now()
        return Surroundings(
            people=people,
            projects=team.jira.projects,
            zone=team.tz,
            now=now,
            ahead=timedelta(seconds=round((now - self._clock.real()).total_seconds())),
            boards=team.jira.boards,
            blocked_statuses=team.jira.blocked_statuses,
            channels=tuple(dict.fromkeys(team.channels.values())),
            asker=next((each for each in people if each.id == asker), None),
        )

    def checks(self) -> Sequence[Check]:
        """One check for each MCP server, by name."""
        return self.hub.checks() if self.hub is not None else ()

    def _name(self, account: AccountId) -> str:
        """How the constitution calls the holder of an account."""
        people = (member for team in self._directives().teams for member in team.members)
        return next((member.name for member in people if member.jira == account), "")

    def _note(self, attempt: Attempt) -> None:
        self._tally.note(attempt)
        how = "ok" if attempt.answered else str(attempt.reason)
        self._metrics.search(attempt.operation, attempt.way, attempt.server, how, attempt.seconds)
        if attempt.passed_on:
            self._metrics.fallback(attempt.operation, attempt.server, how)
            log.warning("asked elsewhere: %s", attempt.detail, extra={"action": "search_fallback"})

    async def _save(self) -> None:
        try:
            await self._tally.save(self._store)
        except SQLAlchemyError:  # an answer is worth more than its count
            log.exception("searches could not be counted", extra={"action": "tally_lost"})


def _someone(member: Member) -> Someone:
    """A member as the grammar knows them: by id, by the constitution's name, and by its first word."""
    names = tuple(dict.fromkeys((member.name, *member.name.split()[:1])))
    return Someone(id=member.id, names=names, account=member.jira, slack=member.slack)
