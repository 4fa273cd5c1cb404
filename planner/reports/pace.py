"""How much of a sprint is left and how fast it went so far: counted; a chance is only quoted from a forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from models.directives import Directives
from models.work import Snapshot, Sprint, SprintState
from planner.bounds.worktime import team_calendar
from planner.facts.observe import Tally, of_sprint, sprint_url, tally
from planner.foresight.reference import ENOUGH
from planner.reports.rows import blocked_of, count, in_the_way, unowned_of
from planner.words.odds import quoted_odds
from planner.words.replies import SheetReply

_LAST_DAYS = 2


@dataclass(frozen=True, slots=True)
class Pace:
    """What is left of a sprint, and of its time."""

    left: float
    """Points, or issues where fewer than half have an estimate."""
    unit: str
    gone: int
    """Whole working days before today."""
    days: int
    """Working days left, today included if it is one."""
    done: float

    @property
    def so_far(self) -> float | None:
        """Units a working day; ``None`` before the first is over."""
        return self.done / self.gone if self.gone else None

    @property
    def needed(self) -> float | None:
        """Units a working day from here on; ``None`` when no day is left."""
        return self.left / self.days if self.days else None

    @property
    def suffices(self) -> bool | None:
        """Whether what is left is done in time if every day is like those so far; ``None`` where that is not known."""
        return None if self.so_far is None or self.needed is None else self.needed <= self.so_far

    @property
    def is_late(self) -> bool:
        """Whether two thirds of its days are over: before that a slow start says little (R14)."""
        return 3 * self.gone >= 2 * (self.gone + self.days)

    @property
    def is_ending(self) -> bool:
        """Whether this working day or the next is its last."""
        return self.days <= _LAST_DAYS


def pace_of(sprint: Sprint, snapshot: Snapshot, directives: Directives) -> Pace | None:
    """The pace of a running sprint; ``None`` where Jira does not say when it begins and ends."""
    if sprint.start is None or sprint.end is None:
        return None
    done, calendar = tally(of_sprint(snapshot, sprint)), team_calendar(directives, snapshot.team)
    today, first = calendar.local_day(snapshot.now), calendar.local_day(sprint.start)
    gone = calendar.working_days(first, today - timedelta(days=1))
    ahead = calendar.days_until(snapshot.now, sprint.end) if sprint.end > snapshot.now else 0
    days = ahead + int(sprint.end > snapshot.now and calendar.is_working_day(today))
    whole, part = (done.points, done.points_done) if done.by_points else (done.issues, done.done)
    return Pace(whole - part, "point" if done.by_points else "issue", gone, days, part)


def forecast(sprint: Sprint, snapshot: Snapshot, directives: Directives, *, known: int | None = None) -> SheetReply:
    """An honest answer to *will we make it*: the forecast of the day where there is one, and the pace so far.

    ``known`` is how many past sprints are known, where somebody has counted them.
    """
    done = tally(of_sprint(snapshot, sprint))
    pace = pace_of(sprint, snapshot, directives) if sprint.state is SprintState.ACTIVE else None
    name = directives.team(snapshot.team).name
    odds = quoted_odds(snapshot.odds.get(sprint.id, ()), team_calendar(directives, snapshot.team), snapshot.now)
    told = f"{odds[:1].upper()}{odds[1:]}. " if odds and pace is not None and pace.left > 0 else ""
    no_odds = () if told else (_no_odds(sprint, snapshot, known),)
    return SheetReply(
        title=f"{sprint.name} · {name} · pace",
        headline=f"{told}{_headline(sprint, done, pace)}",
        read_at=snapshot.read_at,
        notes=(*in_its_way(sprint, snapshot, directives), *no_odds, by_what(done, points=done.by_points)),
        url=sprint_url(sprint, snapshot),
        choices=(("Status", f"status id:{sprint.id}"), ("What is blocked", "blockers")),
    )


def left(sprint: Sprint, snapshot: Snapshot, directives: Directives) -> SheetReply:
    """When it ends, and how much is left of its work and of its working days."""
    done = tally(of_sprint(snapshot, sprint))
    pace = pace_of(sprint, snapshot, directives) if sprint.state is SprintState.ACTIVE else None
    ends = f"{sprint.name} {_ends(sprint, snapshot, directives)}"
    days = f": {count(pace.days, 'working day')} left, counting today" if pace is not None else ""
    open_ones = count(done.issues - done.done, "issue")
    points = f"{units(done.points - done.points_done, 'point')} and {open_ones}" if done.by_points else open_ones
    name = directives.team(snapshot.team).name
    return SheetReply(
        title=f"{sprint.name} · {name} · what is left",
        headline=f"{ends}{days}. {points} left: {done.words}.",
        read_at=snapshot.read_at,
        notes=tuple(in_its_way(sprint, snapshot, directives)),
        url=sprint_url(sprint, snapshot),
        choices=(("Will we make it?", f"forecast id:{sprint.id}"), ("Status", f"status id:{sprint.id}")),
    )


def _ends(sprint: Sprint, snapshot: Snapshot, directives: Directives) -> str:
    """``ends Fri 27 Nov 17:00 (the team’s time)``."""
    if sprint.end is None:
        return "has no end in Jira"
    when = team_calendar(directives, snapshot.team).when(sprint.end)
    return f"{'ended' if sprint.end <= snapshot.now else 'ends'} {when} (the team’s time)"


def _headline(sprint: Sprint, done: Tally, pace: Pace | None) -> str:
    if not done.issues:
        return "No issues, so there is nothing to forecast."
    if sprint.state is not SprintState.ACTIVE:
        return f"{'It is over' if sprint.state is SprintState.CLOSED else 'It has not started'}: {done.words}."
    if pace is None:
        return f"{done.words}; Jira does not say when the sprint begins and ends, so there is no pace."
    if pace.left <= 0:
        return f"All done: {done.words}."
    if pace.needed is None:
        return f"{units(pace.left, pace.unit)} left and no working day: {done.words}."
    days = count(pace.days, "working day")
    ahead = f"{units(pace.left, pace.unit)} left for {days}, {_rate(pace.needed)} a day needed"
    if pace.so_far is None:
        return f"{ahead}. It is the first day, so there is no pace yet."
    verdict = "At this pace, yes" if pace.suffices else "Not at this pace"
    so_far = f"{_rate(pace.so_far)} a day so far. {done.words} in {count(pace.gone, 'working day')}."
    return f"{verdict}: {ahead}, {so_far}"


def units(number: float, unit: str) -> str:
    """``1 point``, ``2.5 points``, ``12,000 points``."""
    told = f"{number:,.2f}".rstrip("0").rstrip(".")
    return f"{told} {unit}{'' if told == '1' else 's'}"


def _rate(number: float) -> str:
    """``3``, ``2.5``, ``under 0.1``."""
    return f"{number:.1f}".removesuffix(".0") if number >= 0.1 or not number else "under 0.1"


def in_its_way(sprint: Sprint, snapshot: Snapshot, directives: Directives) -> Sequence[str]:
    """What of it is blocked or without an owner, in one sentence; none where nothing is."""
    issues = of_sprint(snapshot, sprint)
    blocked, unowned = len(blocked_of(sprint, snapshot, directives)), len(unowned_of(issues))
    told = " and ".join(in_the_way(blocked, unowned))
    return (f"Of what is left, {told}.",) if told else ()


def _no_odds(sprint: Sprint, snapshot: Snapshot, known: int | None) -> str:
    if sprint.end is not None and sprint.end <= snapshot.now:
        return "No probability: its time is over."
    if known is not None and known < ENOUGH:
        return f"No probability: fewer than {ENOUGH} past sprints are known here."
    if sprint.start is None or sprint.end is None:
        return "No probability: Jira does not say when the sprint begins and ends."
    done = tally(of_sprint(snapshot, sprint))
    if known is not None and sprint.state is SprintState.ACTIVE and done.done < done.issues:
        return (
            f"No probability: of {known} past sprints fewer than {ENOUGH} were counted like this one, in points or in "
            "issues. Each sprint that ends is one more."
        )
    return "No probability: nothing has been foretold of it."


def by_what(done: Tally, *, points: bool) -> str:
    """What is counted, in words, and why not points."""
    few = "too few past sprints were counted in points" if done.by_points else "fewer than half have an estimate"
    counted = "points of issues" if points else f"issues, because {few},"
    return f"Counted: {counted} whose status Jira counts as done. Today counts as a whole day."
