"""The reconciliation read: whatever a webhook failed to say is found here."""

from __future__ import annotations

from bot.app import App
from models.ids import TeamId
from models.mailbox import Job, look_at


async def reread(app: App, job: Job) -> None:
    """Read the team's world whole, and look at it when something had changed unheard."""
    changed = await app.sync.everything(TeamId(job.team))
    if changed or job.attempts > 1:  # an earlier try may have read the change and died before this
        await app.mailbox.put(look_at(TeamId(job.team)))
    await app.mailbox.finish(job)
