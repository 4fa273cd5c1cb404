"""What a daily summary need not tell again, as the ledger remembers it: what was really posted, what was refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.actions import Item, PostDigest
from models.ids import ApprovalId, EffectId, SignalId, TeamId, named
from models.ledger import Ledger
from models.proposals import Ending, Objection, Outcome, Receipt
from models.signals import Urgency
from tests.contracts.stores.values import PAY, PM, FakeClock, allow, ask, cycle, handover, proposal

pytestmark = pytest.mark.anyio


def summary(*items: tuple[str, str]) -> PostDigest:
    lines = tuple(
        Item(signal=SignalId(name), kind="blocked_too_long", subject="PAY-1", text="", url="", urgency=word, rule="r")
        for name, word in items
    )
    return PostDigest(channel="team", day=date(2027, 3, 1), headline="h", items=lines, footer="")


async def post(ledger: Ledger, clock: FakeClock, name: str, *items: tuple[str, str], ending: Ending) -> None:
    await ledger.record(cycle(clock, allow(proposal(summary(*items), name))))
    effect = EffectId(named("effect", name))
    await ledger.begin(effect)
    await ledger.settle(effect, Outcome(ending=ending, words="", receipt=Receipt({"channel": "C1", "ts": name})))


async def refuse(ledger: Ledger, clock: FakeClock, name: str, action: object, why: Objection | None = None) -> None:
    made = cycle(clock, ask(proposal(action, name, signals=(SignalId(f"of {name}"),))))  # type: ignore[arg-type]
    await ledger.record(made)
    await ledger.decide(ApprovalId(named("approval", name, made.id)), by=PM, approve=False, objection=why)


async def test_what_stood_in_a_summary_is_known_with_the_highest_urgency_it_had(
    ledger: Ledger, clock: FakeClock
) -> None:
    await post(ledger, clock, "d1", ("s1", "critical"), ("s2", "low"), ending=Ending.DONE)
    await post(ledger, clock, "d2", ("s1", "medium"), ending=Ending.FOUND)
    await post(ledger, clock, "d3", ("s3", "low"), ending=Ending.CHANGED)
    assert await ledger.known_items(PAY) == {"s1": Urgency.CRITICAL, "s2": Urgency.LOW}
    assert await ledger.known_items(TeamId("other")) == {}


async def test_what_somebody_refused_is_known_and_a_refused_summary_refuses_nothing_in_it(
    ledger: Ledger, clock: FakeClock
) -> None:
    await refuse(ledger, clock, "p1", handover())
    await refuse(ledger, clock, "p2", summary(("s9", "low")))
    assert await ledger.known_items(PAY) == {"of p1": Urgency.HIGH}


async def test_a_no_to_one_candidate_is_no_word_about_the_ticket_and_is_remembered_of_the_candidate(
    ledger: Ledger, clock: FakeClock
) -> None:
    await refuse(ledger, clock, "p1", handover(), Objection.WRONG_PERSON)
    assert await ledger.known_items(PAY) == {}
    assert [each.proposal.id for each in (await ledger.history(PAY)).wrong] == ["p1"]
    clock.tick(timedelta(days=61).total_seconds())
    assert (await ledger.history(PAY)).wrong == ()


async def test_after_two_months_it_is_told_again(ledger: Ledger, clock: FakeClock) -> None:
    await post(ledger, clock, "d1", ("s1", "low"), ending=Ending.DONE)
    clock.tick(timedelta(days=61).total_seconds())
    assert await ledger.known_items(PAY) == {}
