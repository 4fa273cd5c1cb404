"""The wire between the vendors and the product: every delivery and every answer is written down on the way."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web

from bot.listeners.intake import delivery_id

REPEAT_EVERY = 6
"""Every sixth delivery of each vendor arrives again although it was acknowledged (Slack does so with events only)."""

_ID = re.compile(r"\b[0-9a-f]{20}\b")
"""What the product names its questions by."""

SORRY = "could not take that down"
"""The product's honest *no* to a command: Slack wants a 200 for it."""


@dataclass
class Sent:
    """One delivery, over all its tries."""

    source: str
    id: str
    name: str
    actor: str = ""
    """Who did it, as the vendor names people."""
    token: str = ""
    """Of the response URL it brought, where it brought one."""
    job: str = ""
    """The job of its own that it must have had: ``answer``, ``click`` or none."""
    about: frozenset[str] = frozenset()
    """Ids it names: of a press the question among them."""
    chosen: str = ""
    """What somebody chose instead of what was proposed."""
    place: str = ""
    """The channel in which somebody asked for all to read."""
    twice: bool = False
    """Whether the vendor sends it again although it was acknowledged."""
    tries: int = 0
    acknowledged: int = 0


@dataclass
class Wire:
    """A server in the product's place that hands everything on, and drops the connection when the product does."""

    product: str
    deliveries: dict[tuple[str, str], Sent] = field(default_factory=dict)
    repeats: int = 0
    url: str = ""
    _runner: web.AppRunner | None = None
    _session: aiohttp.ClientSession | None = None
    _again: set[asyncio.Task[int]] = field(default_factory=set)

    async def start(self) -> None:
        """Listen on a free port of loopback."""
        app = web.Application()
        app.router.add_post("/{path:.*}", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))

    async def stop(self) -> None:
        """Drop what is under way and listen no longer."""
        for task in self._again:
            task.cancel()
        await asyncio.gather(*self._again, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def idle(self) -> None:
        """Wait until no repeated delivery is under way."""
        await asyncio.gather(*self._again, return_exceptions=True)

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        sent = self._noted(request.path, request.headers, body)
        try:
            status, headers, answer = await self._hand_on(sent, request.path, request.headers, body)
        except (aiohttp.ClientError, TimeoutError):
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=502)
        if sent.twice and sent.acknowledged == 1:
            self._once_more(sent, request, body)
        return web.Response(status=status, body=answer, headers=headers)

    async def _hand_on(
        self, sent: Sent, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        assert self._session is not None
        kept = {n: v for n, v in headers.items() if n.lower() not in ("host", "content-length", "connection")}
        sent.tries += 1
        limit = aiohttp.ClientTimeout(total=30)
        async with self._session.post(f"{self.product}{path}", data=body, headers=kept, timeout=limit) as answer:
            words = await answer.read()
            sent.acknowledged += 200 <= answer.status < 300 and SORRY.encode() not in words
            given = {n: v for n, v in answer.headers.items() if n.lower() in ("content-type", "retry-after")}
            return answer.status, given, words

    def _once_more(self, sent: Sent, request: web.Request, body: bytes) -> None:
        async def again() -> int:
            await asyncio.sleep(0.3)
            self.repeats += 1
            return (await self._hand_on(sent, request.path, request.headers, body))[0]

        self._again.add(asyncio.get_running_loop().create_task(again()))

    def _noted(self, path: str, headers: Mapping[str, str], body: bytes) -> Sent:
        sent = _READ[path](headers, body)
        known = self.deliveries.get((sent.source, sent.id))
        if known is None:
            known = self.deliveries[sent.source, sent.id] = sent
            of_kind = sum(other.source == sent.source for other in self.deliveries.values())
            sent.twice = not sent.token and of_kind % REPEAT_EVERY == 0
        return known


def _from_jira(headers: Mapping[str, str], body: bytes) -> Sent:
    said = json.loads(body)
    actor = (said.get("user") or (said.get("comment") or {}).get("author") or {}).get("accountId", "")
    return Sent("jira", headers["X-Atlassian-Webhook-Identifier"], said["webhookEvent"], actor)


def _from_bitbucket(headers: Mapping[str, str], body: bytes) -> Sent:
    actor = (json.loads(body).get("actor") or {}).get("account_id", "")
    return Sent("bitbucket", headers["X-Request-UUID"], headers["X-Event-Key"], actor)


def _name(said: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    """What is said in a channel may come as two events and is one thing: it is named after its place."""
    if event["type"] == "app_mention" or (event["type"] == "message" and event.get("channel_type") != "im"):
        return f"said:{said['team_id']}:{event['channel']}:{event['ts']}"
    return str(said["event_id"])


def _from_slack(headers: Mapping[str, str], body: bytes) -> Sent:
    if "json" in headers.get("Content-Type", ""):
        told = json.loads(body)
        event = told["event"]
        place = event.get("channel", "")
        return Sent("slack", _name(told, event), event["type"], event.get("user", ""), job="answer", place=place)
    form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    said: dict[str, Any] = json.loads(form["payload"]) if "payload" in form else dict(form)
    words = next(_actions(said), "command" if "command" in form else said.get("type", "nothing"))
    jobs = {"approve": "click", "reject_why": "window", "view_submission": "window", "nothing": ""}
    jobs |= {"several_yes": "batch", "several_no": "window", "edit": "window", "known_forget": "known"}
    job = jobs.get(words, "answer")
    actor = form.get("user_id") or (said.get("user") or {}).get("id", "")
    token = str(said.get("response_url", "")).rpartition("/")[2]
    # A window is one, however often it is sent off.
    name = delivery_id(said) if words == "view_submission" else said["trigger_id"]
    return Sent("slack", name, words, actor, token, job, *_pressed(said))


def _pressed(said: Mapping[str, Any]) -> tuple[frozenset[str], str]:
    """What a press or a filled window is about, and what was chosen in it."""
    view = said.get("view") or {}
    named = json.dumps([said.get("actions"), said.get("state"), view.get("private_metadata")])
    filled = ((view.get("state") or {}).get("values") or {}).get("value") or {}
    chosen = next((each["selected_option"]["value"] for each in filled.values() if each.get("selected_option")), "")
    return frozenset(_ID.findall(named)), chosen


def _actions(said: Mapping[str, Any]) -> Iterator[str]:
    return (str(action["action_id"]) for action in said.get("actions") or ())


_READ = {"/webhooks/jira": _from_jira, "/webhooks/bitbucket": _from_bitbucket, "/slack/events": _from_slack}
