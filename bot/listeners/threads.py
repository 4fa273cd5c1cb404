"""To whom words in Slack are said: to us, into a thread we may have been asked in, or to somebody else.

Decided from the delivery alone. Whether we are in a thread at all is one row of memory, asked for by the door; who
said what to whom in it is weighed again in the job, which knows the people.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Any

from models.ids import named

THREAD = "thread"
"""Under this name memory keeps where we were asked: by ``channel:ts`` of the thread's first message."""

EVERYWHERE = "-"
"""Stands where a team's id would: a thread is Slack's, not a team's."""

LONGEST = 100
"""Characters of a key; Slack's own have thirty."""

Joined = Callable[[str, str], Awaitable[bool]]
"""Whether we were asked in the thread of that channel and first message."""

Begun = Callable[[str, str, str], Awaitable[None]]
"""Is told that we are asked in the thread of that channel and first message, and by whom."""

_SAID = frozenset({None, "", "file_share", "thread_broadcast"})
"""Subtypes that are somebody's own new words; every other is an edit, a deletion, a join or a machine."""

_ROOMS = frozenset({"channel", "group", "mpim"})
_CALLED = re.compile(r"^[\s,;:&+]*(?:and\s+|cc\s+)?<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_GREETING = re.compile(
    r"^\W*(?:(?:hi|hey|hello|ok|okay|so|and|yes|no|thanks|thank you|sorry|please|cc|fyi|question for)\b[\s,:!.]*)+"
    r"(?=<@)",
    re.IGNORECASE,
)


class To(StrEnum):
    """Whom a delivery is for."""

    US = "us"
    """A mention or a direct message: it always gets an answer."""
    THREAD = "thread"
    """Words in a thread, addressed to nobody else: ours if we were asked there."""
    OTHERS = "others"
    """Machines, edits, talk among people."""


def to_whom(event: Mapping[str, Any], me: str = "") -> To:
    """Whom ``event`` is for; ``me`` is our own Slack id, where the delivery tells."""
    user = event.get("user")
    if event.get("bot_id") or event.get("edited") or event.get("bot_profile") or not user or user == me:
        return To.OTHERS
    if event.get("hidden") or event.get("subtype") not in _SAID:
        return To.OTHERS
    match event.get("type"):
        case "app_mention":
            # Without knowing our own id the one called may well be us: somebody here is.
            return To.OTHERS if me and calls_another(str(event.get("text") or ""), me) else To.US
        case "message":
            return _of_message(event, me)
        case _:
            return To.OTHERS


def _of_message(event: Mapping[str, Any], me: str) -> To:
    if event.get("channel_type") == "im":
        return To.US
    in_thread = bool(event.get("thread_ts")) and event.get("thread_ts") != event.get("ts")
    if event.get("channel_type") not in _ROOMS or not in_thread:
        return To.OTHERS
    text = str(event.get("text") or "")
    return To.OTHERS if calls_another(text, me) or calls_all(text) else To.THREAD


def calls_another(text: str, me: str = "") -> bool:
    """Whether the words begin by calling somebody, and us not among them: ``@Sam can you look, @pm says ...``."""
    rest, called = _GREETING.sub("", text, count=1), []
    while (found := _CALLED.match(rest)) is not None:
        called.append(found[1])
        rest = rest[found.end() :]
    return bool(called) and me not in called


def calls_all(text: str) -> bool:
    """Whether everybody in a channel or a group is called: then it is not for us."""
    return re.match(r"\W*<!(?:here|channel|everyone|subteam)", text) is not None


def me_of(body: Mapping[str, Any]) -> str:
    """Our own Slack id, as the delivery names whom it was sent for; empty when it does not."""
    for each in body.get("authorizations") or ():
        if isinstance(each, Mapping) and each.get("is_bot") and isinstance(each.get("user_id"), str):
            return str(each["user_id"])
    return ""


def said_at(body: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """(workspace, channel, ts) of words in a channel: one mention comes as two events, which share only this."""
    event = body.get("event")
    if not isinstance(event, Mapping) or event.get("type") not in {"app_mention", "message"}:
        return None
    if event.get("subtype") not in _SAID or event.get("channel_type") == "im":
        return None
    team, channel, ts = body.get("team_id") or event.get("team"), event.get("channel"), event.get("ts")
    return (str(team or ""), channel, ts) if isinstance(channel, str) and isinstance(ts, str) else None


def thread_of(event: Mapping[str, Any]) -> tuple[str, str]:
    """(channel, first message) of the thread something was said in, or which it begins."""
    return str(event.get("channel") or ""), str(event.get("thread_ts") or event.get("ts") or "")


def key_of(channel: str, thread: str) -> str:
    """What memory keeps the thread under."""
    key = f"{channel}:{thread}"
    return key if len(key) <= LONGEST else named(key)
