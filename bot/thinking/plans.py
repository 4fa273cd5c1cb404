"""The last plan of each team, kept in the store: one small row, instead of the one before."""

from __future__ import annotations

from typing import Any, Protocol

from models.ids import TeamId
from models.keeping.records import dump, load
from planner.reasoning import LastPlan

ABOUT, LAST = "plan", "last"


class Memory(Protocol):
    """What of the store is needed."""

    async def remember(self, team: TeamId, about: str, key: str, value: Any) -> None:
        """Keep ``value`` under ``about`` and ``key``, instead of what was there."""
        ...

    async def remembered(self, team: TeamId, about: str, key: str) -> Any | None:
        """What is kept there; ``None`` for nothing."""
        ...


class KeptPlans:
    """See ``planner.reasoning.memory.Plans``."""

    def __init__(self, store: Memory) -> None:
        self._store = store

    async def last(self, team: TeamId) -> LastPlan | None:
        """What was kept; a row of another shape is as good as none."""
        kept = await self._store.remembered(team, ABOUT, LAST)
        try:
            return load(LastPlan, kept) if kept is not None else None
        except (TypeError, ValueError, AttributeError):
            return None

    async def keep(self, team: TeamId, plan: LastPlan) -> None:
        """Instead of the one before."""
        await self._store.remember(team, ABOUT, LAST, dump(plan))
