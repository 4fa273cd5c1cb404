"""A door to a server that is spoken to over one long connection: bytes go through, until a chosen word goes wrong.

PostgreSQL and Redis are such servers. What they say themselves when they are ill stands in ``words.py``.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field

SLOWLY = 0.1
"""Seconds between two bytes of an answer."""

IS_DONE = 0.1
"""Seconds after which a server of this machine has done what it was told."""

NOT_HANDED_ON = ("no answer", "reset before", "server error", "password changed", "starting up", "too many connections")
"""What strikes before the server has heard of it."""

Opening = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@dataclass
class Link:
    """One connection of the product's, and the one to the server behind it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    inside: asyncio.StreamReader
    outside: asyncio.StreamWriter
    slow: bool = False
    slowly: float = SLOWLY
    deaf: bool = False
    """Nothing the server says goes through any more."""
    twice: bool = False
    torn: bool = False
    """The next answer ends in its middle."""


@dataclass
class StreamProxy:
    """``fault`` strikes the next word of ``where`` once; one of ``refusals`` strikes every new connection instead."""

    opening: Opening
    where: bytes
    words: Mapping[str, bytes]
    """What is answered in place of the server's own answer, by fault."""
    refusals: Mapping[str, bytes] = field(default_factory=dict)
    instead: bytes = b""
    """What the server hears in place of the word it is never to hear of, so that it undoes what was begun."""
    greeted: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]] | None = None
    """What comes before anybody is turned away."""
    slowly: float = SLOWLY
    fault: str = ""
    struck: int = 0
    port: int = 0
    _door: asyncio.Server | None = None
    _links: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> int:
        """Listen; returns the port for the product."""
        self._door = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._door.sockets[0].getsockname()[1]
        return self.port

    async def stop(self) -> None:
        """Turn everybody away, and hang up on those who are in."""
        assert self._door is not None
        self._door.close()
        await self.hang_up()

    async def hang_up(self) -> None:
        """Cut every connection there is."""
        for link in self._links:
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._links.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                if self.fault in self.refusals:
                    await self._turn_away(reader, writer)
                else:
                    await self._link(reader, writer)
        finally:
            self._links.discard(task)
            _reset(writer)

    async def _turn_away(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.struck += 1
        if self.greeted is not None:
            await self.greeted(reader, writer)
        writer.write(self.refusals[self.fault])
        await writer.drain()
        await reader.read(2**16)

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = Link(reader, writer, *await self.opening(), slowly=self.slowly)
        back = asyncio.create_task(_answers(link))
        try:
            while said := await reader.read(2**16):
                if self.where in said and self.fault:
                    await self._strike(said, link)
                elif not link.deaf:
                    link.outside.write(said)
                    await link.outside.drain()
        finally:
            back.cancel()
            link.outside.close()

    async def _strike(self, said: bytes, link: Link) -> None:
        fault, self.fault = self.fault, ""
        self.struck += 1
        link.slow, link.twice, link.torn = (
            fault == each for each in ("one byte a second", "answered twice", "torn answer")
        )
        link.deaf = not (link.slow or link.twice or link.torn)
        link.outside.write(self.instead if fault in NOT_HANDED_ON else said)
        await link.outside.drain()
        await asyncio.sleep(IS_DONE)
        if fault in self.words:
            link.writer.write(self.words[fault])
            await link.writer.drain()
            link.deaf = False
        if fault.startswith("reset"):
            raise ConnectionResetError
        if fault == "half-closed":
            link.writer.write_eof()


async def _answers(link: Link) -> None:
    with contextlib.suppress(OSError):
        while said := await link.inside.read(2**16):
            if link.deaf:
                continue
            if link.torn:
                link.writer.write(said[:-3])
                await link.writer.drain()
                _reset(link.writer)
                return
            for piece in [said[n : n + 1] for n in range(len(said))] if link.slow else [said * (1 + link.twice)]:
                link.writer.write(piece)
                await link.writer.drain()
                await asyncio.sleep(link.slowly if link.slow else 0)
            link.twice = False


@contextlib.contextmanager
def full(port: int) -> Iterator[None]:
    """A door with so many waiting that nobody else is even let in."""
    with socket.socket() as door, contextlib.ExitStack() as queue:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", port))
        door.listen(0)
        for _ in range(4):
            waiting = queue.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(door.getsockname())
        yield


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
