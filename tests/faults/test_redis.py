"""Redis under every fault: nobody waits for it, nobody gets an error, and it is used again when it is well."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, replace

import pytest

from integrations.redis import Line
from integrations.redis.line import PULSE
from integrations.redis.pace import Pace
from models.clock import SystemClock
from tests.faults.matrix import params
from tests.faults.stage.elsewhere import NOWHERE, Elsewhere, address_of
from tests.faults.stage.streams import StreamProxy, full
from tests.faults.stage.words import REDIS_REFUSES, REDIS_SAYS
from tests.faults.table import DONE, WITHOUT
from tests.redis_server import RedisServer, redis_server

pytestmark = pytest.mark.anyio

SECONDS = 0.8
"""What one call may take; a quarter of a second outside these tests."""

TRIES = 3
"""One of so many is without a fault: less than a second a call is short for a machine that is busy."""

WORDS = {"redis tell": b"PUBLISH", "redis pace": b"EVAL", "redis hear": b"SUBSCRIBE"}
CLOCK = SystemClock()


@dataclass
class Place:
    proxy: StreamProxy
    server: RedisServer
    line: Line


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture
async def place(server: RedisServer) -> AsyncIterator[Place]:
    proxy = StreamProxy(
        lambda: asyncio.open_connection("127.0.0.1", server.port), b"(nothing)", REDIS_SAYS, REDIS_REFUSES, slowly=1.0
    )
    await proxy.start()
    async with lined(f"redis://127.0.0.1:{proxy.port}/0") as line:
        yield Place(proxy, server, line)
    await proxy.stop()


@asynccontextmanager
async def lined(url: str) -> AsyncIterator[Line]:
    line = Line(url, CLOCK, seconds=SECONDS, again=0.05)
    try:
        yield line
    finally:
        await line.close()


async def tell(place: Place) -> bool:
    """Others are told of work."""
    return await place.line.tell("work", "us")


async def pace(place: Place) -> bool:
    """A turn at Slack's pace, shared with other machines."""
    return await Pace(place.line, "acme").turn("posts", 1.0, 100, 5.0) is not None


async def hear(place: Place) -> bool:
    """What others tell is heard, until the line is known to be dead."""
    rung = asyncio.Event()
    hears = asyncio.create_task(place.line.hear("work", "us", rung.set))
    try:
        async with asyncio.timeout(2 * PULSE + 4 * SECONDS):
            while not (hears.done() or rung.is_set()):  # it rings at the beginning: what comes after it is the proof
                await asyncio.sleep(0.01)
            while not hears.done():
                await asyncio.sleep(0.1)
                rung.clear()
                await asyncio.to_thread(place.server.say, "PUBLISH", "work", "them")
                with suppress(TimeoutError):
                    await asyncio.wait_for(rung.wait(), 0.2)
                    return True
        return False
    finally:
        hears.cancel()
        await asyncio.wait({hears})


DOING = {"redis tell": tell, "redis pace": pace, "redis hear": hear}


@pytest.mark.parametrize(("fault", "operation", "outcome"), params("redis"))
async def test_nobody_waits_for_it_and_it_is_used_again(
    place: Place, addresses: Elsewhere, fault: str, operation: str, outcome: str
) -> None:
    place.proxy.where = WORDS[operation]
    async with struck(place, addresses, fault) as there:
        begin = CLOCK.monotonic()
        served = await DOING[operation](there)
        assert CLOCK.monotonic() - begin < (2 * PULSE if operation == "redis hear" else 0) + 4 * SECONDS + 1
        assert (DONE if served else WITHOUT) == outcome, there.line.troubles
        assert served or there.line.troubles, "nobody says that it is not used"
        assert all(honest(words) for words in there.line.troubles.values()), there.line.troubles
    for _ in range(TRIES):
        await asyncio.sleep(0.06)  # it is not asked again at once
        if await DOING[operation](place):
            break
    else:
        raise AssertionError(place.line.troubles)
    assert (await place.line.check()).ok


def honest(words: str) -> bool:
    """One line that names no secret."""
    return not re.search(r"\n|hunter2|index out of range|object has no", words) and len(words) < 300


@asynccontextmanager
async def struck(place: Place, addresses: Elsewhere, fault: str) -> AsyncIterator[Place]:
    """The fault is there, and then it is over; it may be that of another product with the same Redis."""
    proxy = place.proxy
    if fault in ("refused connection", "no connection"):
        await proxy.stop()
        with full(proxy.port) if fault == "no connection" else nullcontext():
            yield place
        await proxy.start()
        return
    if fault in NOWHERE:
        async with lined(wrong_address(addresses, fault)) as line:
            yield replace(place, line=line)
        return
    proxy.fault = fault
    yield place
    assert proxy.struck
    proxy.fault = ""


def wrong_address(addresses: Elsewhere, fault: str) -> str:
    if fault == "no such name":
        return "redis://:hunter2@no-such-server.invalid:6379/0"
    return f"rediss://:hunter2@127.0.0.1:{address_of(addresses, fault).rpartition(':')[2]}/0"
