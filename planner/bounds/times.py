"""*Until when* in people's words, understood in their own zone: for 3 hours, until tomorrow, Monday 10:00, 1 Dec."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.spans import Span
from planner.bounds.worktime import Calendar

LONGEST = timedelta(days=366)
"""Whatever is put off longer is meant to be muted."""

LATER = time(10)
"""A day named without a time means this, when the reader has got to their desk."""

EXAMPLES = "for 3 hours, until tomorrow, until Monday 10:00"


class NotUnderstood(ValueError):
    """No moment can be read from the words, or one that cannot be meant; the message says which, in a sentence."""


def moment_of(words: str, calendar: Calendar, now: datetime) -> datetime:
    """The moment (UTC) that ``words`` mean to somebody with that calendar at ``now``; never one that is past.

    Raises ``NotUnderstood``.
    """
    try:
        found = _read(_tidy(words), calendar, now)
    except (ValueError, OverflowError):  # ten years of working time, or a year that no calendar has
        raise NotUnderstood(_TOO_FAR) from None
    if found is None:
        raise NotUnderstood(f"I do not understand the time “{words.strip()[:60]}”. Say for example: {EXAMPLES}.")
    if found <= now:
        raise NotUnderstood(f"{calendar.when(found)} is past.")
    if found - now > LONGEST:
        raise NotUnderstood(_TOO_FAR)
    return found


def nearly(words: str, calendar: Calendar, now: datetime) -> str:
    """The same words with a slip of the fingers mended, when that makes them a moment; empty when nothing does."""
    mended = " ".join(_mended(word) for word in words.split())
    try:
        moment_of(mended, calendar, now)
    except NotUnderstood:
        return ""
    return mended if mended.casefold() != words.casefold() else ""


def _mended(word: str) -> str:
    plain = word.casefold().strip(".,!?")
    known = plain in _KNOWN or not plain.isalpha() or len(plain) < 4
    return word if known else next(iter(difflib.get_close_matches(plain, _KNOWN, n=1, cutoff=0.7)), word)


_TOO_FAR = "That is more than a year away. To hear of it no more, mute it."


def _read(said: str, calendar: Calendar, now: datetime) -> datetime | None:
    return next((at for read in _READERS if (at := read(said, calendar, now)) is not None), None)


def _tidy(words: str) -> str:
    said = " ".join(words.casefold().strip(" !?,").split())
    said = said if re.search(r"\d\.\d+\.$", said) else said.rstrip(".")
    return re.sub(r"^((until|till|til|for|to|in|by|on|at|the|about)\s+)+", "", said)


# --- so long ------------------------------------------------------------------------------------------------

_UNITS = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "mins": timedelta(minutes=1),
    "minute": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "hr": timedelta(hours=1),
    "hrs": timedelta(hours=1),
    "hour": timedelta(hours=1),
    "d": timedelta(days=1),
    "day": timedelta(days=1),
    "w": timedelta(weeks=1),
    "week": timedelta(weeks=1),
}
_NUMBERS = {"a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "half an": 0.5}
_PART = re.compile(r"(\d{1,4}(?:[.,]\d)?|half an|an?|one|two|three|four|five)\s*(working |business )?([a-z]+)")


def _length(said: str, calendar: Calendar, now: datetime) -> datetime | None:
    """``3 hours``, ``2h 30min``, ``an hour and 15 minutes``, ``2 working days``."""
    at, rest = now, said
    while rest:
        part = _PART.match(rest)
        unit = _unit(part[3]) if part else None
        if part is None or unit is None:
            return None
        at = _after(at, _number(part[1]), unit, bool(part[2]), calendar)
        rest = re.sub(r"^[\s,]*(and )?\s*", "", rest[part.end() :])
    return at if at != now else None


def _unit(word: str) -> timedelta | None:
    return _UNITS.get(word) or _UNITS.get(word.removesuffix("s"))


def _number(word: str) -> float:
    return _NUMBERS[word] if word in _NUMBERS else float(word.replace(",", "."))


def _after(at: datetime, number: float, unit: timedelta, working: bool, calendar: Calendar) -> datetime:
    """Days and weeks keep the time on the wall, whatever the clocks do meanwhile."""
    if working and unit < timedelta(days=1):
        return calendar.add_working_time(at, number * unit)
    if working:
        return calendar.add(at, Span(max(int(number * unit.days), 1), "day", True))
    if unit < timedelta(days=1) or number != int(number):
        return at + number * unit
    local = calendar.local(at)
    return _on_wall(local.date() + int(number) * unit, local.time(), calendar)


# --- such a day, at such a time -----------------------------------------------------------------------------

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_KNOWN = (
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    *("january", "february", "march", "april", "june", "july", "august", "september", "october", "november"),
    *("december", "today", "tomorrow", "tonight", "next", "week", "weeks", "hour", "hours", "minutes", "days"),
    *("morning", "noon", "afternoon", "evening", "until", "till", "working", "half", "after"),
)
"""Whole words of times, for whoever mistypes one."""
_CLOCK = re.compile(r"(?:at )?(\d{1,2})(?:[:.h](\d{2}))? ?(am|pm|h|o'?clock|uhr)?")
_NAMED = {"morning": 9, "noon": 12, "midday": 12, "lunch": 12, "afternoon": 14, "evening": 18, "tonight": 18}


def _day_and_time(said: str, calendar: Calendar, now: datetime) -> datetime | None:
    """``tomorrow``, ``Monday 10:00``, ``1 Dec at 9am``, ``2026-12-01``, ``16:00``."""
    day, rest = _day(said, calendar.local_day(now))
    if day is None:
        said = _day_first(said, calendar, now)
        day, rest = _day(said, calendar.local_day(now))
    clock = _clock(rest, calendar) if rest else None
    if rest and clock is None:
        return None
    today = calendar.local_day(now)
    if day is None:
        return _next_time(clock, today, calendar, now) if clock else None
    is_weekday = any(said.removeprefix("this ").startswith(name[:3]) for name in _WEEKDAYS)
    if is_weekday and (day == today and clock is None or _on_wall(day, clock or LATER, calendar) <= now):
        day += timedelta(days=7)
    return None if day == today and clock is None else _on_wall(day, clock or LATER, calendar)


def _day_first(said: str, calendar: Calendar, now: datetime) -> str:
    """``5pm today`` as ``today 5pm``; unchanged where no time stands before a day."""
    words = [word for word in said.split() if word != "on"]
    for place in range(1, len(words)):
        clock, day = " ".join(words[:place]), " ".join(words[place:])
        if _clock(clock, calendar) is not None and _day(day, calendar.local_day(now))[0] is not None:
            return f"{day} {clock}"
    return said


def _next_time(clock: time, today: date, calendar: Calendar, now: datetime) -> datetime:
    """Today, or tomorrow when that is past: nobody puts something off into the past."""
    at = _on_wall(today, clock, calendar)
    return at if at > now else _on_wall(today + timedelta(days=1), clock, calendar)


def _day(said: str, today: date) -> tuple[date | None, str]:
    """The day the words begin with, and the words left for the time."""
    for read in (_relative, _weekday, _iso, _dotted, _month):
        found = read(said, today)
        if found is not None:
            return found
    return None, said


def _relative(said: str, today: date) -> tuple[date, str] | None:
    if re.match(r"tonight|this (morning|noon|midday|lunch|afternoon|evening)\b", said):
        return today, said.removeprefix("this ")
    for name, days in (("day after tomorrow", 2), ("tomorrow", 1), ("today", 0)):
        if re.match(rf"{name}\b", said):
            return today + timedelta(days=days), said.removeprefix(name).strip()
    if re.match(r"next week\b", said):
        return today + timedelta(days=7 - today.weekday()), said.removeprefix("next week").strip()
    return None


def _weekday(said: str, today: date) -> tuple[date, str] | None:
    """``friday`` is the coming one; ``next friday`` that of the next week, as most people mean it."""
    found = re.match(r"(next |this )?([a-z]{3,9})\b\.?", said)
    names = [n for n, name in enumerate(_WEEKDAYS) if found and name.startswith(found[2])]
    if found is None or len(names) != 1:
        return None
    ahead = (names[0] - today.weekday()) % 7
    if found[1] == "next ":
        ahead = names[0] - today.weekday() + 7
    return today + timedelta(days=ahead), said[found.end() :].strip(" ,")


def _iso(said: str, today: date) -> tuple[date, str] | None:
    found = re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:t| |$)", said)
    day = _date(int(found[1]), int(found[2]), int(found[3])) if found else None
    return (day, said[found.end() :].strip()) if found and day else None


def _dotted(said: str, today: date) -> tuple[date, str] | None:
    """``1.12.`` and ``1.12.2026``: with dots the day comes first; ``1/12`` is two days and so none."""
    found = re.match(r"(\d{1,2})\.(\d{1,2})\.(\d{4})?(?: |$)", said)
    return _dated(found[1], int(found[2]), found[3], said[found.end() :], today) if found else None


def _month(said: str, today: date) -> tuple[date, str] | None:
    """``1 Dec``, ``Dec 1st``, ``1 December 2026``."""
    found = re.match(r"(\d{1,2})(?:st|nd|rd|th)? (?:of )?([a-z]{3,9})\b\.?(?: (\d{4}))?,?", said)
    number, name = (found[1], found[2]) if found else ("", "")
    if found is None:
        found = re.match(r"([a-z]{3,9})\b\.? (\d{1,2})(?:st|nd|rd|th)?\b(?!:)(?:,? (\d{4}))?,?", said)
        name, number = (found[1], found[2]) if found else ("", "")
    if found is None or name[:3] not in _MONTHS:
        return None
    return _dated(number, _MONTHS.index(name[:3]) + 1, found[3], said[found.end() :], today)


def _dated(day: str, month: int, year: str | None, rest: str, today: date) -> tuple[date, str] | None:
    """Without a year, the next such day."""
    found = _date(int(year) if year else today.year, month, int(day))
    if found is not None and not year and found < today:
        found = _date(today.year + 1, month, int(day))
    return (found, rest.strip(" ,")) if found else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _clock(said: str, calendar: Calendar) -> time | None:
    """``10:00``, ``10``, ``9am``, ``16h``, ``noon``, ``end of day``."""
    said = re.sub(r"^(at|in the|the) ", "", said.strip(" ,"))
    if said in {"eod", "end of day", "end of the day", "close"}:
        return calendar.hours.end
    if said in _NAMED:
        return time(_NAMED[said])
    found = _CLOCK.fullmatch(said)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3] in {"am", "pm"}:
        hour = hour % 12 + (12 if found[3] == "pm" else 0) if 1 <= hour <= 12 else 24
    elif found[0].isdecimal() and hour < calendar.hours.begin.hour and hour + 12 <= calendar.hours.end.hour:
        hour += 12  # who says *until 5* at work means the afternoon
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _on_wall(day: date, clock: time, calendar: Calendar) -> datetime:
    """When that wall shows ``clock`` on ``day``, the first time; for a time the clocks skip, as much later."""
    return datetime.combine(day, clock.replace(tzinfo=None), ZoneInfo(calendar.zone)).astimezone(UTC)


# --- ends of things -----------------------------------------------------------------------------------------


def _end(said: str, calendar: Calendar, now: datetime) -> datetime | None:
    """``end of day``, ``end of the week``: when its working time ends."""
    if said in {"eod", "end of day", "end of the day", "tonight"}:
        day = calendar.local_day(calendar.next_working_moment(now))
        return _on_wall(day, calendar.hours.end, calendar)
    if said in {"eow", "end of week", "end of the week"}:
        today = calendar.local_day(now)
        days = [today + timedelta(days=n) for n in range(7 - today.weekday())]
        worked = [end for day in days if (end := calendar.worked_on(day)) is not None and end[1] > now]
        return worked[-1][1] if worked else None
    return None


_READERS: tuple[Callable[[str, Calendar, datetime], datetime | None], ...] = (_end, _length, _day_and_time)
