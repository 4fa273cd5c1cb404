"""How often somebody may fail to sign in: per address, and everybody together."""

from __future__ import annotations

from collections import deque

from models.clock import Clock

WINDOW = 60.0
"""Seconds over which failures are counted."""

EACH, ALL = 10, 100
"""Failures in that time: from one address, and from all. A link is 32 random bytes, so this is against noise."""


class Attempts:
    """Failures of the last minute, in this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failed: deque[tuple[float, str]] = deque()

    def allows(self, address: str) -> bool:
        """Whether another try is taken from there."""
        now = self._clock.monotonic()
        while self._failed and self._failed[0][0] <= now - WINDOW:
            self._failed.popleft()
        return len(self._failed) < ALL and sum(known == address for _, known in self._failed) < EACH

    def failed(self, address: str) -> None:
        """Count one that came to nothing."""
        self._failed.append((self._clock.monotonic(), address))
