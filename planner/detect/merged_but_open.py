"""A pull request was merged and its ticket stands where it stood; the ticket's status follows, or its owner hears."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from models.directives import Directives
from models.ids import IssueKey
from models.once import once
from models.pulls import PullRequest
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Issue, Progress, Snapshot
from planner.bounds.worktime import Calendar, quoted, team_calendar
from planner.detect.rungs import climb, pr_name, together
from planner.facts.observe import blocked_since, is_ours
from planner.hearers.moves import is_parked, whose_move

EPIC = "epic"
"""A kind of issue that no one pull request finishes, and that is in no sprint."""


@dataclass(frozen=True, slots=True)
class Left:
    """A ticket nobody has moved since the last pull request for it was merged."""

    issue: Issue
    last: PullRequest
    """The last one merged."""
    at: datetime


def merged_but_open(snapshot: Snapshot, directives: Directives) -> Findings:
    """One Signal for each ticket left where it was, counted from the merge."""
    calendar = team_calendar(directives, snapshot.team)
    return together(
        climb(_signal(left, calendar), whose_move(left.issue, snapshot, directives), calendar, snapshot, directives)
        for left in left_open(snapshot, directives).values()
    )


@once
def left_open(snapshot: Snapshot, directives: Directives) -> Mapping[IssueKey, Left]:
    """The team's tickets, in whatever sprint, that a merge has left behind.

    Whatever somebody did to the status since was a choice: reopened, handed to the testers, closed.
    """
    found = (_left(key, merged, snapshot, directives) for key, merged in _merged(snapshot).items())
    return {left.issue.key: left for left in found if left is not None}


def _merged(snapshot: Snapshot) -> Mapping[IssueKey, list[tuple[datetime, PullRequest]]]:
    found: dict[IssueKey, list[tuple[datetime, PullRequest]]] = defaultdict(list)
    for pr in snapshot.settled:
        if pr.state == "MERGED" and pr.settled_at is not None:
            for key in pr.issues:
                found[key].append((pr.settled_at, pr))
    return found


def _left(
    key: IssueKey, merged: list[tuple[datetime, PullRequest]], snapshot: Snapshot, directives: Directives
) -> Left | None:
    team, issue = directives.team(snapshot.team), snapshot.ticket(key)
    if issue is None or not is_ours(key, team) or snapshot.pulls_for(key):
        return None
    at, last = max(merged, key=lambda each: (each[0], each[1].id))
    there = issue.status.casefold() == (team.jira.merged_status or "").casefold()
    if issue.progress is Progress.DONE or there or issue.status_since > at or issue.kind.casefold() == EPIC:
        return None
    if is_parked(issue, team) or blocked_since(issue, team) is not None or issue.blocked_by:
        return None
    return Left(issue, last, at)


def _signal(left: Left, calendar: Calendar) -> Signal:
    return Signal(
        kind=SignalKind.MERGED_BUT_OPEN,
        subject=left.issue.key,
        headline=f"{left.issue.key} {quoted(left.issue.title)} is still {quoted(left.issue.status)}, "
        f"though {pr_name(left.last)} was merged {calendar.when(left.at)}",
        url=left.issue.url,
        since=left.at,
        urgency=Urgency.LOW,
        addressee=None,
        evidence=tuple(_evidence(left, calendar)),
        rule="",
    )


def _evidence(left: Left, calendar: Calendar) -> Iterator[Evidence]:
    yield Evidence(f"{pr_name(left.last)} {quoted(left.last.title)} was merged {calendar.when(left.at)}", left.last.url)
    yield Evidence(f"In status {quoted(left.issue.status)} since {calendar.when(left.issue.status_since)}")
    yield Evidence(f"No other pull request names {left.issue.key}", left.issue.url)
