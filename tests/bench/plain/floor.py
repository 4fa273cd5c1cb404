"""The floor: the barest server that reads a request to its end and answers 202. ``python floor.py PORT``.

It verifies nothing, stores nothing and knows nothing: nobody can be quicker in this language without leaving asyncio.
"""

from __future__ import annotations

import asyncio
import sys

ANSWER = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
HEALTHY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
LENGTH = b"content-length:"


class Floor(asyncio.Protocol):
    """One connection that is kept open."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._had = transport, b""

    def data_received(self, data: bytes) -> None:
        self._had += data
        head = self._had.find(b"\r\n\r\n")
        if head < 0 or len(self._had) < head + 4 + length_of(self._had[:head]):
            return
        self._transport.write(HEALTHY if self._had.startswith(b"GET") else ANSWER)
        self._had = b""


def length_of(head: bytes) -> int:
    """What the head says of its body."""
    lower = head.lower()
    at = lower.find(LENGTH)
    return int(lower[at + len(LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0


async def main() -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Floor, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
