"""One pace for all processes on all machines: turns are given out in Redis' own time, a step each."""

from __future__ import annotations

from typing import Protocol


class Scripts(Protocol):
    """Somebody who can work out a script in one step."""

    async def work_out(self, script: str, keys: list[str], values: list[str | int]) -> int | None:
        """The number it comes to; ``None`` when nobody can say."""
        ...


TURN = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local interval, burst, patience = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local due = tonumber(redis.call('GET', KEYS[1]) or '0')
local closed = tonumber(redis.call('GET', KEYS[2]) or '0')
local wait = math.max(due - (burst - 1) * interval - now, closed - now, 0)
if wait <= patience and interval > 0 then
  local next = math.max(due, now + wait) + interval
  redis.call('SET', KEYS[1], string.format('%d', next), 'PX', string.format('%d', next - now + 60000))
end
return wait
"""
"""Milliseconds to wait; a turn further away than the patience is not taken. What is kept forgets itself."""

CLOSE = """
local t = redis.call('TIME')
local till = t[1] * 1000 + math.floor(t[2] / 1000) + tonumber(ARGV[1])
if till > tonumber(redis.call('GET', KEYS[1]) or '0') then
  redis.call('SET', KEYS[1], string.format('%d', till), 'PX', ARGV[1])
end
return 1
"""


class Pace:
    """As ``integrations.slack``'s pacing wants it: ``None`` means that everybody counts for themselves."""

    def __init__(self, line: Scripts, whose: str) -> None:
        """``whose`` names the account whose limits these are: several installations may share one Redis."""
        self._line, self._whose = line, whose

    async def turn(self, lane: str, interval: float, burst: int, patience: float) -> float | None:
        """Seconds until the turn in ``lane``, which is taken unless they are more than ``patience``."""
        values: list[str | int] = [round(interval * 1000), burst, round(patience * 1000)]
        wait = await self._line.work_out(TURN, [self._key(lane, "due"), self._key(lane, "closed")], values)
        return None if wait is None else wait / 1000

    async def close(self, lane: str, seconds: float) -> None:
        """Nobody goes in ``lane`` for so long."""
        if seconds > 0:
            await self._line.work_out(CLOSE, [self._key(lane, "closed")], [max(1, round(seconds * 1000))])

    def _key(self, lane: str, what: str) -> str:
        return f"pm:pace:{{{self._whose}:{lane}}}:{what}"
