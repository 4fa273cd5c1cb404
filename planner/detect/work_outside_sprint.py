"""A pull request is under way for a ticket of no running sprint; the PM decides whether it is taken in."""

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
from models.work import Issue, Progress, Snapshot, Sprint, SprintState
from planner.bounds.worktime import Calendar, quoted, team_calendar
from planner.detect.rungs import climb, pr_name, together
from planner.facts.observe import is_ours, running_sprints
from planner.hearers.moves import Move, is_parked, is_under_way, open_moves

NEVER_PLANNED = frozenset({"epic", "sub-task", "subtask"})
"""Kinds of issues that are put into no sprint themselves: an epic is too large, a sub-task goes with its parent."""


@dataclass(frozen=True, slots=True)
class Outside:
    """A ticket of no running sprint, and the open pull requests that are for it and for nothing in one."""

    issue: Issue
    pulls: tuple[PullRequest, ...]
    planned: Sprint | None
    """The sprint to come that it is planned for; ``None`` when it is in the backlog."""


def work_outside_sprint(snapshot: Snapshot, directives: Directives) -> Findings:
    """One Signal for each ticket, however many pull requests are for it: it is the PM's to decide."""
    calendar = team_calendar(directives, snapshot.team)
    return together(
        climb(_signal(each, calendar, snapshot), None, calendar, snapshot, directives)
        for each in outside(snapshot, directives).values()
    )


@once
def outside(snapshot: Snapshot, directives: Directives) -> Mapping[IssueKey, Outside]:
    """Work of members of the team on tickets that no running sprint holds; none while no sprint runs."""
    pulls: dict[IssueKey, list[PullRequest]] = defaultdict(list)
    for pr, move in open_moves(snapshot, directives) if running_sprints(snapshot) else ():
        key = _ticket(pr, move, snapshot, directives)
        if key is not None:
            pulls[key].append(pr)
    known = {sprint.id: sprint for sprint in snapshot.known_sprints}
    found = ((snapshot.ticket(key), tuple(prs)) for key, prs in pulls.items())
    return {i.key: Outside(i, prs, _future(known.get(i.sprint) if i.sprint else None)) for i, prs in found if i}


def _ticket(pr: PullRequest, move: Move, snapshot: Snapshot, directives: Directives) -> IssueKey | None:
    """The first unfinished ticket it is for, when all it is for lies outside; what we do not know may lie inside."""
    team = directives.team(snapshot.team)
    tickets = [snapshot.ticket(key) for key in pr.issues]
    if snapshot.person(pr.author) is None or not is_under_way(pr, move):
        return None
    if any(each is None or not is_ours(each.key, team) or not _is_outside(each, snapshot) for each in tickets):
        return None
    open_ones = [i for i in tickets if i and i.progress is not Progress.DONE and not is_parked(i, team)]
    return next((i.key for i in open_ones if i.kind.casefold() not in NEVER_PLANNED), None)


def _is_outside(issue: Issue, snapshot: Snapshot) -> bool:
    """Whether it is certain that no running sprint holds it: the sprint of another team's board may run."""
    if issue.sprint is None:
        return True
    return any(s.id == issue.sprint and s.state is not SprintState.ACTIVE for s in snapshot.known_sprints)


def _future(sprint: Sprint | None) -> Sprint | None:
    return sprint if sprint is not None and sprint.state is SprintState.FUTURE else None


def _signal(each: Outside, calendar: Calendar, snapshot: Snapshot) -> Signal:
    issue, where = each.issue, f"planned for {each.planned.name}" if each.planned else "in the backlog"
    return Signal(
        kind=SignalKind.WORK_OUTSIDE_SPRINT,
        subject=issue.key,
        headline=f"{issue.key} {quoted(issue.title)} is worked on but {where}, not in the running sprint",
        url=issue.url,
        since=_since(each, snapshot),
        urgency=Urgency.LOW,
        addressee=None,
        evidence=tuple(_evidence(each, calendar, snapshot)),
        rule="",
    )


def _since(each: Outside, snapshot: Snapshot) -> datetime:
    """When the first pull request for it was opened, be it over by now; not before the running sprint began."""
    over = (pr for pr in snapshot.settled if each.issue.key in pr.issues)
    opened = min(pr.opened or pr.waiting_since for pr in (*each.pulls, *over))
    begun = min((sprint.start for sprint in running_sprints(snapshot) if sprint.start), default=opened)
    return max(opened, begun)


def _evidence(each: Outside, calendar: Calendar, snapshot: Snapshot) -> Iterator[Evidence]:
    for pr in each.pulls[:3]:
        author = snapshot.person(pr.author)
        by, since = f" by {author.name}" if author else "", calendar.when(pr.opened or pr.waiting_since)
        yield Evidence(f"{pr_name(pr)} {quoted(pr.title)}{by}, open since {since}", pr.url)
    points = "not estimated" if each.issue.points is None else f"{each.issue.points:g} points"
    yield Evidence(f"In status {quoted(each.issue.status)}, {points}", each.issue.url)
