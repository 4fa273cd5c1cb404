"""While a process is at work it says so every few seconds, and writes what it has counted where all counts add up."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import platform
from collections.abc import AsyncIterator

from bot.metrics import Metrics
from models.errors import OperatorError
from models.ids import fresh
from models.operations import Operations
from models.running import BEAT, Kind, Process

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds for a beat under way to be written when the process ends."""


class Pulse:
    """The beats of this process."""

    def __init__(self, operations: Operations, metrics: Metrics, kind: Kind, version: str) -> None:
        self._operations, self._metrics = operations, metrics
        host = platform.node()[:120] or "unknown"
        self.process = Process(name=fresh(), kind=kind, host=host, pid=os.getpid(), version=version[:40])
        self._row: int | None = None
        self._turn = asyncio.Lock()

    async def beat(self, *, leaves: bool = False) -> bool:
        """Say that we are at work; ``False``, logged, when it could not be written: the counts are kept for the next.

        Whether the counts of a lost answer were written nobody knows: they may then count twice, never be lost.
        """
        async with self._turn:
            counted = self._metrics.take()
            try:
                self._row = await self._operations.beat(self.process, self._row, counted, leaves=leaves)
            except OperatorError as gone:
                self._metrics.give_back(counted)
                log.warning("no beat was written: %s", gone, extra={"action": "beat_lost"})
                return False
            return True


@contextlib.asynccontextmanager
async def at_work(pulse: Pulse, every: float = BEAT.total_seconds()) -> AsyncIterator[None]:
    """Beat from now until the end of the block, and then say goodbye."""
    stop = asyncio.Event()
    beating = asyncio.create_task(_keep_beating(pulse, every, stop), name="pulse")
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait([beating], timeout=PATIENCE)
        if not beating.done():  # the database stands still: then nobody can be told goodbye
            beating.cancel()
            await asyncio.wait([beating])
        else:
            await pulse.beat(leaves=True)


async def _keep_beating(pulse: Pulse, every: float, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await pulse.beat()
        except Exception:
            log.exception("a beat failed; the next one comes", extra={"action": "beat_failed"})
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every)
