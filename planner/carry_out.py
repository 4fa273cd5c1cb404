"""Do one allowed Action once, or say why not. It never thinks; it only asks policy once more."""

from __future__ import annotations

from models.actions import addressee
from models.errors import NotDone, Refused, Unclear
from models.events import Reason, Trigger
from models.ids import EffectId
from models.proposals import Effect, EffectState, Ending, Outcome
from models.work import Facts
from planner.bounds.limits import Place, none_left
from planner.detect import detect
from planner.facts.observe import observe, people_of
from planner.matters.quiet import still_wanted
from planner.policy import held_back, joins_a_card, owes, stays, still_allowed
from planner.ports import Desk, Hand
from planner.still.clocks import go_further
from planner.still.factcheck import Ground, still_so, subjects_of

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
    verdict = verdict or held_back(effect, facts.paused, desk.directives, now)
    if verdict is not None:
        return verdict
    ready = still_so(effect, await _ground(effect, facts, desk))
    ready = ready if isinstance(ready, Outcome) else await _asked_for_peace(ready, desk)
    moved = None if isinstance(ready, Outcome) else await hand.changed(ready)
    if moved or isinstance(ready, Outcome):
        return Outcome(ending=Ending.CHANGED, words=moved) if moved else ready
    return await _no_attention(effect, facts, desk) or ready


async def _asked_for_peace(effect: Effect, desk: Desk) -> Effect | Outcome:
    """What its reader has put off since it was decided is not sent to them."""
    who = addressee(effect.action)
    if who is None:
        return effect
    return still_wanted(effect, await desk.ledger.hushes(effect.team, who), desk.clock.now())


async def _no_attention(effect: Effect, facts: Facts, desk: Desk) -> Outcome | None:
    """It must have its reader's attention of today, or take it as it begins; ``None`` when it has it.

    What was decided today has it already. A question that was to join a card may find that card settled.
    """
    at = Place(effect.team, people_of(facts), desk.directives, desk.clock.now())
    who, wanted = addressee(effect.action), owes(effect, at)
    if who is None or not wanted:
        return None
    if joins_a_card(effect.action) and who in await desk.ledger.shown_cards():
        return None
    if await desk.ledger.take(effect.id, wanted):
        return None
    wait = none_left(who, at)
    return Outcome(ending=Ending.LATER if stays(effect) else Ending.DEFERRED, words=wait.reason, until=wait.until)


async def _ground(effect: Effect, facts: Facts, desk: Desk) -> Ground:
    """What the rules find now, with the steps that a silence adds for people."""
    now = desk.clock.now()
    snapshot = observe(facts, Trigger(team=effect.team, reason=Reason.LOOK, at=now), now)
    findings = detect(snapshot, desk.directives)
    if addressee(effect.proposal.action) is not None:
        heard = await desk.ledger.history_about(effect.team, subjects_of(effect.proposal))
        findings = go_further(findings, snapshot, desk.directives, heard)
    return Ground.of(snapshot, desk.directives, findings)
