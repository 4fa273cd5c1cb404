"""Slack's Socket Mode: tickets, websockets, envelopes, acknowledgements, and the ways in which all that fails."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import WSMsgType, web

from integrations.simulator.slack.workspace import Workspace
from models.ids import fresh

TICKET = timedelta(seconds=30)
"""How long an address is good, for one connection."""

MOST = 10
"""Connections of one app."""

PINGS = 5.0
"""Seconds between two pings of the server's."""

FORM = "application/x-www-form-urlencoded"


@dataclass(eq=False, slots=True)
class Line:
    """One connection of the app."""

    socket: web.WebSocketResponse
    request: web.Request
    silent: bool = False
    leaving: bool = False


class SlackSocket:
    """``apps.connections.open`` and the websocket it leads to; trouble is made by ``drop`` and its like."""

    def __init__(self, workspace: Workspace, token: str) -> None:
        self._workspace, self.token = workspace, token
        self.own_url = ""
        """Where this simulator listens; set when its port is known."""
        self.on, self.scoped = True, True
        """Whether Socket Mode is switched on in the app, and its token may use it."""
        self.patience = 3.0
        """Seconds an acknowledgement may take; fewer in tests."""
        self.lines: list[Line] = []
        self._tickets: dict[str, datetime] = {}
        self._waiting: dict[str, asyncio.Future[Mapping[str, Any]]] = {}
        self._turn = 0
        self._doing = set[asyncio.Task[object]]()
        self.refused_acks: list[str] = []
        """Ids that were acknowledged although nothing was asked under them."""

    def routes(self) -> list[web.RouteDef]:
        """What to serve; before the other methods."""
        return [
            web.post("/slack/api/apps.connections.open", self.open),
            web.get("/slack/socket", self.connect),
        ]

    @property
    def connected(self) -> int:
        """Connections on which something could be sent."""
        return sum(not line.leaving for line in self.lines)

    # --- the app's side ------------------------------------------------------------------------------------

    async def open(self, request: web.Request) -> web.Response:
        """``apps.connections.open``."""
        word = self._refusal(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if word:
            return web.json_response({"ok": False, "error": word, "needed": "connections:write"})
        ticket = fresh()
        self._tickets[ticket] = self._workspace.clock.real() + TICKET
        address = self.own_url.replace("http://", "ws://")
        url = f"{address}/slack/socket?ticket={ticket}&app_id={self._workspace.app}"
        return web.json_response({"ok": True, "url": url})

    def _refusal(self, token: str) -> str:
        if not token:
            return "not_authed"
        if not token.startswith("xapp-"):
            return "not_allowed_token_type"
        if token != self.token:
            return "invalid_auth"
        if not self.scoped:
            return "missing_scope"
        return "" if self.on else "socket_mode_disabled"

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """The websocket, from hello to its end."""
        until = self._tickets.pop(request.query.get("ticket", ""), None)
        if until is None or self._workspace.clock.real() > until:
            return web.Response(status=408)
        socket = web.WebSocketResponse(autoping=False, timeout=0.2)
        await socket.prepare(request)
        line = Line(socket, request)
        if len(self.lines) >= MOST:
            await socket.send_json(_disconnect("too_many_websockets"))
            await socket.close()
            return socket
        self.lines.append(line)
        pinging = asyncio.create_task(self._ping(line))
        try:
            await self._say(line, self._hello())
            await self._listen(line)
        finally:
            pinging.cancel()
            self.lines.remove(line)
        return socket

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self.lines),
            "debug_info": {"host": "applink-0", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._workspace.app},
        }

    async def _listen(self, line: Line) -> None:
        async for message in line.socket:
            if line.silent:
                continue
            if message.type is WSMsgType.PING:
                await line.socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self._acknowledged(json.loads(message.data))

    async def _ping(self, line: Line) -> None:
        while True:
            await asyncio.sleep(PINGS)
            if not line.silent:
                with contextlib.suppress(ConnectionError):
                    await line.socket.ping(b"Ping from applink-0")

    async def _say(self, line: Line, what: Mapping[str, Any]) -> None:
        if not line.silent:
            with contextlib.suppress(ConnectionError):
                await line.socket.send_json(dict(what))

    # --- what Slack sends ----------------------------------------------------------------------------------

    async def carry(self, body: bytes, content_type: str, retried: Mapping[str, str]) -> tuple[int, str]:
        """Send what would have gone over HTTP; the status and the body an answer there would have had.

        503 when there is no connection, 0 when no acknowledgement came in time.
        """
        line = self._next()
        if line is None:
            return 503, ""
        envelope = _envelope(body, content_type, retried)
        answered: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = answered
        try:
            await self._say(line, envelope)
            said = await asyncio.wait_for(answered, self.patience)
        except TimeoutError:
            return 0, ""
        finally:
            self._waiting.pop(envelope["envelope_id"], None)
        return 200, json.dumps(said) if said else ""

    def _next(self) -> Line | None:
        """Each payload goes to one connection, in turn."""
        able = [line for line in self.lines if not line.leaving]
        self._turn += 1
        return able[self._turn % len(able)] if able else None

    def _acknowledged(self, said: Mapping[str, Any]) -> None:
        id = str(said.get("envelope_id"))
        waiting = self._waiting.get(id)
        if waiting is None:
            self.refused_acks.append(id)
        elif not waiting.done():
            waiting.set_result(said.get("payload") or {})

    # --- what goes wrong -----------------------------------------------------------------------------------

    def drop(self) -> str:
        """The network cuts every connection. Raises ``LookupError`` when there is none."""
        for line in self._some():
            line.leaving = True
            if line.request.transport is not None:
                line.request.transport.abort()
        return "The connection was cut. The agent opens another."

    def silence(self) -> str:
        """Every connection stays open, and nothing comes over it any more. Raises ``LookupError``."""
        for line in self._some():
            line.silent = True
        return "The connection is open, but dead. The agent notices within ten seconds and opens another."

    def refresh(self) -> str:
        """Slack wants new connections. Raises ``LookupError``."""
        for line in self._some():
            line.leaving = True
            self._soon(self._say(line, _disconnect("refresh_requested")))
        return "Slack asked for a new connection. The agent opens it before the old one is gone."

    def hang_up(self) -> str:
        """Slack ends every connection with a close frame. Raises ``LookupError``."""
        for line in self._some():
            line.leaving = True
            self._soon(line.socket.close())
        return "Slack closed the connection. The agent opens another."

    def disable(self) -> str:
        """Somebody switches Socket Mode off in the app; setting ``on`` switches it on again."""
        self.on = False
        for line in self.lines:
            line.leaving = True
            self._soon(self._say(line, _disconnect("link_disabled")))
        return "Socket Mode is off. The agent says so, and tries again ever more rarely."

    async def close(self) -> None:
        """Slack goes away."""
        for line in list(self.lines):
            line.leaving = True
            await line.socket.close()
        await asyncio.gather(*self._doing, return_exceptions=True)

    def _some(self) -> list[Line]:
        able = [line for line in self.lines if not line.leaving]
        if not able:
            raise LookupError("the agent has no connection open at the moment")
        return able

    def _soon(self, doing: Coroutine[Any, Any, object]) -> None:
        task = asyncio.get_running_loop().create_task(doing)
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)


def _disconnect(reason: str) -> dict[str, Any]:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-0"}}


def _envelope(body: bytes, content_type: str, retried: Mapping[str, str]) -> dict[str, Any]:
    """What Slack puts around a body it would post."""
    envelope: dict[str, Any] = {"envelope_id": fresh()}
    if content_type != FORM:
        kind, payload = "events_api", json.loads(body)
        envelope |= {
            "retry_attempt": int(retried.get("X-Slack-Retry-Num", 0)),
            "retry_reason": retried.get("X-Slack-Retry-Reason", ""),
        }
    else:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        kind = "interactive" if "payload" in fields else "slash_commands"
        payload = json.loads(fields["payload"]) if "payload" in fields else fields
    return {**envelope, "type": kind, "payload": payload, "accepts_response_payload": kind != "events_api"}
