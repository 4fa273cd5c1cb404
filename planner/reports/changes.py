"""What has changed in a sprint since the working day before, as far as the mirror can tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from models.directives import Directives, Team
from models.work import Issue, Progress, Snapshot, Sprint
from planner.bounds.worktime import Calendar, team_calendar
from planner.facts.observe import of_sprint
from planner.reports.reviews import short
from planner.reports.rows import issue_row
from planner.words.replies import Group, Row, SheetReply

MOST = 12
"""Rows of one group."""

_DONE, _STARTED, _BLOCKED, _ADDED, _MOVED, _MERGED = "Done", "Started", "Blocked", "Added", "Moved", "Merged"
_ORDER = (_DONE, _BLOCKED, _ADDED, _STARTED, _MOVED, _MERGED)
_OWNED = frozenset({_BLOCKED, _ADDED})
"""Where somebody may have to act, so that a name is told."""

_SAID = {_DONE: "done", _BLOCKED: "blocked", _ADDED: "added", _STARTED: "started", _MOVED: "moved", _MERGED: "merged"}


def day_before(calendar: Calendar, now: datetime) -> date:
    """The last working day before today."""
    day = calendar.local_day(now) - timedelta(days=1)
    for _ in range(30):
        if calendar.is_working_day(day):
            break
        day -= timedelta(days=1)
    return day


def changes(sprint: Sprint, snapshot: Snapshot, directives: Directives) -> SheetReply:
    """Each ticket and merged pull request once, under the most telling of what happened to it."""
    team, calendar = directives.team(snapshot.team), team_calendar(directives, snapshot.team)
    day = day_before(calendar, snapshot.now)
    since = calendar.over(day - timedelta(days=1))
    found: dict[str, list[tuple[datetime, Row]]] = {name: [] for name in _ORDER}
    for issue in of_sprint(snapshot, sprint):
        name, at, why = _of_issue(issue, since, sprint, team)
        if name:
            row = issue_row(issue, why, snapshot, at)
            found[name].append((at, row if name in _OWNED else replace(row, owner="")))
    found[_MERGED] = list(_merged(sprint, since, snapshot))
    groups = tuple(_group(name, rows) for name, rows in found.items() if rows)
    said = ", ".join(f"{len(found[name])} {_SAID[name]}" for name in _ORDER if found[name])
    when = f"since {day:%A}, {day.day} {day:%b}"
    return SheetReply(
        title=f"{sprint.name} · {team.name} · changes",
        headline=f"{when[:1].upper()}{when[1:]}: {said}." if said else f"Nothing has changed {when}.",
        groups=groups,
        read_at=snapshot.read_at,
        notes=("Not seen from here: what left the sprint, flags taken off, and steps in between.",),
        choices=(("Status", f"status id:{sprint.id}"), ("Show all", f"all id:{sprint.id}")),
    )


def _group(name: str, rows: list[tuple[datetime, Row]]) -> Group:
    told = [row for _, row in sorted(rows, key=lambda each: (each[0], each[1].key), reverse=True)]
    return Group(f"{name} ({len(told)})", tuple(told[:MOST]), more=len(told[MOST:]))


def _of_issue(issue: Issue, since: datetime, sprint: Sprint, team: Team) -> tuple[str, datetime, str]:
    """The group, since when and the words; no group for what has not changed."""
    for name, at, why in _happened(issue, sprint, team):
        if at is not None and at >= since:
            return name, at, why
    return "", since, ""


def _happened(issue: Issue, sprint: Sprint, team: Team) -> Iterator[tuple[str, datetime | None, str]]:
    if issue.progress is Progress.DONE:
        yield _DONE, issue.progress_since or issue.status_since, issue.status
        return
    if issue.flagged_since is not None:
        yield _BLOCKED, issue.flagged_since, f"flagged, {issue.status}"
    if issue.status.casefold() in {status.casefold() for status in team.jira.blocked_statuses}:
        yield _BLOCKED, issue.status_since, issue.status
    began = sprint.start
    came = issue.sprint_since or issue.created
    if began is None or came > began:
        yield _ADDED, came, f"{issue.status}, in the sprint since then"
    if issue.progress is Progress.DOING:
        yield _STARTED, issue.progress_since, issue.status
    yield _MOVED, issue.status_since, f"to {issue.status}"


def _merged(sprint: Sprint, since: datetime, snapshot: Snapshot) -> Iterator[tuple[datetime, Row]]:
    keys = {issue.key for issue in of_sprint(snapshot, sprint)}
    for pr in snapshot.settled:
        at = pr.settled_at
        if at is None or at < since or pr.state != "MERGED" or not keys & set(pr.issues):
            continue
        yield at, Row(short(pr), pr.title, pr.url, "", f"for {', '.join(key for key in pr.issues[:2])}", at)
