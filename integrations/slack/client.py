"""Say something in Slack: at the pace it allows, never twice by ourselves, never losing the words over a block."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from integrations.health import Check
from integrations.slack import responses
from integrations.slack.complaints import BLOCK_FAULTS, FAILURES, understand
from integrations.slack.gate import Block, guard, guard_blocks
from integrations.slack.members import SlackMember, read_member
from integrations.slack.pacing import INTERVAL, Pacer
from models.clock import Clock
from models.errors import NotDone, Refused, Unclear, VendorError

OFFICIAL = "https://slack.com/api/"
TIMEOUT = 10.0
"""Seconds for one call, connecting included; a lost call cannot be under way for longer."""

EVENT_TYPE = "pm_agent_effect"
"""``metadata.event_type`` of everything posted with a marker."""

_EARLIER = timedelta(minutes=5)
"""How far before the first try a look-up begins: Slack's clock is not ours."""
_FRESH = 300.0
"""Seconds for which what Slack said of a person or the list of channels is believed."""
_RETRY_LIST = 30.0
_PAGES, _PER_PAGE, _CHANNELS_PER_PAGE = 20, 200, 999
_SCOPES = frozenset({"chat:write", "commands", "im:write", "im:history", "users:read", "channels:read"})

Call = Callable[..., Awaitable[Any]]
Ref = dict[str, str]


def new_session() -> aiohttp.ClientSession:
    """The session all calls share unless another is given."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT))


class Slack:
    """One workspace, outbound only. Raises ``NotDone``, ``Unclear`` or ``Refused`` from every method."""

    def __init__(
        self,
        token: str,
        base_url: str,
        clock: Clock,
        *,
        session: Callable[[], aiohttp.ClientSession] = new_session,
    ) -> None:
        self._token = token
        self._base = base_url or OFFICIAL
        self._clock = clock
        self._new_session = session
        self._client: AsyncWebClient | None = None
        self._pacer = Pacer(clock)
        self._me: Mapping[str, Any] | None = None
        self._dms: dict[str, str] = {}
        self._channels: tuple[float, dict[str, str]] | None = None
        self._members: dict[str, tuple[float, SlackMember]] = {}

    async def close(self) -> None:
        """Close the shared session."""
        client, self._client = self._client, None
        if client is not None and client.session is not None:
            await client.session.close()

    # --- say something ---------------------------------------------------------------------------------

    async def post(
        self,
        channel: str,
        text: str,
        blocks: Sequence[Block] = (),
        *,
        marker: str | None = None,
        thread: str | None = None,
    ) -> Ref:
        """Post a message; ``marker`` is kept in its metadata, where ``find`` looks."""
        extra: dict[str, Any] = _marked(marker) if marker else {}
        if thread:
            extra["thread_ts"] = thread
        answer = await self._say(
            self._web().chat_postMessage,
            channel,
            text,
            blocks,
            channel=channel,
            unfurl_links=False,
            unfurl_media=False,
            link_names=False,
            **extra,
        )
        return _ref(answer, "chat.postMessage")

    async def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block] = ()) -> None:
        """Replace a message of ours; doing it twice changes nothing."""
        await self._say(self._web().chat_update, "chat.update", text, blocks, channel=channel, ts=ts, link_names=False)

    async def ephemeral(self, channel: str, user: str, text: str, blocks: Sequence[Block] = ()) -> None:
        """Show something to one person until they reload; never a record."""
        await self._say(
            self._web().chat_postEphemeral, channel, text, blocks, channel=channel, user=user, link_names=False
        )

    async def respond(
        self,
        response_url: str,
        text: str,
        blocks: Sequence[Block] = (),
        *,
        replace: bool = False,
        in_channel: bool = False,
    ) -> None:
        """Answer a command or a click where it was made. Slack takes five answers within 30 minutes."""
        responses.check_address(response_url, self._base)
        words, safe = guard(text, blocks)
        body: dict[str, Any] = {"text": words, "response_type": "in_channel" if in_channel else "ephemeral"}
        body |= {"replace_original": replace}
        session = self._web().session
        assert session is not None
        try:
            await responses.send(session, response_url, body | ({"blocks": safe} if safe else {}))
        except Refused as refused:
            if refused.code not in BLOCK_FAULTS or not safe:
                raise
            await responses.send(session, response_url, body)

    async def publish_home(self, user: str, view: Mapping[str, Any]) -> None:
        """Draw somebody's Home tab."""
        safe = {**view, "blocks": guard_blocks(view.get("blocks", ()))}
        await self._call(self._web().views_publish, "views.publish", user_id=user, view=safe)

    # --- find out --------------------------------------------------------------------------------------

    async def find(self, channel: str, marker: str, since: datetime, *, thread: str | None = None) -> Ref | None:
        """The message posted with ``marker`` at or after ``since`` (real time), or ``None``.

        Slack's history of a channel leaves out what was said in threads, so a reply is looked for in its own.
        """
        oldest, cursor = f"{(since - _EARLIER).timestamp():.6f}", ""
        method = self._web().conversations_replies if thread else self._web().conversations_history
        where: dict[str, Any] = {"channel": channel, "ts": thread} if thread else {"channel": channel}
        for _ in range(_PAGES):
            page = await self._call(
                method,
                "conversations.replies" if thread else "conversations.history",
                **where,
                include_all_metadata=True,
                oldest=oldest,
                limit=_PER_PAGE,
                **_after(cursor),
            )
            for message in page.get("messages") or ():
                if _marker_of(message) == marker:
                    return {"channel": channel, "ts": str(message["ts"])}
            cursor = _next(page)
            if not cursor:
                return None
        raise Unclear(f"more than {_PAGES * _PER_PAGE} messages to look through in {channel}")

    async def open_dm(self, user: str) -> str:
        """The channel of our conversation with ``user``."""
        if user not in self._dms:
            answer = await self._call(self._web().conversations_open, "conversations.open", users=[user])
            channel = (answer.get("channel") or {}).get("id")
            if not channel:
                raise Unclear("conversations.open named no channel")
            self._dms[user] = str(channel)
        return self._dms[user]

    async def channel_named(self, name: str) -> str:
        """The id of ``#name``. Raises ``Refused`` when the app can see no such channel."""
        wanted = name.lstrip("#").strip()
        known = self._channels
        believed = _FRESH if known is not None and wanted in known[1] else _RETRY_LIST
        if known is None or self._age(known[0]) > believed:
            known = self._channels = (self._clock.monotonic(), await self._list_channels())
        if wanted in known[1]:
            return known[1][wanted]
        if wanted in known[1].values():
            return wanted
        raise Refused(
            f"Slack shows no channel #{wanted}; check the name in directives.yaml and /invite the app there",
            code="channel_not_found",
        )

    async def member(self, user: str) -> SlackMember:
        """Who ``user`` is and whether they can be reached; believed for five minutes."""
        known = self._members.get(user)
        if known is None or self._age(known[0]) > _FRESH:
            if len(self._members) > 5_000:
                self._members.clear()
            known = self._members[user] = (self._clock.monotonic(), await self._read_member(user))
        return known[1]

    def forget_member(self, user: str) -> None:
        """Slack has told us that something about ``user`` changed."""
        self._members.pop(user, None)

    async def workspace(self) -> str:
        """The id of the workspace our token belongs to."""
        return str((await self._whoami()).get("team_id", ""))

    async def check(self) -> Check:
        """Does the token work, and does it carry the scopes we need?"""
        try:
            answer = await self._call(self._web().auth_test, "auth.test")
        except VendorError as failure:
            return Check("slack", False, str(failure), hint="check SLACK_BOT_TOKEN and the network")
        where = f"{answer.get('team', 'a workspace')} as {answer.get('user', 'the app')}"
        granted = _granted(answer)
        missing = sorted(_SCOPES - granted) if granted else []
        if missing:
            remedy = f"add {', '.join(missing)} to the app's scopes, then install it again"
            return Check("slack", False, f"{where}, with scopes missing", hint=remedy)
        return Check("slack", True, where)

    # --- how -------------------------------------------------------------------------------------------

    async def _whoami(self) -> Mapping[str, Any]:
        if self._me is None:
            self._me = await self._call(self._web().auth_test, "auth.test")
        return self._me

    async def _read_member(self, user: str) -> SlackMember:
        answer = await self._call(self._web().users_info, "users.info", user=user)
        found = answer.get("user") or {}
        dnd: Mapping[str, Any] = {}
        if not found.get("deleted") and not found.get("is_bot"):
            try:
                dnd = await self._call(self._web().dnd_info, "dnd.info", user=user)
            except Refused:  # without dnd:read we still know the rest
                dnd = {}
        return read_member(found, dnd, self._clock.real())

    async def _list_channels(self) -> dict[str, str]:
        found: dict[str, str] = {}
        cursor = ""
        for _ in range(_PAGES):
            page = await self._call(
                self._web().conversations_list,
                "conversations.list",
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=_CHANNELS_PER_PAGE,
                **_after(cursor),
            )
            found |= {str(c["name"]): str(c["id"]) for c in page.get("channels") or () if c.get("name")}
            cursor = _next(page)
            if not cursor:
                break
        return found

    async def _say(self, method: Call, lane: str, text: str, blocks: Sequence[Block], **arguments: Any) -> Any:
        """Through the gate; when Slack refuses the blocks, the words go alone."""
        words, safe = guard(text, blocks)
        interval = INTERVAL if lane == arguments["channel"] else 0.0
        shown = {"blocks": safe} if safe else {}
        try:
            return await self._call(method, lane, interval, text=words, **shown, **arguments)
        except Refused as refused:
            if refused.code not in BLOCK_FAULTS or not safe:
                raise
            return await self._call(method, lane, interval, text=words, **arguments)

    async def _call(self, method: Call, lane: str, interval: float = 0.0, **arguments: Any) -> Any:
        """One call, one try. A reply that is not an object counts as lost."""
        await self._pacer.turn(lane, interval)
        try:
            async with asyncio.timeout(TIMEOUT):
                return await method(**arguments)
        except FAILURES as failure:
            error = understand(failure, getattr(method, "__name__", lane).replace("_", ".", 1))
            if isinstance(error, NotDone) and error.retry_after is not None:
                self._pacer.close(lane, error.retry_after)
            raise error from failure

    def _web(self) -> AsyncWebClient:
        if self._client is None:
            self._client = AsyncWebClient(
                token=self._token,
                base_url=self._base,
                session=self._new_session(),
                retry_handlers=[],  # slack_sdk's own would post twice after a cut connection
                logger=_quiet(),
            )
            if urlsplit(self._base).hostname in {"127.0.0.1", "localhost", "::1"}:
                self._client.proxy = None  # the SDK sends even loopback through HTTPS_PROXY
        return self._client

    def _age(self, at: float) -> float:
        return self._clock.monotonic() - at


def _marked(marker: str) -> dict[str, Any]:
    """What makes a message findable again. The id is a second layer: some workspaces refuse a repeat by it."""
    return {
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"effect": marker}},
        "client_msg_id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"pm-agent:{marker}")),
    }


def _marker_of(message: Mapping[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    found = (metadata.get("event_payload") or {}).get("effect")
    return str(found) if found is not None else None


def _ref(answer: Any, method: str) -> Ref:
    channel, ts = answer.get("channel"), answer.get("ts")
    if not channel or not ts:
        raise Unclear(f"Slack's answer to {method} names no message")
    return {"channel": str(channel), "ts": str(ts)}


def _after(cursor: str) -> dict[str, Any]:
    return {"cursor": cursor} if cursor else {}


def _next(page: Any) -> str:
    return str((page.get("response_metadata") or {}).get("next_cursor") or "")


def _granted(answer: Any) -> frozenset[str]:
    """The scopes of the token, from the header Slack puts on every answer; empty when it is not there."""
    listed = getattr(answer, "headers", {}).get("x-oauth-scopes", "")
    return frozenset(scope.strip() for scope in str(listed).split(",") if scope.strip())


def _quiet() -> logging.Logger:
    """The SDK writes whole bodies at DEBUG: people's words do not belong in a log."""
    logger = logging.getLogger("integrations.slack.wire")
    logger.setLevel(logging.INFO)
    return logger
