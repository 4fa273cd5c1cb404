"""How the agent is doing at one moment, in figures: what /metrics tells and what is watched, read in one way."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot import tally
from bot.operations.promises import Sources
from models.events import Source
from models.ids import TeamId
from models.mailbox import Depths, Mailbox
from models.running import OPENS, WORKS, Count, Counted, Kind, Standing

LATELY = timedelta(hours=1)
"""What happened in this hour and the one before it is *lately*: counts are kept by the hour."""

COME = frozenset({"accepted", "duplicate", "ignored"})
"""What a delivery with a good signature may have come to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """What is known only where this process is, or is read by others."""

    read: frozenset[str] = frozenset(Source)
    """Sources that are set up: what was read before one was switched off grows old for good."""
    folder: Path | None = None
    """Where the database's file lies; ``None`` for a server elsewhere."""
    missing: Mapping[str, int] = field(default_factory=dict)
    """Sources whose webhooks seem to be missing, with how many changes came to light by reading."""
    expiries: Mapping[str, date] = field(default_factory=dict)
    """The last day of a vendor's token, where it was written down."""
    host: str = ""
    """This machine, where its clock is compared with a database's elsewhere; empty on SQLite, which has none."""
    backup: datetime | None = None
    """Of which moment the last backup is (real time); ``None`` where none was ever made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """Everything that is watched. Ages are seconds of real time."""

    at: datetime
    today: date
    """Company time, in UTC."""
    depths: Depths
    people_wait: float
    """How long somebody has waited for a worker."""
    lies: Standing
    at_work: Mapping[Kind, int]
    silent: Mapping[str, float]
    """By source, since it sent anything; one that never did is absent."""
    missing: Mapping[str, int]
    unstored: int
    """Deliveries lately that could not be kept."""
    late: int
    reaped: int
    """Lately."""
    mirror: Mapping[tuple[str, str], tuple[float, str]]
    """By team and source: age of what is known, and what went wrong since."""
    searches: Mapping[str, Any]
    """Of this day and the one before, as ``tally.recent`` tells."""
    money: Mapping[str, tuple[float, float]]
    """By team: dollars spent today, and its cap."""
    free: tuple[int, float] | None
    """Bytes free where the database lies, and which share that is."""
    clocks: Mapping[str, float]
    """By machine: seconds its clock is ahead of the database's."""
    backup_age: float | None
    expiries: Mapping[str, date]

    @property
    def doors(self) -> int:
        """Processes that take deliveries."""
        return sum(n for kind, n in self.at_work.items() if kind in OPENS)

    @property
    def workers(self) -> int:
        """Processes that work."""
        return sum(n for kind, n in self.at_work.items() if kind in WORKS)


async def vitals(of: Sources, mailbox: Mailbox, here: Here) -> Vitals:
    """Read all of it; nothing is changed."""
    now, company = of.clock.real(), of.clock.now()
    totals = await of.operations.totals()
    since = now - LATELY
    deliveries = await of.operations.counted("pm_deliveries", since)
    lies = await of.operations.standing(now, (company - timedelta(days=1)).date().isoformat())
    at_work = await of.operations.at_work()
    alive = [shift.process.kind for shift in at_work]
    return Vitals(
        at=now,
        today=company.date(),
        depths=await mailbox.depths(),
        people_wait=await mailbox.waited(0),
        lies=lies,
        at_work={kind: alive.count(kind) for kind in Kind},
        silent=silent(totals, now),
        missing=here.missing,
        unstored=sum(n for count, n in deliveries.items() if count.labels[-1] == "unavailable"),
        late=sum((await of.operations.counted("pm_firings_late", since)).values()),
        reaped=sum((await of.operations.counted("pm_leases_reaped", since)).values()),
        mirror=await _mirror(of, here.read, min((shift.began for shift in at_work), default=now), now),
        searches=await tally.recent(of.store, now, days=2),
        money={team["id"]: _money(team, lies, company) for team in of.teams},
        free=_free(here.folder),
        clocks=await of.operations.clocks() | ({here.host: of.operations.ahead} if here.host else {}),
        backup_age=(now - here.backup).total_seconds() if here.backup is not None else None,
        expiries=here.expiries,
    )


def silent(totals: Mapping[Count, Counted], now: datetime) -> Mapping[str, float]:
    """Seconds since each source last sent something with a good signature."""
    last = dict[str, datetime]()
    for count, counted in totals.items():
        if count.name == "pm_deliveries" and count.labels[1:] and count.labels[1] in COME:
            last[count.labels[0]] = max(counted.at, last.get(count.labels[0], counted.at))
    return {source: max(0.0, (now - at).total_seconds()) for source, at in last.items()}


async def _mirror(
    of: Sources, read: frozenset[str], began: datetime, now: datetime
) -> Mapping[tuple[str, str], tuple[float, str]]:
    """What was tried and never read has its age from when those who are at work ``began``."""
    found = dict[tuple[str, str], tuple[float, str]]()
    for team in of.teams:
        for source, reading in (await of.store.readings(TeamId(team["id"]))).items():
            if source in read:
                age = (now - (reading.at or began)).total_seconds()
                found[team["id"], str(source)] = (age, reading.error or "")
    return found


def _money(team: Mapping[str, Any], lies: Standing, company: datetime) -> tuple[float, float]:
    """What counts against its cap on the day it is where that team is."""
    day = company.astimezone(ZoneInfo(team.get("zone", "UTC"))).date().isoformat()
    return lies.spent.get((TeamId(team["id"]), day), 0) / 1e9, float(team.get("cap_usd", 0.0))


def _free(folder: Path | None) -> tuple[int, float] | None:
    try:
        used = shutil.disk_usage(folder) if folder is not None else None
    except OSError:
        return None
    return (used.free, used.free / used.total) if used is not None and used.total else None
