"""By what a status is said: what is counted, which days count, which line makes it a risk; no model is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.directives import Directives
from models.signals import Signal
from models.work import Snapshot, Sprint, SprintState
from planner.bounds.rules import words_of
from planner.bounds.worktime import team_calendar
from planner.facts.observe import of_sprint, tally, tickets
from planner.reports.pace import pace_of
from planner.reports.rows import count
from planner.reports.standing import BEHIND


def how(sprint: Sprint, snapshot: Snapshot, signals: Sequence[Signal], directives: Directives) -> tuple[str, ...]:
    """One sentence for each thing the numbers rest on."""
    return tuple(_how(sprint, snapshot, signals, directives))


def _how(sprint: Sprint, snapshot: Snapshot, signals: Sequence[Signal], directives: Directives) -> Iterator[str]:
    every = of_sprint(snapshot, sprint)
    issues = tickets(every)
    if not issues:
        yield "It has no issues, so nothing is computed."
        return
    done, estimated = tally(every), sum(issue.points is not None for issue in issues)
    if done.by_points:
        yield f"Points: {estimated} of {count(len(issues), 'issue')} have an estimate, the others count as 0."
    else:
        yield f"Issues, not points: {estimated} of {len(issues)} have an estimate, and half of them would be needed."
    yield "Done is what Jira’s status category calls done."
    yield from _days(sprint, snapshot, directives)
    behind = [s for s in signals if s.subject == f"sprint:{sprint.id}" and s.kind in BEHIND]
    for signal in behind[:1]:
        yield f"At risk by line `{signal.rule}`: {words_of(signal.rule, directives)}"
    if sprint.state is SprintState.ACTIVE and not behind:
        yield "On track is said when the share that is done is at least the share of working days that are over."
        if snapshot.odds.get(sprint.id):
            yield "It is not said below 50 % by the day’s forecast: then the forecast is told instead."
        pace = pace_of(sprint, snapshot, directives)
        if pace is not None and pace.is_late:
            yield "Not at this pace is said in its last third, when more is left a day than was done a day so far."
    if sprint.state is SprintState.ACTIVE and snapshot.odds.get(sprint.id):
        yield "The chance is that of the day’s first forecast; /pm forecast tells it as of now, and what it rests on."
    yield "No model was asked for any number."


def _days(sprint: Sprint, snapshot: Snapshot, directives: Directives) -> Iterator[str]:
    if sprint.start is None or sprint.end is None:
        yield "Jira does not say when the sprint begins and ends, so no days are counted."
        return
    calendar, team = team_calendar(directives, snapshot.team), directives.team(snapshot.team)
    free = f" and the holidays of {team.holidays}" if team.holidays else ""
    first, last = calendar.when(sprint.start), calendar.when(sprint.end)
    yield f"Days are the team’s working days without weekends{free}: {first} to {last} ({team.zone})."
