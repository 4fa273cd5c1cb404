"""What a team with a year of sprints behind it remembers of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.forecasts import Ended, Forecast
from models.ids import SprintId, TeamId
from tests.planner.foresight.lore import MIXED, past, told


@dataclass
class Memory:
    """Fits ``planner.ports.Hindsight``."""

    rows: Sequence[Ended] = MIXED
    kept: Sequence[Forecast] = ()
    over: Sequence[Forecast] = ()

    async def ended(self, team: TeamId) -> Sequence[Ended]:
        return self.rows

    async def of_sprint(self, team: TeamId, sprint: SprintId) -> Sequence[Forecast]:
        return self.kept

    async def scored(self, team: TeamId) -> Sequence[Forecast]:
        return self.over


SPRINTS = past(29, 29, 29, 29, 26, 29, 24, 29, 21, 29, 24, 29, target=29.0, done=10.0, share=0.5)
"""Eight of twelve delivered all of the 29 points they stood at in the middle."""

_DAYS = ((13, 0.86), (16, 0.81), (17, 0.78))
_OVER = ((0.9, 29), (0.8, 29), (0.8, 29), (0.7, 24), (0.6, 29), (0.6, 21), (0.7, 29), (0.5, 24))

MEMORY = Memory(
    SPRINTS,
    [told(day, chance) for day, chance in _DAYS],
    [told(9, chance, number=n, delivered=float(units - 9)) for n, (chance, units) in enumerate(_OVER, 1)],
)
"""Told of by the same agent since Friday, and of eight sprints before this one."""
