"""What was done for, to or at the word of one person is found, the newest first, and nobody else's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from models.cycles import Cycle
from models.ids import ApprovalId, EffectId, PersonId, ProposalId, named
from models.ledger import Ledger
from models.proposals import Ending, Outcome, ask_of, effect_of, undo_of
from tests.contracts.stores.values import (
    ADA,
    LI,
    MONDAY,
    PAY,
    PM,
    FakeClock,
    allow,
    ask,
    cycle,
    handover,
    nudge,
    proposal,
    spend,
)

pytestmark = pytest.mark.anyio


async def done(ledger: Ledger, effect: EffectId) -> None:
    await ledger.begin(effect)
    await ledger.settle(effect, Outcome(ending=Ending.DONE, words="done"))


async def names(ledger: Ledger, person: PersonId, limit: int = 9) -> tuple[list[str], int]:
    found, count = await ledger.deeds(person, [PAY], days=7, limit=limit)
    return [each.proposal.id for each in found], count


async def approved(ledger: Ledger, clock: FakeClock, name: str) -> ApprovalId:
    """Asked of PM at the wish of Ada, with a yes, and done."""
    made: Cycle = cycle(clock, ask(proposal(handover(), name, asked_by=ADA), PM))
    await ledger.record(made)
    approval = ApprovalId(named("approval", name, made.id))
    await done(ledger, ask_of(approval))
    await ledger.decide(approval, by=PM, approve=True)
    await done(ledger, effect_of(ProposalId(name)))
    return approval


async def test_each_is_shown_what_they_were_sent_asked_for_or_said_yes_to(ledger: Ledger, clock: FakeClock) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(), "n1"), spend=spend())))
    await done(ledger, effect_of(ProposalId("n1")))
    clock.tick(60)
    await approved(ledger, clock, "p1")
    assert await names(ledger, ADA) == (["p1", "n1"], 2)
    assert await names(ledger, PM) == (["p1", "p1"], 2), "the card, and what came of the yes"
    assert await names(ledger, LI) == ([], 0)


async def test_a_card_for_another_is_no_deed_of_whoever_said_yes(ledger: Ledger, clock: FakeClock) -> None:
    await approved(ledger, clock, "p1")
    found, _ = await ledger.deeds(ADA, [PAY], days=7, limit=9)
    assert [each.action.kind for each in found] == ["reassign"]


async def test_what_is_old_undone_or_too_much_is_told_apart(ledger: Ledger, clock: FakeClock) -> None:
    for n in range(3):
        await approved(ledger, clock, f"p{n}")
        clock.tick(60)
    assert await names(ledger, ADA, limit=1) == (["p2"], 3)
    effect = effect_of(ProposalId("p2"))
    assert await ledger.undone([effect]) == frozenset()
    back = proposal(handover("PAY-7"), undo_of(effect), asked_by=ADA, undoes=effect)
    await ledger.record(cycle(clock, allow(back)))
    assert await ledger.undone([effect, effect_of(ProposalId("p1"))]) == {effect}
    clock.tick(8 * 86_400)
    assert await names(ledger, ADA) == ([], 0)


async def test_what_thinking_has_cost_is_summed_since_a_moment(ledger: Ledger, clock: FakeClock) -> None:
    await ledger.record(replace(cycle(clock), cost_usd=0.25))
    clock.tick(3600)
    await ledger.record(replace(cycle(clock), cost_usd=0.5))
    assert await ledger.cost(MONDAY) == 0.75
    assert await ledger.cost(MONDAY + timedelta(minutes=30)) == 0.5
