"""The attention budget and quiet hours: when a person may be reached, and what it costs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.cycles import History
from models.directives import Directives, Hours, LimitReminders
from models.ids import PersonId, TeamId
from models.proposals import Spend, Unit
from models.signals import Urgency
from models.work import Person
from planner.bounds.rules import lines_with
from planner.bounds.worktime import contact_calendar, team_calendar

DAILY, CRITICAL = "daily", "critical"
"""The two budgets; the critical one is for ``Urgency.CRITICAL`` alone."""


SPARE = timedelta(hours=2)
"""The end of a person's working day in which what we want to know for ourselves may take what the day has left."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now: until when, by which directive, and why in words."""

    until: datetime
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when we ask: a team, its people as known now, the constitution, company time."""

    team: TeamId
    people: Mapping[PersonId, Person]
    directives: Directives
    now: datetime


def wait_for_person(person: PersonId, urgency: Urgency, at: Place) -> Wait | None:
    """Until when ``person`` may not be reached; ``None`` when they may be now.

    Somebody on call is reached for critical matters at any hour, but not while absent.
    """
    calendar = contact_calendar(at.directives, at.team, at.people.get(person, person))
    known = at.people.get(person)
    absent = known.absent if known else None
    if absent is not None and absent.holds(at.now):
        until = calendar.next_working_moment(absent.until) if absent.until else calendar.next_morning(at.now)
        return Wait(until, _hours_rule(at.directives), f"{named(person, at)} is not there")
    if calendar.is_working(at.now) or (urgency is Urgency.CRITICAL and _on_call(person, at)):
        return None
    reason = f"it is outside {named(person, at)}'s {'own' if _has_own_hours(person, at) else 'working'} hours"
    return Wait(calendar.next_working_moment(at.now), _hours_rule(at.directives), reason)


def wait_for_spare(person: PersonId, at: Place) -> Wait | None:
    """Until the last hours of their day something better may still need today's attention."""
    calendar = contact_calendar(at.directives, at.team, at.people.get(person, person))
    worked = calendar.worked_on(calendar.local_day(at.now))
    if worked is None or at.now >= worked[1] - SPARE:
        return None
    reason = f"something better may need {named(person, at)}'s attention today"
    return Wait(max(worked[0], worked[1] - SPARE), _limit(at.directives)[0], reason)


def wait_for_team(urgency: Urgency, at: Place) -> Wait | None:
    """Until when a channel is left in peace; critical matters do not wait."""
    calendar = team_calendar(at.directives, at.team)
    if urgency is Urgency.CRITICAL or calendar.is_working(at.now):
        return None
    reason = "it is outside the team's working hours"
    return Wait(calendar.next_working_moment(at.now), _hours_rule(at.directives), reason)


def claim(person: PersonId, urgency: Urgency, history: History, at: Place) -> Spend | Wait:
    """One unit of their attention today, or the wait until there is one again."""
    for unit in units(person, urgency, at):
        used = history.spent.get((person, unit.day.isoformat(), unit.budget), 0)
        if used < unit.most:
            return Spend(person=person, day=unit.day, budget=unit.budget, ordinal=used + 1, most=unit.most)
    return none_left(person, at)


def units(person: PersonId, urgency: Urgency, at: Place) -> tuple[Unit, ...]:
    """Where a unit of their attention today may come from; something critical first takes of its own budget."""
    limit = _limit(at.directives)[1]
    day = contact_calendar(at.directives, at.team, at.people.get(person, person)).local_day(at.now)
    daily = Unit(person=person, day=day, budget=DAILY, most=most_for(person, at.team, at.directives))
    critical = Unit(person=person, day=day, budget=CRITICAL, most=limit.critical_per_person_per_day)
    return (critical, daily) if urgency is Urgency.CRITICAL else (daily,)


def none_left(person: PersonId, at: Place) -> Wait:
    """The wait until there is a unit of their attention again."""
    rule, most = _limit(at.directives)[0], most_for(person, at.team, at.directives)
    calendar = contact_calendar(at.directives, at.team, at.people.get(person, person))
    reason = f"{named(person, at)} has had today's {_times(most)} already"
    if most == 0:
        reason = f"{named(person, at)} gets no messages that they did not ask for"
    return Wait(calendar.next_morning(at.now), rule, reason)


def most_a_day(directives: Directives) -> tuple[str, int]:
    """The line that sets how many messages somebody gets unasked on one day, and how many that are."""
    rule, limit = _limit(directives)
    return rule, limit.per_person_per_day


def budget(directives: Directives) -> LimitReminders:
    """The constitution's own limits, for everybody alike."""
    return _limit(directives)[1]


def most_for(person: PersonId, team: TeamId, directives: Directives) -> int:
    """How many messages ``person`` gets unasked on one day: the constitution's limit, or fewer where they say so."""
    most = _limit(directives)[1].per_person_per_day
    own = next((m.per_day for m in directives.team(team).members if m.id == person), None)
    return most if own is None else min(own, most)


def _times(number: int) -> str:
    return "one message" if number == 1 else f"{number} messages"


def _limit(directives: Directives) -> tuple[str, LimitReminders]:
    """The directive that sets the budget; without one it is the strictest that still speaks."""
    return next(iter(lines_with(directives, LimitReminders)), _ONE_A_DAY)


_ONE_A_DAY = ("unlisted", LimitReminders(limit="reminders", per_person_per_day=1, critical_per_person_per_day=1))


def _hours_rule(directives: Directives) -> str:
    return next((line.id for line in directives.communication if isinstance(line.rule, Hours)), "unlisted")


def _has_own_hours(person: PersonId, at: Place) -> bool:
    return any(m.id == person and m.reached is not None for m in at.directives.team(at.team).members)


def _on_call(person: PersonId, at: Place) -> bool:
    return any(m.id == person and m.on_call for m in at.directives.team(at.team).members)


def named(person: PersonId, at: Place) -> str:
    """What the constitution calls them; the id of somebody it does not know."""
    members = at.directives.team(at.team).members
    return next((m.name for m in members if m.id == person), person)
