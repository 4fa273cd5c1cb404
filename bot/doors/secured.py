"""Headers that every answer carries, whichever door it came from."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
"""A page that needs more sets its own; these are the answer where it does not."""

_RAW = [(name.lower().encode(), value.encode()) for name, value in ALWAYS.items()]
"""As they go over the wire."""


class Secured:
    """ASGI middleware that adds ``ALWAYS``; plain ASGI, so that bodies still stream."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, and complete the headers on the way out."""

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(each for each in _RAW if each[0] not in given)]
            await send(message)

        await self._app(scope, receive, complete if scope["type"] == "http" else send)
