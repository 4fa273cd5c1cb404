"""How far the agent may be trusted, as people's own words have it: what shadow mode kept, its marks, its answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from models.database import Database
from models.ids import ProposalId, TeamId
from models.keeping import trust
from models.proposals import Approval
from models.trust import Mark, Recorded


class Trials:
    """What is on record of trust, of every team."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recorded(self, team: TeamId, since: datetime, until: datetime) -> Sequence[Recorded]:
        """Every decision of shadow mode after ``since`` and up to ``until`` (company time), oldest first."""
        return await self._database.read(lambda c: trust.recorded(c, team, since, until))

    async def recorded_one(self, proposal: ProposalId) -> Recorded | None:
        """The latest decision about that proposal, if shadow mode has recorded it."""
        return await self._database.read(lambda c: trust.recorded_one(c, proposal))

    async def mark(self, said: Mark) -> None:
        """Keep an admin's word on one message, instead of an earlier one of theirs."""
        await self._database.write(lambda c: trust.mark(c, said), "mark")

    async def marks(self, team: TeamId) -> Sequence[Mark]:
        """Every mark of a team, oldest first."""
        return await self._database.read(lambda c: trust.marked(c, team))

    async def answered(self, team: TeamId, rules: Collection[str]) -> Sequence[Approval]:
        """The team's questions that one of ``rules`` had asked and a person has answered, in that order."""
        return await self._database.read(lambda c: trust.answered(c, team, rules))
