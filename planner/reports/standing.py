"""Where a sprint stands, in one sentence: the first line of a status and of a daily summary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from models.directives import Directives
from models.signals import Signal, SignalKind
from models.work import Snapshot, Sprint, SprintState
from planner.bounds.worktime import days_left, team_calendar
from planner.facts.observe import Tally, of_sprint, tally
from planner.reports.pace import pace_of
from planner.reports.rows import count
from planner.words.odds import EVEN, of_today, percent, rounded

BEHIND = {SignalKind.SPRINT_CRITICAL: "Critical", SignalKind.SPRINT_AT_RISK: "At risk"}
"""Where a sprint stands that is behind, by the lines that say so; the worse first."""


def headline(snapshot: Snapshot, sprint: Sprint, signals: Sequence[Signal], directives: Directives) -> str:
    """The answer in one sentence. A colour only by a written threshold: early on nothing is amber (R14).

    It never says another thing than the forecast of the day: below an even chance nothing is on track.
    """
    done = tally(of_sprint(snapshot, sprint))
    if not done.issues:
        return "No issues."
    if sprint.state is SprintState.CLOSED:
        return f"Closed: {done.words}."
    if sprint.state is SprintState.FUTURE:
        return f"Not started: {count(done.issues, 'issue')} planned."
    if sprint.end and sprint.end <= snapshot.now and done.done < done.issues:
        return f"Over its time: {done.words}."
    if sprint.end and sprint.end <= snapshot.now:
        return f"All done: {done.words}."
    behind = {s.kind for s in signals if s.subject == f"sprint:{sprint.id}"}
    risky = next((word for kind, word in BEHIND.items() if kind in behind), "")
    left = days_left(team_calendar(directives, snapshot.team), snapshot.now, sprint.end) if sprint.end else ""
    ahead = f"{done.words}, {left}" if left else done.words
    if risky:
        return f"{risky}: {ahead}."
    if left == "ends today":
        return f"Ends today: {done.words}."
    return f"{_expected(done, sprint, snapshot, directives)}{ahead}."


def _expected(done: Tally, sprint: Sprint, snapshot: Snapshot, directives: Directives) -> str:
    """What the numbers come to, by the forecast where it and the pace differ; the words say by which.

    Late in a sprint there is always an answer, before that only a good one or that of a forecast.
    """
    odds = snapshot.odds.get(sprint.id, ())
    told = of_today(odds, team_calendar(directives, snapshot.team), snapshot.now) if done.done < done.issues else None
    pace, likely = _pace(done, sprint, snapshot, directives), told is None or rounded(told.chance) >= EVEN
    if told is None or (likely and pace != _TOO_SLOW):
        return pace
    return f"{'Likely' if likely else 'Unlikely'} (forecast {percent(told.chance)}): "


_TOO_SLOW = "Not at this pace: "


def _pace(done: Tally, sprint: Sprint, snapshot: Snapshot, directives: Directives) -> str:
    if keeps_pace(done, sprint, snapshot, directives):
        return "On track: "
    pace = pace_of(sprint, snapshot, directives)
    return _TOO_SLOW if pace is not None and pace.is_late and pace.suffices is False else ""


def keeps_pace(done: Tally, sprint: Sprint, snapshot: Snapshot, directives: Directives) -> bool:
    """Whether at least as much is done as of the sprint's working days is over: one answer all day long."""
    if sprint.start is None or sprint.end is None:
        return False
    calendar = team_calendar(directives, snapshot.team)
    today, first = calendar.local_day(snapshot.now), calendar.local_day(sprint.start)
    whole = calendar.working_days(first, today) + calendar.days_until(snapshot.now, sprint.end)
    over = calendar.working_days(first, today - timedelta(days=1))
    return bool(whole) and done.share >= over / whole
