"""Redis may be killed, frozen, flushed or read-only: nobody gets an error, nobody waits long, and it comes back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from integrations.redis import Line
from integrations.redis.line import SECONDS
from models.clock import SystemClock
from models.doorbell import Doorbell
from tests.half_open import half_open
from tests.redis_server import RedisServer, redis_server

pytestmark = pytest.mark.anyio

SOON = 2.0
CLOCK = SystemClock()


@contextlib.asynccontextmanager
async def hearing(line: Line) -> AsyncIterator[Doorbell]:
    """Somebody called *us* who hears *work*, with the ring of the beginning behind them."""
    bell = Doorbell()
    task = asyncio.create_task(line.hear("work", "us", bell.ring))
    try:
        assert await bell.wait(SOON, since=0)
        yield bell
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_what_others_tell_rings_and_what_we_tell_does_not(line: Line) -> None:
    async with hearing(line) as bell:
        seen = bell.rings
        assert await line.tell("work", "us")
        assert not await bell.wait(0.2, since=seen)
        assert await line.tell("work", "them")
        assert await bell.wait(SOON, since=seen)


@pytest.mark.parametrize("trouble", ["killed", "frozen"])
async def test_a_redis_that_goes_costs_a_moment_and_comes_back(trouble: str, tmp_path: Path) -> None:
    with redis_server(tmp_path) as server, contextlib.ExitStack() as stack:
        line = Line(server.url, CLOCK, again=0.1)
        assert await line.tell("work", "them")
        stack.enter_context(server.frozen()) if trouble == "frozen" else server.kill()
        begin = CLOCK.monotonic()
        assert not await line.tell("work", "them")
        assert CLOCK.monotonic() - begin < 2 * SECONDS + 0.2
        begin = CLOCK.monotonic()
        assert not await line.tell("work", "them")
        assert CLOCK.monotonic() - begin < 0.05  # not asked again so soon
        found = await line.check()
        assert (found.state, found.grave) == ("warning", False)
        stack.close() if trouble == "frozen" else server.start()
        await asyncio.sleep(0.15)
        assert await line.tell("work", "them")
        assert (await line.check()).ok
        await line.close()


async def test_whoever_hears_a_dead_line_is_told_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    failed = list[str]()
    with redis_server(tmp_path) as server:
        line = Line(server.url, CLOCK, failed=failed.append)
        hears = asyncio.create_task(line.hear("work", "us", lambda: None))
        await asyncio.sleep(0.3)
        server.kill()
        await asyncio.wait_for(hears, SOON)
        await asyncio.wait_for(line.hear("work", "us", lambda: None), SOON)
        assert failed.count("hear") == 2
        assert [r.message for r in caplog.records if "does not hear" in r.message] != []
        assert len([r for r in caplog.records if "does not hear" in r.message]) == 1  # once, not at every try
        await line.close()


async def test_one_that_is_heard_no_more_although_it_answers_is_not_believed(line: Line, redis: RedisServer) -> None:
    hears = asyncio.create_task(line.hear("work", "us", lambda: None))
    await asyncio.sleep(0.2)
    redis.say("CLIENT", "KILL", "TYPE", "pubsub")
    await asyncio.wait_for(hears, SOON + 2)
    assert line.troubles["hear"]


async def test_a_subscription_that_was_swallowed_is_not_believed(redis: RedisServer) -> None:
    async with half_open(b"SUBSCRIBE", lambda: asyncio.open_connection("127.0.0.1", redis.port)) as door:
        line = Line(f"redis://127.0.0.1:{door.port}/0", CLOCK, seconds=0.4, pulse=0.1)
        bell = Doorbell()
        hears = asyncio.create_task(line.hear("work", "us", bell.ring))
        assert await bell.wait(SOON, since=0)
        await asyncio.sleep(0.3)
        assert not hears.done() and not line.troubles  # its own word comes back
        door.fall_silent()
        await asyncio.wait_for(hears, 2 * SOON)
        assert line.troubles["hear"] == "what is told is not heard"
        await line.close()


async def test_a_read_only_redis_says_so_and_still_rings(line: Line, redis: RedisServer) -> None:
    redis.say("REPLICAOF", "127.0.0.1", "1")
    assert await line.work_out("return redis.call('SET', KEYS[1], 1)", ["x"], []) is None
    assert await line.tell("work", "them")
    found = await line.check()
    assert found.state == "warning" and "keeps no pace" in found.detail


async def test_an_address_where_nobody_listens_shows_no_password() -> None:
    line = Line("redis://:hunter2@127.0.0.1:1/0", CLOCK)
    found = await line.check()
    assert found.state == "warning" and "127.0.0.1:1" in found.detail and "hunter2" not in found.detail + found.hint


def test_the_library_is_loaded_only_where_it_is_used() -> None:
    words = "import sys, bot.app, bot.bells, integrations.redis; sys.exit('redis.asyncio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", words], check=False).returncode == 0


async def test_a_script_that_comes_to_no_number_is_told_as_an_answer_that_cannot_be_read(line: Line) -> None:
    assert await line.work_out("return 'what'", [], []) is None
    assert line.troubles == {"pace": "its answer cannot be read"}
