"""The message that tells of a condition is a projection of rows: it is drawn again when they have changed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from bot.app import App
from bot.operations.telling import told
from bot.views.notice import admin_notice
from models.actions import TellAdmins
from models.errors import Refused
from models.ids import TeamId
from models.mailbox import Job, NewJob
from models.proposals import EffectState, effect_of
from models.running import Alert
from planner.notices import name_of, whom_to_tell

log = logging.getLogger(__name__)


async def redraw(app: App, job: Job) -> None:
    """Edit it so that it says what is so; doing it twice changes nothing, and one that is gone is left alone."""
    message = str(job.payload["message"])
    rows = [row for row in await app.operations.alerts() if row.message == message]
    effect = await app.ledger.effect(effect_of(name_of(message)))
    if rows and effect is not None and effect.state is EffectState.SENT and isinstance(effect.action, TellAdmins):
        headline, facts = text_of(app, rows, effect.team)
        action = replace(effect.action, headline=headline, facts=facts)
        drawn = admin_notice(action, effect.proposal.id, effect.proposal.rule)
        place = effect.receipt
        try:
            if app.slack is not None:
                await app.slack.update(place["channel"], place["ts"], drawn.text, drawn.blocks)
        except Refused as refused:
            log.info("a message was not drawn again: %s", refused, extra={"action": "redraw_refused"})
    elif rows and effect is None and is_open(rows):
        await _tell_after_all(app, message, rows)
    await app.mailbox.finish(job)


async def _tell_after_all(app: App, message: str, rows: Sequence[Alert]) -> None:
    """It was over before anybody heard, so nothing was sent; now it holds again."""
    whom = whom_to_tell(app.directives)
    if whom is not None:
        await app.mailbox.put(notice_of(app, message, rows, whom.team))


def notice_of(app: App, message: str, rows: Sequence[Alert], team: TeamId) -> NewJob:
    """The job that tells of ``rows`` for the first time."""
    headline, facts = text_of(app, rows, team)
    payload = {"name": message, "headline": headline, "facts": list(facts)}
    return NewJob(kind="notice", key="notice:alerts", team=team, lane=1, payload=payload)


def text_of(app: App, rows: Sequence[Alert], team: TeamId) -> tuple[str, tuple[str, ...]]:
    """What the message says now, in the time of the team whose channel it is in."""
    return told(rows, app.directives.team(team).tz)


def is_open(rows: Sequence[Alert]) -> bool:
    """Whether any of it is still so."""
    return any(row.ended is None for row in rows)
