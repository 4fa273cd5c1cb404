"""The details of a daily summary, for its thread: what needs somebody, reviews by age, what was put in, the pace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from models.directives import Directives
from models.signals import Signal
from models.work import Facts, Snapshot, Sprint
from planner.bounds.worktime import team_calendar
from planner.foresight.outlook import Outlook
from planner.hearers.discretion import is_private
from planner.reports.changes import changes
from planner.reports.forecast import error_so_far, foresight
from planner.reports.reviews import reviews
from planner.reports.status import status
from planner.words.replies import Group, Row, SheetReply

MOST = 8
"""Rows of one group: the thread is read on phones."""


def details(
    snapshot: Snapshot,
    sprint: Sprint,
    signals: Sequence[Signal],
    facts: Facts,
    directives: Directives,
    known: int = 0,
    seen: Outlook | None = None,
) -> SheetReply:
    """Of ``sprint``, as far as everybody in the team's channel may read it; ``known`` stood in an earlier summary.

    ``seen`` is what is foretold of it.
    """
    told = [signal for signal in signals if not is_private(signal, directives)]
    now = status(replace(snapshot, odds={}), sprint, told, directives)  # the headline tells the chance
    waiting = reviews(snapshot, directives)
    put_in = [group for group in changes(sprint, snapshot, directives).groups if group.name.startswith("Added")]
    ahead = foresight(sprint, snapshot, facts, directives, seen, known=0)
    first = _group("Needs somebody", now.rows, now.more)
    groups = (
        first,
        *(_group(group.name, _without(first, group.rows), group.more) for group in waiting.groups),
        *(_group("Put in since the working day before", group.rows, group.more) for group in put_in),
    )
    unread = () if "bitbucket" in snapshot.read_at else (waiting.headline,)
    again = (f"{known} known item{'' if known == 1 else 's'} not repeated in the summary.",) if known else ()
    return SheetReply(
        title=f"{now.title} · details",
        headline=ahead.headline,
        groups=tuple(group for group in groups if group.rows),
        read_at=snapshot.read_at,
        notes=(*now.counts, *_error(seen, snapshot, directives), *again, *unread, *now.notes),
        url=now.url,
        post_to_channel=False,
    )


def _error(seen: Outlook | None, snapshot: Snapshot, directives: Directives) -> tuple[str, ...]:
    """On the last working day of a week, how far off forecasts were so far."""
    calendar = team_calendar(directives, snapshot.team)
    today = calendar.local_day(snapshot.now)
    rest = range(1, 7 - today.weekday())
    if seen is None or any(calendar.is_working_day(today + timedelta(days=n)) for n in rest):
        return ()
    told = error_so_far(seen.record)
    return (told,) if told else ()


def _without(told: Group, rows: Sequence[Row]) -> list[Row]:
    """One thing is told once."""
    keys = {row.key for row in told.rows}
    return [row for row in rows if row.key not in keys]


def _group(name: str, rows: Sequence[Row], more: int) -> Group:
    return Group(name, tuple(rows[:MOST]), more=more + len(rows[MOST:]))
