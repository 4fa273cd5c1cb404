"""A line that has died without a word, as when a firewall forgets it: it stays open, and nothing comes through."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class HalfOpen:
    """Bytes go through both ways, until the lines on which ``word`` was said are silenced; new ones work again."""

    word: bytes
    port: int = 0
    _silent: set[int] = field(default_factory=set)
    _spoke: set[int] = field(default_factory=set)

    def fall_silent(self) -> None:
        self._silent |= self._spoke

    async def _carry(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while some := await reader.read(2**16):
            if self.word in some:
                self._spoke.add(number)
            if number not in self._silent:
                writer.write(some)
                await writer.drain()

    async def link(self, number: int, near: Streams, far: Streams) -> None:
        """Until either end hangs up."""
        ways = [self._carry(number, near[0], far[1]), self._carry(number, far[0], near[1])]
        both = [asyncio.ensure_future(way) for way in ways]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in both:
                way.cancel()
            for _, writer in (near, far):
                writer.transport.abort()


@contextlib.asynccontextmanager
async def half_open(word: bytes, dial: Callable[[], Awaitable[Streams]]) -> AsyncIterator[HalfOpen]:
    """A door on a free port of 127.0.0.1; ``dial`` reaches whoever is behind it."""
    door, numbers, links = HalfOpen(word), count(), set[asyncio.Task[None]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        links.add(task)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await door.link(next(numbers), (reader, writer), await dial())

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    door.port = server.sockets[0].getsockname()[1]
    try:
        yield door
    finally:
        server.close()
        for task in links:
            task.cancel()
        await asyncio.gather(*links, return_exceptions=True)
        await asyncio.sleep(0.01)  # what was aborted is told so before its loop is gone
