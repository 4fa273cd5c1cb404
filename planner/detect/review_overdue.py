"""A pull request whose review is awaited for too long; only those whose move it is hear of it."""

from __future__ import annotations

from datetime import datetime

from models.directives import Directives
from models.pulls import PullRequest
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Snapshot
from planner.bounds.worktime import Calendar, quoted, watch_calendar
from planner.detect.rungs import pr_name
from planner.hearers.escalation import Rung, climbed, destination, ladder
from planner.hearers.moves import Move, Step, Turn, awaited
from planner.hearers.urgency import review_urgency


def review_overdue(snapshot: Snapshot, directives: Directives) -> Findings:
    """One Signal for each person a review is awaited of."""
    rungs = ladder(directives, SignalKind.REVIEW_OVERDUE)
    signals: list[Signal] = []
    ripening: list[datetime] = []
    for pr, move in awaited(snapshot, directives):
        for turn in move.told:
            calendar = watch_calendar(directives, directives.team(snapshot.team), turn.person)
            reached, then = climbed(rungs, turn.since, calendar, snapshot.now)
            signals += [_signal(pr, move, rung, turn, calendar, snapshot, directives) for rung in reached]
            ripening += [then] if then else []
    return Findings(tuple(signals), min(ripening, default=None))


def _signal(
    pr: PullRequest,
    move: Move,
    rung: Rung,
    turn: Turn,
    calendar: Calendar,
    snapshot: Snapshot,
    directives: Directives,
) -> Signal:
    waits = calendar.words(calendar.working_time_between(turn.since, snapshot.now))
    what = "has had no reviewer" if move.step is Step.ASK_REVIEW else "has waited for review"
    addressee = turn.person.id if turn.person else None
    if rung.to is not None:
        addressee = destination(rung.to, directives.team(snapshot.team), snapshot.people, snapshot.now)[1]
    return Signal(
        kind=SignalKind.REVIEW_OVERDUE,
        subject=pr.id,
        headline=f"{pr_name(pr)} {quoted(pr.title)} {what} for {waits}",
        url=pr.url,
        since=turn.since,
        urgency=max(Urgency.MEDIUM, review_urgency(pr, snapshot, directives)),
        addressee=addressee,
        evidence=_evidence(pr, move, turn, calendar),
        rule=rung.rule,
        step=rung.step,
    )


def _evidence(pr: PullRequest, move: Move, turn: Turn, calendar: Calendar) -> tuple[Evidence, ...]:
    told = [Evidence(f"Open for review since {calendar.when(turn.since)}", pr.url), Evidence(_sentence(move.why))]
    return (*told, Evidence(f"For {', '.join(pr.issues[:3])}")) if pr.issues else tuple(told)


def _sentence(why: str) -> str:
    return f"{why[:1].upper()}{why[1:]}"
