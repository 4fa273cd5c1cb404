"""The way to the app: signed requests, events with Slack's patience and its retries."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from integrations.simulator.slack.socket import SlackSocket
from integrations.simulator.slack.workspace import Workspace
from integrations.simulator.traffic import Traffic
from models.ids import fresh

log = logging.getLogger(__name__)

PATIENCE = 3.0
"""Seconds Slack waits for an answer."""

RETRIES = (0.0, 60.0, 300.0)
"""Seconds before the first, second and third retry of an event."""

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class NotThere(LookupError):
    """What was clicked or opened is not there, or not for this person."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the app said: the status (0 when nothing came) and the body."""

    status: int
    body: str

    @property
    def ok(self) -> bool:
        """Whether Slack counts it as an answer."""
        return 200 <= self.status < 300

    def json(self) -> dict[str, Any]:
        """The body as an object, empty when it is none."""
        try:
            value = json.loads(self.body or "{}")
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


class Wire:
    """Sends to ``url``."""

    def __init__(
        self, workspace: Workspace, traffic: Traffic, *, url: str, secret: str, retries: Sequence[float] = RETRIES
    ) -> None:
        self.workspace, self.traffic = workspace, traffic
        self.url, self._secret, self._retries = url, secret, retries
        self.events: frozenset[str] | None = None
        """Which events the app has asked for; ``None`` for all of them."""
        self.last_event: tuple[bytes, str] | None = None
        """The last event as it was sent, and its words."""
        self.socket: SlackSocket | None = None
        """Where the app has Socket Mode on, everything goes this way instead."""
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def event(self, inner: Mapping[str, Any]) -> None:
        """Send an event in the background, with Slack's retries, if the app has asked for its kind."""
        if self.events is not None and subscription(inner) not in self.events:
            return
        body = json.dumps(self.envelope(inner)).encode()
        self.last_event = (body, f"event {inner['type']}")
        task = asyncio.get_running_loop().create_task(self._deliver(body, f"event {inner['type']}"))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def envelope(self, inner: Mapping[str, Any]) -> dict[str, Any]:
        """An event as it is delivered."""
        world = self.workspace
        room = world.channels.get(str(inner.get("channel")))
        owner = {"enterprise_id": None, "team_id": world.team, "user_id": world.bot}
        return {
            "token": "simulated",
            "team_id": world.team,
            "api_app_id": world.app,
            "event": dict(inner),
            "type": "event_callback",
            "event_id": f"Ev{fresh()[:10].upper()}",
            "event_time": int(world.clock.real().timestamp()),
            "authorizations": [{**owner, "is_bot": True, "is_enterprise_install": False}],
            "is_ext_shared_channel": room is not None and room.shared,
            "event_context": f"4-{fresh()}",
        }

    async def interact(self, payload: Mapping[str, Any], words: str) -> Answered:
        """Send an interactive payload."""
        return await self.send(urlencode({"payload": json.dumps(payload)}).encode(), FORM, words)

    async def send(self, body: bytes, content_type: str, words: str, more: Mapping[str, str] | None = None) -> Answered:
        """One signed request; waits three seconds at most and never raises."""
        headers = {"Content-Type": content_type, **self.signed(body), **(more or {})}
        began, status, text = self.workspace.clock.monotonic(), 0, ""
        if self.socket is not None:
            status, text = await self.socket.carry(body, content_type, more or {})
            self.traffic.note("out", "slack", "SOCKET", "/slack/socket", status, began, words)
            return Answered(status, text)
        try:
            limit = aiohttp.ClientTimeout(total=PATIENCE)
            async with self._client().post(self.url, data=body, headers=headers, timeout=limit) as response:
                status, text = response.status, await response.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            words = f"{words}: {type(error).__name__}"
        self.traffic.note("out", "slack", "POST", "/slack/events", status, began, words)
        return Answered(status, text)

    def signed(self, body: bytes) -> dict[str, str]:
        """Slack's signature over ``body`` at this real moment."""
        stamp = str(int(self.workspace.clock.real().timestamp()))
        base = b"v0:" + stamp.encode() + b":" + body
        digest = hmac.new(self._secret.encode(), base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    @property
    def busy(self) -> bool:
        """Whether an event is on its way."""
        return bool(self._tasks)

    async def idle(self) -> None:
        """Wait until no event is on its way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Stop retrying and let go of the connections."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _deliver(self, body: bytes, words: str) -> None:
        reason = ""
        for number, wait in enumerate((0.0, *self._retries)):
            await asyncio.sleep(wait)
            retried = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason} if number else {}
            answered = await self.send(body, JSON, words, retried)
            if answered.ok:
                return
            reason = "http_timeout" if answered.status == 0 else "http_error"
        log.warning("%s was never accepted", words, extra={"action": "event_lost"})

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(headers={"User-Agent": "Slackbot 1.0"})
        return self._session

    async def redeliver(self, times: int) -> int:
        """Send the last event again, as Slack does when no answer came; how often the app took it.

        Raises ``NotThere``.
        """
        if self.last_event is None:
            raise NotThere("no event has been sent yet")
        body, words = self.last_event
        headers = [{"X-Slack-Retry-Num": str(n), "X-Slack-Retry-Reason": "http_timeout"} for n in range(1, times + 1)]
        answers = [await self.send(body, JSON, f"{words}, again", header) for header in headers]
        return sum(answered.ok for answered in answers)


def subscription(inner: Mapping[str, Any]) -> str:
    """The name under which an app asks for an event: those of messages say where."""
    kind, where = str(inner["type"]), str(inner.get("channel_type", ""))
    places = {"im": "message.im", "channel": "message.channels", "group": "message.groups"}
    return places.get(where, kind) if kind == "message" else kind
