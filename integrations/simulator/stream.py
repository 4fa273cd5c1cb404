"""What happens in the company, told to every open page as it happens (server-sent events)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from integrations.simulator.nouns import News
from integrations.simulator.slack.workspace import Workspace
from integrations.simulator.traffic import Exchange

BEHIND = 1000
"""Events a page may be behind before it is cut off and has to read everything anew."""

QUIET = 15.0
"""Seconds after which a silent stream says that it is still there."""

SAID = frozenset({"message", "update", "delete", "ephemeral"})


class Stream:
    """One queue per open page, each with what its user may know."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._open: dict[asyncio.Queue[dict[str, Any] | None], str] = {}
        workspace.listeners.append(self.on_slack)

    async def serve(self, request: web.Request, user: str) -> web.StreamResponse:
        """Hold the connection and tell ``user`` everything from now on."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        await response.write(b": hello\n\n")
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(BEHIND)
        self._open[queue] = user
        try:
            await self._pump(queue, response)
        except (ConnectionResetError, asyncio.CancelledError):
            pass
        finally:
            self._open.pop(queue, None)
        return response

    async def _pump(self, queue: asyncio.Queue[dict[str, Any] | None], response: web.StreamResponse) -> None:
        while True:
            try:
                event = await asyncio.wait_for(queue.get(), QUIET)
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if event is None:
                return
            await response.write(f"data: {json.dumps(event)}\n\n".encode())

    def close(self) -> None:
        """End every stream."""
        for queue in list(self._open):
            self._put(queue, None)

    # --- what there is to tell ----------------------------------------------------------------------------

    def tell(self, event: dict[str, Any]) -> None:
        """Tell everybody."""
        for queue in list(self._open):
            self._put(queue, event)

    def on_slack(self, kind: str, what: Mapping[str, Any], only_for: str | None) -> None:
        """Something was said or shown in Slack."""
        message = self._workspace.messages.get(str(what.get("ts")))
        event = {"type": kind, **what, "user": message.user if message else None}
        for queue, user in list(self._open.items()):
            if self._concerns(user, what, only_for):
                self._put(queue, event)
            elif (kind in ("message", "ephemeral") or what.get("asks")) and (whose := self._private(what, only_for)):
                self._put(queue, {"type": "unread", "user": whose})

    def on_news(self, news: News) -> None:
        """Something changed in Jira or Bitbucket."""
        self.tell({"type": "jira", "event": news.event})

    def on_traffic(self, exchange: Exchange) -> None:
        """A request was answered."""
        self.tell({"type": "traffic", "way": exchange.way, "service": exchange.service})

    def _concerns(self, user: str, what: Mapping[str, Any], only_for: str | None) -> bool:
        if only_for is not None:
            return user == only_for
        return "channel" not in what or self._workspace.visible(user, str(what["channel"]))

    def _private(self, what: Mapping[str, Any], only_for: str | None) -> str | None:
        """Who alone can see it, so that others learn only that there is something."""
        room = self._workspace.channels.get(str(what.get("channel")))
        return only_for or (room.user if room else None)

    def _put(self, queue: asyncio.Queue[dict[str, Any] | None], event: dict[str, Any] | None) -> None:
        try:
            queue.put_nowait(event)
        except asyncio.QueueFull:
            self._open.pop(queue, None)
            while not queue.empty():
                queue.get_nowait()
            queue.put_nowait(None)
