"""One answer that grows before its reader's eyes: begun in a thread, told step by step, ended once.

Steps are our own few words. What is found goes out with the end, as blocks through the same gate as every post, so
nothing foreign is ever written piece by piece.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from integrations.slack.outgoing.gate import Gate
from integrations.slack.outgoing.markers import metadata_of
from integrations.slack.outgoing.mentions import clean, silence_markdown
from integrations.slack.reading.people import Ask
from models.errors import Unclear

TITLE, MARKDOWN = 120, 3_000
"""Characters of a step's title and of the words of an end; Slack takes 12,000 of these."""

NOT_STREAMED = frozenset(
    {
        "unknown_method",
        "missing_scope",
        "not_allowed_token_type",
        "channel_type_not_supported",
        "messages_tab_disabled",
        "missing_recipient_team_id",
        "missing_recipient_user_id",
        "team_not_found",
        "feature_not_enabled",
        "invalid_chunks",
        "invalid_arguments",
    }
)
"""Slack's words for *not like this here*: then the answer is posted as any other."""

ENDED = frozenset({"message_not_in_streaming_state", "message_not_found", "stopped_by_user"})
"""Slack's words for a stream that has ended, by us, by its reader or by Slack."""

_SIGNS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>])")


class Step(StrEnum):
    """How far one step is."""

    UNDER_WAY = "in_progress"
    DONE = "complete"
    FAILED = "error"


class Streams:
    """Streams of one workspace. Raises what ``ask`` raises."""

    def __init__(self, ask: Ask, gate: Gate) -> None:
        self._ask, self._gate = ask, gate

    async def begin(self, channel: str, thread: str, user: str, workspace: str, steps: Mapping[str, str]) -> str:
        """Begin an answer to ``user`` under ``thread`` with its steps (id, title) under way; its ts."""
        answer = await self._ask(
            "chat.startStream",
            channel=channel,
            thread_ts=thread,
            recipient_user_id=user,
            recipient_team_id=workspace,
            task_display_mode="timeline",
            chunks=[_step(name, title, Step.UNDER_WAY) for name, title in steps.items()],
        )
        ts = answer.get("ts")
        if not ts:
            raise Unclear("Slack's answer to chat.startStream names no message")
        return str(ts)

    async def tell(self, channel: str, ts: str, name: str, title: str, step: Step) -> None:
        """One step has come further; told twice, it stands once."""
        await self._ask("chat.appendStream", channel=channel, ts=ts, chunks=[_step(name, title, step)])

    async def end(
        self, channel: str, ts: str, text: str, blocks: Sequence[Mapping[str, Any]] = (), *, marker: str
    ) -> None:
        """End it with the answer: ``text`` is its first line in plain words, ``blocks`` what stands under it."""
        _, safe = self._gate.message(text, blocks)
        await self._ask(
            "chat.stopStream",
            channel=channel,
            ts=ts,
            markdown_text=as_markdown(self._gate.redact(text))[:MARKDOWN],
            metadata=metadata_of(marker),
            **({"blocks": safe} if safe else {}),
        )


def as_markdown(text: str) -> str:
    """Plain words as Markdown that shows exactly them: no sign of it means anything, and nobody is called."""
    return silence_markdown(_SIGNS.sub(r"\\\1", clean(text)))


def _step(name: str, title: str, step: Step) -> dict[str, str]:
    return {"type": "task_update", "id": name, "title": clean(title)[:TITLE], "status": step.value}
