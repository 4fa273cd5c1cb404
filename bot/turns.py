"""How many jobs a worker computes at a time: one that waits for a model lets another begin meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextvars import ContextVar


class Turn:
    """One job's place among those that compute; given up once, at the latest at its end."""

    def __init__(self, free: asyncio.Semaphore) -> None:
        self._free, self._held = free, True

    def give_up(self) -> None:
        """Somebody else may begin. What is left to do of this one is little, and waits for no turn again."""
        if self._held:
            self._held = False
            self._free.release()


_MINE: ContextVar[Turn | None] = ContextVar("turn", default=None)


@contextlib.asynccontextmanager
async def turn(free: asyncio.Semaphore) -> AsyncIterator[None]:
    """Wait for a place, and hold it while the block runs or until ``let_another_begin`` is called in it."""
    await free.acquire()
    mine = Turn(free)
    token = _MINE.set(mine)
    try:
        yield
    finally:
        _MINE.reset(token)
        mine.give_up()


def let_another_begin() -> None:
    """Called before a wait of seconds for somebody who computes elsewhere; nothing happens outside a turn."""
    if (mine := _MINE.get()) is not None:
        mine.give_up()
