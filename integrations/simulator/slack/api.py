"""The Slack Web API over HTTP: who calls, how often, which method; then ``ok`` or Slack's own refusal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from integrations.simulator.slack import chat, people, streams, views
from integrations.simulator.slack.call import Call, Refusal
from integrations.simulator.slack.workspace import Workspace
from integrations.simulator.traffic import WORDS
from models.clock import Clock

Method = Callable[[Call], dict[str, Any]]

METHODS: Mapping[str, Method] = {
    "agents.sessions.setStatus": streams.set_session,
    "assistant.threads.setStatus": chat.set_status,
    "assistant.threads.setSuggestedPrompts": chat.set_prompts,
    "auth.test": people.auth_test,
    "blocks.validate": people.validate_blocks,
    "bots.info": people.bots_info,
    "chat.appendStream": streams.append,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.get_permalink,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.postMessage": chat.post_message,
    "chat.startStream": streams.start,
    "chat.stopStream": streams.stop,
    "chat.update": chat.update,
    "conversations.history": people.history,
    "conversations.info": people.conversation_info,
    "conversations.list": people.list_conversations,
    "conversations.members": people.members,
    "conversations.open": people.open_conversation,
    "conversations.replies": people.replies,
    "dnd.info": people.dnd_info,
    "dnd.teamInfo": people.dnd_team,
    "reactions.add": chat.add_reaction,
    "reactions.remove": chat.remove_reaction,
    "team.info": people.team_info,
    "usergroups.users.list": people.group_members,
    "users.conversations": people.users_conversations,
    "users.getPresence": people.user_presence,
    "users.info": people.user_info,
    "users.list": people.list_users,
    "users.lookupByEmail": people.user_by_email,
    "users.profile.get": people.user_profile,
    "views.open": views.open_view,
    "views.publish": views.publish_view,
    "views.push": views.push_view,
    "views.update": views.update_view,
}

SCOPES = (
    "app_mentions:read,assistant:write,channels:history,channels:read,chat:write,commands,dnd:read,groups:history,"
    "groups:read,im:history,im:read,im:write,reactions:write,usergroups:read,users:read,users:read.email"
)
"""What the app was given; Slack names it on every answer."""

_READ = ("channels:read", "groups:read", "im:read")
_HISTORY = ("channels:history", "groups:history", "im:history")
NEEDED: Mapping[str, tuple[str, ...]] = {
    "chat.": ("chat:write",),
    "conversations.history": _HISTORY,
    "conversations.info": _READ,
    "conversations.list": _READ,
    "conversations.members": _READ,
    "conversations.open": ("im:write",),
    "conversations.replies": _HISTORY,
    "dnd.": ("dnd:read",),
    "reactions.": ("reactions:write",),
    "usergroups.": ("usergroups:read",),
    "users.conversations": _READ,
    "users.getPresence": ("users:read",),
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    "users.lookupByEmail": ("users:read.email",),
}
"""The scopes of which a method, or a family of them, needs one."""

PER_SECOND = 1.0
"""Messages a second and channel (Slack's "Rate limits" page)."""

BURST = 5.0
"""Messages one channel takes at once before the rate counts."""


class Pacing:
    """Slack's limit on posting: about one a second and channel, after a short burst."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, channel: str) -> int:
        """Whole seconds until ``channel`` takes another message; 0 takes one now."""
        now = self._clock.monotonic()
        left, then = self._left.get(channel, (BURST, now))
        left = min(BURST, left + (now - then) * PER_SECOND)
        if left < 1:
            self._left[channel] = (left, now)
            return 1
        self._left[channel] = (left - 1, now)
        return 0


@dataclass(slots=True)
class Limit:
    """A rate limit somebody asked for: these calls are told to wait ``seconds``, ``times`` times."""

    method: str
    seconds: int
    times: int = 1
    channel: str | None = None

    def takes(self, method: str, args: Mapping[str, Any]) -> bool:
        """Whether this call runs into it."""
        return self.times > 0 and method == self.method and self.channel in (None, args.get("channel"))


class SlackApi:
    """``/slack/api/<method>`` and the response URLs."""

    def __init__(self, workspace: Workspace, token: str, *, pacing: Pacing | None) -> None:
        self.workspace = workspace
        self.scopes = SCOPES
        """What the app was given; Slack names it on every answer."""
        self._token = token
        self.pacing = pacing
        """Slack's limit on posting; ``None`` where any pace is taken."""
        self.limits: list[Limit] = []
        """Rate limits beside the usual one; tests add to them."""

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        return [
            web.post("/slack/api/{method}", self.method),
            web.get("/slack/api/{method}", self.method),
            web.post("/slack/response/{token}", self.respond),
        ]

    async def method(self, request: web.Request) -> web.Response:
        """One call of one method."""
        try:
            args, name = await _arguments(request), request.match_info["method"]
            if name != "blocks.validate":
                self._authenticate(request, args)
                self._authorize(name, args)
            reply = self._call(name, args)
        except Refusal as refusal:
            request[WORDS] = refusal.code
            more, status, headers = dict(refusal.more), 200, {"X-OAuth-Scopes": self.scopes}
            if "retry_after" in more:
                status, headers["Retry-After"] = 429, str(more.pop("retry_after"))
            return web.json_response({"ok": False, "error": refusal.code, **more}, status=status, headers=headers)
        return web.json_response({"ok": True, **reply}, headers={"X-OAuth-Scopes": self.scopes})

    def _authenticate(self, request: web.Request, args: Mapping[str, Any]) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        token = token if scheme.lower() == "bearer" else str(args.get("token", ""))
        if not token:
            raise Refusal("not_authed")
        if token != self._token:
            raise Refusal("invalid_auth")

    def _authorize(self, name: str, args: Mapping[str, Any]) -> None:
        given = self.scopes.split(",")
        needed = next((scopes for start, scopes in NEEDED.items() if name.startswith(start)), ())
        if name == "conversations.list" and "private_channel" in str(args.get("types")):
            needed = ("groups:read",)
        if needed and not set(needed) & set(given):
            raise Refusal("missing_scope", needed=needed[0], provided=self.scopes)

    def _call(self, name: str, args: Mapping[str, Any]) -> dict[str, Any]:
        method = METHODS.get(name)
        if method is None:
            raise Refusal("unknown_method", req_method=name)
        if limit := next((limit for limit in self.limits if limit.takes(name, args)), None):
            limit.times -= 1
            raise Refusal("ratelimited", retry_after=limit.seconds)
        if name == "chat.postMessage" and self.pacing is not None:
            wait = self.pacing.wait(str(args.get("channel")))
            if wait:
                raise Refusal("ratelimited", retry_after=wait)
        reply = method(Call(self.workspace, args))
        return reply if "users:read.email" in self.scopes.split(",") else _without_addresses(reply)

    async def respond(self, request: web.Request) -> web.Response:
        """An answer to a command or a click through its ``response_url``."""
        token = request.match_info["token"]
        known = self.workspace.responses.get(token)
        if known is None or self.workspace.clock.real() > known.until:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if known.uses == 0:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        try:
            answer(self.workspace, token, await _arguments(request))
        except Refusal as refusal:
            request[WORDS] = refusal.code
            return web.json_response({"ok": False, "error": refusal.code, **refusal.more}, status=400)
        return web.Response(text="ok")


def _without_addresses(value: Any) -> Any:
    """What Slack says to an app that may not read e-mail addresses."""
    if isinstance(value, list):
        return [_without_addresses(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {key: _without_addresses(inner) for key, inner in value.items() if key != "email"}


def answer(workspace: Workspace, token: str, args: Mapping[str, Any]) -> None:
    """Use a response URL once. Raises ``Refusal``."""
    known = workspace.responses[token]
    call = Call(workspace, {**args, "channel": known.channel})
    origin = workspace.messages.get(known.ts or "")
    if origin is not None and call.flag("delete_original"):
        workspace.remove(origin)
    elif origin is not None and call.flag("replace_original"):
        text, given = call.content()
        workspace.change(origin, text=text, blocks=given)
    else:
        _answer_anew(call, known.channel, known.user)
    workspace.responses[token] = type(known)(known.channel, known.user, known.until, known.uses - 1, known.ts)


def _answer_anew(call: Call, channel: str, user: str) -> None:
    text, given = call.content()
    if call.get("response_type", "ephemeral") == "in_channel":
        chat.say(call, channel, text, given)
    else:
        chat.say(call, channel, text, given, only_for=user)


async def _arguments(request: web.Request) -> dict[str, Any]:
    """The arguments of a JSON or form body, and of the query."""
    args: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            given = json.loads(await request.read() or b"{}")
        except ValueError:
            raise Refusal("invalid_json") from None
        if not isinstance(given, dict):
            raise Refusal("json_not_object")
        return args | given
    return args | {name: str(value) for name, value in (await request.post()).items()}
