"""A Slack on loopback that answers what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web


@dataclass(frozen=True)
class Answer:
    """One canned answer; ``cut`` closes the connection after the request has arrived."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    wait: float = 0.0


@dataclass
class Loopback:
    """The server's address, its answers by method (the last one repeats) and the calls it got."""

    url: str = ""
    answers: dict[str, deque[Answer]] = field(default_factory=lambda: defaultdict(deque))
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    sent: int = 0

    def say(self, method: str, *answers: Answer | Mapping[str, Any]) -> None:
        made = [a if isinstance(a, Answer) else Answer({"ok": True, **a}) for a in answers]
        self.answers[method] = deque(made)

    def refuse(self, method: str, code: str, **more: Any) -> None:
        self.say(method, Answer({"ok": False, "error": code, **more}))

    def of(self, method: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.calls if name == method]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        method, raw = request.match_info["method"], (await request.read()).decode()
        is_json = request.content_type == "application/json"
        form = {**request.query, **dict(parse_qsl(raw))} if not is_json else {}
        self.calls.append((method, json.loads(raw) if is_json else form))
        waiting = self.answers[method]
        answer = waiting.popleft() if len(waiting) > 1 else waiting[0] if waiting else self._usual(method)
        if answer.wait:
            await asyncio.sleep(answer.wait)
        if answer.cut and request.transport is not None:
            request.transport.abort()
        if isinstance(answer.body, str):
            return web.Response(status=answer.status, text=answer.body, headers=dict(answer.headers))
        return web.json_response(answer.body, status=answer.status, headers=dict(answer.headers))

    def _usual(self, method: str) -> Answer:
        arguments = self.calls[-1][1]
        if method == "conversations.info":
            return Answer({"ok": True, "channel": {"id": arguments["channel"], "is_channel": True}})
        self.sent += 1
        usual: dict[str, Any] = {"channel": arguments.get("channel"), "ts": f"1700000000.{self.sent:06d}"}
        if method == "conversations.open":
            usual = {"channel": {"id": f"D{arguments['users']}"}}
        return Answer({"ok": True, **usual})


@asynccontextmanager
async def loopback() -> AsyncIterator[Loopback]:
    slack = Loopback()
    app = web.Application()
    app.router.add_route("*", "/slack/api/{method}", slack.serve)
    app.router.add_post("/{method}", slack.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    slack.url = f"http://127.0.0.1:{port}/slack/api/"
    try:
        yield slack
    finally:
        await runner.cleanup()
