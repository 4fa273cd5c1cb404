"""Working time: hours and days as a person lives them, right in every zone and over every clock change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.directives import Directives, Hours, Team, Weekday
from models.ids import PersonId, TeamId
from models.once import once, once_for_each
from models.redaction import SHAPES
from models.spans import Span
from models.work import Person

OFFICE = Hours(hours="09:00-18:00")
"""When the constitution says nothing about hours."""

FARTHEST = 3660
"""Days (ten years) any search or sum goes: nothing we measure is older, and no loop is endless."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """One person's or team's working time: a zone, hours in that zone, and the days that are free.

    A day's working time is the one stretch during which the wall clock shows its hours: where a clock
    change repeats part of them, the stretch that is whole; where it skips them, what is left.
    """

    zone: str
    hours: Hours = OFFICE
    holidays: str | None = None
    """``US`` or ``DE-BY``. A code the ``holidays`` library does not know has no free days."""

    @property
    def day_length(self) -> timedelta:
        """What one business day means: the hours of an ordinary day."""
        return _day_length(self.hours.hours)

    def local_day(self, t: datetime) -> date:
        """The date on this calendar's wall at ``t``."""
        return t.astimezone(ZoneInfo(self.zone)).date()

    def local(self, t: datetime) -> datetime:
        """``t`` as this calendar's wall shows it."""
        return t.astimezone(ZoneInfo(self.zone))

    def is_working_day(self, day: date) -> bool:
        """Whether ``day`` is a weekday of theirs, no public holiday, and exists in their zone."""
        return self.worked_on(day) is not None

    def worked_on(self, day: date) -> tuple[datetime, datetime] | None:
        """Begin and end (UTC) of the working hours of ``day``; ``None`` when it is free."""
        return _worked_on(self.zone, self.hours.hours, self.hours.days, self.holidays, day)

    def stretch(self, day: date) -> tuple[datetime, datetime]:
        """Begin and end (UTC) of the hours of ``day``, were it a working day."""
        return _stretch(self.zone, self.hours.begin, self.hours.end, day)

    def is_working(self, t: datetime) -> bool:
        """Whether ``t`` lies in working hours; the last instant of the day does not."""
        worked = self.worked_on(self.local_day(t))
        return worked is not None and worked[0] <= t < worked[1]

    def next_working_moment(self, t: datetime) -> datetime:
        """``t`` when it is working time, else the next begin of a working day."""
        begin, _ = next(self._stretches(t))
        return max(t.astimezone(UTC), begin)

    def next_morning(self, t: datetime) -> datetime:
        """The begin of the first working day after the local day of ``t``."""
        return next(begin for begin, _ in self._stretches(t) if self.local_day(begin) > self.local_day(t))

    def working_time_between(self, a: datetime, b: datetime) -> timedelta:
        """Working time in ``[a, b)``; zero when ``b`` is not after ``a``; the last ten years at most."""
        a = max(a, b - FARTHEST * _DAY)
        total = timedelta()
        if b <= a:
            return total
        for begin, end in self._stretches(a):
            if begin >= b:
                break
            total += min(end, b) - max(begin, a)
        return total

    def add(self, a: datetime, span: Span) -> datetime:
        """The first instant by which ``span`` has passed since ``a``.

        A business day is one ordinary day's hours: Monday 15:00 and one business day is Tuesday 15:00.
        Raises ``ValueError`` when that is more than ten years away.
        """
        if not span.business:
            return a + span.elapsed
        return self.add_working_time(a, self.length(span))

    def length(self, span: Span) -> timedelta:
        """How much working time a business ``span`` is."""
        if span.unit == "day":
            return span.count * self.day_length
        return Span(span.count, span.unit, business=False).elapsed

    def add_working_time(self, a: datetime, needed: timedelta) -> datetime:
        """The first instant by which ``needed`` working time has passed since ``a``."""
        return _worked_off(self, a, needed) if needed > timedelta() else a

    def passed(self, a: datetime, span: Span, now: datetime) -> bool:
        """Whether ``span`` has passed between ``a`` and ``now``. Cheap however old ``a`` is."""
        return self.add(a, span) <= now

    def working_days(self, first: date, last: date) -> int:
        """How many working days there are from ``first`` to ``last``, both included."""
        days = min((last - first).days + 1, FARTHEST)
        return sum(self.is_working_day(first + n * _DAY) for n in range(max(days, 0)))

    def days_until(self, now: datetime, end: datetime) -> int:
        """Working days left after today, up to the day of ``end``; ``end``'s own day only if work begins before it."""
        last = self.local_day(end)
        if self.stretch(last)[0] >= end:
            last -= _DAY
        return self.working_days(self.local_day(now) + _DAY, last)

    def morning_before(self, end: datetime, days: int) -> datetime:
        """The morning of the last day with so many working days still to come before ``end``."""
        day, to_come = self.local_day(end), 0
        for _ in range(FARTHEST):
            if self.is_working_day(day) and self.stretch(day)[0] < end:
                if to_come == days:
                    break
                to_come += 1
            day -= _DAY
        return self.stretch(day)[0]

    def over(self, day: date) -> datetime:
        """The instant at which ``day`` is over on this calendar's wall. Raises ``OverflowError`` for the last one."""
        return _instant(self.zone, day + _DAY, time(), fold=0)

    def words(self, worked: timedelta) -> str:
        """Working time for people: ``3 working days``, ``5 working hours``, ``25 minutes``; rounded down."""
        if worked >= self.day_length:
            return _count(worked // self.day_length, "working day")
        if worked >= timedelta(hours=1):
            return _count(worked // timedelta(hours=1), "working hour")
        return _count(max(worked // timedelta(minutes=1), 1), "minute")

    def when(self, t: datetime) -> str:
        """``t`` for people, as this calendar's wall shows it: ``Fri 20 Nov 14:05``."""
        return _when(self.zone, t)

    def _stretches(self, t: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working stretches that end after ``t``, in order, for ten years."""
        first = self.local_day(t)
        for n in range(FARTHEST + 30):
            worked = self.worked_on(first + n * _DAY)
            if worked is not None and worked[1] > t:
                yield worked


def team_calendar(directives: Directives, team: TeamId) -> Calendar:
    """The team's own working time."""
    ours = directives.team(team)
    return Calendar(ours.zone, house_hours(directives), ours.holidays)


def person_calendar(directives: Directives, team: TeamId, person: Person | PersonId) -> Calendar:
    """A person's working time: today's zone, their hours or the house's, their holidays or the team's.

    Somebody the constitution does not know works the team's hours.
    """
    return _calendar(directives, _named(team, person))


def contact_calendar(directives: Directives, team: TeamId, person: Person | PersonId) -> Calendar:
    """When a person may be written to: their working time, unless they are to be reached at other hours or days.

    Only this decides when a message may come; how long something may wait is counted in ``person_calendar``, so that
    nobody's wish to be left alone changes what a rule finds.
    """
    return _contact(directives, _named(team, person))


def _named(team: TeamId, person: Person | PersonId) -> tuple[TeamId, PersonId, str | None, str | None]:
    if isinstance(person, Person):
        return team, person.id, person.zone, person.holidays
    return team, person, None, None


@once_for_each
def _calendar(directives: Directives, of: tuple[TeamId, PersonId, str | None, str | None]) -> Calendar:
    """Of somebody who is today in that zone and has those holidays, where anybody knows."""
    team, person, zone, free = of
    ours = directives.team(team)
    member = next((m for m in ours.members if m.id == person), None)
    if member is None:
        return team_calendar(directives, team)
    here = zone if zone is not None and _is_zone(zone) else member.zone
    return Calendar(here, member.hours or house_hours(directives), free or member.holidays or ours.holidays)


@once_for_each
def _contact(directives: Directives, of: tuple[TeamId, PersonId, str | None, str | None]) -> Calendar:
    """As ``_calendar``, at the hours and on the days at which they may be written to."""
    member = next((m for m in directives.team(of[0]).members if m.id == of[1]), None)
    worked = _calendar(directives, of)
    return worked if member is None or member.reached is None else replace(worked, hours=member.reached)


def watch_calendar(directives: Directives, team: Team, person: Person | None) -> Calendar:
    """Whose time a threshold is counted in: the watched person's when we know them, else the team's."""
    if person is None:
        return team_calendar(directives, team.id)
    return person_calendar(directives, team.id, person)


@once
def house_hours(directives: Directives) -> Hours:
    """The hours the constitution sets for everybody."""
    found = (line.rule for line in directives.communication if isinstance(line.rule, Hours))
    return next(found, OFFICE)


def days_left(calendar: Calendar, now: datetime, end: datetime) -> str:
    """What of a sprint is to come: ``3 working days left after today``, ``ends today``."""
    if end <= now:
        return "its end has passed"
    if calendar.local_day(now) == calendar.local_day(end):
        return "ends today"
    days = calendar.days_until(now, end)
    return f"{_count(days, 'working day') if days else 'no working day'} left after today"


_THEIR_QUOTES = str.maketrans("“”„‟", "‘’‚‛")


@lru_cache(maxsize=8192)
def quoted(text: str, most: int = 60) -> str:
    """Words of others inside a sentence of ours: on one line, in quotes, at most ``most`` characters.

    Quotes of theirs become single ones: nothing in them can end the quotation and go on as if we said it. A secret in
    them is taken out whole, before a cut could leave half of it.
    """
    line = " ".join(SHAPES(text).translate(_THEIR_QUOTES).split())
    return f"“{line if len(line) <= most else line[: most - 1].rstrip() + '…'}”"


@lru_cache(maxsize=16384)
def _worked_off(calendar: Calendar, a: datetime, needed: timedelta) -> datetime:
    """The same of the same matters is asked at every look."""
    for begin, end in calendar._stretches(a):
        begin = max(begin, a)
        if end - begin >= needed:
            return begin + needed
        needed -= end - begin
    raise ValueError(f"{needed} of working time never passes in {calendar.zone}")


@lru_cache(maxsize=8192)
def _when(zone: str, t: datetime) -> str:
    """The same few moments are told at every look."""
    local = t.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %H:%M}"


@lru_cache(maxsize=512)
def _is_zone(name: str) -> bool:
    """Slack names the zone a person is in today; it may be one this machine has never heard of."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=512)
def _free_days(code: str | None, year: int) -> frozenset[date]:
    """Public holidays of one year."""
    if code is None:
        return frozenset()
    import holidays  # 50 ms that a command which measures no time need not pay

    country, _, part = code.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=part or None, years=year)
    except (NotImplementedError, KeyError):
        return frozenset()
    return frozenset(day for day in found if day.year == year)


@lru_cache(maxsize=512)
def _day_length(hours: str) -> timedelta:
    day = Hours(hours=hours)
    return _on(date.min, day.end) - _on(date.min, day.begin)


@lru_cache(maxsize=16384)
def _worked_on(
    zone: str, hours: str, days: tuple[Weekday, ...], code: str | None, day: date
) -> tuple[datetime, datetime] | None:
    """Keyed by plain words, because this is asked some thousand times in every look."""
    set_hours = Hours(hours=hours, days=days)
    if day.weekday() not in set_hours.weekdays or day in _free_days(code, day.year):
        return None
    begin, end = _stretch(zone, set_hours.begin, set_hours.end, day)
    return (begin, end) if begin < end else None


def _stretch(zone: str, begin: time, end: time, day: date) -> tuple[datetime, datetime]:
    """The instants between which the wall in ``zone`` shows ``begin`` to ``end`` on ``day``."""
    # A begin that happens twice counts from its second time and an end from its first: in between the
    # wall never leaves the hours. Hours that lie wholly inside the repeated part keep their first time.
    start, stop = _instant(zone, day, begin, fold=1), _instant(zone, day, end, fold=0)
    if stop < start:
        start = _instant(zone, day, begin, fold=0)
    return start, max(start, stop)


def _instant(zone: str, day: date, wall: time, *, fold: int) -> datetime:
    """When the wall shows ``wall``; for a time the clocks skip, the moment they skip it."""
    local = _on(day, wall).replace(tzinfo=ZoneInfo(zone), fold=fold)
    utc = local.astimezone(UTC)
    if utc.astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None):
        return utc
    return _skip(local)


def _skip(local: datetime) -> datetime:
    """The instant of the clock change that swallows ``local``, to the second."""
    low, high = local.replace(fold=1).astimezone(UTC), local.replace(fold=0).astimezone(UTC)
    before = low.astimezone(local.tzinfo).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        middle = max(middle, low + timedelta(seconds=1))
        if middle.astimezone(local.tzinfo).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def _on(day: date, wall: time) -> datetime:
    return datetime.combine(day, wall)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
