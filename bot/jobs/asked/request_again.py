"""What was approved came too late, because its target had changed: the same question once more, as things stand now."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.app import App
from models.ids import EffectId
from models.mailbox import Job, NewJob
from models.proposals import Effect, Ending
from planner.asked.requests import ask_again

log = logging.getLogger(__name__)


async def plan_again(app: App, effect: Effect) -> None:
    """Have it asked again when an approved action was not done for that reason."""
    if effect.approval is None:
        return
    approval = await app.ledger.approval(effect.approval)
    if approval is not None and approval.ending is Ending.CHANGED:
        payload = {"effect": effect.id}
        await app.mailbox.put(NewJob("again", f"again:{effect.id}", effect.team, 0, payload, coalesce=True))


async def ask_once_more(app: App, job: Job) -> None:
    """Ask, if its reason still stands; a second try finds the question asked."""
    effect = await app.ledger.effect(EffectId(job.payload["effect"]))
    approval = await app.ledger.approval(effect.approval) if effect is not None and effect.approval else None
    if effect is not None and approval is not None:
        asked = await ask_again(effect, approval, replace(app.desk(job), ledger=app.ledger))
        words = f"asked again as {asked.id}" if asked is not None else "its reason is over: not asked again"
        log.info("%s: %s", effect.id, words, extra={"action": "asked_again" if asked else "not_asked_again"})
    await app.mailbox.finish(job)
