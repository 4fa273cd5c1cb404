"""Approvals: one click wins, whoever else clicks learns who did; what was approved is planned in the same commit."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from models.errors import LostLease
from models.ids import ApprovalId, EffectId, PersonId, TeamId, named
from models.ledger import Ledger
from models.mailbox import Mailbox
from models.proposals import Approval, ApprovalState, Decided, Ending, Outcome, Receipt, ask_of
from models.store import Store
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
    look,
    nudge,
    proposal,
    spend,
)

pytestmark = pytest.mark.anyio


async def asked(ledger: Ledger, clock: FakeClock, name: str = "p1", *approvers: PersonId) -> ApprovalId:
    made = cycle(clock, ask(proposal(handover(f"PAY-{name}"), name), *approvers))
    await ledger.record(made)
    return ApprovalId(named("approval", name, made.id))


async def kept(ledger: Ledger, approval: ApprovalId) -> Approval:
    found = await ledger.approval(approval)
    assert found is not None
    return found


async def test_approving_plans_the_effect_at_once_in_the_lane_of_people(
    ledger: Ledger, mailbox: Mailbox, clock: FakeClock
) -> None:
    approval = await asked(ledger, clock)
    answered = await ledger.decide(approval, by=PM, approve=True)
    assert (answered.state, answered.by, answered.at) == (ApprovalState.APPROVED, PM, clock.now())
    job = await mailbox.claim([0], 30)
    assert job is not None
    assert (job.key, job.payload) == ("jira:PAY-p1", {"effect": named("effect", "p1")})
    effect = await ledger.under(job).begin(EffectId(job.payload["effect"]))
    assert effect is not None
    assert (effect.approval, effect.action) == (approval, handover("PAY-p1"))
    await ledger.settle(effect.id, Outcome(ending=Ending.DONE, words="PAY-7 → Li"))
    done = await kept(ledger, approval)
    assert (done.outcome, done.ending) == ("PAY-7 → Li", Ending.DONE)


async def test_what_whoever_wants_it_has_confirmed_is_approved_as_it_is_kept_and_no_card_goes_out(
    ledger: Ledger, mailbox: Mailbox, clock: FakeClock
) -> None:
    made = replace(cycle(clock, ask(proposal(handover(), "p1", asked_by=PM))), own_yes=True)
    await ledger.record(made)
    asked = await kept(ledger, ApprovalId(named("approval", "p1", made.id)))
    assert (asked.state, asked.by) == (ApprovalState.APPROVED, PM)
    planned = [await mailbox.claim([0, 1, 2], 30) for _ in range(3)]
    assert [job.payload for job in planned if job] == [{"effect": named("effect", "p1")}]


async def test_an_approved_message_counts_as_told_but_costs_no_attention(ledger: Ledger, clock: FakeClock) -> None:
    made = cycle(clock, ask(proposal(nudge(ADA, "s1"), "p1")))
    await ledger.record(made)
    await ledger.decide(ApprovalId(named("approval", "p1", made.id)), by=PM, approve=True)
    history = await ledger.history(PAY)
    assert (history.told, history.spent) == ({(ADA, "s1")}, {})


async def test_rejecting_plans_nothing(ledger: Ledger, mailbox: Mailbox, clock: FakeClock) -> None:
    approval = await asked(ledger, clock)
    answered = await ledger.decide(approval, by=LI, approve=False, note="not now")
    assert (answered.state, answered.note) == (ApprovalState.REJECTED, "not now")
    assert await mailbox.claim([0], 30) is None


async def test_of_200_racing_clicks_each_ask_has_one_winner_and_one_effect(
    ledger: Ledger, mailbox: Mailbox, clock: FakeClock
) -> None:
    approvals = [await asked(ledger, clock, f"p{n}") for n in range(20)]
    clicks = [(a, PersonId(f"{n}"), n % 2 == 0) for n in range(10) for a in approvals]
    seen = await asyncio.gather(*(ledger.decide(a, by=who, approve=yes) for a, who, yes in clicks))
    for approval in approvals:
        answers = {(s.by, s.state) for s in seen if s.id == approval}
        assert len(answers) == 1
        [(by, state)] = answers
        assert (state is ApprovalState.APPROVED) == (int(str(by)) % 2 == 0)
    planned = 0
    while await mailbox.claim([0], 30):
        planned += 1
    assert planned == [(await kept(ledger, a)).state for a in approvals].count(ApprovalState.APPROVED)


async def test_an_ask_that_has_lapsed_cannot_be_approved(ledger: Ledger, mailbox: Mailbox, clock: FakeClock) -> None:
    approval = await asked(ledger, clock)
    clock.tick(24 * 3600)
    assert (await ledger.decide(approval, by=PM, approve=True)).state is ApprovalState.EXPIRED
    assert await mailbox.claim([0], 30) is None


async def test_a_click_on_an_older_version_of_the_card_changes_nothing(ledger: Ledger, clock: FakeClock) -> None:
    approval = await asked(ledger, clock)
    assert (await ledger.decide(approval, by=PM, approve=True, version="old")).state is ApprovalState.PENDING
    shown = (await kept(ledger, approval)).payload_hash
    assert (await ledger.decide(approval, by=PM, approve=True, version=shown)).state is ApprovalState.APPROVED


async def test_a_card_that_waited_for_the_morning_is_of_the_day_it_was_posted(ledger: Ledger, clock: FakeClock) -> None:
    approval = await asked(ledger, clock)
    clock.tick(14 * 3600)
    assert (await ledger.history(PAY)).open_cards == frozenset()
    shown = await ledger.begin(ask_of(approval))
    assert shown is not None
    receipt = Receipt({"channel": "D1", "ts": "1.1"})
    await ledger.settle(ask_of(approval), Outcome(ending=Ending.DONE, words="asked", receipt=receipt))
    history = await ledger.history(PAY)
    assert history.open_cards == await ledger.shown_cards() == {PM}
    clock.tick(9 * 3600)
    history = await ledger.history(PAY)
    assert history.open_cards == await ledger.shown_cards() == frozenset()


async def test_lapsing_returns_each_expired_ask_once(ledger: Ledger, clock: FakeClock) -> None:
    approval = await asked(ledger, clock)
    assert await ledger.lapse(clock.now()) == []
    clock.tick(24 * 3600)
    assert [a.id for a in await ledger.lapse(clock.now())] == [approval]
    assert await ledger.lapse(clock.now()) == []


async def test_superseding_ends_only_what_is_pending(ledger: Ledger, clock: FakeClock) -> None:
    answered, waiting = await asked(ledger, clock, "p1"), await asked(ledger, clock, "p2")
    await ledger.decide(answered, by=PM, approve=True)
    assert [a.id for a in await ledger.supersede([answered, waiting], "PAY-2 is done")] == [waiting]
    assert (await kept(ledger, waiting)).note == "PAY-2 is done"


async def test_a_card_shows_the_pending_asks_and_the_settled_ones_beside_them(ledger: Ledger, clock: FakeClock) -> None:
    first = await asked(ledger, clock, "p1")
    clock.tick(60)
    second = await asked(ledger, clock, "p2")
    await asked(ledger, clock, "p3", LI)
    await ledger.place_card([first, second], "D1", "1.2")
    await ledger.decide(first, by=PM, approve=False)
    assert [a.id for a in await ledger.card_of(PM)] == [first, second]
    assert [a.id for a in await ledger.on_card("D1", "1.2")] == [first, second]
    await ledger.decide(second, by=PM, approve=False)
    assert await ledger.card_of(PM) == []
    assert (await ledger.history(PAY)).open_cards == {LI}  # asked, though not posted yet


async def test_a_card_takes_further_questions_for_a_working_day(ledger: Ledger, clock: FakeClock) -> None:
    await asked(ledger, clock, "p1")
    clock.tick(8 * 3600)
    assert (await ledger.history(PAY)).open_cards == {PM}
    clock.tick(2 * 3600)
    assert (await ledger.history(PAY)).open_cards == frozenset()


async def test_an_unknown_ask_is_a_key_error(ledger: Ledger) -> None:
    with pytest.raises(KeyError):
        await ledger.decide(ApprovalId("nothing"), by=PM, approve=True)


async def test_an_ask_nobody_may_answer_is_refused(ledger: Ledger, clock: FakeClock) -> None:
    nobody = replace(ask(proposal(handover())).decision, approvers=())
    with pytest.raises(ValueError, match="no approver"):
        await ledger.record(cycle(clock, Decided(proposal(handover()), nobody)))


async def test_a_question_the_world_has_overtaken_is_withdrawn_with_the_look_that_saw_it(
    ledger: Ledger, mailbox: Mailbox, clock: FakeClock
) -> None:
    gone, stays = await asked(ledger, clock, "p1", PM), await asked(ledger, clock, "p2", PM)
    await ledger.place_card([gone, stays], "D1", "1.0")
    assert [a.id for a in (await ledger.history(PAY)).pending] == sorted([gone, stays])
    assert (await ledger.history(TeamId("other"))).pending == ()

    await ledger.record(replace(cycle(clock), overtaken=(gone,)))

    ended = await kept(ledger, gone)
    assert (ended.state, ended.note, ended.at) == (ApprovalState.SUPERSEDED, "the situation changed", clock.now())
    history = await ledger.history(PAY)
    assert [a.id for a in history.pending] == [stays]
    assert "p1" not in history.settled and "p2" in history.settled  # found again, it may be asked again
    redrawn = await mailbox.claim([0], 30)
    assert redrawn is not None
    assert (redrawn.kind, redrawn.key, redrawn.payload) == ("card", "card:D1:1.0", {"channel": "D1", "ts": "1.0"})


async def test_a_click_that_was_first_is_not_overtaken(ledger: Ledger, clock: FakeClock) -> None:
    approval = await asked(ledger, clock)
    await ledger.decide(approval, by=PM, approve=True)
    await ledger.record(replace(cycle(clock), overtaken=(approval,)))
    assert (await kept(ledger, approval)).state is ApprovalState.APPROVED
    assert "p1" in (await ledger.history(PAY)).settled


async def test_a_job_is_ours_until_somebody_takes_it_over(ledger: Ledger, mailbox: Mailbox, clock: FakeClock) -> None:
    await ledger.still_ours()
    await mailbox.put(look())
    job = await mailbox.claim([1], 30)
    assert job is not None
    await ledger.under(job).still_ours()
    clock.tick(31)
    await mailbox.reap()
    with pytest.raises(LostLease):
        await ledger.under(job).still_ours()
    heir = await mailbox.claim([1], 30)
    assert heir is not None
    await ledger.under(heir).still_ours()
    with pytest.raises(LostLease):
        await ledger.under(job).still_ours()


async def test_what_is_to_be_decided_anew_now_is_looked_at_now(ledger: Ledger, store: Store, clock: FakeClock) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(), "p1"), spend=spend())))
    assert await store.looks_due(clock.now()) == []
    effect = EffectId(named("effect", "p1"))
    await ledger.begin(effect)
    await ledger.settle(effect, Outcome(ending=Ending.DEFERRED, words="part of it is over", until=clock.now()))
    assert await store.looks_due(clock.now()) == [PAY]


async def ended(ledger: Ledger, approval: ApprovalId, ending: Ending, clock: FakeClock) -> None:
    """Showing it came to that."""
    await ledger.begin(ask_of(approval))
    await ledger.settle(ask_of(approval), Outcome(ending=ending, words="no card", until=clock.now()))


async def test_an_answer_that_came_before_its_card_stays_when_the_card_is_put_off(
    ledger: Ledger, clock: FakeClock
) -> None:
    approval = await asked(ledger, clock)
    await ledger.decide(approval, by=PM, approve=True)
    await ended(ledger, approval, Ending.DEFERRED, clock)
    assert "p1" in (await ledger.history(PAY)).settled
    assert await ledger.record(cycle(clock, ask(proposal(handover("PAY-p1"), "p1")))) == []


async def test_a_question_that_was_asked_anew_outlives_the_first_ones_card(ledger: Ledger, clock: FakeClock) -> None:
    first = await asked(ledger, clock)
    await ledger.withdraw([first])
    second = await asked(ledger, clock)
    await ended(ledger, first, Ending.DEFERRED, clock)
    assert (await kept(ledger, second)).state is ApprovalState.PENDING
    assert await ledger.record(cycle(clock, ask(proposal(handover("PAY-p1"), "p1")))) == [], "and no third one"


async def test_a_replayed_card_does_not_ask_again_what_the_world_has_overtaken(
    ledger: Ledger, mailbox: Mailbox, clock: FakeClock
) -> None:
    first = await asked(ledger, clock)
    await ledger.withdraw([first])
    second = await asked(ledger, clock)
    job = await mailbox.claim([1], 30)
    assert job is not None and job.payload == {"effect": ask_of(first)}
    await ended(ledger, first, Ending.FAILED, clock)
    await mailbox.bury(job, "no card")
    assert await mailbox.replay(job.id)
    states = [(await kept(ledger, each)).state for each in (first, second)]
    assert states == [ApprovalState.SUPERSEDED, ApprovalState.PENDING]
