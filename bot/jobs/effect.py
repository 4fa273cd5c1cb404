"""Carry out one effect, then make everything that shows it say so."""

from __future__ import annotations

import logging

from bot.app import App
from models.actions import CommentOnIssue, Reassign
from models.errors import NotDone
from models.ids import EffectId
from models.mailbox import Job
from models.proposals import Effect, Ending
from planner.carry_out import carry_out

log = logging.getLogger(__name__)

AGAIN = frozenset({Ending.LATER, Ending.UNCLEAR})


async def carry_out_one(app: App, job: Job) -> None:
    """Do it once. Raises ``NotDone`` for the worker to try again; everything else ends the job."""
    effect_id = EffectId(job.payload["effect"])
    outcome = await carry_out(effect_id, app.desk(job))
    effect = await app.ledger.effect(effect_id)
    if effect is None:
        raise LookupError(effect_id)
    if outcome is not None:
        _note(app, effect, outcome)
    await _reread(app, effect)  # also when an earlier try died between its end and this
    await app.mailbox.finish(job)


def _note(app: App, effect: Effect, outcome: Outcome) -> None:
    """Count and log how it ended. Raises ``NotDone`` when that was no end."""
    app.metrics.effect(effect.action.kind, outcome.ending.value)
    log.info(
        "%s: %s",
        effect.action.kind,
        outcome.words or outcome.ending.value,
        extra={"action": "carried_out", "effect": effect.id, "ending": outcome.ending.value},
    )
    if outcome.ending in AGAIN:
        raise NotDone(outcome.words, retry_after=outcome.retry_after)


async def _reread(app: App, effect: Effect) -> None:
    """The mirror learns of our own write at once: its webhook is an echo, and no reason to look."""
    match effect.action:
        case Reassign(issue=issue) | CommentOnIssue(issue=issue):
            await app.sync.issues(effect.team, [issue])
