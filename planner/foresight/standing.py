"""Counts a sprint: how it stood after a share of its working time, and what it delivered, in points or in issues."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from models.forecasts import Ended, Stand
from models.histories import Past, SprintHistory
from models.ids import SprintId
from models.spans import Span
from models.work import Facts, Issue, Progress, Sprint
from planner.bounds.worktime import Calendar
from planner.facts.observe import tally, tickets

TENTHS = tuple(n / 10 for n in range(11))
"""The shares of its time at which an ended sprint is counted."""

LATE = Span(1, "day", business=True)
"""How long after its planned end a sprint may still deliver: whoever closes it the next day changes nothing, and one
that is forgotten for weeks does not count the next one's work."""

_BEFORE = timedelta(seconds=1)
"""What is not done leaves a sprint as it is closed: its members are those just before."""


def stand_of(
    past: Past, sprint: SprintId, when: datetime, calendar: Calendar, *, points: bool | None = None
) -> Stand | None:
    """How ``sprint`` stood at ``when``; ``None`` where it has no dates or had not begun.

    ``points`` says what is counted; without it that is judged as of a running sprint (see ``stand_now``).
    """
    history = past.sprint(sprint)
    began = history.began if history is not None else None
    share = share_of(history.sprint, when, calendar) if history is not None else None
    if history is None or began is None or share is None or when < began:
        return None
    start = {issue.id for issue in tickets(past.inside(sprint, began))}
    inside = past.inside(sprint, min(when, history.ended - _BEFORE) if history.ended is not None else when)
    return _counted(history.sprint, share, inside, start, points)


def stand_now(
    facts: Facts, sprint: Sprint, now: datetime, calendar: Calendar, *, began_with: Collection[str] = ()
) -> Stand | None:
    """How a running sprint stands by the mirror; ``None`` where it has no dates or has not begun.

    Points are counted where at least half of what it began with, and still holds, has an estimate by now; else issues.
    ``began_with`` are ids of issues known to have been in it at its start: the mirror does not hold what left.
    """
    share = share_of(sprint, now, calendar)
    if share is None or sprint.start is None or now < sprint.start:
        return None
    inside = tuple([issue for issue in facts.issues if issue.sprint == sprint.id])
    return _counted(sprint, share, inside, {*began_with, *(i.id for i in there_at_its_start(inside, sprint))}, None)


def there_at_its_start(inside: tuple[Issue, ...], sprint: Sprint) -> tuple[Issue, ...]:
    """Those of what is in ``sprint`` that it began with, for all that the mirror tells."""
    start = sprint.start
    return tuple(i for i in tickets(inside) if start is not None and (i.sprint_since or i.created) <= start)


def ended_at_tenths(
    past: Past, sprint: SprintId, calendar: Calendar, *, points: bool | None = None
) -> tuple[Ended, ...]:
    """How a closed sprint stood at every tenth of its time and what it delivered; empty where that cannot be told.

    ``points`` as for ``stand_of``: without it each tenth has its own unit, as a running sprint has each day.
    """
    history = past.sprint(sprint)
    moments = moments_of(history, calendar) if history is not None else ()
    if history is None or history.ended is None or not moments:
        return ()
    units = {by: delivered_by(past, history, calendar, points=by) for by in (True, False)}
    stands = [(when, stand_of(past, sprint, when, calendar, points=points)) for when in moments]
    return tuple(
        Ended(stand, units[stand.by_points], delivered_issues=round(units[False]), at=when, ended=history.ended)
        for when, stand in stands
        if stand is not None
    )


def delivered_by(past: Past, history: SprintHistory, calendar: Calendar, *, points: bool) -> float:
    """Units that were done when it was closed, or a working day after its planned end where it was closed later."""
    planned, ended = history.sprint.end, history.ended
    if ended is None or planned is None:
        return 0.0
    over = min(ended, calendar.add(max(planned, history.began or planned), LATE))
    there = tickets(past.inside(history.sprint.id, over))
    return sum(_units(issue, points=points) for issue in there if _is_done(issue))


def in_points(issues: tuple[Issue, ...]) -> bool:
    """Whether at least half of ``issues`` have an estimate, as everywhere else: then points say more than counts."""
    return tally(issues).by_points


def share_of(sprint: Sprint, when: datetime, calendar: Calendar) -> float | None:
    """How much of its working time had gone at ``when``: 0 to 1; ``None`` without a beginning and an end after it.

    A sprint that has no working time at all, such as one over a weekend, is measured by the clock.
    """
    if sprint.start is None or sprint.end is None or sprint.end <= sprint.start:
        return None
    whole = calendar.working_time_between(sprint.start, sprint.end)
    gone = calendar.working_time_between(sprint.start, min(when, sprint.end))
    if not whole:
        whole, gone = sprint.end - sprint.start, min(when, sprint.end) - sprint.start
    return min(1.0, max(0.0, gone / whole))


def moments_of(history: SprintHistory, calendar: Calendar) -> tuple[datetime, ...]:
    """The instants at which each of ``TENTHS`` of its working time had gone; empty where it has no dates.

    Counted from when it was started; the share is that of its planned time.
    """
    start, end = history.sprint.start, history.sprint.end
    if start is None or end is None or history.began is None or end <= start:
        return ()
    whole = calendar.working_time_between(start, end)
    if not whole:
        return tuple(max(history.began, start + tenth * (end - start)) for tenth in TENTHS)
    found = (start if not tenth else calendar.add_working_time(start, tenth * whole) for tenth in TENTHS)
    return tuple(max(history.began, moment) for moment in found)


def _counted(
    sprint: Sprint, share: float, every: tuple[Issue, ...], began_with: Collection[str], points: bool | None
) -> Stand:
    inside = tickets(every)
    here, start = {issue.id for issue in inside}, set(began_with)
    if points is None:
        points = in_points(tuple([issue for issue in inside if issue.id in start]) or inside)
    done = [issue for issue in inside if _is_done(issue)]
    doing = [issue for issue in inside if issue.progress is Progress.DOING]
    return Stand(
        board=sprint.board,
        sprint=sprint.id,
        share=share,
        target=sum(_units(issue, points=points) for issue in inside),
        done=sum(_units(issue, points=points) for issue in done),
        todo_issues=len(inside) - len(doing) - len(done),
        doing_issues=len(doing),
        done_issues=len(done),
        start_issues=len(start),
        added_issues=len(here - start),
        removed_issues=len(start - here),
        people=len({issue.assignee for issue in inside if issue.assignee is not None}),
        by_points=points,
    )


def _units(issue: Issue, *, points: bool) -> float:
    return (issue.points or 0.0) if points else 1.0


def _is_done(issue: Issue) -> bool:
    return issue.progress is Progress.DONE
