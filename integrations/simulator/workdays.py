"""When the simulated people work: enough of a calendar to place history at believable moments."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from models.directives import Directives, Hours, Member, Team

STEP = timedelta(minutes=15)
"""How finely history is placed."""

FAR = 14 * 96
"""Steps to look back at most: a fortnight."""

_USUAL = Hours(hours="09:00-18:00")


@dataclass(frozen=True, slots=True)
class Workdays:
    """Working days and hours of one place."""

    zone: ZoneInfo
    begin: time
    end: time
    weekdays: frozenset[int]
    free: str | None
    """Country or ``country-subdivision`` of the public holidays."""

    def works(self, day: date) -> bool:
        """Whether ``day`` is a working day here."""
        return day.weekday() in self.weekdays and day not in _holidays(self.free)

    def present(self, moment: datetime) -> bool:
        """Whether ``moment`` is inside working hours here."""
        local = moment.astimezone(self.zone)
        return self.works(local.date()) and self.begin <= local.time() < self.end

    def shift(self, day: date, by: int) -> date:
        """The working day ``by`` working days after ``day`` (before it when negative)."""
        step = timedelta(days=1 if by > 0 else -1)
        for _ in range(abs(by)):
            day += step
            while not self.works(day):
                day += step
        return day

    def at(self, day: date, moment: time) -> datetime:
        """Local ``moment`` on ``day``."""
        return datetime.combine(day, moment, self.zone)

    def between(self, since: datetime, until: datetime) -> timedelta:
        """Working time from ``since`` to ``until``; nothing when they are the wrong way round."""
        total, day = timedelta(), since.astimezone(self.zone).date()
        while day <= until.astimezone(self.zone).date():
            if self.works(day):
                begin, end = max(self.at(day, self.begin), since), min(self.at(day, self.end), until)
                total += max(timedelta(), end - begin)
            day += timedelta(days=1)
        return total


@cache
def _holidays(free: str | None) -> holidays.HolidayBase | frozenset[date]:
    """Kept for the whole process: building one takes milliseconds, asking it nothing."""
    if not free:
        return frozenset()
    country, _, part = free.partition("-")
    return holidays.country_holidays(country, subdiv=part or None)


def of_team(team: Team, directives: Directives) -> Workdays:
    """The team's own working days, in the hours the constitution names."""
    return _workdays(team.zone, team.holidays, _hours(directives))


def of_member(member: Member, directives: Directives) -> Workdays:
    """One member's working days."""
    return _workdays(member.zone, member.holidays, member.hours or _hours(directives))


def placed(now: datetime, low: timedelta, high: timedelta, places: Sequence[Workdays]) -> datetime:
    """A moment before ``now`` whose working time until now lies between the bounds in every place.

    The middle of all such moments, inside the last place's working hours where that is possible; where
    no moment satisfies every place, the first place decides.
    """
    spans = [_span(now, low, high, place) for place in places]
    common = range(max(span.start for span in spans), min(span.stop for span in spans))
    fits = [now - step * STEP for step in common or spans[0]]
    fits = [t for t in fits if places[-1].present(t)] or fits
    return fits[len(fits) // 2]


def _span(now: datetime, low: timedelta, high: timedelta, place: Workdays) -> range:
    """The steps back at which more than ``low`` and less than ``high`` was worked until now: further back is more."""

    def worked(step: int) -> timedelta:
        return place.between(now - step * STEP, now)

    steps = range(1, FAR)
    return steps[bisect_right(steps, low, key=worked) : bisect_left(steps, high, key=worked)]


def _workdays(zone: str, free: str | None, hours: Hours) -> Workdays:
    return Workdays(ZoneInfo(zone), hours.begin, hours.end, hours.weekdays, free)


def _hours(directives: Directives) -> Hours:
    rules = (line.rule for line in directives.lines())
    return next((rule for rule in rules if isinstance(rule, Hours)), _USUAL)
