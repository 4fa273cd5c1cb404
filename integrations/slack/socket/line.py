"""One connection, from its hello to its end: it reads, it pings, and it says when another should take its place."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from typing import Any

import aiohttp
from aiohttp import WSMsgType

from integrations.slack.socket.envelope import Envelope, read
from integrations.slack.socket.pace import Pace
from models.clock import Clock

log = logging.getLogger(__name__)

CLOSED, SILENT, REFRESHED = "closed", "silent", "refresh"
"""Why a connection is replaced, where Slack does not give a word of its own."""

_BROKEN = (ConnectionError, aiohttp.ClientError, RuntimeError)
"""What writing to a connection that is over raises."""
_OVER = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)


class Line:
    """A websocket and what is known of it."""

    def __init__(
        self,
        websocket: aiohttp.ClientWebSocketResponse,
        clock: Clock,
        pace: Pace,
        *,
        take: Callable[[Line, Envelope], None],
        heard: Callable[[], None],
    ) -> None:
        self._websocket, self._clock, self._pace = websocket, clock, pace
        self._take, self._tell = take, heard
        self.began = self._heard = clock.monotonic()
        self._pinged: float | None = None
        """When Slack last pinged or said something, once it has pinged at all."""
        self.greeted, self.leaving = asyncio.Event(), asyncio.Event()
        self.beside = 0
        self.why = ""
        """Why it should be replaced; empty while it should not."""

    @property
    def age(self) -> float:
        """Seconds since it was opened."""
        return self._clock.monotonic() - self.began

    @property
    def is_open(self) -> bool:
        """Whether something can still be said on it."""
        return not self._websocket.closed

    async def live(self) -> None:
        """Read until it is over."""
        watching = asyncio.create_task(self._watch(), name="slack socket watch")
        try:
            await self._read()
        finally:
            watching.cancel()
            self._leave(CLOSED)

    async def say(self, text: str) -> bool:
        """Send it; whether it could be."""
        try:
            await self._websocket.send_str(text)
        except _BROKEN:
            return False
        return True

    async def close(self) -> None:
        """Say goodbye, within the time there is for that."""
        with contextlib.suppress(*_BROKEN, TimeoutError):
            await self._websocket.close()

    async def _read(self) -> None:
        while (message := await self._websocket.receive()).type not in _OVER:
            self._heard = self._clock.monotonic()
            self._tell()
            if message.type is WSMsgType.TEXT:
                self._said(message.data)
            elif message.type is WSMsgType.PING:
                self._pinged = self._heard
                with contextlib.suppress(*_BROKEN):
                    await self._websocket.pong(message.data)

    def _said(self, text: str) -> None:
        if self._pinged is not None:
            self._pinged = self._heard
        said = _object(text)
        match said.get("type"):
            case "hello":
                self.beside = _count(said.get("num_connections"))
                self.greeted.set()
            case "disconnect":
                reason = str(said.get("reason") or REFRESHED)
                self._leave(REFRESHED if reason in {"warning", "refresh_requested"} else reason)
            case _ if (envelope := read(said)) is not None:
                self._take(self, envelope)

    async def _watch(self) -> None:
        """Ping, and notice when nothing comes back; a loop that was held up itself judges nobody."""
        while not self.leaving.is_set():
            before = self._clock.monotonic()
            with contextlib.suppress(*_BROKEN):
                await self._websocket.ping()
            await asyncio.sleep(self._pace.ping)
            now = self._clock.monotonic()
            if now - before < 2 * self._pace.ping and self._is_dead(now):
                self._leave(SILENT)

    def _is_dead(self, now: float) -> bool:
        unpinged = self._pinged is not None and now - self._pinged > self._pace.unpinged
        return unpinged or now - self._heard > self._pace.silent

    def _leave(self, why: str) -> None:
        if not self.leaving.is_set():
            self.why = why
            self.leaving.set()


def _object(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
