"""Say something in Slack: at the pace it allows, never twice by ourselves, never losing the words over a block."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from integrations.health import Check
from integrations.slack import responses
from integrations.slack.assistant import Assistant
from integrations.slack.complaints import BLOCK_FAULTS, FAILURES, understand
from integrations.slack.outgoing.gate import Gate
from integrations.slack.outgoing.markers import marked, marker_of
from integrations.slack.outgoing.mentions import SLACK_ALONE
from integrations.slack.outgoing.pacing import INTERVAL, PER_MINUTE, Pacer, Shared
from integrations.slack.reading.history import History
from integrations.slack.reading.members import SlackMember
from integrations.slack.reading.people import Changed, People, next_page, nobody, told
from integrations.slack.reading.places import Places
from integrations.slack.views import Views
from integrations.slack.wire import TIMEOUT, ahead, new_session, quiet
from models.clock import Clock
from models.errors import NotDone, Refused, Unclear, VendorError
from models.found import FoundMessage
from models.held import still_held
from models.ids import SlackUserId
from models.links import Links
from models.redaction import SHAPES, Redactor

log = logging.getLogger(__name__)

OFFICIAL = "https://slack.com/api/"
_EARLIER = timedelta(minutes=5)
"""How far before the first try a look-up begins: Slack's clock is not ours."""
_PAGES, _PER_PAGE = 20, 200
_GRANTED = 600.0
"""Seconds for which what the token may do is believed: it changes only when the app is installed again."""
_MOST_LINKS = 5_000
"""Addresses of messages that are remembered; they never change."""
_SCOPES = frozenset({"chat:write", "commands", "im:write", "im:history", "users:read", "channels:read"})

_BEGINS = "chat.startStream"
"""Where an answer that grows is begun: a post like any other."""
_PLAIN = {"link_names": False, "parse": "none"}
"""Said with every write: chat.update would else read names and channels into plain words."""

Block = Mapping[str, Any]
Call = Callable[..., Awaitable[Any]]
Ref = dict[str, str]


class Slack:
    """One workspace, outbound only. Raises ``NotDone``, ``Unclear`` or ``Refused`` from every method."""

    def __init__(
        self,
        token: str,
        base_url: str,
        clock: Clock,
        *,
        seconds: float = TIMEOUT,
        session: Callable[[], aiohttp.ClientSession] | None = None,
        changed: Changed = nobody,
        redact: Redactor = SHAPES,
        links: Links = SLACK_ALONE,
        shared: Shared | None = None,
    ) -> None:
        """``seconds`` a call may take; ``changed`` tells who changed since it was asked last, in any process.

        ``shared`` is the pace of all processes together.

        ``redact`` takes secrets out of whatever is sent; ``links`` says where it may lead, by default to Slack alone.
        """
        self._token, self._base, self._seconds = token, base_url or OFFICIAL, seconds
        self._clock = clock
        self._redact, self._gate = redact, Gate(links, redact)
        self._new_session = session or partial(new_session, seconds)
        self._client: AsyncWebClient | None = None
        self.pacer = Pacer(clock, shared=shared)
        self._me: Mapping[str, Any] | None = None
        self._granted: tuple[float, frozenset[str]] | None = None
        self._dms: dict[str, str] = {}
        self._links: dict[tuple[str, str], str] = {}
        self._people = People(self._ask, clock, changed)
        self._places = Places(self._ask, clock)
        self._history = History(self._ask)
        self._views = Views(self._ask, self._gate)
        self.assistant = Assistant(self._ask, self._gate)

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
        mentions: Collection[str] = (),
        for_all: bool = False,
    ) -> Ref:
        """Post a message; ``marker`` is kept in its metadata, where ``find`` looks.

        Nothing goes where another organisation reads it (``Refused``, ``channel_shared``), except what is ``for_all``
        because it says nothing internal.

        ``mentions`` are the calls that stay alive in it, such as ``<@U1>`` or ``<!channel>``: what policy allowed for
        this very message. Without them nothing in it calls anybody.
        """
        extra: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False, **(marked(marker) if marker else {})}
        if thread:
            extra["thread_ts"] = thread
        answer = await self._say("chat.postMessage", text, blocks, mentions, for_all, channel=channel, **extra)
        return _ref(answer, "chat.postMessage")

    async def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block] = ()) -> None:
        """Replace a message of ours; doing it twice changes nothing. Not where another organisation reads it now."""
        await self._say("chat.update", text, blocks, channel=channel, ts=ts)

    async def ephemeral(self, channel: str, user: str, text: str, blocks: Sequence[Block] = ()) -> None:
        """Show something to one person until they reload; never a record."""
        await self._say("chat.postEphemeral", text, blocks, (), True, channel=channel, user=user)

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
        words, safe = self._gate.message(text, blocks)
        body: dict[str, Any] = {"text": words, "response_type": "in_channel" if in_channel else "ephemeral"}
        body |= {"replace_original": replace, "unfurl_links": False, "unfurl_media": False}
        session = self._web().session
        assert session is not None
        try:
            await responses.send(session, response_url, self._redact.shown(body | ({"blocks": safe} if safe else {})))
        except Refused as refused:
            if refused.code not in BLOCK_FAULTS or not safe:
                raise
            _words_alone(refused)
            await responses.send(session, response_url, self._redact.shown(body))

    async def publish_home(self, user: str, view: Mapping[str, Any], seen: str = "") -> str:
        """Draw somebody's Home tab in place of the one with the hash ``seen``; see ``Views.publish``."""
        return await self._views.publish(user, view, seen)

    async def open_window(self, trigger: str, view: Mapping[str, Any]) -> None:
        """Open a window within the three seconds a trigger lasts."""
        await self._views.open(trigger, view)

    async def update_window(self, name: str, view: Mapping[str, Any]) -> None:
        """Draw the window with that ``external_id`` again. ``Refused`` with ``not_found`` when it is not open."""
        await self._views.update(name, view)

    # --- find out --------------------------------------------------------------------------------------

    async def find(self, channel: str, marker: str, since: datetime, *, thread: str | None = None) -> Ref | None:
        """The message posted with ``marker`` at or after ``since`` (real time), or ``None``.

        Slack's history of a channel leaves out what was said in threads, so a reply is looked for in its own. Its
        messages bear its own clock's time, so where ours is ahead the look begins as much earlier.
        """
        found, ours_is_ahead = await self._find(channel, marker, since - _EARLIER, thread)
        if found is None and ours_is_ahead > _EARLIER:
            found, _ = await self._find(channel, marker, since - _EARLIER - ours_is_ahead, thread)
        return found

    async def _find(
        self, channel: str, marker: str, since: datetime, thread: str | None
    ) -> tuple[Ref | None, timedelta]:
        oldest, cursor = f"{since.timestamp():.6f}", ""
        method = "conversations.replies" if thread else "conversations.history"
        where: dict[str, Any] = {"channel": channel, "ts": thread} if thread else {"channel": channel}
        for _ in range(_PAGES):
            more = {"cursor": cursor} if cursor else {}
            page = await self._ask(method, **where, **more, include_all_metadata=True, oldest=oldest, limit=_PER_PAGE)
            for message in told(page, "messages", list):
                if isinstance(message, dict) and marker_of(message) == marker:
                    return {"channel": channel, "ts": str(message["ts"])}, timedelta()
            cursor = next_page(page)
            if not cursor:
                return None, ahead(page.headers, self._clock.real())
        raise Unclear(f"more than {_PAGES * _PER_PAGE} messages to look through in {channel}")

    async def open_dm(self, user: str) -> str:
        """The channel of our conversation with ``user``."""
        if user not in self._dms:
            answer = await self._ask("conversations.open", users=[user])
            channel = (answer.get("channel") or {}).get("id")
            if not channel:
                raise Unclear("conversations.open named no channel")
            self._dms[user] = str(channel)
        return self._dms[user]

    async def permalink(self, channel: str, ts: str) -> str:
        """The address of a message; empty when Slack names none."""
        if (channel, ts) not in self._links:
            answer = await self._ask("chat.getPermalink", channel=channel, message_ts=ts)
            if len(self._links) >= _MOST_LINKS:
                self._links.clear()
            self._links[channel, ts] = str(answer.get("permalink") or "")
        return self._links[channel, ts]

    async def channel_named(self, name: str) -> str:
        """The id of ``#name``. Raises ``Refused`` when the app can see no such channel."""
        return await self._places.named(name)

    async def is_public(self, name: str) -> bool:
        """Whether everybody in the workspace may read ``#name``; not when we cannot see it."""
        return await self._places.is_public(name)

    async def is_shared(self, channel: str) -> bool:
        """Whether others read ``channel`` (id) too; see ``Places.is_shared``."""
        return await self._places.is_shared(channel)

    async def said_in(self, channel: str, since: datetime) -> Sequence[FoundMessage]:
        """What was said in ``#channel`` since then (real time), newest first, replies in threads left out."""
        return await self._history.since(await self.channel_named(channel), channel.lstrip("#"), since)

    async def thread(self, channel: str, ts: str) -> Sequence[FoundMessage]:
        """A thread of a channel (id), its first message first."""
        return await self._history.thread(channel, ts)

    async def in_channel(self, channel: str) -> bool:
        """Whether the app is in ``channel`` (id or name) now; not when it can see none, or an archived one."""
        return await self._places.inside(channel)

    async def member(self, user: str) -> SlackMember:
        """Who ``user`` is and whether they can be reached; believed for 15 minutes unless an event tells otherwise."""
        return await self._people.member(user)

    async def members(self, users: Collection[str]) -> Mapping[str, SlackMember]:
        """The same for many at the price of few calls; those Slack does not know are left out."""
        return await self._people.members(users)

    async def user_by_email(self, email: str) -> SlackMember | None:
        """Whose address this is; ``None`` when Slack names nobody. Needs ``users:read.email``."""
        return await self._people.by_email(email)

    async def group_members(self, usergroup: str) -> Sequence[SlackUserId]:
        """The people of a user group, believed for five minutes. Needs ``usergroups:read``."""
        return await self._people.group(usergroup)

    def forget(self, id: str) -> None:
        """Slack has told us that something about this person or user group changed."""
        self._people.forget(id)

    async def validate(self, blocks: Sequence[Block]) -> str | None:
        """What Slack itself finds wrong with ``blocks``; ``None`` when nothing, or when the server cannot tell."""
        try:
            await self._ask("blocks.validate", blocks=[dict(block) for block in blocks])
        except Refused as refused:
            if refused.code in BLOCK_FAULTS:
                return str(refused)
            if refused.code != "unknown_method":
                raise
        return None

    async def workspace(self) -> str:
        """The id of the workspace our token belongs to."""
        return str((await self._whoami()).get("team_id", ""))

    async def myself(self) -> str:
        """Our own id there: how people mention us."""
        return str((await self._whoami()).get("user_id", ""))

    async def check(self) -> Check:
        """Does the token work, and does it carry the scopes we need?"""
        try:
            answer = await self._ask("auth.test")
        except Refused as refused:
            remedy = "Install the app again and put its bot token into SLACK_BOT_TOKEN: docs/set-up.md, 2"
            return Check("slack", False, f"Slack refuses the token ({refused.code})", hint=remedy)
        except VendorError as failure:
            return Check("slack", False, str(failure), hint="check SLACK_BOT_TOKEN and the network")
        where = f"{answer.get('team', 'a workspace')} as {answer.get('user', 'the app')}"
        granted = _granted(answer)
        missing = sorted(_SCOPES - granted) if granted else []
        if missing:
            remedy = f"add {', '.join(missing)} to the app's scopes, then install it again"
            return Check("slack", False, f"{where}, with scopes missing", hint=remedy)
        return Check("slack", True, where)

    async def scopes(self) -> frozenset[str]:
        """What the token may do; empty when the server does not say."""
        return _granted(await self._ask("auth.test"))

    async def granted(self) -> frozenset[str]:
        """The same, believed for ten minutes."""
        now = self._clock.monotonic()
        if self._granted is None or now - self._granted[0] > _GRANTED:
            self._granted = now, await self.scopes()
        return self._granted[1]

    # --- how -------------------------------------------------------------------------------------------

    async def _whoami(self) -> Mapping[str, Any]:
        if self._me is None:
            self._me = await self._ask("auth.test")
        return self._me

    async def _say(
        self,
        method: str,
        text: str,
        blocks: Sequence[Block],
        mentions: Collection[str] = (),
        for_all: bool = False,
        **arguments: Any,
    ) -> Any:
        """Through the gate, in the channel's order; when Slack refuses the blocks, the words go alone."""
        words, safe = self._gate.message(text, blocks, mentions=mentions)
        shown = {"blocks": safe} if safe else {}
        posts, channel = method == "chat.postMessage", str(arguments["channel"])
        lane = channel if posts else method
        async with self.pacer.in_order(channel, INTERVAL if posts else 0.0):
            if not for_all:
                await self._places.ours_alone(channel)
            if posts:
                await self.pacer.turn(method)  # the workspace's, beside the channel's
                await still_held()  # it may have waited for its turns, or stood still
            try:
                return await self._ask(method, lane, text=words, **shown, **_PLAIN, **arguments)
            except Refused as refused:
                if refused.code not in BLOCK_FAULTS or not safe:
                    raise
                _words_alone(refused)
                return await self._ask(method, lane, text=words, **_PLAIN, **arguments)

    async def _ask(self, method: str, lane: str = "", **arguments: Any) -> Any:
        """One call of a method by Slack's name for it, at the pace of its tier; a ``lane`` given has been paced."""
        if method == _BEGINS:
            await self._places.ours_alone(str(arguments["channel"]))
        call = getattr(self._web(), method.replace(".", "_"))
        if not lane or lane == method:
            await self.pacer.turn(method, None if method in PER_MINUTE else 0.0)
        if method == _BEGINS:
            await still_held()
        return await self._call(call, lane or method, **self._redact.shown(arguments))

    async def _call(self, method: Call, lane: str, **arguments: Any) -> Any:
        """One call, one try. A reply that is not an object counts as lost."""
        try:
            async with asyncio.timeout(self._seconds):
                return await method(**arguments)
        except FAILURES as failure:
            error = understand(failure, getattr(method, "__name__", lane).replace("_", ".", 1))
            if isinstance(error, NotDone) and error.retry_after is not None:
                await self.pacer.pause(lane, error.retry_after)
            raise error from failure

    def _web(self) -> AsyncWebClient:
        if self._client is None:
            self._client = AsyncWebClient(
                token=self._token,
                base_url=self._base,
                session=self._new_session(),
                retry_handlers=[],  # slack_sdk's own would post twice after a cut connection
                logger=quiet(),
            )
            if urlsplit(self._base).hostname in {"127.0.0.1", "localhost", "::1"}:
                self._client.proxy = None  # the SDK sends even loopback through HTTPS_PROXY
        return self._client


def _words_alone(refused: Refused) -> None:
    """The one line that says why a message looks plain: Slack's own complaint."""
    log.warning("Slack refused the blocks, so the words go alone: %s", refused, extra={"action": "blocks_refused"})


def _ref(answer: Any, method: str) -> Ref:
    channel, ts = answer.get("channel"), answer.get("ts")
    if not channel or not ts:
        raise Unclear(f"Slack's answer to {method} names no message")
    return {"channel": str(channel), "ts": str(ts)}


def _granted(answer: Any) -> frozenset[str]:
    """The scopes of the token, from the header Slack puts on every answer; empty when it is not there."""
    listed = getattr(answer, "headers", {}).get("x-oauth-scopes", "")
    return frozenset(scope.strip() for scope in str(listed).split(",") if scope.strip())
