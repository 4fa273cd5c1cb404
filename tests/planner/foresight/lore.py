"""Past sprints as somebody might remember them: made up, every figure written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from models.forecasts import Ended, Forecast, Stand
from models.ids import SprintId
from models.work import Facts, Progress
from planner.foresight.outlook import Lore, Outlook, outlook
from tests.planner.world import DAY, LAW, NOON, TEAM, facts, issue, snapshot, sprint

DONE: dict[str, Any] = {"status": "Done", "progress": Progress.DONE}
TODO: dict[str, Any] = {"status": "To Do", "progress": Progress.TODO}

HALF = Stand(
    board=7,
    sprint=SprintId(1),
    share=0.5,
    target=20.0,
    done=8.0,
    todo_issues=2,
    doing_issues=2,
    done_issues=2,
    start_issues=6,
    added_issues=0,
    removed_issues=0,
    people=3,
)


def ended(number: int, delivered: float, **changes: Any) -> Ended:
    return Ended(replace(HALF, sprint=SprintId(number), **changes), delivered)


def past(*delivered: float, **changes: Any) -> tuple[Ended, ...]:
    """Sprints 1, 2, ... that all stood alike at half of their time and delivered so much of 20 points."""
    return tuple(ended(number, units, **changes) for number, units in enumerate(delivered, 1))


def told(day: int, chance: float, *, number: int = 24, delivered: float | None = None, **changes: Any) -> Forecast:
    made = Forecast(
        team=TEAM,
        sprint=SprintId(number),
        day=date(2026, 11, day),
        at=NOON + (day - 18) * DAY,
        stand=replace(HALF, sprint=SprintId(number)),
        chance=chance,
        median=-2.0,
        within={50: (-3.0, 0.0), 80: (-6.0, 0.0), 95: (-12.0, 0.0)},
        delivered=delivered,
        past=8,
    )
    return replace(made, **changes)


BEFORE = NOON - 20 * DAY
"""Before the sprint began."""

MIXED = past(20, 20, 20, 20, 20, 18, 15, 15, 12, 12)
"""Half of them were made; the others fell short by 2, 5 or 8 of the 12 points that were left."""


def running() -> Facts:
    """20 points, 8 done: one in review is not there, one in progress, one not begun, one that nobody has."""
    return facts(
        issue(1, "ann", points=5, created=BEFORE, **DONE),
        issue(2, "bob", points=3, created=BEFORE, **DONE),
        issue(3, "bob", points=5, created=BEFORE),
        issue(4, "ann", points=4, created=BEFORE, **TODO),
        issue(5, None, points=3, created=BEFORE, **TODO, priority="Highest"),
    )


def looked(lore: Lore, held: Facts | None = None, **seen: Any) -> Outlook | None:
    held = held or running()
    return outlook(sprint(), held, snapshot(*held.issues, prs=held.pull_requests, **seen), LAW, lore)


def certain(lore: Lore, held: Facts | None = None, **seen: Any) -> Outlook:
    made = looked(lore, held, **seen)
    assert made is not None
    return made
