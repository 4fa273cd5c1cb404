"""What one call to a model may cost and came to, and the limits of a day: money is held before, settled after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from models.ids import CycleId, PersonId, TeamId
from models.money import Money
from models.thoughts import Purpose, Size, Usage

SMALL_ONLY = 0.70
"""From this share of the day's cap on the smaller model is asked."""

PEOPLE_ONLY = 0.90
"""From this share on only what a person has just asked."""


UNDER_WAY = timedelta(hours=1)
"""Company time for which money that is held may come back. No call takes as long: after it the process has died."""


class BillState(StrEnum):
    """Where the money of one call is."""

    HELD = "held"
    """The call is under way, or its process died: the worst case counts."""
    SETTLED = "settled"
    LOST = "lost"
    """The vendor may have charged and nobody knows how much: the worst case counts."""
    FREE = "free"
    """It was surely not charged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A call somebody wants to make."""

    id: str
    team: TeamId
    day: date
    """The team's own, by company time."""
    at: datetime
    """Company time."""
    purpose: Purpose
    prompt: str
    size: Size
    worst: Mapping[Size, Money]
    """What it can cost at most, by the model that takes it."""
    asker: PersonId | None = None
    cycle: CycleId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """What may be spent on one day."""

    team: Money
    person: Money
    """By the questions of one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What counts against a cap."""

    gone: Money
    """Charged, or perhaps charged: it does not come back."""
    held: Money
    """The worst case of what is under way: most of it comes back."""

    @property
    def counted(self) -> Money:
        """Both: no call is made that might bring this above the cap."""
        return self.gone + self.held

    def told(self, cap: Money) -> str:
        """``$0.02 of $0.30 is spent today, $0.28 is held for what is under way``."""
        held = f", {self.held} is held for what is under way" if self.held else ""
        return f"{self.gone} of {cap} is spent today{held}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """One call as it is kept."""

    id: str
    team: TeamId
    day: date
    at: datetime
    purpose: Purpose
    prompt: str
    size: Size
    state: BillState
    cost: Money
    """What counts: held in full until it is settled."""
    asker: PersonId | None = None
    cycle: CycleId | None = None
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    stop: str = ""
    request: str = ""
    seconds: float = 0.0
    trouble: str = ""
    """Why its answer was not used."""


def size_for(wanted: Size, share: float, *, asked: bool) -> Size | None:
    """Which model may be asked at that share of the day's cap; ``None`` for none. ``asked`` by a person just now."""
    if share >= 1 or (share >= PEOPLE_ONLY and not asked):
        return None
    return Size.SMALL if share >= SMALL_ONLY else wanted
