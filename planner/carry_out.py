"""Do one allowed Action once, or say why not. It never thinks; it only asks policy once more."""

from __future__ import annotations

from models.errors import NotDone, Refused, Unclear
from models.events import Reason, Trigger
from models.ids import EffectId
from models.proposals import Effect, EffectState, Ending, Outcome
from planner.factcheck import Ground, still_so
from planner.observe import observe, people_of
from planner.policy import still_allowed
from planner.ports import Desk, Hand

IN_FLIGHT = 12.0
"""Seconds a lost call may still be under way: the HTTP time-out of 10 plus 2 (reliability 2.4)."""


async def carry_out(effect_id: EffectId, desk: Desk) -> Outcome | None:
    """Carry out one effect and record how it ended; ``None`` when there was nothing left to do.

    Raises ``LostLease`` when another worker has taken over: then nothing was done.
    """
    effect = await desk.ledger.begin(effect_id)
    if effect is None:
        return None
    outcome = await _attempt(effect, desk)
    await desk.ledger.settle(effect_id, outcome)
    return outcome


async def _attempt(effect: Effect, desk: Desk) -> Outcome:
    """Look before a resend, weigh it against the facts of now, then do it."""
    hand = desk.hands[effect.action.kind]
    try:
        if effect.state is not EffectState.PLANNED:
            receipt = await hand.find(effect)
            if receipt is not None:
                return Outcome(ending=Ending.FOUND, words=receipt.words, receipt=receipt)
        ready = await _made_ready(effect, hand, desk)
        if isinstance(ready, Outcome):
            return ready
        await desk.ledger.still_ours()
        receipt = await hand.perform(ready)
    except NotDone as no:
        return Outcome(ending=Ending.LATER, words=str(no), retry_after=no.retry_after)
    except Unclear as unclear:
        return Outcome(ending=Ending.UNCLEAR, words=str(unclear), retry_after=IN_FLIGHT)
    except Refused as refused:
        return Outcome(ending=Ending.FAILED, words=str(refused))
    return Outcome(ending=Ending.DONE, words=receipt.words, receipt=receipt)


async def _made_ready(effect: Effect, hand: Hand, desk: Desk) -> Effect | Outcome:
    """A decision may be hours old: the world or the constitution may have moved on."""
    facts, now = await desk.work.facts_about(effect.team), desk.clock.now()
    verdict = still_allowed(effect, people_of(facts), desk.directives, now)
    if verdict is not None:
        return verdict
    look = Trigger(team=effect.team, reason=Reason.LOOK, at=now)
    ready = still_so(effect, Ground.of(observe(facts, look, now), desk.directives))
    moved = None if isinstance(ready, Outcome) else await hand.changed(ready)
    return Outcome(ending=Ending.CHANGED, words=moved) if moved else ready
