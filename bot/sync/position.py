"""How far the mirror of one source has been read: kept in the database, so that any process goes on from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.clock import Clock
from models.events import Source
from models.ids import TeamId
from models.keeping.records import dump, load
from models.store import Store

ABOUT = "mirror"
"""Under this name positions lie in the store's memory, by source."""

WHOLE_EVERY = timedelta(hours=6)
"""Real time after which everything is read again, although every change seems to be known."""

TRUSTED_EVERY = timedelta(hours=24)
"""The same while webhooks are trusted: what only a whole read finds they tell, too."""

FARTHEST = timedelta(days=1)
"""Company time that a look at changes may reach back: after a longer absence a whole read is cheaper and surer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where the reading of one team's source stands."""

    whole: datetime | None = None
    """When the last whole read began (real time)."""
    until: datetime | None = None
    """Everything the vendor changed before is in the mirror (company time)."""
    drift: Mapping[str, int] = field(default_factory=dict)
    """By sprint: how far Jira's own count was from what a whole read found; an estimate may be wrong for ever."""


def is_due(position: Position, clock: Clock, every: timedelta = WHOLE_EVERY) -> bool:
    """Whether it is time for a whole read: there was none for so long, or changes would reach too far back."""
    if position.whole is None or position.until is None:
        return True
    reach = clock.now() - position.until
    return clock.real() - position.whole >= every or not timedelta() <= reach <= FARTHEST


async def position_of(store: Store, team: TeamId, source: Source) -> Position:
    """Where it stands; the beginning when nothing was ever read."""
    kept = (await store.recall(team, ABOUT)).get(source.value)
    return load(Position, kept) if kept is not None else Position()


async def keep_position(store: Store, team: TeamId, source: Source, position: Position) -> None:
    """Go on from here next time."""
    await store.remember(team, ABOUT, source.value, dump(position))
