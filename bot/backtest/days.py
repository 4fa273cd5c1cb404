"""What is lived through: whose work, which sprints, what people did, and what was known before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.backtest.walk.chronicle import Telling
from bot.backtest.walk.lore import Finished
from models.forecasts import Ended
from models.ids import TeamId
from models.people import Identity
from models.presses import Press

Tell = Callable[[str, float], None]
"""Told what it is doing and how much of it is over (0 to 1)."""


def nobody(doing: str, share: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days of one back-test."""

    sprints: tuple[str, ...]
    begin: datetime
    """From here on it counts."""
    end: datetime
    tellings: Mapping[TeamId, Telling]
    since: datetime | None = None
    """From here on it is lived through, where that is earlier: the first day that counts is then one like any other."""
    stops: tuple[datetime, ...] = ()
    """Where a walk may be broken off and gone on with: the ends of sprints, ascending."""
    presses: Sequence[Press] = ()
    identities: Sequence[Identity] = ()
    """Whose account is whose, where the constitution does not say."""
    ended: Mapping[TeamId, Sequence[Ended]] = field(default_factory=dict)
    """How each team's earlier sprints went: what is drawn rests on it."""
    lore: Mapping[TeamId, Sequence[Finished]] = field(default_factory=dict)
    """The same, and how the sprints of these days went, by when it was known: forecasts rest on it."""
    unasked_since: datetime | None = None
    """When it was read, where Jira could not be asked now; ``None`` where it was asked."""
    checksum: str = ""
    """One name for all that was read."""

    @property
    def first(self) -> datetime:
        """When the walk begins."""
        return self.since or self.begin
