"""Whoever was held up themselves judges nobody, and no more is taken than can be finished."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from aiohttp import WSMessage, WSMsgType

from integrations.slack.socket import Envelope, Pace, Socket, Standing
from integrations.slack.socket.keeping import MOST
from integrations.slack.socket.line import Line
from models.clock import SystemClock

pytestmark = pytest.mark.anyio


class HeldUp(SystemClock):
    """Time of its own."""

    at = 0.0

    def monotonic(self) -> float:
        return self.at


class Answering:
    """A websocket that answers every ping but the first, while which our own loop is held up for ten seconds."""

    closed = False

    def __init__(self, clock: HeldUp) -> None:
        self.clock, self.pings, self.answers = clock, 0, asyncio.Queue[WSMessage]()

    async def ping(self) -> None:
        self.pings += 1
        if self.pings == 1:
            self.clock.at += 10.0
        else:
            self.answers.put_nowait(WSMessage(WSMsgType.PONG, b"", ""))

    async def receive(self) -> WSMessage:
        return await self.answers.get()


async def test_a_loop_that_was_held_up_itself_gives_nobody_up_for_it() -> None:
    clock = HeldUp()
    websocket: Any = Answering(clock)
    line = Line(websocket, clock, Pace(ping=0.01, silent=3.5), take=lambda *_: None, heard=lambda: None)
    living = asyncio.create_task(line.live())
    async with asyncio.timeout(5):
        while websocket.pings < 4 and not line.why:
            await asyncio.sleep(0.005)
    assert line.why == ""
    living.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await living


async def test_what_comes_beyond_what_can_be_under_way_is_left_to_slack_to_send_again() -> None:
    done, took = asyncio.Event(), list[str]()

    async def take(envelope: Envelope) -> None:
        took.append(envelope.id)
        await done.wait()

    opening: Any = None
    line: Any = None
    socket = Socket(opening, take, SystemClock(), Standing(SystemClock(), 1.0, lost=print))
    for number in range(MOST + 5):
        socket._begin(line, Envelope(id=str(number), kind="events_api", payload={}))
    await asyncio.sleep(0)
    assert len(took) == MOST
    done.set()
    await asyncio.sleep(0.01)
    socket._begin(line, Envelope(id="later", kind="events_api", payload={}))
    await asyncio.sleep(0)
    assert took[-1] == "later"
