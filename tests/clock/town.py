"""The product's alarm clock over real stores, three teams in one zone, and a wall clock that is set by hand."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from bot.backups import standing
from bot.metrics import Metrics
from bot.scheduler import _due_backup, beat
from models.database import Database
from models.directives import Directives, Hours, Mode, Team
from models.directives_file import load
from models.foresight import Foresight
from models.ids import SprintId, TeamId
from models.ledger import Ledger
from models.mailbox import Mailbox, NewJob
from models.store import Store
from models.written import look_up
from tests.clock.zones import Change
from tests.planner.foresight.lore import past
from tests.world import CONSTITUTION, fresh_database

EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SUMMARIES = (time(0, 15), time(2, 30), time(23, 30))
"""When the three teams have their daily summary: in the hours in which clocks change, and at the end of a day."""

HOURS = ("09:00-18:00", "01:00-04:00")
"""Hours of work: usual ones, and such as a clock change cuts into."""

STEP = timedelta(minutes=30)
"""Between two ticks; in life it is seconds."""


@dataclass
class Wall:
    """A clock that shows what it is told, for company and real time alike."""

    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def real(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


@dataclass(frozen=True, slots=True)
class Firing:
    """One slot that was fired with work to do."""

    schedule: str
    slot: str
    at: datetime

    @property
    def what(self) -> str:
        return self.schedule.partition(":")[0]


class Watched(Store):
    """The real store; what it fires is noted."""

    fired_here: list[Firing]

    async def fire(self, schedule: str, slot: str, job: NewJob | None) -> bool:
        won = await super().fire(schedule, slot, job)
        if won and job is not None:
            self.fired_here.append(Firing(schedule, slot, self._clock.now()))
        return won


@dataclass
class Town:
    """What a test sets and sees."""

    app: Any
    wall: Wall
    store: Watched
    fired: list[Firing] = field(default_factory=list)

    async def live(self, moments: Iterable[datetime]) -> None:
        """Tick at each of these moments, in this order."""
        for moment in moments:
            self.wall.at = moment
            await beat(self.app)
            before = len(self.fired)
            await _due_backup(self.app)
            if len(self.fired) > before:  # it is made at once
                told = {"at": moment.isoformat(), "file": "f", "bytes": 1, "rows": 1}
                await self.store.remember(standing.NOBODY, standing.ABOUT, standing.GOOD, told)

    def of(self, schedule: str) -> list[Firing]:
        """What one schedule has fired."""
        return [each for each in self.fired if each.schedule == schedule]


def law(zone: str, hours: str, days: tuple[str, ...] = EVERY_DAY) -> Directives:
    """Three teams of that zone that try things out, so that each has a summary, a log and forecasts."""
    written = load(CONSTITUTION)
    lines = tuple(
        line.model_copy(update={"rule": Hours(hours=hours, days=days)}) if isinstance(line.rule, Hours) else line  # type: ignore[arg-type]
        for line in written.communication
    )
    [own] = written.teams
    return written.model_copy(update={"communication": lines, "teams": tuple(_teams(own, zone))})


def _teams(own: Team, zone: str) -> Iterable[Team]:
    for number, at in enumerate(SUMMARIES):
        digest = own.digest.model_copy(update={"at": at})
        changes = {"id": TeamId(f"t{number}"), "zone": zone, "holidays": None, "digest": digest, "mode": Mode.SHADOW}
        yield own.model_copy(update=changes)


@contextlib.asynccontextmanager
async def town(folder: Path, zone: str, hours: str = HOURS[0]) -> AsyncIterator[Town]:
    """The alarm clock over a fresh database; five sprints of each team are known."""
    wall, directives = Wall(), law(zone, hours)
    database = Database(fresh_database(folder / "clock.db"), wall)
    store = Watched(database, wall)
    store.fired_here = []
    foresight = Foresight(database)
    for team in directives.teams:
        for number in range(5):
            await foresight.keep_ended(team.id, SprintId(number), wall.now(), past(20.0))
    app = SimpleNamespace(
        clock=wall,
        directives=directives,
        constitution=SimpleNamespace(loaded=look_up(CONSTITUTION).content),
        mailbox=Mailbox(database, wall),
        store=store,
        ledger=Ledger(database, wall),
        foresight=foresight,
        jira=None,
        metrics=Metrics(),
        settings=SimpleNamespace(backup_folder=folder / "backups"),
    )
    try:
        yield Town(app, wall, store, store.fired_here)
    finally:
        await database.close()


def around(change: Change, before: int = 1, after: int = 2, step: timedelta = STEP) -> list[datetime]:
    """Ticks from a day before that change to two days after it, whole days on the wall of before it."""
    info = ZoneInfo(change.zone)
    begin = datetime.combine(change.day - timedelta(days=before), time(), info).astimezone(UTC)
    end = datetime.combine(change.day + timedelta(days=after), time(), info).astimezone(UTC)
    count = int((end - begin) / step)
    return [begin + number * step for number in range(count + 1)]


def days_of(moments: Iterable[datetime], zone: str) -> list[date]:
    """The days on that wall that the ticks cover from begin to end: but for the last."""
    return sorted({moment.astimezone(ZoneInfo(zone)).date() for moment in moments})[:-1]


def first_at(moments: Iterable[datetime], zone: str, day: date, at: time) -> datetime | None:
    """The first tick of that day at which its wall shows ``at`` or later; ``None`` where it never does."""
    info = ZoneInfo(zone)
    walls = ((moment, moment.astimezone(info)) for moment in moments)
    return next((moment for moment, wall in walls if wall.date() == day and wall.time() >= at), None)
