"""What is blocked, by what, since when, and whose move it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from models.directives import Directives
from models.ids import IssueKey
from models.work import Issue, Snapshot
from planner.bounds.worktime import watch_calendar
from planner.detect.blocked_too_long import blocked_words
from planner.facts.observe import blocked_since, running
from planner.hearers.moves import is_parked, unfinished_blockers, whose_move
from planner.reports.rows import count, movers
from planner.words.replies import Group, Row, SheetReply

MOST = 20
"""Rows of one answer."""


def blockers(snapshot: Snapshot, directives: Directives) -> SheetReply:
    """The blocked and the waiting tickets of running sprints, what stands longest first."""
    found = sorted(_found(snapshot, directives), key=lambda each: (each[0], each[1].key))
    rows = tuple(row for _, row in found)
    return SheetReply(
        title=f"Blocked · {directives.team(snapshot.team).name}",
        headline=_headline(found, snapshot, directives),
        groups=(Group("", rows[:MOST], more=len(rows[MOST:])),) if rows else (),
        read_at=snapshot.read_at,
        notes=_notes(snapshot),
        choices=(("Who waits for whom", "waiting"), ("Status", "status")),
    )


def _headline(found: list[tuple[datetime, Row]], snapshot: Snapshot, directives: Directives) -> str:
    blocked = [issue for issue in running(snapshot) if _since(issue, directives, snapshot) is not None]
    waiting = len(found) - len(blocked)
    if not found:
        return "Nothing is blocked."
    also = f"{count(waiting, 'issue')} {'waits' if waiting == 1 else 'wait'} for another that is not done"
    if not blocked:
        return f"Nothing is marked as blocked; {also}."
    first = min(blocked, key=lambda issue: (_since(issue, directives, snapshot), issue.key))
    words = _longest(first, snapshot, directives)
    are = f"{count(len(blocked), 'issue')} {'is' if len(blocked) == 1 else 'are'} blocked"
    longest = f"for {words}" if len(blocked) == 1 else f"the longest for {words}"
    return f"{are}, {longest}{f'; {also}' if waiting else ''}."


def _longest(issue: Issue, snapshot: Snapshot, directives: Directives) -> str:
    calendar = watch_calendar(directives, directives.team(snapshot.team), snapshot.person(issue.assignee))
    since = _since(issue, directives, snapshot) or snapshot.now
    return calendar.words(calendar.working_time_between(since, snapshot.now))


def _since(issue: Issue, directives: Directives, snapshot: Snapshot) -> datetime | None:
    return blocked_since(issue, directives.team(snapshot.team))


def _found(snapshot: Snapshot, directives: Directives) -> Iterator[tuple[datetime, Row]]:
    team = directives.team(snapshot.team)
    for issue in running(snapshot):
        since = blocked_since(issue, team)
        if since is not None:
            yield since, _row(issue, _blocked(issue, since, snapshot, directives), since, snapshot, directives)
        elif not is_parked(issue, team) and (waits := tuple(unfinished_blockers(issue, snapshot))):
            words = f"waits for {', '.join(_named(key, snapshot) for key in waits[:3])}"
            yield issue.status_since, _row(issue, words, None, snapshot, directives)


def _blocked(issue: Issue, since: datetime, snapshot: Snapshot, directives: Directives) -> str:
    calendar = watch_calendar(directives, directives.team(snapshot.team), snapshot.person(issue.assignee))
    return blocked_words(issue, since, calendar, snapshot.now)


def _named(key: IssueKey, snapshot: Snapshot) -> str:
    """``INFRA-7 (In Review)``."""
    blocker = snapshot.issue(key)
    return f"{key} ({blocker.status})" if blocker is not None else key


def _row(issue: Issue, why: str, since: datetime | None, snapshot: Snapshot, directives: Directives) -> Row:
    move = whose_move(issue, snapshot, directives)
    who = movers(move) if move.turns else "nobody’s move"
    return Row(issue.key, issue.title, issue.url, who, why, since)


def _notes(snapshot: Snapshot) -> tuple[str, ...]:
    return () if snapshot.sprints else ("No sprint is running: only its issues are looked at.",)
