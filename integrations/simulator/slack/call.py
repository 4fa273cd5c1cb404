"""One Web API call as every method sees it, and the refusal Slack answers with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.simulator.slack import blocks
from integrations.simulator.slack.workspace import Channel, Message, User, Workspace

TEXT = 4_000
"""Characters of ``text`` (Slack answers ``msg_too_long`` beyond)."""


class Refusal(Exception):
    """``{"ok": false, "error": code}``, with whatever else Slack adds."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


@dataclass(frozen=True)
class Call:
    """The arguments of one call, whatever encoding they came in."""

    workspace: Workspace
    args: Mapping[str, Any]

    def need(self, name: str) -> str:
        """A required argument. Raises ``Refusal``."""
        value = self.args.get(name)
        if value in (None, ""):
            raise Refusal(
                "invalid_arguments", response_metadata={"messages": [f"[ERROR] missing required field: {name}"]}
            )
        return str(value)

    def get(self, name: str, default: str = "") -> str:
        """An optional text argument."""
        return str(self.args.get(name) or default)

    def flag(self, name: str) -> bool:
        """An optional flag: JSON true, or one of the forms a form body uses."""
        return str(self.args.get(name, "")).lower() in ("1", "true")

    def number(self, name: str, default: int, most: int) -> int:
        """An optional number between 1 and ``most``. Raises ``Refusal``."""
        try:
            value = int(self.args.get(name) or default)
        except ValueError:
            raise Refusal("invalid_arguments") from None
        if value < 1:
            raise Refusal("invalid_limit")
        return min(value, most)

    def decoded(self, name: str) -> Any:
        """An argument that is JSON, as a value or as text. Raises ``Refusal``."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise Refusal("invalid_json" if name != "blocks" else "invalid_blocks_format") from None

    def user(self, name: str = "user") -> User:
        """The user named. Raises ``Refusal``."""
        found = self.workspace.users.get(self.need(name))
        if found is None:
            raise Refusal("user_not_found")
        return found

    def channel(self, name: str = "channel") -> Channel:
        """A conversation the app is in. Raises ``Refusal``."""
        found = self.known_channel(name)
        if self.workspace.bot not in found.members:
            raise Refusal("not_in_channel")
        return found

    def open_channel(self) -> Channel:
        """A conversation the app may write in. Raises ``Refusal``."""
        found = self.channel()
        if found.archived:
            raise Refusal("is_archived")
        return found

    def known_channel(self, name: str = "channel") -> Channel:
        """A conversation, whether the app is in it or not; a person's id means their direct one."""
        wanted = self.need(name)
        user = self.workspace.users.get(wanted)
        if user is not None and not user.bot:
            return self.workspace.direct(user.id)
        found = self.workspace.channels.get(wanted)
        if found is None or not self.workspace.shows(found):
            raise Refusal("channel_not_found")
        return found

    def message(self, ts: str, channel: Channel) -> Message:
        """A message everybody can see. Raises ``Refusal``."""
        found = self.workspace.messages.get(ts)
        if found is None or found.channel != channel.id or found.only_for is not None:
            raise Refusal("message_not_found")
        return found

    def content(self) -> tuple[str, tuple[dict[str, Any], ...]]:
        """``text`` and ``blocks`` of something to be shown. Raises ``Refusal``."""
        text, given = self.get("text") or self.get("markdown_text"), self.decoded("blocks") or []
        checked(given)
        if not text and not given:
            raise Refusal("no_text")
        if len(text) > TEXT:
            raise Refusal("msg_too_long")
        return text, tuple(self.workspace.numbered(given))

    def metadata(self) -> dict[str, Any] | None:
        """``metadata`` if there is any. Raises ``Refusal``."""
        given = self.decoded("metadata")
        if given is None:
            return None
        if given == {}:
            return {}
        if not isinstance(given, dict) or not isinstance(given.get("event_type"), str):
            raise Refusal("invalid_metadata_format")
        if not isinstance(given.get("event_payload"), dict):
            raise Refusal("invalid_metadata_format")
        return given


def checked(given: Any) -> None:
    """Refuse blocks that Slack refuses. Raises ``Refusal``."""
    if not isinstance(given, list):
        raise Refusal("invalid_blocks_format")
    wrong = blocks.faults(given, "message")
    if wrong:
        raise Refusal("invalid_blocks", errors=said(wrong), response_metadata={"messages": _logged(wrong)})
    if blocks.length(given) > blocks.TEXT_IN_ALL:
        raise Refusal("msg_blocks_too_long")


def said(wrong: Sequence[blocks.Fault]) -> list[str]:
    """Faults in Slack's words."""
    return [f"{what} [json-pointer:{where}]" for what, where in wrong]


def _logged(wrong: Sequence[blocks.Fault]) -> list[str]:
    return [f"[ERROR] {words}" for words in said(wrong)]


def page(items: Sequence[Any], call: Call, default: int, most: int) -> tuple[list[Any], dict[str, Any]]:
    """One page of ``items`` and the ``response_metadata`` that leads to the next. Raises ``Refusal``."""
    limit = call.number("limit", default, most)
    start = 0
    if cursor := call.get("cursor"):
        if not cursor.startswith("at:") or not cursor[3:].isdigit():
            raise Refusal("invalid_cursor")
        start = int(cursor[3:])
    after = start + limit
    more = f"at:{after}" if after < len(items) else ""
    return list(items[start:after]), {"next_cursor": more}
