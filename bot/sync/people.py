"""Who is on a team today: the constitution's members, and whether Slack says they are away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from integrations.slack import Slack, SlackMember
from models.clock import Clock
from models.directives import Member, Team
from models.errors import VendorError
from models.events import Source
from models.store import Store
from models.work import Absence, Person


def person_of(member: Member, team: Team) -> Person:
    """A member as the constitution names them, present as far as it knows."""
    return Person(
        id=member.id,
        name=member.name,
        zone=member.zone,
        slack=member.slack,
        account=member.account,
        other_account=member.other_account,
        holidays=member.holidays or team.holidays,
    )


@dataclass(frozen=True, slots=True)
class PeopleMirror:
    """Keeps a team's people as they are today."""

    store: Store
    clock: Clock
    slack: Slack | None

    async def read(self, team: Team) -> None:
        """Everybody anew. Raises ``VendorError`` when Slack does not say, after which nobody is unknown."""
        try:
            seen = await self._seen(team)
        except VendorError:
            await self.store.save(team.id, people=await self._new(team), source=Source.SLACK)
            raise
        before = {person.id: person.absent for person in await self._known(team)}
        people = [self._person(member, team, seen, before.get(member.id)) for member in team.members]
        await self.store.save(team.id, people=people, source=Source.SLACK, complete=True)

    async def _known(self, team: Team) -> Sequence[Person]:
        """Everybody as we last held them."""
        return (await self.store.facts_about(team.id)).people

    async def _new(self, team: Team) -> Sequence[Person]:
        """Members we hold nothing of: the others stay as they last were."""
        known = {person.id for person in await self._known(team)}
        return [person_of(member, team) for member in team.members if member.id not in known]

    async def _seen(self, team: Team) -> Mapping[str, SlackMember]:
        """What Slack says of those it knows."""
        users = [member.slack for member in team.members if member.slack is not None]
        return await self.slack.members(users) if self.slack is not None else {}

    def _person(self, member: Member, team: Team, seen: Mapping[str, SlackMember], before: Absence | None) -> Person:
        person, shown = person_of(member, team), seen.get(member.slack or "")
        found = shown.absence(self.clock.now(), self.clock.real()) if shown else None
        return replace(person, absent=going_on(found, before, self.clock.now())) if found else person


def going_on(found: Absence, before: Absence | None, now: datetime) -> Absence:
    """``found`` at ``now`` (company time) with its begin: that of what was known before, unless that had ended.

    A status that is worded anew is no new absence; do-not-disturb of the next night is one.
    """
    known = before.since if before is not None and before.holds(now) else None
    return replace(found, since=known or now)
