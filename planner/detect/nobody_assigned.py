"""A ticket of the running sprint that is not done and that nobody owns."""

from __future__ import annotations

from datetime import datetime

from models.directives import Directives
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Issue, Progress, Snapshot
from planner.bounds.worktime import Calendar, quoted, team_calendar
from planner.facts.observe import running, running_sprints
from planner.hearers.addressing import calendar_of, hearer
from planner.hearers.escalation import Rung, climbed, ladder
from planner.hearers.moves import is_parked
from planner.hearers.urgency import issue_urgency


def nobody_assigned(snapshot: Snapshot, directives: Directives) -> Findings:
    """Unowned issues, counted from when they lost their owner or the sprint began with them unowned."""
    rungs = ladder(directives, SignalKind.NOBODY_ASSIGNED)
    calendar, team = team_calendar(directives, snapshot.team), directives.team(snapshot.team)
    signals: list[Signal] = []
    ripening: list[datetime] = []
    for issue in running(snapshot):
        if issue.assignee is None and not is_parked(issue, team):
            since = unowned_since(issue, snapshot)
            reached, then = climbed(rungs, since, calendar, snapshot.now)
            signals += [_signal(issue, since, rung, calendar, snapshot, directives) for rung in reached]
            ripening += [then] if then else []
    return Findings(tuple(signals), min(ripening, default=None))


def unowned_since(issue: Issue, snapshot: Snapshot) -> datetime:
    """Since when its team lacks an owner for it.

    A ticket without one in the backlog is nobody's concern: its sprint's start is the earliest.
    """
    lost = issue.unassigned_since or issue.created
    start = next((s.start for s in running_sprints(snapshot) if s.id == issue.sprint), None)
    return max(lost, start) if start else lost


def _signal(
    issue: Issue, since: datetime, rung: Rung, calendar: Calendar, snapshot: Snapshot, directives: Directives
) -> Signal:
    started = issue.progress is Progress.DOING
    addressee = hearer(rung, None, snapshot, directives)
    when = calendar_of(addressee, snapshot, directives).when
    what = f"is {quoted(issue.status)} and has had no owner" if started else "has had no owner"
    waits = calendar.words(calendar.working_time_between(since, snapshot.now))
    points = f", {issue.points:g} point{'' if issue.points == 1 else 's'}" if issue.points is not None else ""
    return Signal(
        kind=SignalKind.NOBODY_ASSIGNED,
        subject=issue.key,
        headline=f"{issue.key} {quoted(issue.title)} {what} for {waits}",
        url=issue.url,
        since=since,
        urgency=max(Urgency.MEDIUM if started else Urgency.LOW, issue_urgency(issue, snapshot, directives)),
        addressee=addressee,
        evidence=(
            Evidence(f"Without an owner since {when(since)}", issue.url),
            Evidence(f"In status {quoted(issue.status)}{points}"),
        ),
        rule=rung.rule,
        step=rung.step,
    )
