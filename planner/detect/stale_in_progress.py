"""A ticket in progress that shows no sign of life; its owner hears, and only while it is their move."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from models.directives import Directives
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Issue, Progress, Snapshot
from planner.bounds.worktime import Calendar, quoted, watch_calendar
from planner.detect.merged_but_open import left_open
from planner.facts.observe import running, worked_at, worked_on
from planner.hearers.addressing import calendar_of, hearer
from planner.hearers.escalation import Rung, climbed, ladder, watched
from planner.hearers.moves import Move, Step, whose_move
from planner.hearers.urgency import issue_urgency

KIND = SignalKind.STALE_IN_PROGRESS

_OWN = frozenset({Step.FINISH, Step.MERGE, Step.ANSWER, Step.CLOSE_TASKS})
"""The owner's own next steps. A review is the reviewer's, and what a reviewer or a build refuses has its own word."""


def stale_in_progress(snapshot: Snapshot, directives: Directives) -> Findings:
    """Tickets in progress without a change in Jira and without work on a pull request, for longer than each rung."""
    rungs, team = ladder(directives, KIND), directives.team(snapshot.team)
    signals: list[Signal] = []
    ripening: list[datetime] = []
    for issue, move in _quiet(snapshot, directives) if rungs else ():
        since = max(issue.status_since, issue.touched, *worked_on(issue, snapshot))
        calendar = watch_calendar(directives, team, snapshot.person(issue.assignee))
        reached, then = climbed(rungs, since, calendar, snapshot.now)
        signals += [_signal(issue, since, move, rung, calendar, snapshot, directives) for rung in reached]
        ripening += [then] if then else []
    return Findings(tuple(signals), min(ripening, default=None))


def _quiet(snapshot: Snapshot, directives: Directives) -> Iterator[tuple[Issue, Move]]:
    """What is in progress, waits for nothing else, and whose next step is its owner's own."""
    merged_is_told = watched(directives, SignalKind.MERGED_BUT_OPEN) is not None
    left = left_open(snapshot, directives) if merged_is_told else {}
    for issue in running(snapshot):
        if issue.progress is not Progress.DOING or issue.assignee is None or issue.blocked_by:
            continue
        move = whose_move(issue, snapshot, directives)
        if move.step in _OWN and issue.key not in left:
            yield issue, move


def _signal(
    issue: Issue,
    since: datetime,
    move: Move,
    rung: Rung,
    calendar: Calendar,
    snapshot: Snapshot,
    directives: Directives,
) -> Signal:
    addressee = hearer(rung, move, snapshot, directives)
    when = calendar_of(addressee, snapshot, directives).when
    name = f"{issue.key} {quoted(issue.title)}"
    quiet = calendar.words(calendar.working_time_between(since, snapshot.now))
    return Signal(
        kind=KIND,
        subject=issue.key,
        headline=f"{name} is {quoted(issue.status)} and has shown no sign of life for {quiet}",
        url=issue.url,
        since=since,
        urgency=max(Urgency.MEDIUM, issue_urgency(issue, snapshot, directives)),
        addressee=addressee,
        evidence=(
            Evidence(f"In status {quoted(issue.status)} since {when(issue.status_since)}", issue.url),
            Evidence(f"Last change in Jira {when(issue.touched)}"),
            _work(issue, snapshot, calendar_of(addressee, snapshot, directives)),
        ),
        rule=rung.rule,
        step=rung.step,
    )


def _work(issue: Issue, snapshot: Snapshot, calendar: Calendar) -> Evidence:
    """What its newest open pull request has seen last."""
    pulls = [(max(signs), pull) for pull in snapshot.pulls_for(issue.key) if (signs := worked_at(pull))]
    if not pulls:
        return Evidence("No open pull request names it")
    at, pull = max(pulls, key=lambda each: (each[0], each[1].id))
    return Evidence(f"PR {pull.id.rpartition('/')[2]}: last work {calendar.when(at)}", pull.url)
