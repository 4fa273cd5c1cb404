"""Somebody presses *Stop* under a question: whoever works on it, in whatever process, sees it and ends."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.app import App
from bot.listeners.threads import EVERYWHERE, key_of, thread_of
from models.ids import TeamId
from models.mailbox import Job

STOPPED = "stopped"
"""Under this name memory keeps when it was pressed, by ``channel:ts`` of the thread."""

_TEAM = TeamId(EVERYWHERE)


async def stop(app: App, job: Job) -> None:
    """Keep that it was pressed, and when (real time); without anything under way it changes nothing."""
    delivery = await app.mailbox.delivery(job.payload["inbox"])
    event = json.loads(delivery.body).get("event")
    if isinstance(event, Mapping):
        await app.store.remember(_TEAM, STOPPED, key_of(*thread_of(event)), delivery.received.isoformat())
    await app.mailbox.finish(job)


async def was_stopped(app: App, channel: str, thread: str, began: str) -> bool:
    """Whether what ``began`` there (real time in ISO form) was stopped since."""
    at = await app.store.remembered(_TEAM, STOPPED, key_of(channel, thread))
    return isinstance(at, str) and at >= began
