"""Every change of a clock there will be: all zones of the tz database from 2026 to 2030, each kind of zone once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)

SAMPLE: tuple[str, ...] = (
    *(
        "Europe/Berlin",
        "Europe/London",
        "Europe/Lisbon",
        "Europe/Dublin",
        "Europe/Kyiv",
        "Europe/Chisinau",
        "Europe/Moscow",
    ),
    *(
        "America/New_York",
        "America/Chicago",
        "America/Phoenix",
        "America/St_Johns",
        "America/Havana",
        "America/Santiago",
    ),
    *(
        "America/Nuuk",
        "America/Miquelon",
        "America/Port-au-Prince",
        "America/Sao_Paulo",
        "America/Caracas",
        "America/Adak",
    ),
    *(
        "Africa/Cairo",
        "Africa/Casablanca",
        "Africa/El_Aaiun",
        "Africa/Lagos",
        "Asia/Beirut",
        "Asia/Jerusalem",
        "Asia/Gaza",
    ),
    *("Asia/Kolkata", "Asia/Kathmandu", "Asia/Tokyo", "Asia/Tehran", "Atlantic/Azores", "Australia/Sydney"),
    *(
        "Australia/Lord_Howe",
        "Antarctica/Troll",
        "Pacific/Auckland",
        "Pacific/Chatham",
        "Pacific/Norfolk",
        "Pacific/Apia",
    ),
    *("Pacific/Kiritimati", "Pacific/Easter"),
)
"""Forty with the oddest habits: at midnight, by half an hour, by two, back for a month, never."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one zone's clock."""

    zone: str
    at: datetime
    """UTC: from this moment on it shows another time."""
    by: timedelta
    """How far it jumps ahead; below nothing it goes back."""

    @property
    def day(self) -> date:
        """The day on which it does, as the wall showed it before."""
        return (self.at - timedelta(seconds=1)).astimezone(ZoneInfo(self.zone)).date()


def changes(zone: str) -> Sequence[Change]:
    """Those of one zone, in order."""
    return tuple(_changes(zone))


def _changes(zone: str) -> Iterator[Change]:
    info, day = ZoneInfo(zone), timedelta(days=1)
    at, offset = FIRST, FIRST.astimezone(info).utcoffset()
    while at < LAST:
        after = (at + day).astimezone(info).utcoffset()
        if after != offset and after is not None and offset is not None:
            yield Change(zone, _moment(info, at, at + day), after - offset)
        at, offset = at + day, after


def _moment(info: ZoneInfo, low: datetime, high: datetime) -> datetime:
    before = low.astimezone(info).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        middle = middle if middle > low else low + timedelta(seconds=1)
        if middle.astimezone(info).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


@cache
def kinds() -> Mapping[tuple[tuple[datetime, timedelta], ...], tuple[str, ...]]:
    """All zones by what their clocks do; those that do the same on the same days at the same offset are one kind."""
    found: dict[tuple[tuple[datetime, timedelta], ...], list[str]] = {}
    for zone in sorted(available_timezones()):
        offset = FIRST.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
        habit = ((FIRST, offset), *((change.at, change.by) for change in changes(zone)))
        found.setdefault(habit, []).append(zone)
    return {habit: tuple(zones) for habit, zones in found.items()}


def each_kind() -> Sequence[str]:
    """One zone of each kind."""
    return [zones[0] for zones in kinds().values()]
