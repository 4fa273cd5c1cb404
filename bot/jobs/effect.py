"""Carry out one effect, then make everything that shows it say so."""

from __future__ import annotations

import logging

from bot import logs
from bot.app import App
from bot.constitution import tell_admins
from bot.jobs.asked.request_again import plan_again
from bot.jobs.stepping import before_undo
from models.actions import TellAdmins
from models.errors import NotDone, VendorError
from models.ids import EffectId
from models.mailbox import Job
from models.proposals import Effect, EffectState, Ending, Outcome
from planner.carry_out import carry_out
from planner.notices import shared_notice

log = logging.getLogger(__name__)

AGAIN = frozenset({Ending.LATER, Ending.UNCLEAR})


async def carry_out_one(app: App, job: Job) -> None:
    """Do it once. Raises ``NotDone`` for the worker to try again; a refusal for good becomes a dead letter."""
    effect_id = EffectId(job.payload["effect"])
    await app.roster.refresh()  # how its reader may be contacted holds from the moment they have said it
    effect = await app.ledger.effect(effect_id)
    logs.also(effect=effect_id, **({"cycle": effect.cycle} if effect is not None and effect.cycle else {}))
    if effect is not None and effect.proposal.undoes is not None:
        await before_undo(app, effect)  # whatever becomes of it: somebody wanted it back
    outcome = await carry_out(effect_id, app.desk(job))
    effect = await app.ledger.effect(effect_id)
    if effect is None:
        raise LookupError(effect_id)
    if outcome is None:  # an earlier try died between its end and this
        outcome = Outcome(ending=_ENDINGS.get(effect.state, Ending.DONE), words="")
    else:
        _note(app, effect, outcome)
    await _reread(app, effect)
    await plan_again(app, effect)
    if outcome.ending is Ending.FAILED:
        await _warn_of_others(app, effect)
        await app.mailbox.bury(job, outcome.words)
    elif outcome.ending in AGAIN and outcome.until is not None:
        await app.mailbox.retry(job, outcome.words, app.real_seconds_until(outcome.until), counted=False)
    elif outcome.ending in AGAIN:
        raise NotDone(outcome.words, retry_after=outcome.retry_after)
    else:
        await app.mailbox.finish(job)


_ENDINGS = {EffectState.DEAD: Ending.FAILED}


def _note(app: App, effect: Effect, outcome: Outcome) -> None:
    """Count and log how it ended; what is refused for good is somebody's to put right."""
    app.metrics.effect(effect.action.kind, outcome.ending.value)
    log.log(
        logging.ERROR if outcome.ending is Ending.FAILED else logging.INFO,
        "%s: %s",
        effect.action.kind,
        outcome.words or outcome.ending.value,
        extra={"action": "carried_out", "effect": effect.id, "ending": outcome.ending.value},
    )


async def _warn_of_others(app: App, effect: Effect) -> None:
    """The admins hear once of a channel that another organisation reads: nothing is posted there any more."""
    role = getattr(effect.action, "channel", None)
    team = next((each for each in app.directives.teams if each.id == effect.team and role in each.channels), None)
    if app.slack is None or team is None or not isinstance(role, str) or isinstance(effect.action, TellAdmins):
        return
    try:
        shared = await app.slack.is_shared(await app.slack.channel_named(team.channels[role]))
    except VendorError:  # what is wrong is in the outcome
        return
    if shared:
        await tell_admins(app.store, app.directives, shared_notice(team, role))


async def _reread(app: App, effect: Effect) -> None:
    """The mirror learns of our own write at once: its webhook is an echo, and no reason to look."""
    issue = getattr(effect.action, "issue", None)
    if issue is not None:
        await app.sync.issues(effect.team, [issue])
