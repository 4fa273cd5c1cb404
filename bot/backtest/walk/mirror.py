"""The mirror as it stood at the moment that is lived through: out of memory, with the real ledger beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from models.clock import Clock
from models.database import Database
from models.ids import TeamId
from models.people import Identity
from models.store import Store, with_known
from models.work import Facts, Person
from planner.hearers.contact import ALL_TEAMS


class Recalled(Store):
    """A store whose facts are held up to it, moment by moment; everything else is kept as always."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database, clock)
        self._held: dict[TeamId, Facts] = {}
        self._identities: list[Identity] | None = None
        self._of_all: dict[str, Mapping[str, Any]] = {}
        self._recalled_in, self._recalled_at = database, clock

    def hold(self, facts: Facts) -> None:
        """From now on this is what is so."""
        self._held[facts.team] = facts

    def held(self, team: TeamId) -> Facts:
        """What is so now, as the vendors tell it; nothing of a team nobody has spoken of."""
        return self._held.get(team) or Facts(team=team, sprints=(), issues=(), pull_requests=(), people=())

    async def facts_about(self, team: TeamId) -> Facts:
        """See ``Store.facts_about``. In life everything was read again every few minutes: nothing is old."""
        held, now = self.held(team), self._recalled_at.real()
        held = replace(held, read_at=dict.fromkeys(held.read_at, now))
        return await self._recalled_in.read(lambda connection: with_known(connection, held))

    async def people(self, team: TeamId) -> tuple[Person, ...]:
        """See ``Store.people``."""
        return self.held(team).people

    # --- what is asked before every look and hardly ever changes: nobody else writes to this database ---------------

    async def identities(self) -> list[Identity]:
        """See ``Store.identities``: on days gone by nobody says who they are."""
        if self._identities is None:
            self._identities = await super().identities()
        return self._identities

    async def recall(self, team: TeamId, about: str) -> Mapping[str, Any]:
        """See ``Store.recall``."""
        if team != ALL_TEAMS:
            return await super().recall(team, about)
        if about not in self._of_all:
            self._of_all[about] = await super().recall(team, about)
        return self._of_all[about]

    async def known_of_people(
        self, team: TeamId, abouts: Sequence[str]
    ) -> tuple[Sequence[Identity], Sequence[Mapping[str, Any]]]:
        """See ``Store.known_of_people``."""
        return await self.identities(), [await self.recall(team, about) for about in abouts]

    async def remember(self, team: TeamId, about: str, key: str, value: Any, *, once: bool = False) -> None:
        """See ``Store.remember``."""
        await super().remember(team, about, key, value, once=once)
        self._of_all.clear()

    async def forget(self, team: TeamId, about: str, key: str | None = None) -> None:
        """See ``Store.forget``."""
        await super().forget(team, about, key)
        self._of_all.clear()
