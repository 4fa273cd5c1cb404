"""What was said in a channel: the way to messages that needs no right to search."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from integrations.payloads import inside, rows, words
from integrations.slack.reading.people import Ask
from models.found import FoundMessage
from models.ids import SlackUserId

_PAGES, _PER_PAGE = 5, 200
"""A thousand messages of a channel: more than a fortnight of most teams, and few enough calls to wait for."""

_TS = re.compile(r"\d{9,11}\.\d{6}")


class History:
    """Reads channels the app is in. Raises what ``ask`` raises."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def since(self, channel: str, name: str, since: datetime) -> Sequence[FoundMessage]:
        """Messages of a channel since then (real time), newest first; replies in threads are not among them."""
        oldest = f"{since.timestamp():.6f}"
        return await self._pages("conversations.history", channel, name, oldest=oldest)

    async def thread(self, channel: str, ts: str) -> Sequence[FoundMessage]:
        """A thread, its first message first."""
        return await self._pages("conversations.replies", channel, "", ts=ts)

    async def _pages(self, method: str, channel: str, name: str, **where: Any) -> Sequence[FoundMessage]:
        found: list[FoundMessage] = []
        cursor = ""
        for _ in range(_PAGES):
            more = {"cursor": cursor} if cursor else {}
            page = await self._ask(method, channel=channel, limit=_PER_PAGE, **where, **more)
            found += filter(None, map(_reader(channel, name), rows(page.get("messages"))))
            cursor = words(inside(page.get("response_metadata"), "next_cursor"))
            if not cursor:
                break
        return found


def _reader(channel: str, name: str) -> Callable[[Any], FoundMessage | None]:
    def read(raw: Any) -> FoundMessage | None:
        """A message of a person or an app; ``None`` for joins, leaves and their like."""
        ts, author = words(inside(raw, "ts")), words(inside(raw, "user"))
        if not _TS.fullmatch(ts) or inside(raw, "subtype") not in (None, "bot_message", "thread_broadcast"):
            return None
        return FoundMessage(
            channel=channel,
            channel_name=name,
            ts=ts,
            text=words(inside(raw, "text")),
            at=datetime.fromtimestamp(float(ts), UTC),
            author=SlackUserId(author) if author else None,
            thread=words(inside(raw, "thread_ts")) or None,
        )

    return read
