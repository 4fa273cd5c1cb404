"""What PostgreSQL and Redis say themselves when something is wrong, and what no server would say."""

from __future__ import annotations

import asyncio
import struct

PAGE = (
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 25\r\n\r\n<html>502 nginx</html>\r\n\r\n"
)


def complaint(code: str, words: str, severity: str = "FATAL") -> bytes:
    """An error as PostgreSQL sends it."""
    fields = b"".join(kind + text.encode() + b"\0" for kind, text in ((b"S", severity), (b"C", code), (b"M", words)))
    return b"E" + struct.pack("!I", len(fields) + 5) + fields + b"\0"


COMMIT = b"COMMIT"
ROLLBACK = b"Q" + struct.pack("!I", 13) + b"ROLLBACK\0"
IDLE = b"Z" + struct.pack("!I", 5) + b"I"

POSTGRESQL_REFUSES = {
    "starting up": complaint("57P03", "the database system is starting up"),
    "too many connections": complaint("53300", "sorry, too many clients already"),
    "password changed": complaint("28P01", 'password authentication failed for user "pm"'),
    "a page": PAGE,
}
POSTGRESQL_SAYS = {
    "server error": complaint("XX000", "could not read block 7", "ERROR") + IDLE,
    "another message": b"~" + struct.pack("!I", 8) + b"what" + IDLE,
    "a gigabyte": b"C" + struct.pack("!I", 1 << 30) + b"COMMIT\0" + b"x" * 2**16,
}
REDIS_REFUSES = {"too many connections": b"-ERR max number of clients reached\r\n", "a page": PAGE}
REDIS_SAYS = {
    "server error": b"-ERR something went wrong inside\r\n",
    "starting up": b"-LOADING Redis is loading the dataset in memory\r\n",
    "password changed": b"-NOAUTH Authentication required.\r\n",
    "another message": b"*2\r\n$4\r\nwhat\r\n$4\r\never\r\n",
    "a gigabyte": b"$1073741824\r\n" + b"x" * 2**20,
}


async def greet_postgresql(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hear who comes; nobody here speaks TLS."""
    first = await reader.read(8)
    if first[4:] == struct.pack("!I", 80877103):  # asks for TLS
        writer.write(b"N")
        await reader.read(2**16)
