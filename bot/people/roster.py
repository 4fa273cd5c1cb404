"""Everybody as they are known now: the constitution, with accounts that were found out and people's own wishes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from models.directives import Directives, Member, Team
from models.events import Source
from models.ids import PersonId, TeamId
from models.people import FOUND, Identity, Service
from models.store import Store
from models.trust import StepBack
from models.work import Person
from planner.hearers.contact import ABOUT, ALL_TEAMS, Wish, heeded, to_keep, wishes
from planner.hearers.identity import joined, owners, said, unresolved
from planner.policy.trust import STEPS, kept_of, key_of, stepped, steps_of


class Roster:
    """The constitution as it is lived by: its own ids win, what is certain or was said is added."""

    def __init__(self, constitution: Directives, store: Store) -> None:
        self.constitution = constitution
        self.directives = constitution
        """With every account that is known, and people as they want to be contacted; as of the last ``refresh``."""
        self.identities: Sequence[Identity] = ()
        self.wishes: Mapping[PersonId, Wish] = {}
        """How people have said they may be contacted; joined into ``directives``."""
        self.steps: Mapping[TeamId, tuple[StepBack, ...]] = {}
        """What the agent has stepped back from; joined into ``directives``."""
        self._store = store

    def enact(self, constitution: Directives) -> None:
        """From now on this one is lived by, at once and everywhere; what is known of people stays known."""
        self.constitution = constitution
        self.directives = self._lived()

    async def refresh(self) -> None:
        """Read what is known now: another process, or an admin, may have added to it."""
        identities, (contact, taken_back) = await self._store.known_of_people(ALL_TEAMS, (ABOUT, STEPS))
        said, steps = wishes(contact), steps_of(taken_back)
        known = (self.identities, self.wishes, self.steps)
        if (identities, said, steps) != known:  # else what was worked out from it stays good
            self.identities, self.wishes, self.steps = identities, said, steps
            self.directives = self._lived()

    def _lived(self) -> Directives:
        return stepped(heeded(joined(self.constitution, self.identities), self.wishes), self.steps)

    async def step_back(self, team: TeamId, step: StepBack) -> None:
        """From now on actions of that kind need a yes in ``team``, until an admin ends that; the first word counts."""
        await self._store.remember(ALL_TEAMS, STEPS, key_of(team, step.kind), kept_of(step), once=True)
        await self.refresh()

    async def trust_again(self, team: TeamId, kind: str) -> bool:
        """The constitution decides on actions of that kind again; ``False`` when it did already."""
        held = any(step.kind == kind for step in self.steps.get(team, ()))
        await self._store.forget(ALL_TEAMS, STEPS, key_of(team, kind))
        await self.refresh()
        return held

    async def wish(self, person: PersonId, wish: Wish) -> bool:
        """Keep somebody's own word on how they may be contacted; an empty one is the constitution's again.

        ``True`` as with ``tell``.
        """
        if wish:
            await self._store.remember(ALL_TEAMS, ABOUT, person, to_keep(wish))
        else:
            await self._store.forget(ALL_TEAMS, ABOUT, person)
        return await self.tell(person)

    def to_be_found(self) -> Sequence[Team]:
        """The teams for which a search could change anything; none of which directives.yaml says it all."""
        left = {each.person for each in self.identities if each.standing in FOUND}
        known = said(self.constitution, self.identities).teams
        return [team for team in known if unresolved(team) or any(member.id in left for member in team.members)]

    def lacking(self, team: TeamId) -> Sequence[Member]:
        """The members who lack an account that is given or that somebody has answered for."""
        return unresolved(said(self.constitution, self.identities).team(team))

    @property
    def taken(self) -> Mapping[tuple[Service, str], PersonId]:
        """Whose each account is, given or answered for."""
        return owners(said(self.constitution, self.identities))

    async def keep(self, team: TeamId, found: Sequence[Identity]) -> bool:
        """Keep what a search found about ``team``; ``True`` when somebody's accounts are different now."""
        everybody = [member.id for each in self.constitution.teams for member in each.members]
        await self._store.keep_found([m.id for m in self.constitution.team(team).members], found, everybody)
        return await self.tell()

    async def tell(self, zone_of: PersonId | None = None) -> bool:
        """Let the mirror's people have the accounts that are known now; ``True`` when that changed any.

        ``zone_of`` names somebody whose zone may be another now.
        """
        await self.refresh()
        changed = [await self._tell(team, zone_of) for team in self.directives.teams]
        return any(changed)

    async def _tell(self, team: Team, zone_of: PersonId | None) -> bool:
        facts = await self._store.facts_about(team.id)
        changed = list(_different(facts.people, team, zone_of))
        if changed:
            await self._store.save(team.id, source=Source.SLACK, people=changed)
        return bool(changed)


def _different(people: Iterable[Person], team: Team, zone_of: PersonId | None) -> Iterable[Person]:
    members = {member.id: member for member in team.members}
    for person in people:
        member = members.get(person.id)
        if member is not None:
            known = replace(person, slack=member.slack, account=member.account, other_account=member.other_account)
            known = replace(known, zone=member.zone) if person.id == zone_of else known
            if known != person:
                yield known
