"""An approval card is a projection of rows: draw it again from them."""

from __future__ import annotations

from bot.app import App
from models.mailbox import Job


async def redraw(app: App, job: Job) -> None:
    """Edit the message so that it says what the ledger says; doing it twice changes nothing."""
    await app.notify.refresh_card(job.payload["channel"], job.payload["ts"])
    await app.mailbox.finish(job)
