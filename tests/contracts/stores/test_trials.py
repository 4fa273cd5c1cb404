"""What is on record of trust, what shadow mode decided, its marks, and how questions were answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from models.database import Database
from models.ids import ApprovalId, PersonId, ProposalId, named
from models.ledger import Ledger
from models.proposals import CARD_OPEN, Supposed, Verdict
from models.trials import Trials
from models.trust import Mark
from tests.contracts.stores.values import (
    ADA,
    LI,
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

COST = Supposed(verdict=Verdict.ALLOW, rule="allow", reason="may be done", spend=spend())


def kept(name: str, supposed: Supposed = COST, verdict: Verdict = Verdict.DENY) -> object:
    return allow(proposal(nudge(), name), verdict=verdict, rule="mode-shadow", reason="r", supposed=supposed)


async def test_what_shadow_mode_decided_is_found_by_its_time_and_as_it_was(
    ledger: Ledger, database: Database, clock: FakeClock
) -> None:
    trials, begin = Trials(database), clock.now()
    clock.tick(60)
    await ledger.record(cycle(clock, kept("p1"), allow(proposal(nudge("PAY-8"), "real"))))  # type: ignore[arg-type]
    clock.tick(60)
    asked = replace(COST, verdict=Verdict.ASK, asked=PM, spend=None)
    await ledger.record(cycle(clock, kept("p2", asked)))  # type: ignore[arg-type]
    first, second = await trials.recorded(PAY, begin, clock.now())
    assert (first.proposal.id, first.decision.supposed, first.would_be_sent) == ("p1", COST, True)
    assert (second.proposal.id, second.decision.supposed) == ("p2", asked)
    assert [each.proposal.id for each in await trials.recorded(PAY, first.at, clock.now())] == ["p2"]
    assert await trials.recorded_one(ProposalId("real")) is None
    one = await trials.recorded_one(ProposalId("p2"))
    assert one is not None and one.at == second.at


async def test_what_it_would_have_cost_counts_apart_and_for_a_day(ledger: Ledger, clock: FakeClock) -> None:
    asked = replace(COST, verdict=Verdict.ASK, asked=PM, spend=None)
    await ledger.record(cycle(clock, kept("p1"), kept("p2", asked)))  # type: ignore[arg-type]
    history = await ledger.history(PAY)
    assert history.supposed == {(ADA, "2027-03-01", "daily"): 1} and history.supposed_cards == {PM}
    assert history.spent == {} and history.open_cards == frozenset()
    clock.tick(CARD_OPEN.total_seconds() + 60)
    history = await ledger.history(PAY)
    assert history.supposed and history.supposed_cards == frozenset(), "a card that would be closed by now"
    clock.tick(timedelta(days=3).total_seconds())
    history = await ledger.history(PAY)
    assert (history.supposed, history.supposed_cards) == ({}, frozenset())


async def test_the_latest_word_of_each_admin_is_kept_once(database: Database, clock: FakeClock) -> None:
    trials = Trials(database)
    mark = Mark(team=PAY, proposal=ProposalId("p1"), person=PM, rule="r", useful=True, sent=True, at=clock.now())
    later = replace(mark, useful=False, sent=False, at=clock.now() + timedelta(hours=1))
    for said in (mark, replace(mark, person=LI), later):
        await trials.mark(said)
    kept = [(each.person, each.useful, each.sent) for each in await trials.marks(PAY)]
    assert kept == [(LI, True, True), (PM, False, False)]


async def test_answers_come_in_their_order_and_only_of_those_rules(
    ledger: Ledger, database: Database, clock: FakeClock
) -> None:
    names = list[ApprovalId]()
    for n in range(3):
        asked = ask(proposal(handover(f"PAY-{n}"), f"p{n}"), PM)
        made = cycle(clock, replace(asked, decision=replace(asked.decision, rule="mode-suggest" if n else "asks")))
        await ledger.record(made)
        names.append(ApprovalId(named("approval", f"p{n}", made.id)))
    for n in (2, 0, 1):
        clock.tick(60)
        await ledger.decide(names[n], by=PersonId(PM), approve=n != 1)
    said = await Trials(database).answered(PAY, {"mode-suggest"})
    assert [(each.id, each.state.value) for each in said] == [(names[2], "approved"), (names[1], "rejected")]
