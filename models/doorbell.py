"""Rings when there is work: waiting for it costs no polling, and a ring nobody hears costs nothing but time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


def _nobody_else() -> None:
    """The default of ``Doorbell.beyond``."""


class Doorbell:
    """Rings in this process when a commit has added work, so that nobody has to poll to be quick."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self.rings = 0
        self.beyond: Callable[[], None] = _nobody_else
        """Called after a commit that announced work: tells processes that the database itself does not tell."""

    def ring(self) -> None:
        """Wake everybody who waits."""
        self.rings += 1
        self._rung.set()
        self._rung = asyncio.Event()

    async def wait(self, timeout: float, *, since: int | None = None) -> bool:
        """Wait at most ``timeout`` seconds of real time; ``True`` when it rang.

        ``since`` is the count of ``rings`` read before looking for work: a ring in between is not lost.
        """
        if since is not None and self.rings != since:
            return True
        try:
            await asyncio.wait_for(self._rung.wait(), timeout)
        except TimeoutError:
            return False
        return True
