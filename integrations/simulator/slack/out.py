"""What Slack sends to the app: signed commands, clicks, submissions and events, with Slack's patience and retries."""

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

from integrations.simulator.slack import shapes
from integrations.simulator.slack.api import answer
from integrations.simulator.slack.blocks import elements
from integrations.simulator.slack.call import Refusal
from integrations.simulator.slack.workspace import Message, Workspace
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


class SlackOut:
    """Sends to ``url`` what happens in ``workspace``."""

    def __init__(
        self,
        workspace: Workspace,
        traffic: Traffic,
        *,
        url: str,
        secret: str,
        retries: Sequence[float] = RETRIES,
    ) -> None:
        self.workspace, self.traffic = workspace, traffic
        self.url, self._secret, self._retries = url, secret, retries
        self.own_url = ""
        """Where the app reaches this simulator; set when its port is known."""
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # --- what people do -----------------------------------------------------------------------------------

    async def command(self, user: str, channel: str, command: str, text: str) -> Answered:
        """Somebody sends a slash command."""
        world, who = self.workspace, self.workspace.users[user]
        token = world.response_url(channel, user)
        fields = {
            "token": "simulated",
            "team_id": world.team,
            "team_domain": world.domain,
            "channel_id": channel,
            "channel_name": "directmessage" if world.channels[channel].direct else world.channels[channel].name,
            "user_id": user,
            "user_name": who.handle,
            "command": command,
            "text": text,
            "api_app_id": world.app,
            "is_enterprise_install": "false",
            "response_url": self._response_url(token),
            "trigger_id": world.trigger(user),
        }
        answered = await self.send(urlencode(fields).encode(), FORM, f"{command} {text}".strip())
        if not answered.ok:
            word = "operation_timeout" if answered.status == 0 else "dispatch_failed"
            answer(world, token, {"text": f"{command} failed with the error “{word}”"})
        elif answered.body.strip():
            given = answered.json() or {"text": answered.body}
            _try_answer(world, token, given)
        return answered

    async def click(self, user: str, where: Mapping[str, Any], used: Mapping[str, Any]) -> Answered:
        """Somebody uses an element of a message, an ephemeral, a modal or the Home tab.

        ``where`` has ``channel`` and ``ts``, or ``view_id``, or ``channel`` = ``home``; ``used`` names the
        block and the action and carries what was picked. Raises ``NotThere``.
        """
        payload = self._view_click(user, where) if _in_view(where) else self._message_click(user, where)
        shown = payload["view"]["blocks"] if "view" in payload else payload.pop("shown")
        payload["actions"] = [self._action(shown, used)]
        return await self.interact(payload, f"click {used.get('action_id')}")

    async def submit(self, user: str, view_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Somebody presses a modal's button: ``{"errors"}`` by block, or ``{"view"}`` that follows (or ``None``)."""
        view = self.workspace.views.get(view_id)
        if view is None or self.workspace.open_views.get(user) != view_id:
            raise NotThere("this modal is not open")
        payload = {
            **self._sender(user, "view_submission"),
            "view": {**view, "state": {"values": dict(values)}},
            "response_urls": [],
        }
        answered = await self.interact(payload, f"submit {view['callback_id']}")
        if not answered.ok:
            return {"errors": {next(iter(values), ""): "The app did not answer."}}
        return self._after_submit(user, view, answered.json())

    def _after_submit(self, user: str, view: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
        action = said.get("response_action")
        if action == "errors":
            return {"errors": dict(said.get("errors", {}))}
        if action in ("update", "push") and isinstance(said.get("view"), dict):
            kept = self.workspace.keep_view(said["view"], view if action == "update" else None)
            self.workspace.open_views[user] = kept["id"]
            return {"view": kept}
        self.workspace.open_views.pop(user, None)
        return {"view": None}

    def say(self, user: str, channel: str, text: str, thread: str | None = None) -> Message:
        """Somebody writes; the app hears of it when it is mentioned or addressed directly."""
        world = self.workspace
        said = world.post(
            Message(ts=world.stamp(), channel=channel, user=user, text=text, at=world.now(), thread=thread)
        )
        inner: dict[str, Any] = {"user": user, "text": text, "ts": said.ts, "event_ts": said.ts, "channel": channel}
        inner |= {"team": world.team, "client_msg_id": fresh(), "blocks": _rich(text)}
        if thread:
            inner["thread_ts"] = thread
        room = world.channels[channel]
        if room.direct:
            self.event({**inner, "type": "message", "channel_type": "im"})
        elif f"<@{world.bot}>" in text and world.bot in room.members:
            self.event({**inner, "type": "app_mention"})
        return said

    def open_home(self, user: str) -> None:
        """Somebody looks at the app's Home tab."""
        world = self.workspace
        inner = {
            "type": "app_home_opened",
            "user": user,
            "channel": world.direct(user).id,
            "tab": "home",
            "event_ts": world.stamp(),
        }
        self.event(inner | ({"view": world.homes[user]} if user in world.homes else {}))

    # --- what is sent -------------------------------------------------------------------------------------

    def event(self, inner: Mapping[str, Any]) -> None:
        """Send an event in the background, with Slack's retries."""
        body = json.dumps(self.envelope(inner)).encode()
        task = asyncio.get_running_loop().create_task(self._deliver(body, f"event {inner['type']}"))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def envelope(self, inner: Mapping[str, Any]) -> dict[str, Any]:
        """An event as it is delivered."""
        world = self.workspace
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
            "is_ext_shared_channel": False,
            "event_context": f"4-{fresh()}",
        }

    async def interact(self, payload: Mapping[str, Any], words: str) -> Answered:
        """Send an interactive payload."""
        return await self.send(urlencode({"payload": json.dumps(payload)}).encode(), FORM, words)

    async def send(self, body: bytes, content_type: str, words: str, more: Mapping[str, str] | None = None) -> Answered:
        """One signed request; waits three seconds at most and never raises."""
        headers = {"Content-Type": content_type, **self.signed(body), **(more or {})}
        began, status, text = self.workspace.clock.monotonic(), 0, ""
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

    # --- payloads -----------------------------------------------------------------------------------------

    def _sender(self, user: str, kind: str) -> dict[str, Any]:
        world, who = self.workspace, self.workspace.users[user]
        return {
            "type": kind,
            "user": {"id": user, "username": who.handle, "name": who.handle, "team_id": world.team},
            "api_app_id": world.app,
            "token": "simulated",
            "trigger_id": world.trigger(user),
            "team": {"id": world.team, "domain": world.domain},
            "is_enterprise_install": False,
        }

    def _message_click(self, user: str, where: Mapping[str, Any]) -> dict[str, Any]:
        world = self.workspace
        message = world.messages.get(str(where.get("ts")))
        if message is None or message.channel != where.get("channel") or not world.visible(user, message.channel):
            raise NotThere("there is no such message here")
        if message.only_for not in (None, user):
            raise NotThere("this answer is only for somebody else")
        room = world.channels[message.channel]
        container: dict[str, Any] = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": room.id,
            "is_ephemeral": message.only_for is not None,
        }
        payload = {
            **self._sender(user, "block_actions"),
            "container": container | ({"thread_ts": message.thread} if message.thread else {}),
            "channel": {"id": room.id, "name": "directmessage" if room.direct else room.name},
            "state": {"values": {}},
            "response_url": self._response_url(world.response_url(room.id, user, message.ts)),
            "shown": message.blocks,
        }
        return payload if message.only_for else payload | {"message": shapes.message(world, message, metadata=True)}

    def _view_click(self, user: str, where: Mapping[str, Any]) -> dict[str, Any]:
        world = self.workspace
        view = world.homes.get(user) if where.get("channel") == "home" else world.views.get(str(where["view_id"]))
        if view is None or (view["type"] == "modal" and world.open_views.get(user) != view["id"]):
            raise NotThere("there is no such view in front of this person")
        container = {"type": "view", "view_id": view["id"]}
        return {**self._sender(user, "block_actions"), "container": container, "view": view}

    def _action(self, shown: Sequence[Mapping[str, Any]], used: Mapping[str, Any]) -> dict[str, Any]:
        """What was used, as the stored blocks have it; the page only says which and what was picked."""
        for block, element in elements(shown):
            if element.get("action_id") != used.get("action_id"):
                continue
            if used.get("block_id") not in (None, "", block.get("block_id")):
                continue
            action = {"action_id": element["action_id"], "block_id": block["block_id"], "type": element["type"]}
            kept = {name: element[name] for name in ("text", "value", "style", "placeholder") if name in element}
            picked = {name: value for name, value in used.items() if name.startswith("selected_")}
            return {**action, **kept, **picked, "action_ts": self.workspace.stamp()}
        raise NotThere("this message has no such button any more")

    def _response_url(self, token: str) -> str:
        return f"{self.own_url}/slack/response/{token}"


def _in_view(where: Mapping[str, Any]) -> bool:
    return bool(where.get("view_id")) or where.get("channel") == "home"


def _try_answer(world: Workspace, token: str, given: Mapping[str, Any]) -> None:
    try:
        answer(world, token, given)
    except Refusal as refusal:
        log.warning("the app's answer was refused: %s", refusal.code, extra={"action": "answer_refused"})


def _rich(text: str) -> list[dict[str, Any]]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return [{"type": "rich_text", "block_id": fresh()[:5], "elements": [section]}]
