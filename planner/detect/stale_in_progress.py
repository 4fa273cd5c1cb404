"""A ticket in progress that shows no sign of life; its owner hears, and only while it is their move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from models.directives import Directives
from models.ids import AccountId
from models.once import once
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Issue, Progress, Snapshot
from planner.bounds.worktime import Calendar, quoted, watch_calendar
from planner.detect.merged_but_open import left_open
from planner.detect.rungs import together
from planner.facts.observe import running_sprints, worked_at, worked_on
from planner.hearers.addressing import calendar_of, hearer
from planner.hearers.escalation import Rung, climbed, ladder, watched
from planner.hearers.moves import Move, Step, whose_move
from planner.hearers.urgency import issue_urgency

KIND = SignalKind.STALE_IN_PROGRESS

_OWN = frozenset({Step.FINISH, Step.MERGE, Step.ANSWER, Step.CLOSE_TASKS})
"""The owner's own next steps. A review is the reviewer's, and what a reviewer or a build refuses has its own word."""


def stale_in_progress(snapshot: Snapshot, directives: Directives) -> Findings:
    """Tickets in progress without a change in Jira and without work on a pull request, for longer than each rung."""
    rungs = ladder(directives, KIND)
    of_each = _in_hand(snapshot.issues) if rungs else {}
    return together(_of_one(owner, issues, rungs, snapshot, directives) for owner, issues in of_each.items())


def _of_one(
    owner: AccountId,
    issues: Sequence[tuple[datetime, Issue]],
    rungs: Sequence[Rung],
    snapshot: Snapshot,
    directives: Directives,
) -> Findings:
    """One owner's, from the longest unchanged in Jira on: after one that is not stale yet nothing is, nor sooner."""
    calendar = watch_calendar(directives, directives.team(snapshot.team), snapshot.person(owner))
    signals: list[Signal] = []
    ripening: list[datetime] = []
    for changed, issue, move in _quiet(issues, snapshot, directives):
        since = max([changed, *worked_on(issue, snapshot)])
        reached, then = climbed(rungs, since, calendar, snapshot.now)
        signals += [_signal(issue, since, move, rung, calendar, snapshot, directives) for rung in reached]
        ripening += [then] if then else []
        if since == changed and not reached:
            break
    return Findings(tuple(signals), min(ripening, default=None))


@once
def _in_hand(issues: tuple[Issue, ...]) -> Mapping[AccountId, Sequence[tuple[datetime, Issue]]]:
    """By owner what is in progress and waits for nothing else, and since when Jira shows no change, longest first."""
    found: dict[AccountId, list[tuple[datetime, Issue]]] = defaultdict(list)
    for issue in issues:
        if issue.progress is Progress.DOING and issue.assignee is not None and not issue.blocked_by:
            found[issue.assignee].append((max(issue.status_since, issue.touched), issue))
    return {owner: sorted(theirs, key=lambda each: (each[0], each[1].key)) for owner, theirs in found.items()}


def _quiet(
    issues: Sequence[tuple[datetime, Issue]], snapshot: Snapshot, directives: Directives
) -> Iterator[tuple[datetime, Issue, Move]]:
    """Those of a running sprint whose next step is their owner's own."""
    merged_is_told = watched(directives, SignalKind.MERGED_BUT_OPEN) is not None
    left = left_open(snapshot, directives) if merged_is_told else {}
    active = {sprint.id for sprint in running_sprints(snapshot)}
    for changed, issue in issues:
        if issue.sprint in active and issue.key not in left:
            move = whose_move(issue, snapshot, directives)
            if move.step in _OWN:
                yield changed, issue, move


def _signal(
    issue: Issue,
    since: datetime,
    move: Move,
    rung: Rung,
    calendar: Calendar,
    snapshot: Snapshot,
    directives: Directives,
) -> Signal:
    addressee = hearer(rung, move, snapshot, directives)
    when = calendar_of(addressee, snapshot, directives).when
    name = f"{issue.key} {quoted(issue.title)}"
    quiet = calendar.words(calendar.working_time_between(since, snapshot.now))
    return Signal(
        kind=KIND,
        subject=issue.key,
        headline=f"{name} is {quoted(issue.status)} and has shown no sign of life for {quiet}",
        url=issue.url,
        since=since,
        urgency=max(Urgency.MEDIUM, issue_urgency(issue, snapshot, directives)),
        addressee=addressee,
        evidence=(
            Evidence(f"In status {quoted(issue.status)} since {when(issue.status_since)}", issue.url),
            Evidence(f"Last change in Jira {when(issue.touched)}"),
            _work(issue, snapshot, calendar_of(addressee, snapshot, directives)),
        ),
        rule=rung.rule,
        step=rung.step,
    )


def _work(issue: Issue, snapshot: Snapshot, calendar: Calendar) -> Evidence:
    """What its newest open pull request has seen last."""
    pulls = [(max(signs), pull) for pull in snapshot.pulls_for(issue.key) if (signs := worked_at(pull))]
    if not pulls:
        return Evidence("No open pull request names it")
    at, pull = max(pulls, key=lambda each: (each[0], each[1].id))
    return Evidence(f"PR {pull.id.rpartition('/')[2]}: last work {calendar.when(at)}", pull.url)
