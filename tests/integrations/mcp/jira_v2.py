"""The simulated company behind Jira's older REST v2: the face the real mcp-atlassian asks on a loopback address.

It serves that one server in tests and nothing else; the product itself speaks v3. Faults are switched on by name.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from integrations.simulator import seed
from integrations.simulator.atlassian.jira_shapes import FIELDS, Shapes
from integrations.simulator.atlassian.jql import BadQuery, parse
from integrations.simulator.company import Company
from models.clock import SharedClock
from models.directives import Directives
from models.directives_file import parse as read_directives

CONSTITUTION = Path(__file__).parents[3] / "directives.yaml"
MORNING = datetime.fromisoformat("2026-11-17T09:40:00-05:00")
TOKEN = "personal-access-token-for-tests"


@dataclass
class JiraV2:
    """``trouble`` is ``""``, ``"429"``, ``"500"``, ``"html"``, ``"401"`` or ``"hang"``."""

    company: Company
    url: str = ""
    trouble: str = ""
    asked: list[str] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._door])
        api = "/rest/api/2"
        app.add_routes(
            [
                web.get(f"{api}/search", self.search),
                web.get(f"{api}/issue/{{key}}", self.issue),
                web.get(f"{api}/myself", self.myself),
                web.get(f"{api}/field", self.fields),
                web.get(f"{api}/serverInfo", self.server_info),
                web.get("/rest/agile/1.0/board", self.boards),
                web.get("/rest/agile/1.0/board/{board}/sprint", self.sprints),
            ]
        )
        return app

    @web.middleware
    async def _door(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path_qs}")
        if self.trouble == "hang":
            await asyncio.sleep(60)
        if self.trouble == "429":
            return web.json_response({}, status=429, headers={"Retry-After": "3"})
        if self.trouble == "500":
            return web.json_response({}, status=500)
        if self.trouble == "html":
            return web.Response(text="<!DOCTYPE html><html><body>Maintenance</body></html>", content_type="text/html")
        if self.trouble == "401" or request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"errorMessages": ["Unauthorized"]}, status=401)
        answer: web.StreamResponse = await handler(request)
        return answer

    @property
    def shapes(self) -> Shapes:
        return Shapes(self.company, self.url)

    async def search(self, request: web.Request) -> web.Response:
        try:
            found = parse(request.query.get("jql", ""), self.company, seed.ASKER).over(self.company)
        except BadQuery as bad:
            return web.json_response({"errorMessages": [str(bad)], "errors": {}}, status=400)
        start, most = int(request.query.get("startAt", 0)), int(request.query.get("maxResults", 50))
        fields = request.query.get("fields", "*all").split(",")
        shown = [self.shapes.issue(issue, fields, "") for issue in found[start : start + most]]
        return web.json_response({"startAt": start, "maxResults": most, "total": len(found), "issues": shown})

    async def issue(self, request: web.Request) -> web.Response:
        issue = self.company.issue(request.match_info["key"])
        if issue is None:
            return web.json_response({"errorMessages": ["Issue Does Not Exist"], "errors": {}}, status=404)
        return web.json_response(self.shapes.issue(issue, request.query.get("fields", "*all").split(","), ""))

    async def myself(self, _request: web.Request) -> web.Response:
        return web.json_response({"name": "pm-agent", "displayName": "PM Agent", "key": "pm-agent"})

    async def fields(self, _request: web.Request) -> web.Response:
        return web.json_response(list(FIELDS))

    async def server_info(self, _request: web.Request) -> web.Response:
        return web.json_response({"baseUrl": self.url, "version": "9.12.0", "deploymentType": "Server"})

    async def boards(self, _request: web.Request) -> web.Response:
        values = [self.shapes.board(board) for board in self.company.boards.values()]
        return web.json_response({"startAt": 0, "maxResults": 50, "isLast": True, "values": values})

    async def sprints(self, request: web.Request) -> web.Response:
        wanted = request.query.get("state")
        sprints = [s for s in self.company.sprints.values() if wanted in (None, s.state)]
        values = [self.shapes.sprint(s) for s in sprints if str(s.board) == request.match_info["board"]]
        return web.json_response({"startAt": 0, "maxResults": 50, "isLast": True, "values": values})


def constitution() -> Directives:
    return read_directives(CONSTITUTION.read_text(), CONSTITUTION.name)


@contextlib.asynccontextmanager
async def jira_v2(folder: Path) -> AsyncIterator[JiraV2]:
    """The company on loopback, on the morning its story begins."""
    clock = SharedClock(folder / "clock.json")
    clock.set(MORNING, 1.0)
    facade = JiraV2(seed.build(constitution(), clock))
    runner = web.AppRunner(facade.app(), shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    facade.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield facade
    finally:
        await runner.cleanup()
