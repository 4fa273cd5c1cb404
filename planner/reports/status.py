"""A status as data: where a sprint stands, what needs somebody, and by what all of it is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from models.directives import Directives
from models.ids import IssueKey, SprintId
from models.pulls import PullRequest
from models.signals import Signal, SignalKind, Urgency
from models.work import Issue, Snapshot, Sprint, SprintState
from planner.bounds.worktime import team_calendar, watch_calendar
from planner.detect.blocked_too_long import blocked_words
from planner.detect.nobody_assigned import unowned_since
from planner.facts.observe import of_sprint, running_sprints, sprint_url, tally, tickets
from planner.hearers.discretion import is_private
from planner.hearers.moves import Move, awaited
from planner.hearers.urgency import issue_urgency, review_urgency
from planner.reports.how import how
from planner.reports.rows import blocked_of, count, in_the_way, issue_row, movers, review_words, unowned_of
from planner.reports.standing import headline
from planner.words.modes import mode_line, own_mode_lines, step_lines
from planner.words.odds import quoted_odds
from planner.words.replies import Row, StatusReply

MOST_ROWS = 5
"""Rows of a status answer (product 4.1)."""


def status(snapshot: Snapshot, sprint: Sprint, signals: Sequence[Signal], directives: Directives) -> StatusReply:
    """Where ``sprint`` stands, from what the mirror holds."""
    rows, issues = _rows(snapshot, sprint, signals, directives), tickets(of_sprint(snapshot, sprint))
    return StatusReply(
        title=f"{sprint.name} · {directives.team(snapshot.team).name} · {_day(sprint, snapshot, directives)}",
        headline=headline(snapshot, sprint, signals, directives),
        counts=tuple(_counts(snapshot, sprint, signals, directives)),
        rows=rows[:MOST_ROWS],
        more=max(len(rows) - MOST_ROWS, 0),
        total=len(issues),
        read_at=snapshot.read_at,
        notes=tuple(_notes(snapshot, directives)),
        how=how(sprint, snapshot, signals, directives),
        why=f"why status id:{sprint.id}",
        url=sprint_url(sprint, snapshot),
        choices=(
            ("What changed since yesterday", f"changes id:{sprint.id}"),
            *([(f"Show all {len(issues)}", f"all id:{sprint.id}")] if issues else []),
            *([("What would help", f"forecast id:{sprint.id}")] if _odds(sprint, snapshot, directives) else []),
        ),
    )


def _day(sprint: Sprint, snapshot: Snapshot, directives: Directives) -> str:
    """``day 7 of 10``, in working days of the team."""
    calendar = team_calendar(directives, snapshot.team)
    if sprint.state is SprintState.CLOSED:
        return "closed"
    if sprint.state is SprintState.FUTURE:
        return f"starts {calendar.when(sprint.start)}" if sprint.start else "not started"
    if sprint.start is None or sprint.end is None:
        return "running"
    first = calendar.local_day(sprint.start)
    day = calendar.working_days(first, calendar.local_day(snapshot.now))
    left = calendar.days_until(snapshot.now, sprint.end) if sprint.end > snapshot.now else 0
    whole = day + left if sprint.end > snapshot.now else calendar.working_days(first, calendar.local_day(sprint.end))
    return f"day {min(day, whole)} of {whole}"


def _counts(snapshot: Snapshot, sprint: Sprint, signals: Sequence[Signal], directives: Directives) -> Iterator[str]:
    issues = of_sprint(snapshot, sprint)
    done = tally(issues)
    waiting = done.issues - done.done - done.doing
    yield f"{done.done} of {count(done.issues, 'issue')} done, {done.doing} in progress, {waiting} not started"
    if odds := _odds(sprint, snapshot, directives):
        yield odds
    blocked, unowned = len(blocked_of(sprint, snapshot, directives)), len(unowned_of(issues))
    if blocked or unowned:
        yield ", ".join(in_the_way(blocked, unowned))
    pulls = {pr.id for pr, _ in _awaited_in(sprint, snapshot, directives)}
    reviews = len(pulls)
    late = pulls & {s.subject for s in signals if s.kind is SignalKind.REVIEW_OVERDUE}
    if reviews and sprint.state is SprintState.ACTIVE:
        wait = "waits" if reviews == 1 else "wait"
        yield f"{count(reviews, 'pull request')} of the team {wait} for review, {len(late)} too long"


def _odds(sprint: Sprint, snapshot: Snapshot, directives: Directives) -> str:
    """The last forecast that was kept: what is asked most often is not computed anew each time."""
    if sprint.state is not SprintState.ACTIVE:
        return ""
    return quoted_odds(snapshot.odds.get(sprint.id, ()), team_calendar(directives, snapshot.team), snapshot.now)


def _awaited_in(sprint: Sprint, snapshot: Snapshot, directives: Directives) -> Sequence[tuple[PullRequest, Move]]:
    """Those that wait for a review, but for what belongs to another running sprint alone."""
    running = {each.id for each in snapshot.known_sprints if each.state is SprintState.ACTIVE} - {sprint.id}
    return [
        (pr, move)
        for pr, move in awaited(snapshot, directives)
        if sprint.id in (its := _sprints_of(pr, snapshot)) or not its & running
    ]


def _sprints_of(pr: PullRequest, snapshot: Snapshot) -> set[SprintId | None]:
    named = map(snapshot.ticket, pr.issues)
    return {issue.sprint if issue is not None else None for issue in named}


def _notes(snapshot: Snapshot, directives: Directives) -> Iterator[str]:
    team = directives.team(snapshot.team)
    yield from filter(None, (mode_line(team.mode), *own_mode_lines(team), *step_lines(team)))
    if directives.team(snapshot.team).bitbucket.repositories and "bitbucket" not in snapshot.read_at:
        yield "Bitbucket has not been read: nothing is known of pull requests."


# --- what needs somebody, row by row ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Need:
    """One thing about one subject that needs somebody."""

    row: Row
    urgency: Urgency
    since: datetime


def _rows(snapshot: Snapshot, sprint: Sprint, signals: Sequence[Signal], directives: Directives) -> tuple[Row, ...]:
    """All that the counts count and what else was found of tickets, the most urgent first; a row for each subject."""
    issues = of_sprint(snapshot, sprint)
    needs = [_blocked_need(i, since, snapshot, directives) for i, since in blocked_of(sprint, snapshot, directives)]
    needs += [_unowned_need(issue, snapshot, directives) for issue in unowned_of(issues)]
    needs += _found_needs(sprint, [s for s in signals if not is_private(s, directives)], snapshot)
    if sprint.state is SprintState.ACTIVE:
        needs += [
            _review_need(pr, move, snapshot, directives) for pr, move in _awaited_in(sprint, snapshot, directives)
        ]
    found: dict[str, Urgency] = {}
    for signal in signals:
        name = signal.subject.rpartition("/")[2]
        found[name] = max(found.get(name, Urgency.LOW), signal.urgency)
    needs.sort(key=lambda n: (-max(n.urgency, found.get(n.row.key, n.urgency)), n.since, n.row.key))
    merged: dict[str, Row] = {}
    for row in (need.row for need in needs):
        first = merged.get(row.key)
        merged[row.key] = replace(first, why=f"{first.why}, {row.why}") if first else row
    return tuple(merged.values())


def _blocked_need(issue: Issue, since: datetime, snapshot: Snapshot, directives: Directives) -> _Need:
    calendar = watch_calendar(directives, directives.team(snapshot.team), snapshot.person(issue.assignee))
    why = blocked_words(issue, since, calendar, snapshot.now)
    return _Need(issue_row(issue, why, snapshot, since), issue_urgency(issue, snapshot, directives), since)


def _unowned_need(issue: Issue, snapshot: Snapshot, directives: Directives) -> _Need:
    """In a sprint that is not running nobody counts how long."""
    since = unowned_since(issue, snapshot)
    calendar = team_calendar(directives, snapshot.team)
    counted = any(sprint.id == issue.sprint for sprint in running_sprints(snapshot))
    waits = f" for {calendar.words(calendar.working_time_between(since, snapshot.now))}" if counted else ""
    row = issue_row(issue, f"no owner{waits}", snapshot, since)
    return _Need(row, issue_urgency(issue, snapshot, directives), since)


_IN_A_ROW = {
    SignalKind.PRODUCTION_DOWN: "production is down",
    SignalKind.BLOCKER_OF_SEVERAL: "holds up others",
    SignalKind.OVERDUE_DATE: "past its due date",
    SignalKind.STALE_IN_PROGRESS: "no sign of life",
}
"""Conditions of a ticket that a row tells when they are found, and in which words."""


def _found_needs(sprint: Sprint, signals: Sequence[Signal], snapshot: Snapshot) -> Iterator[_Need]:
    for signal in signals:
        issue = snapshot.issue(IssueKey(signal.subject))
        if issue is None or issue.sprint != sprint.id:
            continue
        if signal.step == 0 and signal.kind in _IN_A_ROW:
            yield _Need(issue_row(issue, _IN_A_ROW[signal.kind], snapshot, signal.since), signal.urgency, signal.since)


def _review_need(pr: PullRequest, move: Move, snapshot: Snapshot, directives: Directives) -> _Need:
    """Of several people it waits for, in the time of whoever it has waited for longest."""
    team = directives.team(snapshot.team)
    calendars = [(watch_calendar(directives, team, turn.person), turn.since) for turn in move.told]
    row = Row(pr.id.rpartition("/")[2], pr.title, pr.url, movers(move), "", move.since)
    longest, since = max(calendars, key=lambda each: each[0].working_time_between(each[1], snapshot.now))
    why = review_words(move, longest, since, snapshot.now)
    return _Need(replace(row, why=why), review_urgency(pr, snapshot, directives, move), move.since)
