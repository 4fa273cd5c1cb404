"""A ticket that says that production is down, in this sprint or not; whose move it is hears at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from models.directives import Directives
from models.signals import Evidence, Findings, Signal, SignalKind
from models.work import Issue, Progress, Snapshot
from planner.bounds.worktime import quoted, watch_calendar
from planner.facts.observe import is_ours
from planner.hearers.addressing import calendar_of, hearer
from planner.hearers.escalation import Rung, climbed, ladder
from planner.hearers.moves import whose_move
from planner.hearers.urgency import Down, down

KIND = SignalKind.PRODUCTION_DOWN


def production_down(snapshot: Snapshot, directives: Directives) -> Findings:
    """Unfinished tickets of the team with the marks a level of urgency names, for as long as they bear them.

    Production asks neither for sprints nor for what waits on purpose: strays and parked tickets count too.
    """
    rungs, team = ladder(directives, KIND), directives.team(snapshot.team)
    signals: list[Signal] = []
    ripening: list[datetime] = []
    for issue, marks in _down(snapshot, directives) if rungs else ():
        calendar = watch_calendar(directives, team, snapshot.person(issue.assignee))
        reached, then = climbed(rungs, _since(issue, marks), calendar, snapshot.now)
        signals += [_signal(issue, marks, rung, snapshot, directives) for rung in reached]
        ripening += [then] if then else []
    return Findings(tuple(signals), min(ripening, default=None))


def _down(snapshot: Snapshot, directives: Directives) -> Iterator[tuple[Issue, Down]]:
    team = directives.team(snapshot.team)
    for issue in (*snapshot.issues, *snapshot.strays):
        marks = down(issue, directives) if issue.progress is not Progress.DONE else None
        if marks is not None and is_ours(issue.key, team):
            yield issue, marks


def _since(issue: Issue, marks: Down) -> datetime:
    """Since when it bears the priority and the first of the labels. What Jira does not tell it was created with.

    Never when it last changed: that would make it another matter with every comment.
    """
    put_on = {each.label: each.at for each in issue.labels_since}
    labelled = min((put_on.get(label, issue.created) for label in marks.labels), default=issue.created)
    raised = issue.priority_since if marks.priority is not None else None
    return max(raised or issue.created, labelled)


def _signal(issue: Issue, marks: Down, rung: Rung, snapshot: Snapshot, directives: Directives) -> Signal:
    move = whose_move(issue, snapshot, directives) if issue.assignee is not None else None
    addressee = hearer(rung, move, snapshot, directives)
    owner, since = snapshot.person(issue.assignee), _since(issue, marks)
    when = calendar_of(addressee, snapshot, directives).when
    priority = (f"priority {marks.priority}",) if marks.priority is not None else ()
    words = ", ".join((*priority, *(f"label {label}" for label in marks.labels)))
    return Signal(
        kind=KIND,
        subject=issue.key,
        headline=f"{issue.key} {quoted(issue.title)} says that production is down ({words})",
        url=issue.url,
        since=since,
        urgency=marks.urgency,
        addressee=addressee,
        evidence=(
            Evidence(f"Marked so since {when(since)}: {words}", issue.url),
            Evidence(f"In status {quoted(issue.status)} since {when(issue.status_since)}"),
            Evidence(f"Assignee: {owner.name}" if owner else "Nobody on the team is the assignee"),
        ),
        rule=rung.rule,
        step=rung.step,
        remedy=_remedy(marks),
    )


def _remedy(marks: Down) -> str:
    """What makes Jira say that production is up again."""
    if not marks.labels:
        return "close it or lower its priority in Jira"
    return f"close it or take the label{'s' if len(marks.labels) > 1 else ''} {', '.join(marks.labels)} off in Jira"
