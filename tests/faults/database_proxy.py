"""A door between the product and its PostgreSQL: bytes go through, until a chosen COMMIT or connection goes wrong."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass, field

from sqlalchemy import make_url

SLOWLY = 0.1
"""Seconds between two bytes of an answer."""

COMMIT = b"COMMIT"


def refusal(code: str, words: str) -> bytes:
    """What a server says that does not let anybody in."""
    fields = b"".join(kind + text.encode() + b"\0" for kind, text in ((b"S", "FATAL"), (b"C", code), (b"M", words)))
    return b"E" + struct.pack("!I", len(fields) + 5) + fields + b"\0"


TURNED_AWAY = {
    "starting up": refusal("57P03", "the database system is starting up"),
    "too many connections": refusal("53300", "sorry, too many clients already"),
    "password changed": refusal("28P01", 'password authentication failed for user "pm"'),
}


@dataclass
class DatabaseProxy:
    """``fault`` strikes the next COMMIT once, or every new connection while it is set."""

    server: str
    """The address of a server on a socket of this machine."""
    fault: str = ""
    struck: int = 0
    port: int = 0
    _door: asyncio.Server | None = None
    _links: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> str:
        """Listen; returns the address for the product."""
        self._door = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._door.sockets[0].getsockname()[1]
        return make_url(f"postgresql://pm@127.0.0.1:{self.port}").set(
            username="postgres", database=make_url(self.server).database
        ).render_as_string(hide_password=False)  # fmt: skip

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
        link = asyncio.current_task()
        assert link is not None
        self._links.add(link)
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await self._link(reader, writer)
        finally:
            self._links.discard(link)
            _reset(writer)

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.fault in TURNED_AWAY:
            self.struck += 1
            await self._turn_away(reader, writer)
            return
        folder = str(make_url(self.server).query["host"])
        inside, outside = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")
        silent = asyncio.Event()
        back = asyncio.create_task(self._answers(inside, writer, silent))
        try:
            while said := await reader.read(2**16):
                if COMMIT in said and self.fault:
                    await self._strike(said, inside, outside, writer, silent)
                elif not silent.is_set():
                    outside.write(said)
                    await outside.drain()
        finally:
            back.cancel()
            outside.close()

    async def _turn_away(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(8)
        if first[4:] == struct.pack("!I", 80877103):  # asks for TLS
            writer.write(b"N")
            await reader.read(2**16)
        writer.write(TURNED_AWAY[self.fault])
        await writer.drain()
        await reader.read(1)

    async def _answers(self, inside: asyncio.StreamReader, writer: asyncio.StreamWriter, silent: asyncio.Event) -> None:
        with contextlib.suppress(OSError):
            while said := await inside.read(2**16):
                if self.fault == "one byte a second" and self.struck:
                    for byte in said:
                        writer.write(bytes([byte]))
                        await asyncio.sleep(SLOWLY)
                elif not silent.is_set():
                    writer.write(said)
                    await writer.drain()

    async def _strike(
        self,
        said: bytes,
        inside: asyncio.StreamReader,
        outside: asyncio.StreamWriter,
        writer: asyncio.StreamWriter,
        silent: asyncio.Event,
    ) -> None:
        fault, before = self.fault, self.fault in ("no answer", "reset before")
        self.struck += 1
        if fault != "one byte a second":
            self.fault = ""
            silent.set()
        if not before:
            outside.write(said)
            await outside.drain()
            await asyncio.sleep(0.1)  # the server has done it by now
        if fault.startswith("reset"):
            raise ConnectionResetError
        if fault == "half-closed":
            writer.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
