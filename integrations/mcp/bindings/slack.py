"""Three Slack servers: korotovsky's (run against the real one, 1.3.0), Slack's own and the reference one (recorded)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from integrations.mcp.bindings.binding import Binding, Place, unreadable
from integrations.mcp.operations import MOST, GetThread, Operation, SearchMessages
from integrations.payloads import inside, rows, web_address, words
from models.found import FoundMessage
from models.ids import SlackUserId

KOROTOVSKY, OFFICIAL, REFERENCE = "slack-mcp-server", "Slack MCP", "server-slack"
THREAD_MOST = 100
"""Messages of a thread that are read."""

_DAY = timedelta(days=1)
_FIRST_ZONE, _LAST_ZONE = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
"""Where on earth a day begins first and last."""

_TS = re.compile(r"\d{9,11}\.\d{6}")
_ID = re.compile(r"\b[CGD][A-Z0-9]{7,20}\b")
_NAME = re.compile(r"#([\w-]{1,80})")
"""Parts of ``C07ENG0001 (#engineering)``, which is how korotovsky's server names a channel it has found."""

_USER = re.compile(r"[UW][A-Z0-9]{2,20}")


def message(raw: Any, name: Callable[[str], Any], channel: str = "") -> FoundMessage | None:
    """One message; ``name`` tells what lies under our word for it. ``None`` without a timestamp."""
    ts, author = words(name("ts")), words(name("author"))
    if not _TS.fullmatch(ts):
        return None
    thread = words(name("thread"))
    told = words(name("channel"))
    where, called = _ID.search(told), _NAME.search(told)
    return FoundMessage(
        channel=where[0] if where else channel,
        channel_name=called[1] if called else "",
        ts=ts,
        text=words(name("text")),
        at=datetime.fromtimestamp(float(ts), UTC),
        author=SlackUserId(author) if _USER.fullmatch(author) else None,
        thread=thread if _TS.fullmatch(thread) else None,
        url=web_address(name("url")),
    )


_TABLE = {
    "ts": "MsgID",
    "author": "UserID",
    "channel": "Channel",
    "thread": "ThreadTs",
    "text": "Text",
    "url": "Permalink",
}


def _of_table(raw: Any, channel: str = "") -> FoundMessage | None:
    return message(raw, lambda word: inside(raw, _TABLE[word]), channel)


def _of_slack(raw: Any, channel: str = "") -> FoundMessage | None:
    """A message as Slack's own API has it."""
    where = inside(raw, "channel")
    own = {"ts": "ts", "author": "user", "thread": "thread_ts", "text": "text", "url": "permalink"}

    def name(word: str) -> Any:
        if word == "channel":
            called = inside(where, "name") or inside(raw, "channel_name")
            id_ = where if isinstance(where, str) else inside(where, "id") or inside(raw, "channel_id")
            return f"{words(id_)} #{words(called)}" if called else id_
        return inside(raw, own[word]) or (inside(raw, "message_ts") if word == "ts" else None)

    return message(raw, name, channel)


def _listed(kind: str, value: Any) -> list[Any]:
    """The rows of a list, wherever this server keeps it."""
    for found in (value, inside(value, "messages"), inside(value, "messages", "matches"), inside(value, "results")):
        if isinstance(found, list):
            return found
    raise unreadable(kind, "a list of messages")


def _search(kind: str, one: Callable[..., FoundMessage | None]) -> Callable[[Any, SearchMessages, Place], Any]:
    def read(value: Any, question: SearchMessages, _: Place) -> list[FoundMessage]:
        found = [each for raw in _listed(kind, value) if (each := one(raw)) is not None]
        covered = [each for each in found if question.covers(each.at)]
        return sorted(covered, key=lambda each: each.at, reverse=True)[: question.most]

    return read


def _thread(kind: str, one: Callable[..., FoundMessage | None]) -> Callable[[Any, GetThread, Place], Any]:
    def read(value: Any, question: GetThread, _: Place) -> list[FoundMessage]:
        found = [each for raw in rows(_listed(kind, value)) if (each := one(raw, question.channel)) is not None]
        if not found:  # a thread has at least the message it began with
            raise unreadable(kind, "a thread")
        return sorted(found, key=lambda each: each.at)

    return read


def _days(question: SearchMessages) -> tuple[str, str]:
    """The days to search between, empty where open: wide enough whoever counts them; ``read`` cuts it exactly.

    Slack leaves out the days it is given, and counts days in the zone of the token's owner, which nobody tells us.
    """
    since, until = question.since, question.until
    after = (since.astimezone(_LAST_ZONE).date() - _DAY).isoformat() if since else ""
    before = (until.astimezone(_FIRST_ZONE).date() + _DAY).isoformat() if until else ""
    return after, before


def _wide(question: SearchMessages) -> int:
    """How many to ask for: of a period all there may be, because some of them are of the days around it."""
    return MOST if question.since or question.until else min(question.most, MOST)


def _korotovsky_search(question: SearchMessages, _: Place) -> dict[str, Any]:
    after, before = _days(question)
    narrowed = {
        "filter_in_channel": f"#{question.channel}" if question.channel else None,
        "filter_users_from": question.author,
        "filter_date_after": after,
        "filter_date_before": before,
    }
    given = {name: value for name, value in narrowed.items() if value}
    return {"search_query": question.words, "limit": _wide(question), **given}


def _official_search(question: SearchMessages, _: Place) -> dict[str, Any]:
    """Slack's search language in one string: its server takes no other filters."""
    parts = [question.words]
    parts += [f"in:#{question.channel}"] if question.channel else []
    parts += [f"from:<@{question.author}>"] if question.author else []
    after, before = _days(question)
    parts += [f"after:{after}"] if after else []
    parts += [f"before:{before}"] if before else []
    return {"query": " ".join(part for part in parts if part), "limit": min(_wide(question), 20)}


BINDINGS = (
    Binding(
        kind=KOROTOVSKY,
        operation=Operation.SEARCH_MESSAGES,
        tool="conversations_search_messages",
        arguments=_korotovsky_search,
        sends=frozenset(
            {
                *("search_query", "limit", "filter_in_channel", "filter_users_from"),
                *("filter_date_after", "filter_date_before"),
            }
        ),
        read=_search(KOROTOVSKY, _of_table),
        verified=True,
    ),
    Binding(
        kind=KOROTOVSKY,
        operation=Operation.GET_THREAD,
        tool="conversations_replies",
        # without a limit it reads one day
        arguments=lambda q, _: {"channel_id": q.channel, "thread_ts": q.ts, "limit": str(THREAD_MOST)},
        sends=frozenset({"channel_id", "thread_ts", "limit"}),
        read=_thread(KOROTOVSKY, _of_table),
        verified=True,
    ),
    Binding(
        kind=OFFICIAL,
        operation=Operation.SEARCH_MESSAGES,
        tool="slack_search_public",  # never the one that also searches its user's private channels
        arguments=_official_search,
        sends=frozenset({"query", "limit"}),
        read=_search(OFFICIAL, _of_slack),
    ),
    Binding(
        kind=OFFICIAL,
        operation=Operation.GET_THREAD,
        tool="slack_read_thread",
        arguments=lambda q, _: {"channel_id": q.channel, "message_ts": q.ts},
        sends=frozenset({"channel_id", "message_ts"}),
        read=_thread(OFFICIAL, _of_slack),
    ),
    Binding(
        kind=REFERENCE,
        operation=Operation.GET_THREAD,
        tool="slack_get_thread_replies",
        arguments=lambda q, _: {"channel_id": q.channel, "thread_ts": q.ts},
        sends=frozenset({"channel_id", "thread_ts"}),
        read=_thread(REFERENCE, _of_slack),
    ),
)
