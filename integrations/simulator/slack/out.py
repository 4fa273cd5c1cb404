"""What people do in Slack, as the app hears of it: commands, clicks, submissions, words."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from integrations.simulator.slack import shapes
from integrations.simulator.slack.api import answer
from integrations.simulator.slack.blocks import elements
from integrations.simulator.slack.call import Refusal
from integrations.simulator.slack.wire import FORM, RETRIES, Answered, NotThere, Wire
from integrations.simulator.slack.workspace import Channel, Message, Workspace
from integrations.simulator.traffic import Traffic
from models.ids import fresh

log = logging.getLogger(__name__)


class SlackOut(Wire):
    """Tells the app what people do in ``workspace``."""

    def __init__(
        self,
        workspace: Workspace,
        traffic: Traffic,
        *,
        url: str,
        secret: str,
        retries: Sequence[float] = RETRIES,
    ) -> None:
        super().__init__(workspace, traffic, url=url, secret=secret, retries=retries)
        self.own_url = ""
        """Where the app reaches this simulator; set when its port is known."""
        self.hears = True
        """Whether the app is told of what is said in its channels without a mention (``message.channels``)."""
        self.twice = 0
        """How many of the next presses arrive two times at once."""

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
        words = f"click {used.get('action_id')}"
        if self.twice:
            self.twice -= 1
            second = payload | {"trigger_id": self.workspace.trigger(user)}
            first, _ = await asyncio.gather(self.interact(payload, words), self.interact(second, f"{words}, again"))
            return first
        return await self.interact(payload, words)

    async def submit(self, user: str, view_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Somebody presses a modal's button: ``{"errors"}`` by block, or ``{"view"}`` that follows (or ``None``)."""
        view = self.workspace.views.get(view_id)
        if view is None or self.workspace.open_views.get(user) != view_id:
            raise NotThere("this modal is not open")
        payload = {
            **self.sender(user, "view_submission"),
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
            if action == "push":
                kept |= {"previous_view_id": view["id"], "root_view_id": view["root_view_id"]}
            self.workspace.open_views[user] = kept["id"]
            return {"view": kept}
        if action == "clear":
            self.workspace.open_views.pop(user, None)
            return {"view": None}
        return {"view": self.step_back(user, view)}

    def step_back(self, user: str, view: Mapping[str, Any]) -> dict[str, Any] | None:
        """The modal in front of somebody goes; the one below it, if there is one, is in front again."""
        world = self.workspace
        below = world.views.get(str(view.get("previous_view_id")))
        if below is None:
            world.open_views.pop(user, None)
        else:
            world.open_views[user] = below["id"]
        return below

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
        if f"<@{world.bot}>" in text and world.bot in room.members and not room.direct:
            self.event({**inner, "type": "app_mention"})
        if self.overhears(room):
            self.event({**inner, "type": "message", "channel_type": kind_of(room)})
        return said

    def overhears(self, room: Channel) -> bool:
        """Whether the app is told of every word there: in direct messages always, in its channels if it may."""
        return room.direct or (self.hears and self.workspace.bot in room.members)

    def open_home(self, user: str, tab: str = "home") -> None:
        """Somebody looks at the app's Home tab, or at its messages."""
        world = self.workspace
        inner = {
            "type": "app_home_opened",
            "user": user,
            "channel": world.direct(user).id,
            "tab": tab,
            "event_ts": world.stamp(),
        }
        self.event(inner | ({"view": world.homes[user]} if tab == "home" and user in world.homes else {}))

    # --- payloads -----------------------------------------------------------------------------------------

    def sender(self, user: str, kind: str) -> dict[str, Any]:
        """The part of every interactive payload that says who did it."""
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
            **self.sender(user, "block_actions"),
            "container": container | ({"thread_ts": message.thread} if message.thread else {}),
            "channel": {"id": room.id, "name": "directmessage" if room.direct else room.name},
            "state": {"values": dict(where.get("values") or {})},
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
        shown = {**view, "state": {"values": dict(where.get("values") or {})}}
        return {**self.sender(user, "block_actions"), "container": container, "view": shown}

    def _action(self, shown: Sequence[Mapping[str, Any]], used: Mapping[str, Any]) -> dict[str, Any]:
        """What was used, as the stored blocks have it; the page only says which and what was picked."""
        for block, element in elements(shown):
            if element.get("action_id") != used.get("action_id"):
                continue
            if used.get("block_id") not in (None, "", block.get("block_id")):
                continue
            action = {"action_id": element["action_id"], "block_id": block["block_id"], "type": element["type"]}
            pressed = _pressed(element, used)
            kept = {name: pressed[name] for name in ("text", "value", "style", "placeholder") if name in pressed}
            picked = {name: value for name, value in used.items() if name.startswith("selected_")}
            return {**action, **kept, **picked, "action_ts": self.workspace.stamp()}
        raise NotThere("this message has no such button any more")

    def answer_at(self, channel: str, user: str, ts: str | None = None) -> str:
        """A fresh address for an answer to what ``user`` has just done."""
        return self._response_url(self.workspace.response_url(channel, user, ts))

    def _response_url(self, token: str) -> str:
        return f"{self.own_url}/slack/response/{token}"


def _pressed(element: Mapping[str, Any], used: Mapping[str, Any]) -> Mapping[str, Any]:
    """The element, or of two in one (good and bad) the one that was pressed. Raises ``NotThere``."""
    if element["type"] != "feedback_buttons":
        return element
    both: list[Mapping[str, Any]] = [element["positive_button"], element["negative_button"]]
    for each in both:
        if each.get("value") == used.get("value"):
            return each
    raise NotThere("this message has no such button any more")


def kind_of(room: Channel) -> str:
    """Slack's word for where something was said."""
    if room.direct:
        return "im"
    return "group" if room.private else "channel"


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
