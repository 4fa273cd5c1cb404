"""Our own house: the database, the constitution, the tokens' last days, and whether our clock is right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from email.utils import parsedate_to_datetime
from functools import partial

import aiohttp
from sqlalchemy import Connection

from bot.connections.company import Company, DatabasePort
from bot.connections.probes import Probe, constant
from integrations.health import Check
from models.clock import Clock
from models.directives import Directives
from models.directives_file import explain
from models.errors import PMAgentError

CLOCK = "clock"
SLOW, WRONG = 60.0, 240.0
"""Seconds beside a vendor's clock that are told, and that are too many: Slack's requests are refused from 300 on."""

SOON = 30
"""Days before its end that an expiring token is told."""

TELLING = 5.0
"""Seconds a vendor has to tell its time."""


def probes(company: Company) -> list[Probe]:
    """What is asked of our own house."""
    return [
        constant(_none_yet(company.no_database)) if company.no_database else _database(company.database),
        *([Probe("redis", company.redis)] if company.redis else []),
        constant(directives(company.directives)),
        *(constant(expiry(name, day, company.clock)) for name, day in company.expiries.items()),
        *([Probe(CLOCK, partial(clock, company.vendors, company.clock))] if company.vendors else []),
    ]


def _database(store: DatabasePort) -> Probe:
    return Probe("database", partial(database, store))


def _none_yet(file: str) -> Check:
    return Check("database", False, f"no database yet at {file}", "pm start makes it", grave=False)


async def database(store: DatabasePort) -> Check:
    """Reachable, of this version, and it takes changes."""
    try:
        await store.check_version()
        journal = await store.write(_change_nothing, "check")
    except PMAgentError as error:
        return Check("database", False, str(error))
    if journal and journal not in store.describe():
        detail = f"{store.describe()} was asked for, but its journal mode is {journal}"
        return Check("database", False, detail, "Put the file on a local disk, not on a network share", grave=False)
    return Check("database", True, f"{store.describe()}; of this version, takes changes")


def directives(constitution: Directives, trouble: str = "") -> Check:
    """Valid, since it was read, and how much of it is more than advice; ``trouble`` is what is on disk now."""
    if trouble:
        detail = f"{trouble}; version {constitution.version} stays in force"
        return Check("directives", False, detail, "See: pm directives check", grave=False)
    lines = explain(constitution)
    enforced = sum(line.kept.startswith("enforced") for line in lines)
    names = ", ".join(team.id for team in constitution.teams)
    return Check("directives", True, f"valid: {enforced} of {len(lines)} lines enforced by code; teams: {names}")


def expiry(vendor: str, day: date | None, clock: Clock) -> Check:
    """How long a token still lives, when somebody has written it down: Atlassian tells no token its own end."""
    name, setting = f"{vendor} token expiry", f"{_SETTINGS.get(vendor, vendor.upper())}_EXPIRES"
    if day is None:
        detail = f"not told by Atlassian: a token lives one year at most. Write its last day into {setting}"
        return Check(name, True, detail, off=True)
    left = (day - clock.real().date()).days
    if left > SOON:
        return Check(name, True, f"ends on {day}, in {left} days")
    words = f"ends on {day}, in {left} days" if left >= 0 else f"ended on {day}"
    return Check(name, False, words, f"Make a new token, put it into .env and its last day into {setting}", grave=False)


async def clock(vendors: Mapping[str, str], ours: Clock) -> Check:
    """Our clock beside the first vendor's that tells its time."""
    for vendor, url in vendors.items():
        ahead = await _ahead(url, ours)
        if ahead is not None:
            return _told(ahead, vendor)
    return Check(CLOCK, True, "not compared: no vendor has told its time", off=True)


def _told(ahead: float, vendor: str) -> Check:
    words = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} {vendor}'s"
    remedy = "Switch time synchronisation on (timedatectl set-ntp true); Slack's requests are refused from 300 s on"
    if abs(ahead) <= SLOW:
        return Check(CLOCK, True, words)
    return Check(CLOCK, False, words, remedy, grave=abs(ahead) > WRONG)


async def _ahead(url: str, ours: Clock) -> float | None:
    """Seconds our clock is ahead, from the ``Date`` header of any answer at all; it counts whole seconds."""
    limit = aiohttp.ClientTimeout(total=TELLING)
    try:
        async with aiohttp.ClientSession(timeout=limit) as session:
            before = ours.real()
            async with session.get(url, allow_redirects=False) as answer:
                after = ours.real()
                told = parsedate_to_datetime(answer.headers.get("Date", ""))
    except (TimeoutError, aiohttp.ClientError, ValueError, TypeError):
        return None
    return (before + (after - before) / 2 - told).total_seconds() - 0.5 if told.tzinfo else None


def _change_nothing(connection: Connection) -> str:
    """A write that matches no row: it needs the lock and the right to write, and leaves nothing behind.

    Returns SQLite's journal mode, which belongs to the connection that writes.
    """
    connection.exec_driver_sql("UPDATE jobs SET kind = kind WHERE 1 = 0")
    if connection.dialect.name != "sqlite":
        return ""
    return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar()).upper()


_SETTINGS = {"jira": "ATLASSIAN_TOKEN", "bitbucket": "BITBUCKET_TOKEN"}
