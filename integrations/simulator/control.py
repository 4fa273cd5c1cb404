"""The page's side: act as anybody in the company, see what they see, make things happen, change the clock.

Nothing here reaches into the product: every act leaves as a signed request of the simulated vendor.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from integrations.simulator import showing
from integrations.simulator.acting import Acting
from integrations.simulator.company import Company
from integrations.simulator.doorway import SAFE, acting, reading
from integrations.simulator.happenings import HAPPENINGS
from integrations.simulator.slack.manifest import Promised
from integrations.simulator.slack.out import SlackOut
from integrations.simulator.slack.workspace import Workspace
from integrations.simulator.stream import Stream
from integrations.simulator.traffic import Traffic
from integrations.simulator.trouble import Troubles
from integrations.simulator.workdays import of_team
from models.clock import Clock
from models.directives import Directives

TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}


class Control:
    """The routes of ``/``, ``/static`` and ``/sim``."""

    def __init__(
        self,
        *,
        company: Company,
        workspace: Workspace,
        slack_out: SlackOut,
        traffic: Traffic,
        troubles: Troubles,
        promised: Promised,
        clock: Clock,
        directives: Directives,
        directives_text: str,
        product_url: str,
        static: Path,
    ) -> None:
        self._company, self._workspace, self._slack = company, workspace, slack_out
        self._traffic, self._clock, self._troubles, self._promised = traffic, clock, troubles, promised
        self._days = of_team(directives.teams[0], directives)
        self._text, self._product, self._static = directives_text, product_url, static.resolve()
        self.stream = Stream(workspace)
        self._acting = Acting(
            company=company,
            workspace=workspace,
            slack_out=slack_out,
            clock=clock,
            days=self._days,
            stream=self.stream,
            troubles=troubles,
            promised=promised,
        )
        company.listeners.append(self.stream.on_news)
        traffic.listeners.append(self.stream.on_traffic)

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        reads: dict[str, Callable[[web.Request], Awaitable[Any]]] = {
            "state": self.state,
            "messages": self.messages,
            "happenings": self.happenings,
            "faults": self.faults,
            "constitution": self.constitution,
            "jira": self.jira,
            "traffic": self.traffic,
        }
        return [
            web.get("/", self.page),
            web.get("/static/{name}", self.file),
            web.get("/sim/stream", self.listen),
            *(web.get(f"/sim/{name}", reading(read)) for name, read in reads.items()),
            *(web.post(f"/sim/{name}", acting(act)) for name, act in self._acting.acts().items()),
        ]

    def close(self) -> None:
        """End the streams."""
        self.stream.close()

    # --- the page -----------------------------------------------------------------------------------------

    async def page(self, _request: web.Request) -> web.StreamResponse:
        """``/``."""
        return self._file("index.html")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """``/static/{name}``: files of one folder, by name."""
        return self._file(request.match_info["name"])

    def _file(self, name: str) -> web.StreamResponse:
        path = self._static / name
        if path.suffix not in TYPES or path.resolve().parent != self._static or not path.is_file():
            return web.json_response({"error": f"there is no {name}"}, status=404)
        headers = {**SAFE, "Cache-Control": "no-cache", "Content-Type": TYPES[path.suffix]}
        return web.FileResponse(path, headers=headers)

    # --- looking ------------------------------------------------------------------------------------------

    async def state(self, request: web.Request) -> dict[str, Any]:
        """``GET /sim/state?user=``."""
        world = self._workspace
        me = request.query.get("user", "")
        if me not in world.users or world.users[me].bot:
            me = next(iter(world.users))
        rooms = [room for room in world.channels.values() if world.visible(me, room.id)]
        entries = self._promised.shortcuts
        return {
            "me": me,
            "workspace": {"id": world.team, "name": world.name},
            "app": {"user": world.bot, "name": world.users[world.bot].name, "id": world.app},
            "users": [showing.user(user) for user in world.users.values()],
            "channels": [showing.room(world, room, me) for room in rooms],
            "clock": showing.time(self._clock, self._days),
            "home": world.homes.get(me),
            "view": world.views.get(world.open_views.get(me, "")),
            "shortcuts": [{"callback_id": e.callback_id, "name": e.name, "says": e.description} for e in entries],
            "hears": self._slack.hears,
            "happenings": [{"name": h.name, "title": h.title} for h in HAPPENINGS.values()],
            "product": {"url": self._product, "ok": await self._alive()},
        }

    async def messages(self, request: web.Request) -> dict[str, Any]:
        """``GET /sim/messages?user=&channel=``: oldest first, with this user's ephemeral ones."""
        given = dict(request.query)
        me, room = self._acting.who(given), self._acting.where(given)
        shown = self._workspace.shown(room.id, me)
        self._workspace.seen[(me, room.id)] = max((m.news for m in shown), default="0")
        return {"messages": [showing.message(m) for m in shown]}

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """``GET /sim/stream?user=``."""
        user = request.query.get("user", "")
        if user not in self._workspace.users:
            return web.json_response({"error": "there is no such user"}, status=404)
        return await self.stream.serve(request, user)

    async def happenings(self, _request: web.Request) -> dict[str, Any]:
        """``GET /sim/happenings``."""
        return {"happenings": [{"name": h.name, "title": h.title, "says": h.says} for h in HAPPENINGS.values()]}

    async def faults(self, _request: web.Request) -> dict[str, Any]:
        """``GET /sim/faults``: what can go wrong."""
        return {"faults": self._troubles.shown()}

    async def constitution(self, _request: web.Request) -> dict[str, Any]:
        """``GET /sim/constitution``."""
        return {"text": self._text, "file": "directives.yaml"}

    async def jira(self, _request: web.Request) -> dict[str, Any]:
        """``GET /sim/jira``: sprints, issues and pull requests as the company has them."""
        return showing.jira(self._company)

    async def traffic(self, _request: web.Request) -> dict[str, Any]:
        """``GET /sim/traffic``."""
        return {"traffic": self._traffic.shown()}

    async def _alive(self) -> bool:
        """Whether the product answers at all."""
        try:
            limit = aiohttp.ClientTimeout(total=0.5)
            async with aiohttp.ClientSession(timeout=limit) as session, session.get(f"{self._product}/health") as said:
                return said.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False
