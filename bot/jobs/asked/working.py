"""What takes longer than a moment is seen to be worked on: one line under the question, gone with the answer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from bot.app import App
from models.errors import VendorError

log = logging.getLogger(__name__)

A_MOMENT = 0.7
"""Seconds: an answer that is there by then needs no line before it."""

WORDS = "is reading Jira and Bitbucket"


@contextlib.asynccontextmanager
async def working(
    app: App, channel: str, thread: str, *, after: float = A_MOMENT, words: str = WORDS
) -> AsyncIterator[None]:
    """Say so, in ``words``, under the question while the work inside takes longer than ``after`` seconds.

    Slack takes the line away with our next message there, or after two minutes. Where it cannot be shown nothing is.
    """
    if app.slack is None or not channel or not thread:
        yield
        return
    saying = asyncio.create_task(_say(app, channel, thread, after, words))
    try:
        yield
    finally:
        saying.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await saying


async def _say(app: App, channel: str, thread: str, after: float, words: str) -> None:
    await asyncio.sleep(after)
    assert app.slack is not None
    try:
        await app.slack.assistant.doing(channel, thread, words)
    except VendorError as failure:
        log.debug("what we do was not shown: %s", failure, extra={"action": "status_lost"})
