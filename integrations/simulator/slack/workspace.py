"""The Slack workspace itself: who is there, what was said, what each person sees. It knows no HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from models.clock import Clock
from models.ids import fresh

TRIGGER_LIFE = timedelta(seconds=3)
"""How long a ``trigger_id`` opens a modal (Slack: about three seconds, once)."""

STATUS_LIFE = timedelta(minutes=2)
"""How long a status line stays without a message (Slack: two minutes)."""

RESPONSE_LIFE = timedelta(minutes=30)
RESPONSE_USES = 5
"""Slack: a ``response_url`` works five times in half an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody in the workspace."""

    id: str
    handle: str
    name: str
    zone: str
    email: str
    title: str
    roles: tuple[str, ...] = ()
    guest: bool = False
    bot: bool = False
    deleted: bool = False
    """Whether the account is deactivated."""
    stranger: bool = False
    """Whether they belong to another organisation and are met in shared channels only."""
    hidden: bool = False
    """Whether their address is shown to nobody."""
    status: str = ""
    """What they have written beside their name."""
    emoji: str = ""
    status_until: int = 0
    """Real seconds until which the status holds; 0 for ever."""
    quiet: tuple[int, int] = (1, 1)
    """Real seconds from and until which they do not want to be disturbed; 1 is Slack's *never*."""

    def offset(self, now: datetime) -> int:
        """Seconds their clock is ahead of UTC at ``now``."""
        offset = now.astimezone(ZoneInfo(self.zone)).utcoffset()
        return int(offset.total_seconds()) if offset else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel, or the direct conversation of ``user`` with the app."""

    id: str
    name: str
    members: frozenset[str]
    topic: str = ""
    user: str | None = None
    private: bool = False
    archived: bool = False
    shared: bool = False
    """With another organisation."""

    @property
    def direct(self) -> bool:
        """Whether it is a direct conversation."""
        return self.user is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message; ``only_for`` makes it ephemeral."""

    ts: str
    channel: str
    user: str
    text: str
    at: datetime
    """Company time: for the page, never for the Web API."""
    blocks: tuple[Mapping[str, Any], ...] = ()
    metadata: Mapping[str, Any] | None = None
    thread: str | None = None
    broadcast: bool = False
    edited: str | None = None
    asked: str = ""
    """When an edit last gave it new buttons, as a ts: to its readers that is news."""
    reactions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only_for: str | None = None
    streaming: bool = False
    """Whether more of it is still to come."""

    @property
    def news(self) -> str:
        """The ts of what is newest about it."""
        return max(self.ts, self.asked)


@dataclass(frozen=True, slots=True)
class ResponseUrl:
    """What a ``response_url`` still allows, and where it answers."""

    channel: str
    user: str
    until: datetime
    uses: int = RESPONSE_USES
    ts: str | None = None
    """The message whose button gave it, for ``replace_original``."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the app says it is doing in a thread, until it says something there."""

    words: str
    loading: tuple[str, ...]
    """Shown in turn beside it."""
    until: datetime
    """Real moment after which Slack takes it away."""


Listener = Callable[[str, Mapping[str, Any], str | None], None]
"""(kind, what, the only user it concerns or None for everybody who can see it)."""


@dataclass
class Workspace:
    """The state of the simulated Slack."""

    clock: Clock
    team: str
    domain: str
    name: str
    app: str
    bot: str
    bot_id: str
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    """By ts, oldest first, ephemeral ones included."""
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    open_views: dict[str, str] = field(default_factory=dict)
    """User to the id of the modal they have open."""
    responses: dict[str, ResponseUrl] = field(default_factory=dict)
    seen: dict[tuple[str, str], str] = field(default_factory=dict)
    statuses: dict[tuple[str, str], Status] = field(default_factory=dict)
    """By channel and thread."""
    prompts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What the app suggests to ask, by channel: ``title`` and ``prompts``."""
    sessions: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    """``status`` and ``title`` of the app's work, by channel and thread."""
    listeners: list[Listener] = field(default_factory=list)
    _triggers: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)
    _last: int = 0

    # --- looking ------------------------------------------------------------------------------------------

    def stamp(self) -> str:
        """A message timestamp nobody else has: real time in microseconds."""
        now = int(self.clock.real().timestamp() * 1_000_000)
        self._last = max(now, self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def visible(self, user: str, channel: str) -> bool:
        """Whether ``user`` may read ``channel``: guests only where they are members."""
        room = self.channels.get(channel)
        if room is None or user not in self.users:
            return False
        return user in room.members or not (room.direct or self.users[user].guest)

    def shows(self, room: Channel) -> bool:
        """Whether the app can see it: a private channel shows itself to its members only."""
        return self.bot in room.members or not room.private

    def said(self, channel: str) -> list[Message]:
        """What everybody in ``channel`` can read, oldest first."""
        return [m for m in self.messages.values() if m.channel == channel and m.only_for is None]

    def shown(self, channel: str, user: str) -> list[Message]:
        """What ``user`` sees in ``channel``, ephemeral answers included, oldest first."""
        return [m for m in self.messages.values() if m.channel == channel and m.only_for in (None, user)]

    def unread(self, user: str, channel: str) -> int:
        """How many messages by others came since ``user`` last looked."""
        seen = self.seen.get((user, channel), "0")
        return sum(m.news > seen and m.user != user and m.thread is None for m in self.shown(channel, user))

    def asked(self, user: str, channel: str) -> str | None:
        """The message by others that was last edited to ask something since ``user`` looked, if any."""
        seen = self.seen.get((user, channel), "0")
        news = [m for m in self.shown(channel, user) if m.asked > seen and m.user != user]
        return max(news, key=lambda m: m.asked).ts if news else None

    def direct(self, user: str) -> Channel:
        """The direct conversation of ``user`` with the app."""
        return next(c for c in self.channels.values() if c.user == user)

    # --- saying -------------------------------------------------------------------------------------------

    def post(self, message: Message) -> Message:
        """Somebody says something; ``ts`` must come from ``stamp``."""
        self.messages[message.ts] = message
        if message.user == self.bot and (message.channel, message.thread or "") in self.statuses:
            self.set_status(message.channel, message.thread or "", "")
        kind = "ephemeral" if message.only_for else "message"
        self.tell(kind, {"channel": message.channel, "ts": message.ts}, message.only_for)
        return message

    def change(self, message: Message, **fields: Any) -> Message:
        """Edit a message."""
        changed = replace(message, **fields)
        asks = bool(_buttons(changed) - _buttons(message))
        if asks:
            changed = replace(changed, asked=self.stamp())
        self.messages[message.ts] = changed
        self.tell("update", {"channel": message.channel, "ts": message.ts, "asks": asks}, message.only_for)
        return changed

    def remove(self, message: Message) -> None:
        """Take a message away."""
        self.messages.pop(message.ts, None)
        self.tell("delete", {"channel": message.channel, "ts": message.ts}, message.only_for)

    def set_status(self, channel: str, thread: str, words: str, loading: Iterable[str] = ()) -> None:
        """The app says what it is doing; no words take it back."""
        said = Status(words, tuple(loading), self.clock.real() + STATUS_LIFE)
        if words:
            self.statuses[(channel, thread)] = said
        else:
            self.statuses.pop((channel, thread), None)
        what = {"status": words, "loading": list(said.loading), "until": said.until.isoformat()}
        self.tell("status", {"channel": channel, "thread_ts": thread, **what})

    def set_session(self, channel: str, thread: str, status: str, title: str = "") -> None:
        """The app says how far its work in a thread has come; a title once given stays."""
        known = self.sessions.get((channel, thread), {})
        self.sessions[(channel, thread)] = {"status": status, "title": title or known.get("title", "")}
        self.tell("session", {"channel": channel, "thread_ts": thread, "status": status})

    def tell(self, kind: str, what: Mapping[str, Any], only_for: str | None = None) -> None:
        """Tell the listeners."""
        for listener in self.listeners:
            listener(kind, what, only_for)

    # --- triggers, answers, views ------------------------------------------------------------------------

    def trigger(self, user: str) -> str:
        """A fresh ``trigger_id`` for something ``user`` has just done."""
        trigger = f"{int(self.clock.real().timestamp() * 1000)}.{self._last}.{fresh()}"
        self._triggers[trigger] = (user, self.clock.real() + TRIGGER_LIFE)
        return trigger

    def spend(self, trigger: str) -> str:
        """The user whose trigger this is; it works once. Raises ``KeyError`` with Slack's word for it."""
        if trigger in self._used:
            raise KeyError("exchanged_trigger_id")
        if trigger not in self._triggers:
            raise KeyError("invalid_trigger_id")
        user, until = self._triggers.pop(trigger)
        if self.clock.real() > until:
            raise KeyError("expired_trigger_id")
        self._used.add(trigger)
        return user

    def response_url(self, channel: str, user: str, ts: str | None = None) -> str:
        """The token of a fresh response URL."""
        token = fresh()
        self.responses[token] = ResponseUrl(channel, user, self.clock.real() + RESPONSE_LIFE, ts=ts)
        return token

    def keep_view(self, view: Mapping[str, Any], known: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Store a modal or Home view as Slack returns it: with id, hash and the owners."""
        id_ = str(known["id"]) if known else f"V{fresh()[:10].upper()}"
        kept: dict[str, Any] = {
            **_VIEW_DEFAULTS,
            **view,
            "id": id_,
            "team_id": self.team,
            "app_id": self.app,
            "app_installed_team_id": self.team,
            "bot_id": self.bot_id,
            "hash": f"{int(self.clock.real().timestamp())}.{fresh()[:8]}",
            "root_view_id": (known or {}).get("root_view_id", id_),
            "previous_view_id": (known or {}).get("previous_view_id"),
            "state": {"values": {}},
            "blocks": self.numbered(view.get("blocks") or ()),
        }
        self.views[id_] = kept
        return kept

    def numbered(self, blocks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Blocks as Slack stores them: each with a ``block_id``, each element with an ``action_id``."""
        stored = [{**b, "block_id": b.get("block_id") or fresh()[:5]} for b in blocks]
        for block in stored:
            for name in ("elements", "element", "accessory", "actions"):
                if name in block:
                    block[name] = _with_ids(block[name])
            if "child_blocks" in block:
                block["child_blocks"] = self.numbered(block["child_blocks"])
        return stored

    def now(self) -> datetime:
        """Company time, UTC."""
        return self.clock.now().astimezone(UTC)


_VIEW_DEFAULTS: Mapping[str, Any] = {
    "callback_id": "",
    "external_id": "",
    "private_metadata": "",
    "title": {"type": "plain_text", "text": "View Title", "emoji": True},
    "close": None,
    "submit": None,
    "clear_on_close": False,
    "notify_on_close": False,
}


def _buttons(message: Message) -> frozenset[tuple[str, str]]:
    """What its buttons would send."""
    blocks = [each for b in message.blocks for each in (b, *b.get("child_blocks", ()))]
    found = [e for b in blocks for e in (*b.get("elements", ()), b.get("accessory") or {})]
    return frozenset((str(e.get("action_id")), str(e.get("value"))) for e in found if e.get("type") == "button")


_INTERACTIVE = ("button", "overflow", "checkboxes", "radio_buttons", "feedback_buttons", "icon_button")


def _with_ids(value: Any) -> Any:
    """Elements that can be used get an ``action_id`` where they have none."""
    if isinstance(value, list):
        return [_with_ids(inner) for inner in value]
    kind = str(value.get("type", ""))
    usable = kind in _INTERACTIVE or kind.endswith(("_select", "picker", "_input"))
    return {**value, "action_id": value.get("action_id") or fresh()[:5]} if usable else value
