"""A message that was sent is a projection of rows: draw it again when what it told has changed."""

from __future__ import annotations

import logging

from bot.app import App
from bot.jobs.presses import took
from models.actions import PostDigest
from models.errors import Refused
from models.ids import EffectId, TeamId
from models.mailbox import Job

log = logging.getLogger(__name__)


async def redraw(app: App, job: Job) -> None:
    """Edit the message so that it says what the ledger says; doing it twice changes nothing.

    One that is gone, or cannot be edited any more, is left alone: what it told is in Home and in the record.
    """
    name = EffectId(job.payload["effect"])
    try:
        effect = await app.ledger.effect(name)
        if effect is not None and isinstance(effect.action, PostDigest):
            await took.redraw(app, effect)
        else:
            await app.notify.refresh_told(TeamId(job.team), name)
    except Refused as refused:
        log.info("a message was not drawn again: %s", refused, extra={"action": "redraw_refused"})
    await app.mailbox.finish(job)
