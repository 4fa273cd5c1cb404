"""Every ticket of a sprint by status; its parts, and what does not fit, are counted, never dropped in silence."""

from __future__ import annotations

from dataclasses import replace

from models.directives import Directives
from models.work import Issue, Progress, Snapshot, Sprint
from planner.facts.observe import blocked_since, of_sprint, sprint_url, tally, tickets
from planner.reports.rows import count, issue_row
from planner.words.replies import Group, Row, SheetReply

MOST = 60
"""Rows of one answer: about what Slack takes of a message's text."""

_FIRST = (Progress.DOING, Progress.TODO, Progress.DONE)


def everything(sprint: Sprint, snapshot: Snapshot, directives: Directives) -> SheetReply:
    """What is in progress first, then what is not started, then what is done."""
    every = of_sprint(snapshot, sprint)
    issues = tickets(every)
    by_status: dict[tuple[int, str], list[Issue]] = {}
    for issue in issues:
        by_status.setdefault((_FIRST.index(issue.progress), issue.status), []).append(issue)
    room, groups = MOST, []
    for (_, status), inside in sorted(by_status.items()):
        rows = tuple(_row(issue, snapshot, directives) for issue in inside[:room])
        groups.append(Group(f"{status} ({len(inside)})", rows, more=len(inside) - len(rows)))
        room -= len(rows)
    shown = MOST - room
    cut = f"{count(len(issues) - shown, 'issue')} not shown here." if shown < len(issues) else ""
    return SheetReply(
        title=f"{sprint.name} · {directives.team(snapshot.team).name} · all issues",
        headline=f"{count(len(issues), 'issue')}, {tally(issues).words}." if issues else "No issues.",
        groups=tuple(groups),
        read_at=snapshot.read_at,
        notes=tuple(filter(None, (cut, _parts(len(every) - len(issues))))),
        url=sprint_url(sprint, snapshot),
        choices=(("Status", f"status id:{sprint.id}"),),
    )


def _parts(number: int) -> str:
    if not number:
        return ""
    are = "is a part" if number == 1 else "are parts"
    return f"{count(number, 'sub-task')} {are} of these and not listed."


def _row(issue: Issue, snapshot: Snapshot, directives: Directives) -> Row:
    points = f"{issue.points:g} point{'' if issue.points == 1 else 's'}" if issue.points is not None else ""
    blocked = "blocked" if blocked_since(issue, directives.team(snapshot.team)) is not None else ""
    row = issue_row(issue, ", ".join(filter(None, (points, blocked))), snapshot)
    return replace(row, owner="") if issue.progress is Progress.DONE else row
