"""One connection of its own that hears PostgreSQL tell of new work; while it is away, waiting costs a poll's time."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing

from models.database import WORK, Database

log = logging.getLogger(__name__)

QUIET = 20.0
"""Seconds without a word after which the connection is asked whether it still lives."""

ANSWER = 5.0
"""Seconds it has to say so, and to be made."""

AGAIN = (1.0, 2.0, 5.0, 10.0)
"""Seconds before it is made anew, after the first failure, the second, and so on; the last for all that follow."""

BREATH = 0.02
"""Seconds between two rings: in a storm a worker looks fifty times a second, not a thousand."""

GLANCE = 0.05
"""Seconds between two looks at a SQLite file that other processes write to; one costs some microseconds."""


class Listening:
    """Rings ``ring`` whenever another process has committed work, for as long as ``run`` is awaited."""

    def __init__(
        self,
        database: Database,
        ring: Callable[[], None],
        lost: Callable[[], None],
        *,
        quiet: float = QUIET,
        answer: float = ANSWER,
    ) -> None:
        """``lost`` is called each time the connection is lost, or could not be made."""
        self._database, self._ring, self._tell_lost = database, ring, lost
        self._quiet, self._answer = quiet, answer
        self.hears = False
        """Whether there is a connection now."""
        self.trouble = ""
        """Why there is none."""

    async def run(self) -> None:
        """Until cancelled; whatever goes wrong is counted and tried again."""
        failures = 0
        while True:
            try:
                await (self._hear() if self._database.dialect == "postgresql" else self._watch())
            except Exception as error:  # noqa: BLE001 - a door: without this bell work is found by polling
                failures = 1 if self.hears else failures + 1
                self._lost(error)
            finally:
                self.hears = False
            await asyncio.sleep(AGAIN[min(failures, len(AGAIN)) - 1])

    def _lost(self, error: Exception) -> None:
        self._tell_lost()
        self.trouble = (str(error).strip() or type(error).__name__).splitlines()[0]
        log.info("work is found by polling: %s", self.trouble, extra={"action": "bell_lost"})

    def _there(self) -> None:
        self.hears, self.trouble = True, ""
        self._ring()  # what was told meanwhile was told to nobody

    async def _hear(self) -> None:
        import psycopg  # a process on SQLite never pays for it

        words = self._database.address.set(drivername="postgresql").render_as_string(hide_password=False)
        async with asyncio.timeout(self._answer):
            line = await psycopg.AsyncConnection.connect(words, autocommit=True, application_name="pm-agent-bell")
        async with line:
            await line.execute(f"LISTEN {WORK}".encode())
            self._there()
            while True:
                told = [each.payload async for each in line.notifies(timeout=self._quiet, stop_after=1)]
                if any(who != self._database.name for who in told):
                    self._ring()
                if told:
                    await asyncio.sleep(BREATH)
                    continue
                async with asyncio.timeout(self._answer):
                    await line.execute(b"SELECT 1")

    async def _watch(self) -> None:
        """SQLite tells nobody, but a connection can see that others have committed."""
        with closing(sqlite3.connect(str(self._database.address.database), timeout=0, check_same_thread=False)) as eye:
            before = await asyncio.to_thread(_version, eye)
            self._there()
            while True:
                await asyncio.sleep(GLANCE)
                now = await asyncio.to_thread(_version, eye)
                if now != before:
                    self._ring()
                before = now


def _version(eye: sqlite3.Connection) -> int:
    """Another number after each commit of another connection; -1 while somebody is at it."""
    try:
        return int(eye.execute("PRAGMA data_version").fetchone()[0])
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            return -1
        raise
