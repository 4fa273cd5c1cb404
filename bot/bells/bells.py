"""A process hears of work the moment another has committed it; when no bell works, it finds it within a second."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any

from bot.metrics import Metrics
from integrations.health import Check
from integrations.redis import Line
from integrations.redis.line import NAME
from models.clock import Clock
from models.database import WORK, Database
from models.listening import Listening

AGAIN = 1.0
"""Seconds between two questions whether Redis is back."""

BREATH = 0.02
"""Seconds between two words of ours: what is committed meanwhile is told with the next."""

BELL, REDIS = "wake-ups", NAME

POLLING = "work of other processes is found by polling, within a second"


class Bells:
    """Joins the doorbell of this process to those of others. Redis first, where there is one; else the database's."""

    def __init__(self, database: Database, line: Line | None, metrics: Metrics) -> None:
        self.line = line
        self.database = Listening(database, database.doorbell.ring, partial(metrics.count, "pm_bells_lost", "database"))
        self._metrics = metrics
        self._house = database
        self._told = asyncio.Event()
        self._alone = False
        self._over_redis = False

    @contextlib.asynccontextmanager
    async def telling(self) -> AsyncIterator[None]:
        """While the block runs, others are told over Redis of work that is committed here; nobody waits for that."""
        if self.line is None:
            yield  # PostgreSQL tells by itself, in the transaction
            return
        self._house.doorbell.beyond = self._told.set
        async with _beside(asyncio.create_task(self._tell(self.line), name="telling of work")):
            yield

    async def close(self) -> None:
        """Hang up."""
        if self.line is not None:
            await self.line.close()

    @contextlib.asynccontextmanager
    async def hearing(self, *, alone: bool) -> AsyncIterator[None]:
        """While the block runs, this process hears of others' work.

        ``alone`` is a process with its own doors: on SQLite it is the only one, and nobody else need be watched.
        """
        self._alone = alone and self._house.dialect == "sqlite" and self.line is None
        if self._alone:
            yield
            return
        async with _beside(asyncio.create_task(self._hear(), name="hearing of work")):
            yield

    async def _tell(self, line: Line) -> None:
        while True:
            await self._told.wait()
            self._told.clear()
            await line.tell(WORK, self._house.name)
            await asyncio.sleep(BREATH)

    async def _hear(self) -> None:
        if self.line is None:
            await self.database.run()
            return
        while True:
            await self.line.hear(WORK, self._house.name, self._heard)
            self._over_redis = False
            self._metrics.count("pm_bells_lost", "redis")
            async with _beside(asyncio.create_task(self.database.run(), name="the database's bell")):
                answers = None
                while answers is None:
                    await asyncio.sleep(AGAIN)
                    answers = await self.line.ping()

    def _heard(self) -> None:
        self._over_redis = True
        self._house.doorbell.ring()

    def check(self) -> Check:
        """Whether this process hears of others' work at once."""
        if self._alone:
            return Check(BELL, True, "one process on SQLite does all of it", off=True)
        if self._over_redis:
            return Check(BELL, True, "heard over Redis")
        if self.database.hears:
            how = "PostgreSQL's LISTEN" if self._house.dialect == "postgresql" else "the file's number of changes"
            return Check(BELL, True, f"heard over {how}")
        why = self.database.trouble or "not connected yet"
        return Check(BELL, False, f"{why}; {POLLING}", "Check the database's connections", grave=False)

    async def status(self) -> Mapping[str, Any]:
        """How Redis is, as data for ``pm status`` and /api/status."""
        found = await self.redis()
        return {"state": found.state, "detail": found.detail}

    async def redis(self) -> Check:
        """How Redis is, for whoever runs the agent."""
        if self.line is None:
            return Check(REDIS, True, f"off: {UNSET}", off=True)
        return await self.line.check()


UNSET = "REDIS_URL is not set: processes wake each other through the database, each keeps Slack's pace by itself"


def bells_of(database: Database, redis_url: str, clock: Clock, metrics: Metrics) -> Bells:
    """The bells of one process. Opens no connection."""
    failed = partial(metrics.count, "pm_redis_failures")
    return Bells(database, Line(redis_url, clock, failed=failed) if redis_url else None, metrics)


@contextlib.asynccontextmanager
async def _beside(task: asyncio.Task[None]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
