"""Once a day: forget what nobody needs any more, so that years of looking do not fill the disk."""

from __future__ import annotations

import logging

from bot.app import App
from models.mailbox import Job

log = logging.getLogger(__name__)


async def tidy(app: App, job: Job) -> None:
    """Remove old rows in small batches; delivery ids stay, so that a replayed one is still known."""
    gone = await app.store.tidy()
    log.info("tidied up", extra={"action": "tidied", **{f"removed_{what}": count for what, count in gone.items()}})
    await app.mailbox.finish(job)
