"""A sprint counted at one moment of its time, what became of it, and what was foretold of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from models.ids import SprintId, TeamId


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """One sprint as it stood after a share of its time, all in one unit (points, or issues where few are estimated)."""

    board: int
    sprint: SprintId
    share: float
    """Of its time that had gone: 0 at its start, 1 at its end."""
    target: float
    """Units it was to deliver then: those at the start and those added, less those removed."""
    done: float
    """Units of them that were done then."""
    todo_issues: int
    doing_issues: int
    done_issues: int
    start_issues: int
    """Issues it began with."""
    added_issues: int
    removed_issues: int
    people: int
    """Who worked in it."""
    by_points: bool = True
    """Whether units are points; else they are issues, and only sprints counted alike are compared."""

    @property
    def rest(self) -> float:
        """Units that were not done then, never below none."""
        return max(0.0, self.target - self.done)

    @property
    def in_issues(self) -> Stand:
        """The same counted in issues."""
        every = self.todo_issues + self.doing_issues + self.done_issues
        return replace(self, target=float(every), done=float(self.done_issues), by_points=False)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a sprint stood once, and what it delivered in the end, in the units of its stand."""

    stand: Stand
    delivered: float
    delivered_issues: int | None = None
    """Issues that were done in the end, whatever the unit; ``None`` where only the unit is known."""
    at: datetime | None = None
    """When it stood so (company time); ``None`` where only the order of sprints is known."""
    ended: datetime | None = None
    """When what it delivered was known (company time); ``None`` likewise."""

    @property
    def difference(self) -> float:
        """Delivered less what was the target then: below zero it fell short."""
        return self.delivered - self.stand.target

    @property
    def in_issues(self) -> Ended | None:
        """The same counted in issues; ``None`` where nobody knows how many were done in the end."""
        if not self.stand.by_points:
            return self
        if self.delivered_issues is None:
            return None
        return replace(self, stand=self.stand.in_issues, delivered=float(self.delivered_issues))


@dataclass(frozen=True, slots=True)
class Foretold:
    """What is foretold of a sprint: how far what it delivers will be from its target of now, as a distribution."""

    median: float
    """Units: delivered less target; below zero it falls short."""
    chance: float
    """From 0 to 1: that all of what is the target now is delivered."""
    within: Mapping[int, tuple[float, float]]
    """Per cent to the interval that shall hold the difference that often: 50, 80 and 95."""
    outcomes: tuple[tuple[float, float], ...]
    """(difference, weight): what became of sprints like this one, scaled to it; weights add up to 1."""
    past: int
    """How many ended sprints it rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What was foretold of a sprint on one day, kept to be compared with what became of it."""

    team: TeamId
    sprint: SprintId
    day: date
    """The team's working day."""
    at: datetime
    """Company time."""
    stand: Stand
    chance: float
    median: float
    within: Mapping[int, tuple[float, float]]
    delivered: float | None = None
    """What it delivered in the end; ``None`` while nobody knows."""
    past: int = 0
    """How many ended sprints it rests on."""
    issues: frozenset[str] = frozenset()
    """Immutable ids of what the sprint began with, as far as it was still in it: what is missing later was taken out.
    """

    @property
    def came_true(self) -> bool | None:
        """Whether all that was the target then was delivered; ``None`` while nobody knows."""
        return None if self.delivered is None else self.delivered >= self.stand.target - A_HAIR

    @property
    def difference(self) -> float | None:
        """Delivered less what was the target then; ``None`` while nobody knows."""
        return None if self.delivered is None else self.delivered - self.stand.target


A_HAIR = 1e-9
"""What two equal sums of points may differ by."""


@dataclass(frozen=True, slots=True)
class Odds:
    """What a forecast that was kept said of a sprint, for whoever only wants to quote it."""

    day: date
    """The team's working day."""
    at: datetime
    """Company time."""
    chance: float
    """From 0 to 1: that all that was the target then is delivered."""
    past: int
    """How many ended sprints it rests on."""
