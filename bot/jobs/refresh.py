"""The reconciliation read: whatever a webhook failed to say is found here."""

from __future__ import annotations

from bot.app import App
from models.ids import TeamId
from models.mailbox import Job, NewJob


async def reread(app: App, job: Job) -> None:
    """Read the team's world whole, and look at it when something had changed unheard."""
    changed = await app.sync.everything(TeamId(job.team))
    await app.mailbox.finish(job)
    if changed:
        await app.mailbox.put(
            NewJob(
                kind="cycle",
                key=f"team:{job.team}",
                team=TeamId(job.team),
                lane=2,
                coalesce=True,
                payload={"reason": "look"},
            )
        )
