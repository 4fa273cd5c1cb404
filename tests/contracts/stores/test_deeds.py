"""What was done for, to or at the word of one person is found, the newest first, and nobody else's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.event import listens_for

from models.actions import TransitionIssue
from models.cycles import Cycle
from models.ids import ApprovalId, EffectId, IssueKey, PersonId, ProposalId, named
from models.keeping.deeds import about
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
    assert await names(ledger, PersonId("sam")) == ([], 0)


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


async def test_whose_ticket_was_changed_is_shown_it_with_who_said_yes(ledger: Ledger, clock: FakeClock) -> None:
    await approved(ledger, clock, "p1")
    lost, gave = PersonId("sam"), replace(handover("PAY-8"), giver=PersonId("sam"))
    await ledger.record(cycle(clock, allow(proposal(gave, "p2"))))
    await done(ledger, effect_of(ProposalId("p2")))
    close = TransitionIssue(issue=IssueKey("PAY-9"), issue_title="", issue_url="", before="To Do", after="Done")
    await ledger.record(cycle(clock, allow(proposal(close, "p3"))))
    await done(ledger, effect_of(ProposalId("p3")))
    assert sorted((await names(ledger, LI))[0]) == ["p1", "p2"], "who gets it"
    assert (await names(ledger, lost))[0] == ["p2"], "who loses it"
    found, count = await ledger.deeds(lost, [PAY], days=7, limit=9, issues=["PAY-9"])
    assert sorted(each.proposal.id for each in found) == ["p2", "p3"] and count == 2, "whose it is"
    [given] = [each for each in (await ledger.deeds(LI, [PAY], days=7, limit=9))[0] if each.proposal.id == "p1"]
    assert (given.said_yes, given.edited) == (PM, False)


async def test_what_others_changed_since_the_last_message_is_told_with_the_next_and_once(
    ledger: Ledger, clock: FakeClock
) -> None:
    await approved(ledger, clock, "p1")
    clock.tick(60)
    assert [e.proposal.id for e in await ledger.changed_for(LI, PAY)] == ["p1"]
    assert await ledger.changed_for(ADA, PAY, issues=["PAY-7"]) == [], "she asked for it"
    assert await ledger.changed_for(PM, PAY, issues=["PAY-7"]) == [], "she said yes to it"
    message = proposal(replace(nudge(), person=LI), "n1")
    await ledger.record(cycle(clock, allow(message, spend=replace(spend(), person=LI))))
    await done(ledger, effect_of(message.id))
    clock.tick(60)
    assert await ledger.changed_for(LI, PAY) == []
    sent = await ledger.effect(effect_of(message.id))
    assert sent is not None and sent.ended is not None
    assert [e.proposal.id for e in await ledger.changed_for(LI, PAY, until=sent.ended)] == ["p1"], "drawn again"


async def test_what_was_taken_back_meanwhile_is_not_worth_a_word(ledger: Ledger, clock: FakeClock) -> None:
    await approved(ledger, clock, "p1")
    effect = effect_of(ProposalId("p1"))
    back = proposal(replace(handover(), giver=LI, taker=None), undo_of(effect), asked_by=ADA, undoes=effect)
    await ledger.record(cycle(clock, allow(back)))
    await done(ledger, effect_of(back.id))
    clock.tick(60)
    assert await ledger.changed_for(LI, PAY) == []


def test_what_a_home_shows_is_found_by_its_index_however_much_was_ever_sent(url: str) -> None:
    """SQLite tells its plan without statistics; the other database has the same indexes."""
    if not url.startswith("sqlite"):
        pytest.skip("PostgreSQL plans by what the tables hold")
    engine, asked = create_engine(url), list[tuple[str, Any]]()

    @listens_for(engine, "before_cursor_execute")
    def noted(connection: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values))

    with engine.connect() as connection:
        about(connection, ADA, [PAY], MONDAY, 9)
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values).all() for said, values in asked[:2]]
    engine.dispose()
    for plan in plans:
        told = " ".join(row[3] for row in plan)
        assert "ix_effects_ended (team=? AND ended>?)" in told and "ix_approvals_by" in told, told
