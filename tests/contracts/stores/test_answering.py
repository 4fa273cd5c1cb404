"""A question is answered, edited or put off by one conditional update each: whoever comes second changes nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from models.actions import AskApproval, Asking, Reassign
from models.cycles import EDITED, Edit
from models.ids import ApprovalId, EffectId, PersonId, named
from models.ledger import Ledger
from models.mailbox import Mailbox
from models.proposals import Approval, ApprovalState, Ending, Objection, Outcome, PutOff, Receipt, Verdict, effect_of
from tests.contracts.stores.values import ADA, LI, MONDAY, PAY, PM, FakeClock, ask, cycle, handover, proposal

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


async def asked(ledger: Ledger, clock: FakeClock, name: str = "p1", ts: str = "1.0") -> ApprovalId:
    """The PM is asked, and has the card."""
    made = cycle(clock, ask(proposal(handover(f"PAY-{name}"), name), PM, LI))
    await ledger.record(made)
    approval = ApprovalId(named("approval", name, made.id))
    await ledger.place_card([approval], "D1", ts)
    return approval


async def kept(ledger: Ledger, approval: ApprovalId) -> Approval:
    found = await ledger.approval(approval)
    assert found is not None
    return found


def edit(old: Approval, clock: FakeClock, by: PersonId = PM, taker: PersonId = ADA) -> Edit:
    """``by`` gives it to ``taker`` instead."""
    assert isinstance(old.proposal.action, Reassign)
    became = proposal(replace(old.proposal.action, taker=taker), f"edited-{old.id[:8]}-{taker}")
    return Edit(approval=old.id, version=old.payload_hash, by=by, cycle=cycle(clock, ask(became, PM, LI)))


def later(old: Approval, hours: int = 3) -> PutOff:
    return PutOff(MONDAY + hours * HOUR, HOUR, old.expires + hours * HOUR)


async def planned(mailbox: Mailbox, kind: str) -> list[str]:
    """What the jobs of that kind that are due carry."""
    found = list[str]()
    while (job := await mailbox.claim([0, 1], 30)) is not None:
        found += [str(job.payload.get("effect", ""))] if job.kind == kind else []
        await mailbox.finish(job)
    return found


async def test_an_edit_replaces_the_question_and_plans_what_it_became_and_only_that(
    ledger: Ledger, mailbox: Mailbox, clock: FakeClock
) -> None:
    old = await kept(ledger, await asked(ledger, clock))
    await planned(mailbox, "effect")
    wanted = edit(old, clock)
    new = await ledger.edit(wanted)
    assert (new.id, new.state, new.by, new.edits) == (wanted.name, ApprovalState.APPROVED, PM, old.id)
    before = await kept(ledger, old.id)
    assert (before.state, before.by, before.note) == (ApprovalState.SUPERSEDED, PM, EDITED)
    assert await planned(mailbox, "effect") == [effect_of(new.proposal.id)]
    assert await ledger.effect(effect_of(old.proposal.id)) is None
    effect = await ledger.effect(effect_of(new.proposal.id))
    assert effect is not None and (effect.action, effect.approval) == (new.proposal.action, new.id)


async def test_what_was_edited_stands_on_every_card_and_why_knows_it(ledger: Ledger, clock: FakeClock) -> None:
    approval = await asked(ledger, clock)
    await ledger.pass_on(approval, LI, MONDAY + 24 * HOUR)
    await ledger.place_card([approval], "D2", "2.0", LI)
    new = await ledger.edit(edit(await kept(ledger, approval), clock))
    for place in (("D1", "1.0"), ("D2", "2.0")):
        assert [a.id for a in await ledger.on_card(*place)] == sorted([approval, new.id])
    why = await ledger.why(new.proposal.id)
    assert why is not None and why.decision.verdict is Verdict.ASK
    assert why.approval is not None and why.approval.by == PM


async def test_an_edit_of_another_version_or_of_a_question_that_is_over_changes_nothing(
    ledger: Ledger, clock: FakeClock
) -> None:
    approval = await asked(ledger, clock)
    old = await kept(ledger, approval)
    assert (await ledger.edit(replace(edit(old, clock), version="other"))).state is ApprovalState.PENDING
    clock.tick(24 * 3600)
    assert (await ledger.edit(edit(old, clock))).state is ApprovalState.EXPIRED
    assert await ledger.why(edit(old, clock).decided.proposal.id) is None


async def test_of_edits_approvals_and_refusals_at_once_one_wins_and_one_effect_is_planned(
    ledger: Ledger, mailbox: Mailbox, clock: FakeClock
) -> None:
    approvals = [await asked(ledger, clock, f"p{n}") for n in range(8)]
    await planned(mailbox, "effect")
    for approval in approvals:
        old = await kept(ledger, approval)
        tries = [ledger.decide(approval, by=LI, approve=True), ledger.decide(approval, by=LI, approve=False)]
        edits = [ledger.edit(edit(old, clock, PM, taker)) for taker in (ADA, PM)]
        waits = [ledger.put_off(old, later(old), PM) for _ in range(2)]
        await asyncio.gather(*edits, *tries, *waits)
    ended = [await kept(ledger, approval) for approval in approvals]
    yes = [a for a in ended if a.state in (ApprovalState.APPROVED, ApprovalState.SUPERSEDED)]
    assert all(a.state is not ApprovalState.PENDING for a in ended)
    assert len(await planned(mailbox, "effect")) == len(yes)


async def test_a_question_is_put_off_until_then_and_reminded_of_once_at_no_cost(
    ledger: Ledger, mailbox: Mailbox, clock: FakeClock
) -> None:
    approval = await asked(ledger, clock)
    await ledger.remind(approval)
    old = await kept(ledger, approval)
    assert await ledger.put_off(old, later(old), PM)
    now = await kept(ledger, approval)
    assert (now.put_off, now.put_off_by, now.used, now.reminded) == (MONDAY + 3 * HOUR, PM, HOUR, None)
    assert now.expires == old.expires + 3 * HOUR and now.state is ApprovalState.PENDING
    assert not await ledger.remind(approval), "not before its time"
    clock.tick(3 * 3600)
    assert [await ledger.remind(approval) for _ in range(3)] == [True, False, False]
    again = EffectId(named("ask", approval, Asking.PROMISED, PM, now.put_off.isoformat() if now.put_off else ""))
    effect = await ledger.effect(again)
    assert effect is not None and isinstance(effect.action, AskApproval)
    assert effect.action.asking is Asking.PROMISED


async def test_it_can_be_put_off_again_and_is_brought_again_again(ledger: Ledger, clock: FakeClock) -> None:
    approval = await asked(ledger, clock)
    for hours in (3, 6):
        old = await kept(ledger, approval)
        assert await ledger.put_off(old, later(old, hours), PM)
        clock.tick(3 * 3600)
        assert await ledger.remind(approval)


async def test_a_reminder_of_one_question_leaves_one_that_was_put_off_alone(ledger: Ledger, clock: FakeClock) -> None:
    first, second = await asked(ledger, clock, "p1"), await asked(ledger, clock, "p2")
    old = await kept(ledger, second)
    await ledger.put_off(old, later(old), PM)
    assert await ledger.remind(first)
    assert (await kept(ledger, second)).reminded is None


async def test_of_presses_at_once_that_saw_the_same_one_puts_it_off(ledger: Ledger, clock: FakeClock) -> None:
    old = await kept(ledger, await asked(ledger, clock))
    done = await asyncio.gather(*(ledger.put_off(old, later(old, 1 + n), who) for n, who in enumerate((PM, LI) * 5)))
    assert sorted(done) == [False] * 9 + [True]


async def test_a_question_that_is_over_is_not_put_off(ledger: Ledger, clock: FakeClock) -> None:
    old = await kept(ledger, await asked(ledger, clock))
    await ledger.decide(old.id, by=PM, approve=False)
    assert not await ledger.put_off(old, later(old), PM)
    assert (await kept(ledger, old.id)).put_off is None


async def test_a_no_keeps_its_reason(ledger: Ledger, clock: FakeClock) -> None:
    approval = await asked(ledger, clock)
    said = await ledger.decide(approval, by=PM, approve=False, objection=Objection.NEVER, note="ours")
    assert (said.objection, said.note) == (Objection.NEVER, "ours")
    assert [a.id for a in await ledger.objections(PAY, Objection.NEVER)] == [approval]
    assert await ledger.objections(PAY, Objection.OTHER) == []


async def test_what_came_too_early_may_come_again_but_not_before_its_morning(ledger: Ledger, clock: FakeClock) -> None:
    approval, morning = await asked(ledger, clock), MONDAY + 24 * HOUR
    await ledger.decide(approval, by=PM, approve=False, objection=Objection.TOO_EARLY, again=morning)
    history = await ledger.history(PAY)
    assert "p1" not in history.settled and [a.put_off for a in history.early] == [morning]
    clock.tick(24 * 3600)
    assert (await ledger.history(PAY)).early == ()
    again = cycle(clock, ask(proposal(handover("PAY-p1"), "p1"), PM, hours=72))
    assert len(await ledger.record(again)) == 1


async def test_any_other_no_is_a_no_for_good(ledger: Ledger, clock: FakeClock) -> None:
    approval = await asked(ledger, clock)
    await ledger.decide(approval, by=PM, approve=False, objection=Objection.NOT_NEEDED)
    assert (await ledger.history(PAY)).settled["p1"] is Verdict.ASK  # type: ignore[index]


async def test_what_became_of_an_edit_is_written_beside_it(ledger: Ledger, clock: FakeClock) -> None:
    new = await ledger.edit(edit(await kept(ledger, await asked(ledger, clock)), clock))
    done = effect_of(new.proposal.id)
    await ledger.begin(done)
    await ledger.settle(done, Outcome(ending=Ending.DONE, words="PAY-p1 → Ada", receipt=Receipt({})))
    assert (await kept(ledger, new.id)).outcome == "PAY-p1 → Ada"
