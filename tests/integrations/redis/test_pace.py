"""Two processes share one pace; without Redis each keeps its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from integrations.redis import Line, Pace
from integrations.slack.outgoing.pacing import BURST, PATIENCE, Pacer
from models.clock import SystemClock
from models.errors import NotDone
from tests.redis_server import RedisServer, redis_server

pytestmark = pytest.mark.anyio

CLOCK = SystemClock()
EVERY = 0.2
"""Seconds between two turns in these tests."""


async def test_two_processes_take_turns_as_one_would(line: Line) -> None:
    both = [Pacer(CLOCK, shared=Pace(line, "acme")) for _ in range(2)]
    begin = CLOCK.monotonic()
    for number in range(BURST + 3):
        await both[number % 2].turn("C1", EVERY)
    assert 3 * EVERY - 0.05 <= CLOCK.monotonic() - begin < 3 * EVERY + 0.5


async def test_the_same_without_redis_goes_at_the_pace_of_each(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        line = Line(server.url, CLOCK)
        server.kill()
        both = [Pacer(CLOCK, shared=Pace(line, "acme")) for _ in range(2)]
        begin = CLOCK.monotonic()
        for number in range(2 * BURST):
            await both[number % 2].turn("C1", EVERY)
        assert CLOCK.monotonic() - begin < EVERY
        await both[0].turn("C1", EVERY)
        assert CLOCK.monotonic() - begin >= EVERY - 0.05
        await line.close()


async def test_a_pause_that_slack_asked_one_process_for_holds_in_all(line: Line) -> None:
    here, there = (Pacer(CLOCK, shared=Pace(line, "acme")) for _ in range(2))
    await here.pause("C1", PATIENCE + 5)
    for refused in (there.turn("C1"), _say(there, "C1")):
        with pytest.raises(NotDone) as told:
            await refused
        assert PATIENCE < (told.value.retry_after or 0) <= PATIENCE + 5
    await there.turn("C2")


async def _say(pacer: Pacer, channel: str) -> None:
    async with pacer.in_order(channel):
        raise AssertionError("it must not begin")


async def test_a_later_shorter_pause_does_not_shorten_the_one_there_is(line: Line) -> None:
    pace = Pace(line, "acme")
    await pace.close("C1", 60)
    await pace.close("C1", 1)
    assert (await pace.turn("C1", 1.0, BURST, PATIENCE) or 0) > 50


async def test_another_workspace_has_turns_of_its_own(line: Line) -> None:
    await Pace(line, "acme").close("C1", 60)
    assert await Pace(line, "other").turn("C1", 1.0, BURST, PATIENCE) == 0


async def test_a_turn_too_far_away_is_not_taken(line: Line) -> None:
    pace = Pace(line, "acme")
    for _ in range(BURST + 1):
        await pace.turn("C1", PATIENCE, BURST, PATIENCE)
    waits = [await pace.turn("C1", PATIENCE, BURST, PATIENCE) for _ in range(3)]
    assert all(PATIENCE < (wait or 0) <= 2 * PATIENCE for wait in waits), waits


async def test_what_is_flushed_is_made_anew(line: Line, redis: RedisServer) -> None:
    pace = Pace(line, "acme")
    await pace.close("C1", 60)
    redis.say("FLUSHALL")
    assert await pace.turn("C1", 1.0, BURST, PATIENCE) == 0


async def test_turns_that_were_asked_for_first_come_first_however_slow_redis_is(line: Line) -> None:
    pacer, said = Pacer(CLOCK, shared=Pace(line, "acme")), list[int]()

    async def say(number: int) -> None:
        async with pacer.in_order("C1", 0.01):
            said.append(number)

    await asyncio.gather(*map(say, range(8)))
    assert said == list(range(8))
