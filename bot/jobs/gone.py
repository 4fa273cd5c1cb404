"""Work for a team that has left the constitution ends: it means nothing any more, and fails nobody."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from bot.app import App
from models.mailbox import Job

log = logging.getLogger(__name__)

Handler = Callable[[App, Job], Awaitable[None]]


def of_a_team(handler: Handler) -> Handler:
    """The same handler, for as long as the job's team is in the constitution."""

    async def handle(app: App, job: Job) -> None:
        if any(team.id == job.team for team in app.directives.teams):
            await handler(app, job)
            return
        log.info("%s of %s ends: the team is gone", job.kind, job.team, extra={"action": "team_gone", "team": job.team})
        await app.mailbox.finish(job)

    return handle
