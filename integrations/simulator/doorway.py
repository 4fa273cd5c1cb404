"""The control API's doorway: only pages of this machine may act here, in JSON, and are told plainly what is wrong."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
HOSTS = frozenset({"127.0.0.1", "localhost"})

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def only_local(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse other sites: a name that was rebound to this machine, or a page of theirs that posts here."""
    if (request.url.host or "") not in HOSTS:
        return web.json_response({"error": "this page is only for this machine"}, status=403)
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        return web.json_response({"error": "another site may not use this"}, status=403)
    return await handler(request)


class Wrong(Exception):
    """The page asked for something that cannot be; told as ``{"error": words}``."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


def reading(read: Callable[[web.Request], Awaitable[Any]]) -> Handler:
    """A GET that answers JSON."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return web.json_response(await read(request), headers=SAFE)
        except Wrong as wrong:
            return web.json_response({"error": wrong.words}, status=wrong.status, headers=SAFE)

    return answer


def acting(act: Callable[[dict[str, Any]], Awaitable[Any]]) -> Handler:
    """A POST of a JSON object that answers JSON."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return web.json_response(await act(await _object(request)), headers=SAFE)
        except Wrong as wrong:
            return web.json_response({"error": wrong.words}, status=wrong.status, headers=SAFE)

    return answer


async def _object(request: web.Request) -> dict[str, Any]:
    """The JSON object posted. Only JSON: a foreign page cannot send that without being asked for leave."""
    if request.content_type != "application/json":
        raise Wrong(415, "send JSON")
    try:
        given = json.loads(await request.read())
    except ValueError:
        raise Wrong(400, "this is not JSON") from None
    if not isinstance(given, dict):
        raise Wrong(400, "send an object")
    return given
