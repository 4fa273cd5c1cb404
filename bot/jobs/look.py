"""One look at one team: bring the mirror up to date, then run the cycle that accounts for what arrived."""

from __future__ import annotations

import logging

from bot import logs
from bot.app import App
from bot.jobs.asked.learn import acts_of
from bot.jobs.presses.took import skipped_words
from models.events import Reason, Source, Trigger
from models.ids import SprintId, TeamId
from models.mailbox import Job
from planner.cycle import run_cycle

log = logging.getLogger(__name__)


async def after_events(app: App, job: Job) -> None:
    """An event, the clock or an operator gave a reason to look."""
    await _look(app, job, Reason(job.payload.get("reason", Reason.EVENT)))


async def for_the_digest(app: App, job: Job) -> None:
    """The digest's slot has come; where it is left out until the sprint ends, it is a look like any other."""
    team = TeamId(job.team)
    left_out = await skipped_words(app, team, await app.store.facts_about(team))
    await _look(app, job, Reason.EVENT if left_out else Reason.DIGEST)


async def _look(app: App, job: Job, reason: Reason) -> None:
    try:
        await _look_now(app, job, reason)
    except Exception:
        app.metrics.cycle_failed()
        raise


async def _look_now(app: App, job: Job, reason: Reason) -> None:
    began = app.clock.monotonic()
    arrived = await app.mailbox.waiting(TeamId(job.team))
    events = [event for _, delivery in arrived if (event := app.read(delivery)) is not None]
    # Slack's deliveries are questions and clicks: they name no work.
    await app.sync.freshen(TeamId(job.team), [event for event in events if event.source is not Source.SLACK])
    sprint = job.payload.get("sprint")
    trigger = Trigger(
        team=TeamId(job.team),
        reason=reason,
        at=app.clock.now(),
        sprint=SprintId(int(sprint)) if sprint else None,
        deliveries=tuple(row for row, _ in arrived),
        acts=(*acts_of(events, app.me), *app.witnessed(TeamId(job.team))),
    )
    await app.roster.refresh()  # people's own wishes hold at once, in whichever process they were said
    looked = await run_cycle(trigger, app.desk(job))
    logs.also(cycle=looked.cycle)
    app.metrics.cycle(reason.value, app.clock.monotonic() - began)
    for why, count in looked.dropped.items():
        app.metrics.unused("plan", why, count)
    log.info(
        "looked at %s: %d signals, %d decisions",
        job.team,
        looked.signals,
        len(looked.decided),
        extra={
            "action": "looked",
            "team": job.team,
            "next_look": looked.next_look.isoformat(),
            "unused": dict(looked.dropped),
        },
    )
