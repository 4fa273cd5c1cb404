"""What was foretold of sprints, and what became of them: kept once a day, compared once, for as long as it teaches."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from models.database import Database
from models.forecasts import Ended, Forecast
from models.ids import SprintId, TeamId
from models.keeping import forecasts


class Foresight:
    """Forecasts and ended sprints of every team. ``planner.ports.Hindsight`` is part of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep_ended(self, team: TeamId, sprint: SprintId, at: datetime, told: Sequence[Ended]) -> None:
        """Keep how a sprint that ended then (company time) went, at ascending shares of its time.

        What was foretold of it before then is compared with it, in the unit it was foretold in.
        """
        await self._database.write(lambda c: forecasts.keep_ended(c, team, sprint, at, told), "ended")

    async def runs_again(self, team: TeamId, sprints: Collection[SprintId]) -> None:
        """These run, so what was kept of their end is not so: somebody has opened them again."""
        if sprints:
            await self._database.write(lambda c: forecasts.forget_ended(c, team, sprints), "runs_again")

    async def ended(self, team: TeamId) -> Sequence[Ended]:
        """How every past sprint of ``team`` went, the oldest first, each at several shares of its time."""
        return await self._database.read(lambda c: forecasts.ended(c, team))

    async def sprints_known(self, team: TeamId) -> int:
        """How many past sprints of ``team`` are kept."""
        return await self._database.read(lambda c: forecasts.sprints_known(c, team))

    async def knowing(self, teams: Collection[TeamId], least: int) -> frozenset[TeamId]:
        """Those of ``teams`` of which at least so many past sprints are kept."""
        return await self._database.read(lambda c: forecasts.knowing(c, teams, least))

    async def keep(self, made: Sequence[Forecast]) -> int:
        """Keep what a day has none of yet; how many were new."""
        return await self._database.write(lambda c: sum(forecasts.keep(c, each) for each in made), "forecasts")

    async def of_sprint(self, team: TeamId, sprint: SprintId) -> Sequence[Forecast]:
        """Every forecast of one sprint, oldest first."""
        return await self._database.read(lambda c: forecasts.of_sprint(c, team, sprint))

    async def scored(self, team: TeamId) -> Sequence[Forecast]:
        """Every forecast of which somebody knows what became of it, oldest first."""
        return await self._database.read(lambda c: forecasts.scored(c, team))
