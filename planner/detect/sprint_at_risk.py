"""A sprint near its end that is unlikely to be made, or with too little done: by written thresholds and no others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.directives import Directives, Watch
from models.forecasts import Odds
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Snapshot, Sprint
from planner.bounds.worktime import Calendar, days_left, quoted, team_calendar
from planner.detect.sprint_critical import foretold_of, sprint_critical
from planner.facts.observe import of_sprint, running_sprints, sprint_url, tally
from planner.hearers.addressing import calendar_of, holder
from planner.hearers.escalation import PM, escalations, heard_by, watched
from planner.hearers.urgency import sprint_urgency
from planner.words.odds import of_today, percent


@dataclass(frozen=True, slots=True)
class _Window:
    """From ``opens`` on, too little done is worth a word by ``rule``; ``to`` is where it leads."""

    opens: datetime
    rule: str
    to: str | None
    step: int


def sprint_at_risk(snapshot: Snapshot, directives: Directives) -> Findings:
    """Each running sprint, within so many working days of its end, less likely or with less done than it should be.

    A line that names a chance is decided by the forecast of today alone; by what is done where there is none.
    Whoever hears that it is critical does not hear this as well.
    """
    watch = watched(directives, SignalKind.SPRINT_AT_RISK)
    if watch is None:
        return Findings(())
    dated = [(sprint, sprint.end) for sprint in running_sprints(snapshot) if sprint.end]
    found = [_look(sprint, end, watch, snapshot, directives) for sprint, end in dated]
    critical = {_told(signal, snapshot, directives) for signal in sprint_critical(snapshot, directives).signals}
    signals = (signal for each in found for signal in each.signals)
    left = tuple(signal for signal in signals if _told(signal, snapshot, directives) not in critical)
    return Findings(left, min((each.ripens for each in found if each.ripens), default=None))


def _told(signal: Signal, snapshot: Snapshot, directives: Directives) -> tuple[str, str | None, str | None]:
    """Which sprint, and which channel or person hears of it."""
    return signal.subject, *heard_by(signal, snapshot, directives)


def _look(
    sprint: Sprint, end: datetime, watch: tuple[str, Watch], snapshot: Snapshot, directives: Directives
) -> Findings:
    """Only the furthest window that is open speaks: the same fact is not told twice."""
    told = _foretold(sprint, watch[1], snapshot, directives)
    if not (_is_behind(sprint, watch[1], snapshot) if told is None else _is_unlikely(sprint, watch[1], told, snapshot)):
        return Findings(())
    windows = _windows(sprint, end, watch, snapshot, directives)
    still_shut = min((w.opens for w in windows if w.opens > snapshot.now), default=None)
    reached = max((w for w in windows if w.opens <= snapshot.now), key=lambda w: w.step, default=None)
    since = min(w.opens for w in windows)
    signals = (_signal(sprint, end, since, reached, watch[1], snapshot, directives),) if reached else ()
    return Findings(signals, still_shut)


def _foretold(sprint: Sprint, watch: Watch, snapshot: Snapshot, directives: Directives) -> Odds | None:
    """The forecast that decides alone, where the line names a chance and there is one of today."""
    if watch.chance_below is None:
        return None
    return of_today(snapshot.odds.get(sprint.id, ()), team_calendar(directives, snapshot.team), snapshot.now)


def _is_behind(sprint: Sprint, watch: Watch, snapshot: Snapshot) -> bool:
    """Whether too little is done; without a share that is all of it, but for a line that names a chance alone."""
    enough = watch.done_below if watch.done_below is not None else 1.0 if watch.chance_below is None else 0.0
    return tally(of_sprint(snapshot, sprint)).share < enough


def _is_unlikely(sprint: Sprint, watch: Watch, told: Odds, snapshot: Snapshot) -> bool:
    """Whether something is left, and its chance is below what the line names."""
    done = tally(of_sprint(snapshot, sprint))
    return watch.chance_below is not None and done.done < done.issues and told.chance < watch.chance_below


def _windows(
    sprint: Sprint, end: datetime, watch: tuple[str, Watch], snapshot: Snapshot, directives: Directives
) -> tuple[_Window, ...]:
    calendar = team_calendar(directives, snapshot.team)
    first = _Window(_opens(sprint, end, watch[1].days_before_end, calendar), watch[0], watch[1].tell, 0)
    further = escalations(directives, SignalKind.SPRINT_AT_RISK)
    dated = [(name, rule) for name, rule in further if rule.days_before_end is not None]
    return first, *(
        _Window(_opens(sprint, end, rule.days_before_end, calendar), name, rule.to, step)
        for step, (name, rule) in enumerate(dated, 1)
    )


def _opens(sprint: Sprint, end: datetime, days: int | None, calendar: Calendar) -> datetime:
    """The morning of the last day with so many working days still to come; the start when no number is given."""
    return (sprint.start or end) if days is None else calendar.morning_before(end, days)


def _signal(
    sprint: Sprint,
    end: datetime,
    since: datetime,
    window: _Window,
    watch: Watch,
    snapshot: Snapshot,
    directives: Directives,
) -> Signal:
    channels, done = directives.team(snapshot.team).channels, tally(of_sprint(snapshot, sprint))
    left = days_left(team_calendar(directives, snapshot.team), snapshot.now, end)
    addressee = None if window.to in channels else holder(window.to or PM, snapshot, directives)
    ends = f"Ends {calendar_of(addressee, snapshot, directives).when(end)}"
    told = _foretold(sprint, watch, snapshot, directives)
    likely = f", {percent(told.chance)} likely to be made" if told is not None else ""
    return Signal(
        kind=SignalKind.SPRINT_AT_RISK,
        subject=f"sprint:{sprint.id}",
        headline=f"{quoted(sprint.name)} is at risk{likely}: {done.words}, {left}",
        url=sprint_url(sprint, snapshot),
        since=since,
        urgency=max(Urgency.MEDIUM, sprint_urgency(sprint, snapshot, directives)),
        addressee=addressee,
        evidence=(
            Evidence(f"{done.words} ({done.share:.0%}), {done.doing} in progress"),
            Evidence(ends if left == "ends today" else f"{ends}, {left}"),
            *foretold_of(sprint, snapshot, calendar_of(addressee, snapshot, directives)),
        ),
        rule=window.rule,
        step=window.step,
    )
