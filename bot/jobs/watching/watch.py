"""Once a minute: what must be put right, since when, and what of it is to be told now."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from bot.app import App
from bot.jobs.watching.message import notice_of
from bot.operations.conditions import holding
from bot.operations.flapping import Turn, turn
from bot.watch import vitals_of
from models.ids import TeamId
from models.mailbox import Job, NewJob
from models.running import Alert
from planner.notices import whom_to_tell

log = logging.getLogger(__name__)

SETTLES = 2.0
"""Seconds in which further changes of a message become one edit."""


async def watch(app: App, job: Job) -> None:
    """Look, keep what was seen, and plan its messages: all of that in one transaction, so that none is told twice."""
    known = await app.operations.alerts()
    follows = turn(known, holding(await vitals_of(app)), app.clock.real())
    for alert in follows.keep:
        _log(alert, next((each for each in known if each.key == alert.key), None))
    whom = whom_to_tell(app.directives)
    jobs = _jobs(app, known, follows, whom.team) if whom is not None else ()
    await app.operations.keep_alerts(follows.keep, follows.forget, jobs)
    await app.mailbox.finish(job)


def _jobs(app: App, known: Sequence[Alert], follows: Turn, team: TeamId) -> Sequence[NewJob]:
    rows = {**{each.key: each for each in known}, **{each.key: each for each in follows.keep}}
    new = [notice_of(app, name, [row for row in rows.values() if row.message == name], team) for name in follows.tell]
    return [*new, *(_redrawing(name, team) for name in follows.redraw)]


def _redrawing(message: str, team: TeamId) -> NewJob:
    return NewJob(
        kind="alert",
        key=f"alert:{message}"[:200],
        team=team,
        lane=2,
        payload={"message": message},
        coalesce=True,
        delay=SETTLES,
    )


def _log(alert: Alert, before: Alert | None) -> None:
    """One line when something begins to be told, and one when it is over."""
    extra = {"condition": alert.name, "subject": alert.subject}
    if alert.ended is not None and (before is None or before.ended is None):
        log.info("over: %s", alert.words, extra={"action": "condition_over", **extra})
    elif alert.told is not None and (before is None or before.told is None or before.ended is not None):
        log.warning("%s", alert.words, extra={"action": "condition", **extra})
