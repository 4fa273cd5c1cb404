"""Never faster than Slack allows, channel by channel: one that must wait never holds up another."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from models.clock import Clock
from models.errors import NotDone

INTERVAL = 1.0
"""Seconds between two posts in one channel (Slack: "Rate limits", posting messages)."""

BURST = 3
"""Posts that may go at once after a quiet time; Slack tolerates short bursts."""

PATIENCE = 5.0
"""Seconds a caller waits here; for longer it gets ``NotDone`` and its worker does something else."""

_TIDY = 1000


@dataclass(slots=True)
class _Lane:
    """When the next post is due if the pace is kept, and until when Slack has closed the lane."""

    due: float = 0.0
    closed: float = 0.0


class Pacer:
    """Turns per lane, in the order they were asked for; a lane is a channel or a method."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lanes: dict[str, _Lane] = {}

    async def turn(self, lane: str, interval: float = INTERVAL) -> None:
        """Wait for a turn. Raises ``NotDone`` at once when that would take longer than ``PATIENCE``."""
        wait = self._reserve(lane, interval)
        while wait > 0:
            await asyncio.sleep(wait)
            wait = self._closed_for(lane)  # closed by a 429 while we slept
            if wait > PATIENCE:
                raise NotDone("Slack asked for a pause", retry_after=wait)

    def close(self, lane: str, seconds: float) -> None:
        """Slack said 429 with this Retry-After: nothing in this lane until then."""
        self._lane(lane).closed = self._clock.monotonic() + seconds

    def _reserve(self, name: str, interval: float) -> float:
        now, lane = self._clock.monotonic(), self._lane(name)
        wait = max(lane.due - (BURST - 1) * interval - now, lane.closed - now, 0.0)
        if wait > PATIENCE:
            raise NotDone("Slack asked for a pause, or this channel is full", retry_after=wait)
        lane.due = max(lane.due, now + wait) + interval
        return wait

    def _closed_for(self, name: str) -> float:
        return max(self._lane(name).closed - self._clock.monotonic(), 0.0)

    def _lane(self, name: str) -> _Lane:
        if len(self._lanes) > _TIDY:
            now = self._clock.monotonic()
            self._lanes = {n: lane for n, lane in self._lanes.items() if max(lane.due, lane.closed) > now}
        return self._lanes.setdefault(name, _Lane())
