"""The connection to Claude: every reply, an error's too, is read up to a limit and no further.

Replies are asked for unpacked: of a packed one nobody knows how much it is before it is too late.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2

MOST_REPLY = 128 * 2**10
"""Bytes of a reply at most: the longest answer we ask for has some 2,000 tokens, of which few have 16 bytes."""


class TooMuch(httpx2.StreamError):
    """The reply is not read, or not to its end; the words say why."""


def client() -> httpx2.AsyncClient:
    """Connections of our own: the library's would take proxies from the environment, and follow where they are led."""
    headers = {"Accept-Encoding": "identity"}
    return httpx2.AsyncClient(transport=_Bounded(), headers=headers, trust_env=False, follow_redirects=False)


class _Bounded(httpx2.AsyncHTTPTransport):
    def __init__(self) -> None:
        super().__init__(trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Measured(response.stream, response.headers.get("content-encoding", "identity"))
        return response


class _Measured(httpx2.AsyncByteStream):
    """A reply's bytes as they come."""

    def __init__(self, stream: httpx2.AsyncByteStream, packed: str) -> None:
        self._stream, self._packed = stream, packed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Raises ``TooMuch``."""
        if self._packed.lower() != "identity":
            raise TooMuch("it is packed although we asked for it as it is")
        heard = 0
        async for piece in self._stream:
            heard += len(piece)
            if heard > MOST_REPLY:
                raise TooMuch(f"it has more than {MOST_REPLY // 2**10} KB")
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()
