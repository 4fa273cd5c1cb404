"""A sprint about to end with far too little done: told once, and instead of that it is at risk."""

from __future__ import annotations

from datetime import datetime

from models.directives import Directives, Watch
from models.once import once
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Snapshot, Sprint
from planner.bounds.worktime import Calendar, days_left, quoted, team_calendar
from planner.facts.observe import of_sprint, running_sprints, sprint_url, tally
from planner.hearers.addressing import calendar_of, holder
from planner.hearers.escalation import PM, watched
from planner.words.odds import quoted_odds

KIND = SignalKind.SPRINT_CRITICAL


@once
def sprint_critical(snapshot: Snapshot, directives: Directives) -> Findings:
    """Each running sprint within so many working days of its end of which less than the written share is done."""
    watch = watched(directives, KIND)
    if watch is None or watch[1].days_before_end is None or watch[1].done_below is None:
        return Findings(())
    calendar = team_calendar(directives, snapshot.team)
    signals: list[Signal] = []
    ripening: list[datetime] = []
    for sprint in running_sprints(snapshot):
        if sprint.end is None or tally(of_sprint(snapshot, sprint)).share >= watch[1].done_below:
            continue
        opens = calendar.morning_before(sprint.end, watch[1].days_before_end)
        if opens <= snapshot.now:
            signals.append(_signal(sprint, sprint.end, opens, watch, snapshot, directives))
        else:
            ripening.append(opens)
    return Findings(tuple(signals), min(ripening, default=None))


def _signal(
    sprint: Sprint,
    end: datetime,
    opens: datetime,
    watch: tuple[str, Watch],
    snapshot: Snapshot,
    directives: Directives,
) -> Signal:
    rule, said = watch
    addressee = holder(said.tell or PM, snapshot, directives)
    done = tally(of_sprint(snapshot, sprint))
    left = days_left(team_calendar(directives, snapshot.team), snapshot.now, end)
    ends = f"Ends {calendar_of(addressee, snapshot, directives).when(end)}"
    return Signal(
        kind=KIND,
        subject=f"sprint:{sprint.id}",
        headline=f"{quoted(sprint.name)} is critical: {done.words}, {left}",
        url=sprint_url(sprint, snapshot),
        since=opens,
        urgency=Urgency.CRITICAL,
        addressee=addressee,
        evidence=(
            Evidence(f"{done.words} ({done.share:.0%}), {done.doing} in progress; the line is {said.done_below:.0%}"),
            Evidence(ends if left == "ends today" else f"{ends}, {left}"),
            *foretold_of(sprint, snapshot, calendar_of(addressee, snapshot, directives)),
        ),
        rule=rule,
    )


def foretold_of(sprint: Sprint, snapshot: Snapshot, calendar: Calendar) -> tuple[Evidence, ...]:
    """What the last forecast says of it, in the hearer's time; nothing where there is none of these days."""
    told = quoted_odds(snapshot.odds.get(sprint.id, ()), calendar, snapshot.now)
    return (Evidence(told),) if told else ()
