"""An answer over HTTP is read as long as it is not too much, whether or not it has said how much it will be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2


class Measured(httpx2.AsyncByteStream):
    """At most ``most`` bytes: of an answer whole, of a stream of events since the last one ended. Else ``failure``."""

    def __init__(self, stream: Any, most: int, failure: Exception) -> None:
        self._stream, self._most, self._failure = stream, most, failure

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._stream:
            ends = b"\n\n" in piece or b"\r\n\r\n" in piece
            size = len(piece) if ends else size + len(piece)
            if size > self._most:
                raise self._failure
            yield piece

    async def aclose(self) -> None:
        """Close what is measured."""
        await self._stream.aclose()
