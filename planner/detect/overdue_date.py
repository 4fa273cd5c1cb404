"""A ticket that is not done although the day it was due is over where its owner lives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta

from models.directives import Directives
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Issue, Snapshot
from planner.bounds.worktime import FARTHEST, quoted, watch_calendar
from planner.facts.observe import running
from planner.hearers.addressing import calendar_of, hearer
from planner.hearers.escalation import Rung, climbed, ladder
from planner.hearers.moves import is_parked, whose_move
from planner.hearers.urgency import issue_urgency

KIND = SignalKind.OVERDUE_DATE


def overdue_date(snapshot: Snapshot, directives: Directives) -> Findings:
    """Unfinished tickets from the first moment after their due day, or so much later as each rung says."""
    rungs, team = ladder(directives, KIND), directives.team(snapshot.team)
    oldest = snapshot.now - timedelta(days=FARTHEST)
    signals: list[Signal] = []
    ripening: list[datetime] = []
    for issue, due in _dated(snapshot, directives) if rungs else ():
        calendar = watch_calendar(directives, team, snapshot.person(issue.assignee))
        over = calendar.over(due)
        reached, then = climbed(rungs, max(over, oldest), calendar, snapshot.now)
        signals += [_signal(issue, due, rung, snapshot, directives) for rung in reached]
        ripening += [then] if then else []
    return Findings(tuple(signals), min(ripening, default=None))


def _dated(snapshot: Snapshot, directives: Directives) -> Iterator[tuple[Issue, date]]:
    """What has a due day, and does not wait on purpose. Years that no calendar reaches are typing errors."""
    team = directives.team(snapshot.team)
    for issue in running(snapshot):
        if issue.due is not None and MINYEAR < issue.due.year < MAXYEAR and not is_parked(issue, team):
            yield issue, issue.due


def _signal(issue: Issue, due: date, rung: Rung, snapshot: Snapshot, directives: Directives) -> Signal:
    move = whose_move(issue, snapshot, directives)
    addressee = hearer(rung, move, snapshot, directives)
    when = calendar_of(addressee, snapshot, directives).when
    owner = snapshot.person(issue.assignee)
    return Signal(
        kind=KIND,
        subject=issue.key,
        headline=f"{issue.key} {quoted(issue.title)} was due on {_day(due, snapshot.now)} and is not done",
        url=issue.url,
        # The day, not the moment it was over: in another owner's zone it is the same matter still.
        since=datetime.combine(due, time(), UTC),
        urgency=max(Urgency.MEDIUM, issue_urgency(issue, snapshot, directives)),
        addressee=addressee,
        evidence=(
            Evidence(f"In status {quoted(issue.status)} since {when(issue.status_since)}", issue.url),
            Evidence(f"Due {_day(due, snapshot.now)}; next: {move.why}"),
            Evidence(f"Assignee: {owner.name}" if owner else "Nobody on the team is the assignee"),
        ),
        rule=rung.rule,
        step=rung.step,
    )


def _day(due: date, now: datetime) -> str:
    """``Fri 20 Nov``; with its year when that is not this one."""
    year = "" if due.year == now.year else f" {due.year}"
    return f"{due:%a} {due.day} {due:%b}{year}"
