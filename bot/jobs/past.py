"""One past sprint after the other is read once, at low pace: what forecasts rest on."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from bot.app import App
from bot.sync.past import Remembered, pasts_of
from bot.sync.progress import Progress
from models.directives import Team
from models.errors import Refused
from models.events import Source
from models.mailbox import Job, NewJob
from models.work import Sprint
from planner.bounds.worktime import team_calendar
from planner.foresight.standing import ended_at_tenths

log = logging.getLogger(__name__)

PAUSE = 5.0
"""Seconds of real time between two sprints: people's work and its own calls come first."""

NOT_THIS_ONE = frozenset({"400", "404"})
"""What Jira says of a question that names what it does not have, or does not show; all else is about who asks."""


def next_of(team: Team, delay: float = 0.0) -> NewJob:
    """Read one more of ``team``'s past sprints; behind everything that people or events wait for."""
    return NewJob(
        kind="past", key=f"past:{team.id}", team=team.id, lane=2, coalesce=True, delay=delay, max_wait=max(delay, 10.0)
    )


async def remember_one(app: App, job: Job) -> None:
    """Read the latest closed sprint that was never read, keep how it went, and plan the next; a failure comes again."""
    team = app.directives.team(job.team)
    remembered = Remembered(app.store, app.clock)
    missing = await remembered.missing(team) if app.jira is not None else []
    if missing:
        app.metrics.read(Source.JIRA, "past")
        await _read(app, team, missing)
        if len(missing) > 1:
            await app.mailbox.put(next_of(team, PAUSE))
        else:
            await remembered.keep(team.id, None)
            await Progress(app.store, app.clock).done(team.id, Source.JIRA, "past sprints: all that are kept")
    await app.mailbox.finish(job)


async def _read(app: App, team: Team, missing: Sequence[Sprint]) -> None:
    """The first of ``missing``; one that Jira refuses to tell of is noted so, and keeps no other from being read."""
    sprint, remembered = missing[0], Remembered(app.store, app.clock)
    try:
        stands = await _counted(app, team, missing)
    except Refused as refused:
        if refused.code not in NOT_THIS_ONE:
            raise
        log.warning("%s is not read: %s", sprint.name, refused, extra={"action": "past_refused", "team": team.id})
        await remembered.note(team.id, sprint, 0, refused=True)
        return
    await remembered.note(team.id, sprint, stands)
    log.info("%s is kept for forecasts", sprint.name, extra={"action": "past_kept", "team": team.id})


async def _counted(app: App, team: Team, missing: Sequence[Sprint]) -> int:
    """At how many moments the first of ``missing`` is kept. The first time all of them are looked for in one pass.

    Raises ``VendorError``; ``Refused`` (404), too, where Jira knows no such sprint, or no end of it.
    """
    assert app.jira is not None
    sprint, remembered, told = missing[0], Remembered(app.store, app.clock), Progress(app.store, app.clock)
    pasts = pasts_of(app.jira, None, app.store, app.clock, lambda: app.directives)

    async def say(so_far: str) -> None:
        words = f"past sprints: {sprint.name}, {len(missing)} to go: {so_far}"
        await told.say(team.id, Source.JIRA, words)

    gathered = await remembered.gathered(team.id, missing)
    if gathered is None:
        gathered = await pasts.gather(team, [each.id for each in missing], say)
        await remembered.keep(team.id, gathered)
    if gathered.of(sprint.id) is None:
        raise Refused("Jira does not tell what was in it", code="404")
    past = await pasts.tell(team, gathered, [sprint.id], pulls=False, say=say)
    history = past.sprint(sprint.id)
    if history is None or history.ended is None:
        raise Refused("by what Jira says it has not ended", code="404")
    ended = ended_at_tenths(past, sprint.id, team_calendar(app.directives, team.id))
    await app.foresight.keep_ended(team.id, sprint.id, history.ended, ended)
    return len(ended)
