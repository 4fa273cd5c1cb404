"""The reconciliation read: whatever a webhook failed to say is found here, and what one said by the way."""

from __future__ import annotations

from bot.app import App
from models.ids import TeamId
from models.mailbox import Job, look_at


async def reread(app: App, job: Job) -> None:
    """Read what has changed, as far as that is due (everything, when the job asks for it), and look at the team when
    something had."""
    team = TeamId(job.team)
    asked = job.payload.get("look") is True
    if job.payload.get("whole") is True:
        changed = await app.sync.everything(team)
    elif asked:
        changed = await app.sync.reconcile(team)
    else:
        changed = await app.sync.routine(team)
    if changed or asked or job.attempts > 1:  # an earlier try may have read the change and died before this
        await app.mailbox.put(look_at(team))
    await app.mailbox.finish(job)


async def reread_named(app: App, job: Job) -> None:
    """Read what one delivery names, without a look: the next one shall find it right."""
    event = app.read(await app.mailbox.delivery(job.payload["inbox"]))
    if event is not None:
        await app.sync.after(TeamId(job.team), [event])
    await app.mailbox.finish(job)
