"""A ticket that cannot move for longer than the constitution allows; its assignee hears first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from models.directives import Directives, Team
from models.ids import PersonId
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Issue, Snapshot
from planner.bounds.worktime import Calendar, quoted, watch_calendar
from planner.facts.observe import blocked, blocked_since, running_sprints
from planner.hearers.addressing import calendar_of, hearer
from planner.hearers.escalation import Rung, climbed, ladder
from planner.hearers.moves import is_away, is_parked, whose_move
from planner.hearers.urgency import issue_urgency


def blocked_too_long(snapshot: Snapshot, directives: Directives) -> Findings:
    """Issues flagged, or in a blocked status, for longer than each rung of the ladder."""
    rungs = ladder(directives, SignalKind.BLOCKED_TOO_LONG)
    signals: list[Signal] = []
    ripening: list[datetime] = []
    for issue, since in _blocked(snapshot, directives):
        calendar = watch_calendar(directives, directives.team(snapshot.team), snapshot.person(issue.assignee))
        reached, then = climbed(rungs, since, calendar, snapshot.now)
        urgency = max(Urgency.MEDIUM, issue_urgency(issue, snapshot, directives))
        signals += [_signal(issue, since, rung, calendar, urgency, snapshot, directives) for rung in reached]
        ripening += [then] if then else []
    return Findings(tuple(signals), min(ripening, default=None))


def _blocked(snapshot: Snapshot, directives: Directives) -> Iterator[tuple[Issue, datetime]]:
    team, active = directives.team(snapshot.team), {sprint.id for sprint in running_sprints(snapshot)}
    for issue, since in blocked(snapshot.issues, team):
        if issue.sprint in active and not is_parked(issue, team):
            yield issue, since


def _signal(
    issue: Issue,
    since: datetime,
    rung: Rung,
    calendar: Calendar,
    urgency: Urgency,
    snapshot: Snapshot,
    directives: Directives,
) -> Signal:
    addressee = hearer(rung, whose_move(issue, snapshot, directives), snapshot, directives)
    return Signal(
        kind=SignalKind.BLOCKED_TOO_LONG,
        subject=issue.key,
        headline=f"{issue.key} {quoted(issue.title)} has been {blocked_words(issue, since, calendar, snapshot.now)}",
        url=issue.url,
        since=since,
        urgency=urgency,
        addressee=addressee,
        evidence=tuple(_evidence(issue, since, calendar_of(addressee, snapshot, directives), snapshot)),
        rule=rung.rule,
        step=rung.step,
        remedy=_remedy(issue, directives.team(snapshot.team)),
        asks=_asks(issue, addressee, snapshot),
    )


def _asks(issue: Issue, addressee: PersonId | None, snapshot: Snapshot) -> str:
    """Of whoever hears instead of its owner, and why they do; empty for its owner."""
    owner = snapshot.person(issue.assignee)
    if issue.assignee is None:
        return "Nobody owns it, so you hear of it. Who takes it?"
    if owner is None:
        return "Its owner is not in the constitution, so you hear of it. Who asks them?"
    if owner.id != addressee and is_away(owner, snapshot.now):
        return f"{owner.name} is away, so you hear of it. Can somebody else move it?"
    return ""


def blocked_words(issue: Issue, since: datetime, calendar: Calendar, now: datetime) -> str:
    """``blocked by PAY-7 for 2 working days``: the same words wherever this is told."""
    by = f" by {', '.join(issue.blocked_by[:3])}" if issue.blocked_by else ""
    return f"blocked{by} for {calendar.words(calendar.working_time_between(since, now))}"


def _remedy(issue: Issue, team: Team) -> str:
    """What makes Jira say that it is not blocked any more."""
    if issue.flagged_since is None:
        return "move it on in Jira"
    by_status = replace(issue, flagged_since=None)
    return f"take the flag off{' and move it on' if blocked_since(by_status, team) else ''} in Jira"


def _evidence(issue: Issue, since: datetime, calendar: Calendar, snapshot: Snapshot) -> Iterator[Evidence]:
    how = "Flagged" if issue.flagged_since == since else f"In status {quoted(issue.status)}"
    yield Evidence(f"{how} since {calendar.when(since)}", issue.url)
    for key in issue.blocked_by[:3]:
        blocker = snapshot.issue(key)
        if blocker is None:
            yield Evidence(f"Is blocked by {key}, which is not done")
        else:
            status = f"{quoted(blocker.status)} since {calendar.when(blocker.status_since)}"
            yield Evidence(f"Is blocked by {key}, {status}", blocker.url)
    person = snapshot.person(issue.assignee)
    yield Evidence(f"Assignee: {person.name}" if person else "Nobody on the team is the assignee")
