"""The running of it, as rows that every process shares: who is at work, what all have counted, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from models.clock import Clock
from models.database import Database
from models.keeping import operations as kept
from models.keeping.jobs import NewJob
from models.keeping.operations import INTERVENTIONS
from models.running import ALIVE, Alert, Count, Counted, Process, Shift, Standing

__all__ = ["INTERVENTIONS", "Operations"]

HOURLY = frozenset(
    {"pm_webhook_seconds", "pm_cycle_seconds", "pm_deliveries", "pm_changes_untold", "pm_leases_reaped",
     "pm_firings_late"}
)  # fmt: skip
"""What is known hour by hour, for a week; everything else only since the beginning."""


class Operations:
    """Beats, counts and alerts. All instants are real time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def beat(self, process: Process, row: int | None, more: Mapping[Count, int], *, leaves: bool = False) -> int:
        """Say that ``process`` is at work and add what it has counted, in one transaction.

        Returns the row that tells of it, to be handed in next time; ``leaves`` says goodbye. Raises
        ``DatabaseNotReady``: then nothing was added.
        """
        now = self._clock.real()

        def write(connection: Connection) -> int:
            mine = kept.beat(connection, process, row, now)
            kept.add(connection, more, HOURLY, now)
            self._database.compare(connection)
            if self._database.dialect == "postgresql":
                kept.tell_clock(connection, process.host, self.ahead, self._theirs())
            if leaves:
                kept.leave(connection, mine, now)
            return mine

        return await self._database.write(write, "beat")

    @property
    def ahead(self) -> float:
        """Seconds this machine's clock is ahead of PostgreSQL's, as of the last beat; 0 on SQLite."""
        return self._database.ahead

    async def clocks(self) -> dict[str, float]:
        """By machine at work: seconds its clock is ahead of PostgreSQL's, as of its last beat; empty on SQLite.

        A machine is heard of whatever its own clock says: what it told is dated by the database's.
        """
        return await self._database.read(lambda c: kept.clocks(c, self._theirs()))

    def _theirs(self) -> datetime:
        """What the database's clock says."""
        return self._clock.real() - timedelta(seconds=self.ahead)

    async def shifts(self, since: datetime) -> list[Shift]:
        """Every time somebody was at work that reaches behind ``since``, oldest first."""
        return await self._database.read(lambda c: kept.shifts(c, since))

    async def known_since(self) -> datetime | None:
        """When anybody was at work first, as far as that is still known."""
        return await self._database.read(kept.first_shift)

    async def at_work(self) -> list[Shift]:
        """The processes at work now, oldest first."""
        now = self._clock.real()
        return [shift for shift in await self.shifts(now - ALIVE) if shift.alive(now)]

    async def totals(self) -> dict[Count, Counted]:
        """What all processes have counted since the beginning."""
        return await self._database.read(kept.totals)

    async def counted(self, name: str, since: datetime) -> dict[Count, int]:
        """What was counted under ``name`` in the hour of ``since`` and later; ``name`` is one of ``HOURLY``."""
        return await self._database.read(lambda c: kept.since(c, name, since))

    async def standing(self, since: datetime, day: str) -> Standing:
        """What lies there: since when people had to help, since which day (ISO) money was spent."""
        now = self._clock.real()
        return await self._database.read(lambda c: kept.standing(c, since, day, now))

    async def alerts(self) -> list[Alert]:
        """Every condition that holds or has held lately, the oldest first."""
        return await self._database.read(kept.alerts_known)

    async def keep_alerts(
        self, alerts: Sequence[Alert], gone: Sequence[tuple[str, str]] = (), jobs: Sequence[NewJob] = ()
    ) -> None:
        """Keep these as they are now, forget those (name, subject), and plan what tells of it, in one transaction."""
        now = self._clock.real()
        if alerts or gone:
            await self._database.write(lambda c: kept.keep_alerts(c, alerts, gone, jobs, now), "alerts")
        if jobs:
            self._database.doorbell.ring()
