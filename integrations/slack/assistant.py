"""What Slack shows of an agent beside its messages: the questions it offers, what it does just now, its streams."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.slack.outgoing.gate import Gate
from integrations.slack.reading.people import Ask
from integrations.slack.streams import Streams

PROMPTS, TITLE, MESSAGE = 4, 75, 400
"""Prompts at once, and characters we put into one: they are shown on a button's width."""


class Assistant:
    """The agent's frame in one workspace. Raises what ``ask`` raises."""

    def __init__(self, ask: Ask, gate: Gate) -> None:
        self._ask = ask
        self.streams = Streams(ask, gate)

    async def suggest(self, channel: str, prompts: Sequence[tuple[str, str]]) -> None:
        """Offer ``prompts`` (what is shown, what is sent) in a direct conversation, instead of those before.

        Needs ``assistant:write``. Nothing is asked of Slack when there are none.
        """
        shown = [{"title": title[:TITLE], "message": message[:MESSAGE]} for title, message in prompts[:PROMPTS]]
        if shown:
            await self._ask("assistant.threads.setSuggestedPrompts", channel_id=channel, prompts=shown)

    async def doing(self, channel: str, thread: str, words: str) -> None:
        """Say under a thread what we are at: ``is reading Jira``. The next message there takes it away."""
        await self._ask("assistant.threads.setStatus", channel_id=channel, thread_ts=thread, status=words)

    async def session(self, channel: str, thread: str, *, working: bool) -> None:
        """Whether our work under a thread can be stopped: while it can, Slack shows a button for that."""
        status = "processing" if working else "active"
        await self._ask("agents.sessions.setStatus", channel_id=channel, thread_ts=thread, status=status)
