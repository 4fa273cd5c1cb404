"""Once a day: find out who is who, where directives.yaml does not say."""

from __future__ import annotations

import logging
from collections import Counter

from bot.app import App
from models.ids import TeamId
from models.mailbox import Job, look_at

log = logging.getLogger(__name__)


async def find_out(app: App, job: Job) -> None:
    """Look everybody of the team up who lacks an account; look at the team when that changed whose work it is."""
    team = TeamId(job.team)
    await app.roster.refresh()
    lacking = app.roster.lacking(team)
    found = await app.search.find(lacking, app.roster.identities, app.roster.taken)
    changed = await app.roster.keep(team, found)
    counts = Counter(each.standing.value for each in found)
    log.info(
        "who is who in %s: %s",
        team,
        ", ".join(f"{count} {standing}" for standing, count in sorted(counts.items())) or "nobody is unknown",
        extra={"action": "people_found", "team": team},
    )
    if changed or counts:  # a new doubt is a reason to look, too
        await app.mailbox.put(look_at(team))
    await app.mailbox.finish(job)
