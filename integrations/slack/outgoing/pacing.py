"""Never faster than Slack allows, channel by channel: one that must wait never holds up another."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from models.clock import Clock
from models.errors import NotDone

INTERVAL = 1.0
"""Seconds between two posts in one channel (Slack: "Rate limits", posting messages)."""

BURST = 3
"""Posts that may go at once after a quiet time; Slack tolerates short bursts."""

PATIENCE = 5.0
"""Seconds a caller waits here; for longer it gets ``NotDone`` and its worker does something else."""

LONGEST = 3_600.0
"""Seconds a lane stays closed at most: a header can say anything, and only a restart would open it again."""

_TIDY = 1000

PER_MINUTE: Mapping[str, int] = {
    "chat.appendStream": 100,
    "chat.postEphemeral": 100,
    "chat.postMessage": 240,
    "chat.startStream": 20,
    "chat.stopStream": 20,
    "chat.update": 50,
    "conversations.history": 50,
    "conversations.info": 50,
    "conversations.list": 20,
    "conversations.open": 50,
    "conversations.replies": 50,
    "dnd.info": 50,
    "dnd.teamInfo": 20,
    "usergroups.users.list": 20,
    "users.info": 100,
    "users.list": 20,
    "users.lookupByEmail": 50,
    "views.publish": 100,
}
"""Calls of a method Slack takes in a minute at least, for the whole workspace (its tiers 2, 3 and 4).

A minute's worth may go at once. ``chat.postMessage`` is counted by channel as well, and the workspace's own limit of
"several hundred" a minute is taken for the fewest that can mean; what is not here has no such limit.
"""


class Shared(Protocol):
    """The pace of all processes together, where they have something to agree by. Raises nothing."""

    async def turn(self, lane: str, interval: float, burst: int, patience: float) -> float | None:
        """Seconds until our turn; more than ``patience`` and it is not taken; ``None`` when nobody can say."""
        ...

    async def close(self, lane: str, seconds: float) -> None:
        """Nobody goes there for so long."""
        ...


@dataclass(slots=True)
class _Lane:
    """When the next post is due if the pace is kept, and until when Slack has closed the lane."""

    due: float = 0.0
    closed: float = 0.0
    closings: int = 0
    line: asyncio.Lock = field(default_factory=asyncio.Lock)


class Pacer:
    """Turns per lane, in the order they were asked for; a lane is a channel or a method.

    It counts for this process. With ``shared`` other processes' turns are counted too, as long as anybody can say.
    """

    def __init__(self, clock: Clock, hurry: float = 1.0, shared: Shared | None = None) -> None:
        """``hurry`` is how many times faster than Slack allows: above 1 for a simulated Slack that takes any pace."""
        self._clock = clock
        self._hurry = hurry
        self._shared = shared
        self._lanes: dict[str, _Lane] = {}

    async def turn(self, lane: str, interval: float | None = None) -> None:
        """Wait for a turn. Raises ``NotDone`` at once when that would take longer than ``PATIENCE``.

        Without ``interval`` the pace is that of the method's tier, or a channel's when no method has that name.
        """
        pace = _pace(lane, interval)
        wait = max(self._reserve(lane, *pace), await self._elsewhere(lane, *pace))
        while wait > 0:
            await asyncio.sleep(wait)
            wait = self._closed_for(lane)  # closed by a 429 while we slept
            if wait > PATIENCE:
                raise NotDone("Slack asked for a pause", retry_after=wait)

    @contextlib.asynccontextmanager
    async def in_order(self, channel: str, interval: float = INTERVAL) -> AsyncIterator[None]:
        """A turn in ``channel`` that lasts as long as the call: the next begins when this one has ended.

        Raises ``NotDone`` when the turn is too far away, and for those who stand in line when Slack closes the channel:
        they must not go before the one that was told to wait.
        """
        lane = self._lane(channel)
        begin = self._clock.monotonic() + self._reserve(channel, interval, BURST)
        closings = lane.closings
        try:
            async with asyncio.timeout(PATIENCE):
                await lane.line.acquire()
        except TimeoutError:
            raise NotDone("this channel is busy", retry_after=INTERVAL) from None
        try:
            begin = max(begin, self._clock.monotonic() + await self._elsewhere(channel, interval, BURST))
            await self._until(begin)
            if lane.closings != closings:
                raise NotDone("Slack asked for a pause", retry_after=self._closed_for(channel))
            yield
        finally:
            lane.line.release()

    def close(self, lane: str, seconds: float) -> None:
        """Slack said 429 with this Retry-After: nothing in this lane until then, or until ``LONGEST`` is over."""
        kept = self._lane(lane)
        kept.closed = max(kept.closed, self._clock.monotonic() + min(seconds, LONGEST))
        kept.closings += 1

    async def pause(self, lane: str, seconds: float) -> None:
        """As ``close``, for every process."""
        self.close(lane, seconds)
        if self._shared is not None:
            await self._shared.close(lane, min(seconds, LONGEST))

    async def _elsewhere(self, lane: str, interval: float, burst: int) -> float:
        """Seconds until our turn among all processes. Raises ``NotDone`` as ``turn`` does."""
        if self._shared is None:
            return 0.0
        wait = await self._shared.turn(lane, interval / self._hurry, burst, PATIENCE)
        if wait is not None and wait > PATIENCE:
            self._give_back(lane, interval)
            raise NotDone("Slack asked for a pause, or this channel is full", retry_after=wait)
        return wait or 0.0

    def _give_back(self, lane: str, interval: float) -> None:
        """A turn taken here that cannot be had elsewhere takes no place in the queue."""
        self._lane(lane).due -= interval / self._hurry

    async def _until(self, moment: float) -> None:
        wait = moment - self._clock.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)

    def _reserve(self, name: str, interval: float, burst: int) -> float:
        now, lane, interval = self._clock.monotonic(), self._lane(name), interval / self._hurry
        wait = max(lane.due - (burst - 1) * interval - now, lane.closed - now, 0.0)
        if wait > PATIENCE:
            raise NotDone("Slack asked for a pause, or this channel is full", retry_after=wait)
        lane.due = max(lane.due, now + wait) + interval
        return wait

    def _closed_for(self, name: str) -> float:
        return max(self._lane(name).closed - self._clock.monotonic(), 0.0)

    def _lane(self, name: str) -> _Lane:
        if len(self._lanes) > _TIDY:
            now = self._clock.monotonic()
            self._lanes = {
                n: lane for n, lane in self._lanes.items() if max(lane.due, lane.closed) > now or lane.line.locked()
            }
        return self._lanes.setdefault(name, _Lane())


def _pace(lane: str, interval: float | None) -> tuple[float, int]:
    """Seconds between two turns, and how many may go at once."""
    most = PER_MINUTE.get(lane)
    if interval is not None:
        return interval, BURST
    return (60.0 / most, most) if most else (INTERVAL, BURST)
