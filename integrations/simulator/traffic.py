"""Everything that goes over the wire, both ways: remembered for the page, and made to fail for tests."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from aiohttp import web

from models.clock import Clock

KEPT = 200
"""Exchanges the page can look back on."""

WORDS = web.RequestKey("words", str)
"""What a handler wants said about its exchange, for example the error it answered with."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Tap = Callable[[web.Request, bytes, web.StreamResponse], None]
"""Is shown a vendor call whole: request, its body, reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and how it ended. ``way`` is ``in`` (from the app), ``out`` (to the app) or ``note`` (only words)."""

    at: str
    way: str
    service: str
    method: str
    path: str
    status: int
    ms: float
    words: str = ""


@dataclass
class Traffic:
    """The last exchanges, newest last."""

    clock: Clock
    log: deque[Exchange] = field(default_factory=lambda: deque(maxlen=KEPT))
    listeners: list[Callable[[Exchange], None]] = field(default_factory=list)
    taps: list[Tap] = field(default_factory=list)

    def note(self, way: str, service: str, method: str, path: str, status: int, began: float, words: str = "") -> None:
        """Remember one exchange that began at ``began`` (monotonic seconds). Status 0: no answer came."""
        exchange = Exchange(
            at=self.clock.real().isoformat(),
            way=way,
            service=service,
            method=method,
            path=path,
            status=status,
            ms=round((self.clock.monotonic() - began) * 1000, 1),
            words=words,
        )
        self.log.append(exchange)
        for listener in self.listeners:
            listener(exchange)

    def say(self, words: str) -> None:
        """Remember what somebody made go wrong, in plain words."""
        self.note("note", "simulator", "", "", 0, self.clock.monotonic(), words)

    def shown(self) -> list[dict[str, Any]]:
        """What the page shows, newest first."""
        return [asdict(exchange) for exchange in reversed(self.log)]


@dataclass(slots=True, kw_only=True)
class Fault:
    """One way in which a path fails, ``times`` times."""

    path: str
    """Regular expression searched in ``METHOD /path``."""
    times: int = 1
    status: int | None = None
    """Answer this instead of doing anything."""
    after: bool = False
    """Answer ``status`` although it was done."""
    close: str | None = None
    """Cut the connection ``before`` or ``after`` it was done."""
    delay: float = 0.0
    """Seconds to wait first."""
    retry_after: float | None = None
    body: str = ""


@dataclass
class Faults:
    """What shall go wrong. Tests add to it; the demo never does."""

    planned: list[Fault] = field(default_factory=list)

    def add(self, path: str, **how: Any) -> Fault:
        """Plan a fault; the arguments are those of ``Fault``."""
        fault = Fault(path=path, **how)
        self.planned.append(fault)
        return fault

    def clear(self) -> None:
        """Everything works again."""
        self.planned.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault due for this request, which it uses up."""
        due = next((f for f in self.planned if f.times > 0 and re.search(f.path, f"{method} {path}")), None)
        if due is not None:
            due.times -= 1
        return due


def middleware(traffic: Traffic, faults: Faults) -> Any:
    """Note every vendor call, and let planned faults happen to it."""

    @web.middleware
    async def noted(request: web.Request, handler: Handler) -> web.StreamResponse:
        service = request.path.split("/")[1]
        if service not in ("slack", "jira", "bitbucket", "claude"):
            return await handler(request)
        began = traffic.clock.monotonic()
        status = 500
        try:
            response = await _with_faults(request, handler, faults.take(request.method, request.path))
            status = response.status
            for tap in traffic.taps:
                tap(request, await request.read(), response)
            return response
        except web.HTTPException as answer:
            status = answer.status
            raise
        finally:
            path = request.path_qs.removeprefix(f"/{service}")
            traffic.note("in", service, request.method, path, status, began, request.get(WORDS, ""))

    return noted


async def _with_faults(request: web.Request, handler: Handler, fault: Fault | None) -> web.StreamResponse:
    if fault is None:
        return await handler(request)
    request[WORDS] = "planned fault"
    if fault.delay:
        await asyncio.sleep(fault.delay)
    if fault.status is not None:
        if fault.after:
            await handler(request)
        headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
        return web.Response(status=fault.status, text=fault.body, headers=headers)
    if fault.close != "before":
        response = await handler(request)
    if fault.close is not None:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=499)
    return response
