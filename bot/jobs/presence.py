"""Slack says that somebody's profile or hours changed: read who is away, so that the next look knows."""

from __future__ import annotations

from bot.app import App
from models.ids import TeamId
from models.mailbox import Job


async def reread_people(app: App, job: Job) -> None:
    """Read the team's people again: those who changed from Slack, the others from what is remembered of them."""
    await app.sync.people(TeamId(job.team))
    await app.mailbox.finish(job)
