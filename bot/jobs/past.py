"""One past sprint after the other is read once, at low pace: what forecasts rest on."""

from __future__ import annotations

import logging

from bot.app import App
from bot.sync.past import Remembered, pasts_of
from bot.sync.progress import Progress
from models.directives import Team
from models.events import Source
from models.mailbox import Job, NewJob
from models.work import Sprint
from planner.bounds.worktime import team_calendar
from planner.foresight.standing import began_in_points, ended_at_tenths

log = logging.getLogger(__name__)

PAUSE = 5.0
"""Seconds of real time between two sprints: people's work and its own calls come first."""


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
        await _read(app, team, missing[0], f"past sprints: {missing[0].name}, {len(missing)} to go")
        if len(missing) > 1:
            await app.mailbox.put(next_of(team, PAUSE))
        else:
            await Progress(app.store, app.clock).done(team.id, Source.JIRA, "past sprints: all that are kept")
    await app.mailbox.finish(job)


async def _read(app: App, team: Team, sprint: Sprint, words: str) -> None:
    assert app.jira is not None
    told, pasts = Progress(app.store, app.clock), pasts_of(app.jira, None, app.store, app.clock, lambda: app.directives)
    app.metrics.read(Source.JIRA, "past")

    async def say(so_far: str) -> None:
        await told.say(team.id, Source.JIRA, f"{words}: {so_far}")

    past = await pasts.read(team, [sprint.id], pulls=False, say=say)
    calendar, history = team_calendar(app.directives, team.id), past.sprint(sprint.id)
    ended = ended_at_tenths(past, sprint.id, calendar, points=began_in_points(past, sprint.id))
    if history is not None and history.ended is not None:
        await app.foresight.keep_ended(team.id, sprint.id, history.ended, ended)
    await Remembered(app.store, app.clock).note(team.id, sprint, len(ended))
    log.info("%s is kept for forecasts", sprint.name, extra={"action": "past_kept", "team": team.id})
