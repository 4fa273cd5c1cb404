"""A door between the product and a vendor: bytes go through as they are, and chosen requests go wrong as told.

It speaks plain HTTP/1.1 over real sockets. Everything is counted: what arrived, what the vendor was asked, how much
of an answer was taken.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass
class Exchange:
    """One request, and the two connections it stands between."""

    method: str
    path: str
    raw: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    upstream: int
    asked_vendor: bool = False
    given: int = 0
    """Bytes of the answer the client took."""

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"

    async def vendor(self) -> bytes:
        """Hand the request on, as it is, and take the vendor's whole answer."""
        self.asked_vendor = True
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        try:
            writer.write(self.raw)
            await writer.drain()
            return await _message(reader)
        finally:
            writer.close()

    async def give(self, answer: bytes) -> None:
        """Send these bytes to the client."""
        self.writer.write(answer)
        await self.writer.drain()
        self.given += len(answer)

    def abort(self) -> None:
        """Reset the connection: what the client has not read yet is gone."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def gone(self) -> None:
        """Wait until the client hangs up."""
        with contextlib.suppress(OSError):
            while await self.reader.read(2**16):
                pass


Fault = Callable[[Exchange], Awaitable[None]]
"""What happens to one request instead of going through."""


class HangUp(Exception):
    """A fault has ended this connection."""


@dataclass
class Proxy:
    """Listens on ``url``; ``upstream`` is the vendor's port on this machine."""

    upstream: int = 0
    url: str = ""
    port: int = 0
    seen: list[Exchange] = field(default_factory=list)
    holding: int = 0
    """Requests that are under way now."""
    _where: re.Pattern[str] = field(default_factory=lambda: re.compile(r"(?!)"))
    _fault: Fault | None = None
    _times: int = 0
    _planned_times: int = 0
    _server: asyncio.Server | None = None
    _shut: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _busy: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)
        self._shut.close()

    async def shut(self, *, full: bool = False) -> None:
        """Nobody listens any more; when ``full``, callers are kept waiting at the door instead of being turned away."""
        await self.stop()
        held = self._shut.enter_context(socket.socket())
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", self.port))
        if full:
            held.listen(0)
            for _ in range(4):
                waiting = self._shut.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(held.getsockname())

    async def open_again(self) -> None:
        """Listen at the same address as before."""
        self._shut.close()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    def plan(self, where: str, fault: Fault, times: int = 1) -> None:
        """The next ``times`` requests whose ``METHOD /path`` matches go wrong."""
        self._where, self._fault, self._times = re.compile(where), fault, times
        self._planned_times = times

    def heal(self) -> None:
        """Everything goes through again."""
        self._fault = None

    @property
    def struck(self) -> bool:
        """Whether the planned fault has happened."""
        return self._times < self._planned_times

    def count(self, where: str) -> int:
        """Requests the vendor was asked whose ``METHOD /path`` matches."""
        return sum(each.asked_vendor and re.search(where, each.line) is not None for each in self.seen)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._busy.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, HangUp, asyncio.CancelledError):
                while True:
                    await self._one(reader, writer)
        finally:
            self._busy.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw = await _message(reader)
        method, path, _ = raw.split(b"\r\n", 1)[0].decode().split(" ", 2)
        exchange = Exchange(method, path, raw, reader, writer, self.upstream)
        self.seen.append(exchange)
        self.holding += 1
        try:
            await self._planned(exchange)(exchange)
        finally:
            self.holding -= 1

    def _planned(self, exchange: Exchange) -> Fault:
        if self._fault is None or self._times == 0 or not self._where.search(exchange.line):
            return _through
        self._times -= 1
        return self._fault


async def _through(exchange: Exchange) -> None:
    await exchange.give(await exchange.vendor())


async def _message(reader: asyncio.StreamReader) -> bytes:
    """One HTTP message, head and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    if length:
        return head + await reader.readexactly(int(length[1]))
    if re.search(rb"(?i)\r\ntransfer-encoding: *chunked", head):
        return head + await _chunks(reader)
    return head


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while True:
        size = await reader.readline()
        number = int(size.split(b";")[0], 16)
        body += size + await reader.readexactly(number + 2)
        if number == 0:
            return body
