"""Instants as people read them: in their own zone, no more exact than is useful."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SOURCES = {"jira": "Jira", "bitbucket": "Bitbucket"}
"""Where facts about work come from; who is present is read from Slack, but answers rest on these."""


def moment(at: datetime, zone: str, seen: datetime, *, named: bool = False) -> str:
    """``10:14`` on the day of ``seen``, ``Wed 18:00`` within six days of it, else ``Wed 2 Dec 18:00``.

    In a zone this machine does not know it is told in UTC, and says so. ``named`` is for readers of several zones:
    then the zone is always said, ``10:14 EST``.
    """
    reader = _zone(zone)
    local = at.astimezone(reader)
    if local.date() == seen.astimezone(reader).date():
        return _time(local, named)
    return dated(at, zone, seen, named=named)


def dated(at: datetime, zone: str, seen: datetime, *, named: bool = False) -> str:
    """As ``moment``, with the weekday also on the day of ``seen``: for what may be read on a later one."""
    reader_zone = _zone(zone)
    local, reader = at.astimezone(reader_zone), seen.astimezone(reader_zone)
    time = _time(local, named)
    day = _DAYS[local.weekday()]
    if abs((local.date() - reader.date()).days) < 7:
        return f"{day} {time}"
    return f"{day} {local.day} {_MONTHS[local.month - 1]} {time}"


_KEPT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\dZ")


def localised(words: str, zone: str, *, named: bool = False) -> str:
    """Kept words with every instant in them (``2026-11-24T09:50Z``) as its reader's ``Tue 10:50``."""

    def told(found: re.Match[str]) -> str:
        try:
            at = datetime.fromisoformat(found[0])
        except ValueError:  # looks like one and is none
            return found[0]
        return dated(at, zone, at, named=named)

    return _KEPT.sub(told, words)


def _time(local: datetime, named: bool) -> str:
    zone = (local.tzname() or "") if named or local.tzinfo is UTC else ""
    if zone.startswith(("+", "-")):  # a zone that has no letters of its own
        zone = f"UTC{zone}"
    return f"{local.hour:02d}:{local.minute:02d} {zone}".rstrip()


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def age(since: datetime, now: datetime) -> str:
    """``now``, ``2 min``, ``3 h``, ``4 d``: how long ago ``since`` was."""
    gone = max(now - since, timedelta())
    minutes = int(gone.total_seconds() // 60)
    if minutes < 1:
        return "under 1 min"
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"


def data_age(read_at: Mapping[str, datetime], now: datetime) -> str:
    """``Jira 2 min old · Bitbucket 41 min old``, ``Jira and Bitbucket 2 min old``; empty when nothing was read.

    Both instants are real time.
    """
    ages: dict[str, list[str]] = {}
    for source, name in _SOURCES.items():
        if source in read_at:
            ages.setdefault(age(read_at[source], now), []).append(name)
    return " · ".join(f"{' and '.join(names)} {old} old" for old, names in ages.items())
