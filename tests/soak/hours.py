"""Working hours reckoned from zoneinfo and holidays alone: the oracle must not ask the product what time it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

DAY = timedelta(days=1)
MONDAY_TO_FRIDAY = frozenset(range(5))
SUNDAY_TO_THURSDAY = frozenset({6, 0, 1, 2, 3})


@dataclass(frozen=True)
class Hours:
    """When somebody works: from nine to six on their days, in a zone, but for a country's holidays."""

    zone: str
    country: str
    days: frozenset[int] = MONDAY_TO_FRIDAY
    begin: time = time(9)
    end: time = time(18)

    def local_day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.zone)).date()

    def works_on(self, day: date) -> bool:
        return day.weekday() in self.days and day not in free_days(self.country, day.year)

    def open_at(self, at: datetime) -> bool:
        wall = at.astimezone(ZoneInfo(self.zone))
        return self.works_on(wall.date()) and self.begin <= wall.time() < self.end

    def worked(self, since: datetime, until: datetime) -> timedelta:
        """Working time between two instants."""
        spans = (min(end, until) - max(begin, since) for begin, end in self._stretches(since, until))
        return sum((span for span in spans if span > timedelta()), timedelta())

    def morning(self, day: date) -> datetime:
        return datetime.combine(day, self.begin, ZoneInfo(self.zone))

    def days_between(self, since: datetime, until: datetime) -> list[date]:
        """The local days after that of ``since``, up to that of ``until``."""
        first, last = self.local_day(since), self.local_day(until)
        return [first + n * DAY for n in range(1, (last - first).days + 1)]

    def at_work(self, after: datetime, hours: float) -> datetime:
        """The instant at which so many working hours have passed since ``after``."""
        left = timedelta(hours=hours)
        for begin, end in self._stretches(after, after + 60 * DAY):
            begin = max(begin, after)
            if end > begin and end - begin > left:
                return begin + left
            left -= max(end - begin, timedelta())
        raise AssertionError("nobody is on holiday for two months")

    def _stretches(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        zone, day = ZoneInfo(self.zone), self.local_day(since)
        while day <= self.local_day(until):
            if self.works_on(day):
                yield (
                    datetime.combine(day, self.begin, zone).astimezone(UTC),
                    datetime.combine(day, self.end, zone).astimezone(UTC),
                )
            day += DAY


@lru_cache(maxsize=64)
def free_days(country: str, year: int) -> frozenset[date]:
    code, _, part = country.partition("-")
    return frozenset(holidays.country_holidays(code, subdiv=part or None, years=year))
