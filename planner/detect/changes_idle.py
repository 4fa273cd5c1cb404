"""Changes were requested and the author has been idle since; the author hears."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from models.directives import Directives
from models.pulls import PullRequest, ReviewState
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Snapshot
from planner.bounds.worktime import Calendar, quoted, watch_calendar
from planner.detect.rungs import climb, pr_name, together
from planner.hearers.moves import Move, Step, Turn, open_moves


def changes_idle(snapshot: Snapshot, directives: Directives) -> Findings:
    """Pull requests to rework, counted from the request or from the author's last sign of life after it."""
    return together(_look(pr, move, snapshot, directives) for pr, move in open_moves(snapshot, directives))


def _look(pr: PullRequest, move: Move, snapshot: Snapshot, directives: Directives) -> Findings:
    if move.step is not Step.REWORK:
        return Findings(())
    turn: Turn = move.turns[0]
    calendar = watch_calendar(directives, directives.team(snapshot.team), turn.person)
    first = _signal(pr, move, calendar, snapshot)
    return climb(first, move, calendar, snapshot, directives, strangers=False)


def _signal(pr: PullRequest, move: Move, calendar: Calendar, snapshot: Snapshot) -> Signal:
    since = max(move.since, *_signs_of_life(pr))
    waits = calendar.words(calendar.working_time_between(since, snapshot.now))
    told = [Evidence(f"Changes were requested {calendar.when(move.since)}", pr.url)]
    told += [Evidence(f"The author was last seen at it {calendar.when(since)}")] if since > move.since else []
    told += [Evidence(f"For {', '.join(pr.issues[:3])}")] if pr.issues else []
    return Signal(
        kind=SignalKind.CHANGES_IDLE,
        subject=pr.id,
        headline=f"{pr_name(pr)} {quoted(pr.title)} has waited {waits} for the changes that were requested",
        url=pr.url,
        since=since,
        urgency=Urgency.MEDIUM,
        addressee=None,
        evidence=tuple(told),
        rule="",
    )


def _signs_of_life(pr: PullRequest) -> Iterator[datetime]:
    """When the author last pushed or edited it, and answered whoever wants changes. What others say is none."""
    yield pr.waiting_since
    yield from (r.answered for r in pr.reviews if r.answered and r.state is ReviewState.CHANGES_REQUESTED)
