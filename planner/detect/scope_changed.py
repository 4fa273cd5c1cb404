"""A running sprint into which more tickets were put than the constitution allows; the PM hears."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from models.directives import Directives, Team
from models.once import once
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Issue, Snapshot, Sprint
from planner.bounds.worktime import Calendar, quoted, team_calendar
from planner.facts.observe import MOST_LINKED, issues_url, of_sprint, running_sprints, sprint_url, tally
from planner.hearers.addressing import calendar_of, hearer
from planner.hearers.escalation import Rung, climbed, ladder, watched
from planner.hearers.moves import is_parked

KIND = SignalKind.SCOPE_CHANGED

MOST_NAMED = 5
"""Tickets told one by one, the latest; the rest is counted and stands behind the link."""


def scope_changed(snapshot: Snapshot, directives: Directives) -> Findings:
    """Each running sprint that grew by more than so many tickets, and again each time it grows by as many.

    How often it has grown so is part of the rung, not of the begin: what the PM takes out again tells nothing anew.
    """
    watch = watched(directives, KIND)
    if watch is None:
        return Findings(())
    rungs, calendar = ladder(directives, KIND), team_calendar(directives, snapshot.team)
    signals: list[Signal] = []
    ripening: list[datetime] = []
    for sprint, start in ((sprint, sprint.start) for sprint in running_sprints(snapshot)):
        added = put_in(sprint, snapshot, directives)
        grown, mark = divmod(len(added), (watch[1].more_than or 0) + 1)
        if start is None or not grown:
            continue
        crossed = added[len(added) - mark - 1][0]
        reached, then = climbed(rungs, crossed, calendar, snapshot.now)
        above = (grown - 1) * len(rungs)
        climbed_to = [replace(rung, step=above + rung.step) for rung in reached]
        signals += [_signal(sprint, start, added, rung, snapshot, directives) for rung in climbed_to]
        ripening += [then] if then else []
    return Findings(tuple(signals), min(ripening, default=None))


def put_in(sprint: Sprint, snapshot: Snapshot, directives: Directives) -> Sequence[tuple[datetime, Issue]]:
    """What was put into ``sprint`` after it began and when, the first first.

    The parts of a ticket come with it, and what waits on purpose is no work yet.
    """
    if sprint.start is None:
        return ()
    joined = _joined_in_turn(of_sprint(snapshot, sprint), directives.team(snapshot.team))
    return joined[bisect_right(joined, sprint.start, key=lambda each: each[0]) :]


@once
def _joined_in_turn(issues: tuple[Issue, ...], team: Team) -> Sequence[tuple[datetime, Issue]]:
    found = ((_joined(issue), issue) for issue in issues if not issue.subtask and not is_parked(issue, team))
    return tuple(sorted(found, key=lambda each: (each[0], each[1].key)))


def _joined(issue: Issue) -> datetime:
    """A ticket that was created in its sprint has been in it since then."""
    return issue.sprint_since or issue.created


def _signal(
    sprint: Sprint,
    start: datetime,
    added: Sequence[tuple[datetime, Issue]],
    rung: Rung,
    snapshot: Snapshot,
    directives: Directives,
) -> Signal:
    addressee = hearer(rung, None, snapshot, directives)
    calendar, issues = calendar_of(addressee, snapshot, directives), [issue for _, issue in added]
    whole = tally(of_sprint(snapshot, sprint))
    latest = [_line(at, issue, calendar) for at, issue in reversed(added[-MOST_NAMED:])]
    more = [Evidence(f"and {len(added) - len(latest)} more")] if len(added) > len(latest) else []
    began = f"{quoted(sprint.name)} began {calendar.when(start)}"
    return Signal(
        kind=KIND,
        subject=f"sprint:{sprint.id}",
        headline=f"{_sum(issues)} put into {quoted(sprint.name)} after it began",
        url=issues_url(issues) if len(issues) <= MOST_LINKED else sprint_url(sprint, snapshot),
        since=start,
        urgency=Urgency.MEDIUM,
        addressee=addressee,
        evidence=(Evidence(f"{began} and has {whole.issues} tickets now, {whole.words}"), *latest, *more),
        rule=rung.rule,
        step=rung.step,
    )


def _sum(issues: Sequence[Issue]) -> str:
    """``5 tickets with 13 points were``; points only when there are any."""
    points = sum(issue.points or 0 for issue in issues)
    told = f" with {points:g} point{'' if points == 1 else 's'}" if points else ""
    return f"1 ticket{told} was" if len(issues) == 1 else f"{len(issues)} tickets{told} were"


def _line(at: datetime, issue: Issue, calendar: Calendar) -> Evidence:
    points = f"{issue.points:g} point{'' if issue.points == 1 else 's'}" if issue.points is not None else "no estimate"
    return Evidence(f"{issue.key} {quoted(issue.title)}, {points}, since {calendar.when(at)}", issue.url)
