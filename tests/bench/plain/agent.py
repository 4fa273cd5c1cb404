"""The plain agent: on each event it reads the sprint from Jira with one search, asks a model, and posts what it says.

It acknowledges first and works through its queue one after the other, as one writes it in an afternoon. It speaks real
HTTP to the same vendors as the product, with the same model before it; nothing of the product is in it but the client
of that model.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
from aiohttp import web

from integrations.claude import Claude
from integrations.simulator.atlassian.webhooks import Delivery
from integrations.simulator.server import Simulator
from integrations.simulator.slack.workspace import Channel
from models.thoughts import Prompt, Purpose, Size, Turn, Usage
from tests.bench.plain.model import NOTHING
from tests.world import free_port

NAME = "plain-agent"
"""How it calls itself to the vendors, and its channel."""

PAGE = 100
"""Issues it reads: what one search of Jira gives."""

MODEL = "claude-sonnet-5-5"


@dataclass
class PlainAgent:
    """One agent for one sprint; ``said`` holds when it began and ended to post each of its messages, and what it was
    told by Slack."""

    simulator: Simulator
    model: Claude
    law: str
    sprint: int
    reads: bool = True
    """Whether it reads Jira for each event, as it does; a storm is measured without, which flatters it."""
    said: list[tuple[str, float, int]] = field(default_factory=list)
    """The words, when Slack had answered (``perf_counter``), and its status."""
    used: list[Usage] = field(default_factory=list)
    handled: int = 0
    _waiting: asyncio.Queue[Mapping[str, Any]] = field(default_factory=asyncio.Queue)
    _session: aiohttp.ClientSession | None = None
    _working: asyncio.Task[None] | None = None
    url: str = ""

    async def hear(self, request: web.Request) -> web.Response:
        """Answer at once; what is to be done waits in memory."""
        self._waiting.put_nowait(await request.json())
        return web.Response(status=202)

    async def work(self) -> None:
        """One event after the other, for ever."""
        while True:
            event = await self._waiting.get()
            try:
                await self.look(event)
            finally:
                self.handled += 1
                self._waiting.task_done()

    async def idle(self) -> None:
        """Until everything it has heard is done. Raises what has ended its work."""
        done = asyncio.ensure_future(self._waiting.join())
        assert self._working is not None
        await asyncio.wait([done, self._working], return_when=asyncio.FIRST_COMPLETED)
        if not done.done():
            done.cancel()
            self._working.result()

    async def look(self, event: Mapping[str, Any]) -> None:
        """The whole of it."""
        issues = await self.sprint_now() if self.reads else []
        words = await self.ask(issues, event)
        if words != NOTHING:
            await self.post(words)

    async def sprint_now(self) -> list[Any]:
        """One search, all fields; of a larger sprint the first hundred."""
        asked = {"jql": f"sprint = {self.sprint} ORDER BY created", "maxResults": PAGE, "fields": ["*all"]}
        async with self.session.post(f"{self._jira}/rest/api/3/search/jql", json=asked, headers=self._signed) as answer:
            return list((await answer.json())["issues"])

    async def ask(self, issues: list[Any], event: Mapping[str, Any]) -> str:
        """What the model would have it post."""
        shown = json.dumps({"event": _in_short(event), "issues": issues})
        prompt = Prompt(
            purpose=Purpose.TRIAL,
            size=Size.LARGE,
            name="plain/1",
            fixed=("You are the project manager of this team. Its constitution:\n" + self.law,),
            turns=(Turn(True, shown),),
            most=1500,
        )
        thought = await self.model.ask(prompt, MODEL, "low")
        self.used.append(thought.usage)
        return thought.text

    async def post(self, words: str) -> None:
        """To the team's channel, once: what Slack refuses is gone."""
        told = {"channel": room_of(self.simulator).id, "text": words}
        headers = {"Authorization": f"Bearer {self.simulator.secrets.slack_bot_token}"}
        address = f"{self.simulator.url}/slack/api/chat.postMessage"
        async with self.session.post(address, json=told, headers=headers) as answer:
            await answer.read()
            self.said.append((words, time.perf_counter(), answer.status))

    def beside(self, delivery: Delivery) -> Sequence[Delivery]:
        """What the vendors send when both are to hear it: for ``Webhooks.post``."""
        return [delivery, replace(delivery, url=f"{self.url}/{delivery.url.split('/', 3)[3]}")]

    async def status(self) -> str:
        """Its answer to ``/pm status``: what it sees of the sprint."""
        issues = await self.sprint_now()
        done = sum(each["fields"]["status"]["statusCategory"]["key"] == "done" for each in issues)
        return f"{done} of {len(issues)} issues are done"

    @property
    def session(self) -> aiohttp.ClientSession:
        assert self._session is not None, "it is not open"
        return self._session

    @property
    def _jira(self) -> str:
        return f"{self.simulator.url}/jira"

    @property
    def _signed(self) -> Mapping[str, str]:
        secrets = self.simulator.secrets
        pair = f"{secrets.atlassian_email}:{secrets.atlassian_token}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


@contextlib.asynccontextmanager
async def plain_agent(simulator: Simulator, model: Claude, law: str, **how: Any) -> AsyncIterator[PlainAgent]:
    """It runs while the block does, with doors of its own."""
    sprint = next(s.id for s in simulator.company.sprints.values() if s.state == "active")
    agent = PlainAgent(simulator, model, law, sprint, **how)
    room_of(simulator)
    app, port = web.Application(client_max_size=2**22), free_port()
    app.add_routes([web.post("/webhooks/{vendor}", agent.hear)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    agent.url = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession(headers={"User-Agent": NAME}) as agent._session:
        agent._working = asyncio.create_task(agent.work())
        try:
            yield agent
        finally:
            agent._working.cancel()
            await asyncio.gather(agent._working, return_exceptions=True)
            await runner.cleanup()


def room_of(simulator: Simulator) -> Channel:
    """Its own channel: what it says is not the product's."""
    world = simulator.workspace
    known = next((room for room in world.channels.values() if room.name == NAME), None)
    if known is None:
        known = Channel(id="C0PLAINAGENT", name=NAME, members=frozenset({world.bot}))
        world.channels[known.id] = known
    return known


def _in_short(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """What of a delivery is worth showing: who did what to which issue or pull request."""
    issue, pull = event.get("issue") or {}, event.get("pullrequest") or {}
    items = (event.get("changelog") or {}).get("items") or ()
    return {
        "name": event.get("webhookEvent", "a pull request"),
        "subject": issue.get("key") or pull.get("title") or "",
        "changed": {str(item.get("field")): item.get("toString") for item in items},
        "at": event.get("timestamp"),
    }
