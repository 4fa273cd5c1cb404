"""Every issue of a sprint by status; what does not fit is counted, never dropped in silence."""

from __future__ import annotations

from dataclasses import replace

from models.directives import Directives
from models.work import Issue, Progress, Snapshot, Sprint
from planner.facts.observe import blocked_since, of_sprint, sprint_url, tally
from planner.reports.rows import count, issue_row
from planner.words.replies import Group, Row, SheetReply

MOST = 60
"""Rows of one answer: about what Slack takes of a message's text."""

_FIRST = (Progress.DOING, Progress.TODO, Progress.DONE)


def everything(sprint: Sprint, snapshot: Snapshot, directives: Directives) -> SheetReply:
    """What is in progress first, then what is not started, then what is done."""
    issues = of_sprint(snapshot, sprint)
    by_status: dict[tuple[int, str], list[Issue]] = {}
    for issue in issues:
        by_status.setdefault((_FIRST.index(issue.progress), issue.status), []).append(issue)
    room, groups = MOST, []
    for (_, status), inside in sorted(by_status.items()):
        rows = tuple(_row(issue, snapshot, directives) for issue in inside[:room])
        groups.append(Group(f"{status} ({len(inside)})", rows, more=len(inside) - len(rows)))
        room -= len(rows)
    shown = MOST - room
    cut = f"{count(len(issues) - shown, 'issue')} not shown here."
    return SheetReply(
        title=f"{sprint.name} · {directives.team(snapshot.team).name} · all issues",
        headline=f"{count(len(issues), 'issue')}, {tally(issues).words}." if issues else "No issues.",
        groups=tuple(groups),
        read_at=snapshot.read_at,
        notes=(cut,) if shown < len(issues) else (),
        url=sprint_url(sprint, snapshot),
        choices=(("Status", f"status id:{sprint.id}"),),
    )


def _row(issue: Issue, snapshot: Snapshot, directives: Directives) -> Row:
    points = f"{issue.points:g} point{'' if issue.points == 1 else 's'}" if issue.points is not None else ""
    blocked = "blocked" if blocked_since(issue, directives.team(snapshot.team)) is not None else ""
    row = issue_row(issue, ", ".join(filter(None, (points, blocked))), snapshot)
    return replace(row, owner="") if issue.progress is Progress.DONE else row
