"""The ledger: a cycle is recorded whole or not at all, attention is taken once, an effect goes out once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from models.actions import AskApproval
from models.database import Database
from models.errors import LostLease
from models.events import Reason, Source
from models.ids import EffectId, PersonId, SprintId, TeamId, named
from models.keeping.cycles import HEARD
from models.ledger import Ledger
from models.mailbox import Job, Mailbox
from models.proposals import ApprovalState, EffectState, Ending, Outcome, Receipt, Verdict, effect_of
from models.store import Store
from models.work import Person
from tests.contracts.stores.values import (
    ADA,
    LI,
    MONDAY,
    PAY,
    FakeClock,
    allow,
    ask,
    cycle,
    delivery,
    handover,
    look,
    nudge,
    proposal,
    spend,
)

pytestmark = pytest.mark.anyio
ALL = (0, 1, 2)
OPS = TeamId("ops")


async def claimed(mailbox: Mailbox) -> Job:
    job = await mailbox.claim(ALL, 30)
    assert job is not None
    return job


async def count(database: Database, table: str) -> int:
    return int(await database.read(lambda c: c.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()))


def ended(ending: Ending, words: str = "", **ref: str) -> Outcome:
    return Outcome(ending=ending, words=words, receipt=Receipt(ref) if ref else None)


async def test_a_cycle_accounts_for_its_deliveries_plans_its_effects_and_finishes_its_job(
    mailbox: Mailbox, ledger: Ledger, store: Store, clock: FakeClock
) -> None:
    await mailbox.accept(delivery("one"), PAY, look())
    job = await claimed(mailbox)
    [(row, _)] = await mailbox.waiting(PAY)
    decided = allow(proposal(nudge(), "p1"), spend=spend())
    kept = await ledger.under(job).record(cycle(clock, decided, deliveries=(row,), sprint=SprintId(24)))
    assert list(kept) == [decided]
    assert await mailbox.waiting(PAY) == []
    assert await store.next_look(PAY) == clock.now() + timedelta(hours=3)
    work = await claimed(mailbox)
    assert (work.kind, work.key, work.lane) == ("effect", "slack:dm:ada", 1)
    assert work.payload == {"effect": named("effect", "p1")}
    with pytest.raises(LostLease):
        await mailbox.finish(job)


async def test_a_cycle_whose_job_was_taken_over_records_nothing(
    mailbox: Mailbox, ledger: Ledger, database: Database, clock: FakeClock
) -> None:
    await mailbox.put(look())
    zombie = await claimed(mailbox)
    clock.tick(31)
    await mailbox.reap()
    with pytest.raises(LostLease):
        await ledger.under(zombie).record(cycle(clock, allow(proposal(nudge()), spend=spend())))
    assert [await count(database, t) for t in ("cycles", "decisions", "reminders", "told", "effects")] == [0] * 5


async def test_history_is_what_was_recorded(ledger: Ledger, clock: FakeClock) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(ADA, "s1", "s2"), "p1"), spend=spend())))
    history = await ledger.history(PAY)
    assert history.spent == {(ADA, "2027-03-01", "daily"): 1}
    assert history.told == {(ADA, "s1"), (ADA, "s2")}
    assert history.settled == {"p1": Verdict.ALLOW}
    assert (await ledger.history(TeamId("other"))).told == frozenset()


async def test_history_knows_what_was_to_be_told_but_was_asked_or_denied(ledger: Ledger, clock: FakeClock) -> None:
    denied = allow(proposal(nudge(ADA, "s1", "s2")), verdict=Verdict.DENY)
    later = allow(proposal(nudge(ADA, "s4")), verdict=Verdict.DEFER, until=MONDAY)
    await ledger.record(cycle(clock, denied, ask(proposal(nudge(LI, "s3"))), later))
    told = {(ADA, "s1", Verdict.DENY), (ADA, "s2", Verdict.DENY), (LI, "s3", Verdict.ASK)}
    assert (await ledger.history(PAY)).raised == told


async def test_200_concurrent_reminders_for_one_person_become_one(
    ledger: Ledger, database: Database, clock: FakeClock
) -> None:
    cycles = [cycle(clock, allow(proposal(nudge(ADA, f"s{n}")), spend=spend())) for n in range(200)]
    kept = await asyncio.gather(*(ledger.record(each) for each in cycles))
    verdicts = [decided.decision.verdict for each in kept for decided in each]
    assert (verdicts.count(Verdict.ALLOW), verdicts.count(Verdict.DEFER)) == (1, 199)
    assert [await count(database, t) for t in ("reminders", "effects", "jobs")] == [1, 1, 1]


async def test_a_lost_race_for_attention_defers_that_decision_and_keeps_the_others(
    ledger: Ledger, clock: FakeClock
) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(ADA, "s1")), spend=spend())))
    late = allow(proposal(nudge(ADA, "s2"), "late"), spend=spend())
    other = allow(proposal(nudge(LI, "s3")), spend=spend(LI))
    first, second = await ledger.record(cycle(clock, late, other))
    assert first.decision.verdict is Verdict.DEFER
    assert first.decision.until == clock.now() + timedelta(hours=3)
    assert second == other
    why = await ledger.why("late")
    assert why is not None
    assert why.decision.verdict is Verdict.DEFER


async def test_an_episode_is_told_to_a_person_once_even_out_of_another_budget(ledger: Ledger, clock: FakeClock) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(ADA, "s1")), spend=spend())))
    [again] = await ledger.record(cycle(clock, allow(proposal(nudge(ADA, "s1")), spend=spend(ordinal=2))))
    assert (again.decision.verdict, again.decision.reason) == (Verdict.DEFER, HEARD)
    assert (await ledger.history(PAY)).spent == {(ADA, "2027-03-01", "daily"): 1}, "what is put off costs nothing"


async def test_what_another_team_has_told_somebody_is_known_to_all_of_theirs(
    ledger: Ledger, store: Store, clock: FakeClock
) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(ADA, "s1"))), allow(proposal(nudge(LI, "s2"))), team=OPS))
    await store.save(PAY, source=Source.SLACK, people=[Person(id=ADA, name="Ada", zone="UTC")])
    assert (await ledger.history(PAY)).told == {(ADA, "s1")}


@pytest.mark.parametrize(("most", "took"), [(1, 1), (2, 2), (3, 3)])
async def test_of_looks_that_want_the_same_unit_as_many_get_one_as_there_are(
    most: int, took: int, ledger: Ledger, clock: FakeClock
) -> None:
    first = replace(spend(), most=most)
    cycles = [cycle(clock, allow(proposal(nudge(ADA, f"s{n}")), spend=first)) for n in range(8)]
    kept = await asyncio.gather(*(ledger.record(each) for each in cycles))
    assert [decided.decision.verdict for each in kept for decided in each].count(Verdict.ALLOW) == took


async def test_a_unit_that_was_given_back_is_taken_again_whichever_it_was(ledger: Ledger, clock: FakeClock) -> None:
    two = [allow(proposal(nudge(ADA, f"s{n}"), f"p{n}"), spend=replace(spend(ordinal=n), most=2)) for n in (1, 2)]
    await ledger.record(cycle(clock, *two))
    await ledger.begin(effect_of(two[0].proposal.id))
    await ledger.settle(effect_of(two[0].proposal.id), Outcome(ending=Ending.CHANGED, words="PAY-7 is done"))
    third = allow(proposal(nudge(ADA, "s3")), spend=replace(spend(ordinal=2), most=2))
    assert list(await ledger.record(cycle(clock, third))) == [third]


@pytest.mark.parametrize(
    "after", [{"reason": Reason.REQUEST}, {"reason": Reason.NOTICE}, {"reason": Reason.LOOK, "sprint": SprintId(25)}]
)
async def test_what_the_last_look_at_everything_put_off_waits_until_it_is_settled(
    after: dict[str, Any], ledger: Ledger, clock: FakeClock
) -> None:
    held = allow(proposal(nudge(), "p1"), verdict=Verdict.DEFER, until=MONDAY, reason="it is night")
    await ledger.record(cycle(clock, held))
    again = [held] if after["reason"] is Reason.LOOK else []
    for decided in ([], again):  # a look at one sprint may put the same off again
        clock.tick(60)
        beside = cycle(clock, *decided)
        await ledger.record(replace(beside, trigger=replace(beside.trigger, **after)))
        assert [each.proposal.id for each in await ledger.deferred(PAY)] == ["p1"]
    clock.tick(60)
    settled = cycle(clock, allow(proposal(nudge(), "p1")))
    await ledger.record(replace(settled, trigger=replace(settled.trigger, sprint=SprintId(25))))
    assert await ledger.deferred(PAY) == ()


async def test_a_proposal_is_settled_once_but_may_be_deferred_often(
    ledger: Ledger, database: Database, clock: FakeClock
) -> None:
    for reason in ("busy", "after hours", "busy"):
        postponed = allow(proposal(nudge(), "p1"), verdict=Verdict.DEFER, until=MONDAY, reason=reason)
        assert len(await ledger.record(cycle(clock, postponed))) == 1
    assert len(await ledger.record(cycle(clock, allow(proposal(nudge(), "p1"), spend=spend())))) == 1
    assert list(await ledger.record(cycle(clock, allow(proposal(nudge(), "p1"), spend=spend(ordinal=1))))) == []
    assert [await count(database, t) for t in ("decisions", "effects", "reminders")] == [4, 1, 1]


async def test_the_same_defer_at_every_look_is_one_row_of_the_latest_look(
    ledger: Ledger, database: Database, clock: FakeClock
) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    for words in ("blocked for a day", "blocked for two days"):
        clock.tick(60)
        again = allow(proposal(nudge(), "p1", because=words), verdict=Verdict.DEFER, until=tomorrow)
        last = cycle(clock, again)
        assert list(await ledger.record(last)) == [again]
    assert await count(database, "decisions") == 1
    why = await ledger.why("p1")
    assert why is not None
    assert (why.at, why.proposal.because) == (last.at, "blocked for two days")
    later = allow(proposal(nudge(), "p1"), verdict=Verdict.DEFER, until=tomorrow + timedelta(days=1))
    await ledger.record(cycle(clock, later))
    assert await count(database, "decisions") == 2


async def test_history_reads_no_proposal(ledger: Ledger, database: Database, clock: FakeClock) -> None:
    """Parsing what was asked and denied in 120 days took longer than the look itself."""
    await ledger.record(cycle(clock, allow(proposal(nudge(ADA, "s1")), verdict=Verdict.DENY)))
    await database.write(lambda c: c.execute(text("UPDATE decisions SET proposal = '{}'")), "spoil")
    assert (await ledger.history(PAY)).raised == {(ADA, "s1", Verdict.DENY)}


async def test_a_denied_proposal_is_explained_and_never_sent(
    ledger: Ledger, database: Database, clock: FakeClock
) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(), "p1"), verdict=Verdict.DENY, reason="shadow mode")))
    why = await ledger.why("p1")
    assert why is not None
    assert (why.decision.verdict, why.decision.reason, why.effect) == (Verdict.DENY, "shadow mode", None)
    assert [await count(database, t) for t in ("effects", "jobs", "told")] == [0, 0, 0]


async def test_two_cycles_of_one_instant_are_both_kept(ledger: Ledger, database: Database, clock: FakeClock) -> None:
    same = cycle(clock)
    await ledger.record(same)
    await ledger.record(same)
    assert await count(database, "cycles") == 2


async def test_an_ask_shows_its_card_to_the_first_approver(ledger: Ledger, mailbox: Mailbox, clock: FakeClock) -> None:
    made = cycle(clock, ask(proposal(handover(), "p1")))
    await ledger.record(made)
    approval_id = named("approval", "p1", made.id)
    job = await claimed(mailbox)
    assert (job.key, job.payload) == ("slack:dm:pm", {"effect": named("ask", approval_id)})
    effect = await ledger.begin(job.payload["effect"])
    assert effect is not None
    assert effect.action == AskApproval(approval=approval_id, person=PersonId("pm"))
    await ledger.settle(effect.id, ended(Ending.DONE, channel="D1", ts="1.2"))
    [shown] = await ledger.on_card("D1", "1.2")
    assert shown.id == approval_id
    assert (await ledger.history(PAY)).open_cards == {"pm"}


async def test_an_effect_is_begun_as_it_was_before_and_settled_once(
    ledger: Ledger, mailbox: Mailbox, clock: FakeClock
) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(), "p1"), spend=spend())))
    effect = EffectId(named("effect", "p1"))
    first = await ledger.begin(effect)
    assert first is not None
    assert (first.state, first.tries, first.first_try) == (EffectState.PLANNED, 0, None)
    await ledger.settle(effect, ended(Ending.UNCLEAR, "timed out"))
    clock.tick(12)
    second = await ledger.begin(effect)
    assert second is not None
    assert (second.state, second.tries) == (EffectState.UNKNOWN, 1)
    assert second.first_try == clock.real() - timedelta(seconds=12)
    third = await ledger.begin(effect)
    assert third is not None
    assert third.first_try == second.first_try
    await ledger.settle(effect, ended(Ending.FOUND, "sent", channel="D1", ts="1.2"))
    await ledger.settle(effect, ended(Ending.CHANGED, "too late to say so"))
    assert await ledger.begin(effect) is None
    sent = await ledger.effect(effect)
    assert sent is not None
    assert (sent.state, sent.receipt) == (EffectState.SENT, {"channel": "D1", "ts": "1.2"})


async def test_after_a_crash_in_mid_call_the_next_try_looks_first(ledger: Ledger, clock: FakeClock) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(), "p1"), spend=spend())))
    effect = EffectId(named("effect", "p1"))
    await ledger.begin(effect)
    again = await ledger.begin(effect)
    assert again is not None
    assert again.state is not EffectState.PLANNED


async def test_a_no_for_now_after_a_doubt_does_not_forget_the_doubt(ledger: Ledger, clock: FakeClock) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(), "p1"), spend=spend())))
    effect = EffectId(named("effect", "p1"))
    await ledger.begin(effect)
    await ledger.settle(effect, ended(Ending.LATER, "rate limited"))
    clean = await ledger.begin(effect)
    assert clean is not None
    assert clean.state is EffectState.PLANNED
    await ledger.settle(effect, ended(Ending.UNCLEAR, "timed out"))
    await ledger.begin(effect)
    await ledger.settle(effect, ended(Ending.LATER, "rate limited"))
    doubtful = await ledger.begin(effect)
    assert doubtful is not None
    assert doubtful.state is EffectState.UNKNOWN


@pytest.mark.parametrize("ending", [Ending.CHANGED, Ending.FORBIDDEN])
async def test_what_is_not_sent_gives_its_attention_back(ledger: Ledger, clock: FakeClock, ending: Ending) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(ADA, "s1"), "p1"), spend=spend())))
    effect = EffectId(named("effect", "p1"))
    await ledger.begin(effect)
    await ledger.settle(effect, ended(ending, "PAY-7 is done"))
    history = await ledger.history(PAY)
    assert (history.spent, history.told) == ({}, frozenset())
    why = await ledger.why(effect)
    assert why is not None
    assert (why.effect, why.outcome) == (EffectState.CANCELLED, "PAY-7 is done")


async def test_what_is_put_off_is_decided_anew_from_fresh_facts(ledger: Ledger, store: Store, clock: FakeClock) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    await ledger.record(cycle(clock, allow(proposal(nudge(ADA, "s1"), "p1"), spend=spend())))
    await store.plan_look(PAY, tomorrow + timedelta(days=9))
    effect = EffectId(named("effect", "p1"))
    await ledger.begin(effect)
    await ledger.settle(effect, replace(ended(Ending.DEFERRED, "after hours"), until=tomorrow))

    history = await ledger.history(PAY)
    assert (history.spent, history.told, history.settled) == ({}, frozenset(), {})
    assert await store.next_look(PAY) == tomorrow
    why = await ledger.why("p1")
    assert why is not None and (why.decision.verdict, why.decision.reason) == (Verdict.DEFER, "after hours")

    clock.tick(3600)
    await ledger.record(cycle(clock, allow(proposal(nudge(ADA, "s1"), "p1"), spend=spend())))
    again = await ledger.begin(effect)
    assert again is not None and again.state is EffectState.UNKNOWN  # it has had a try: look before sending


async def test_a_question_put_off_before_it_was_seen_is_withdrawn(ledger: Ledger, clock: FakeClock) -> None:
    await ledger.record(cycle(clock, ask(proposal(handover(), "p1"), LI)))
    [asked] = await ledger.card_of(LI)
    effect = EffectId(named("ask", asked.id))
    await ledger.begin(effect)
    await ledger.settle(effect, replace(ended(Ending.DEFERRED, "after hours"), until=clock.now() + timedelta(days=1)))
    assert (await ledger.approval(asked.id)).state is ApprovalState.SUPERSEDED  # type: ignore[union-attr]
    clock.tick(3600)
    await ledger.record(cycle(clock, ask(proposal(handover(), "p1"), LI)))
    assert [a.state for a in await ledger.card_of(LI)] == [ApprovalState.PENDING]


@pytest.mark.parametrize("endings", [[Ending.DONE], [Ending.UNCLEAR], [Ending.LATER], [Ending.UNCLEAR, Ending.FAILED]])
async def test_what_may_have_been_seen_keeps_its_attention(
    ledger: Ledger, clock: FakeClock, endings: list[Ending]
) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(), "p1"), spend=spend())))
    effect = EffectId(named("effect", "p1"))
    for ending in endings:
        await ledger.begin(effect)
        await ledger.settle(effect, ended(ending))
    history = await ledger.history(PAY)
    assert history.spent == {(ADA, "2027-03-01", "daily"): 1}
    assert history.told == {(ADA, "s1")}


async def dead(ledger: Ledger, mailbox: Mailbox) -> EffectId:
    """The next effect refused for good at its first try, and its job a dead letter."""
    job = await claimed(mailbox)
    effect = EffectId(job.payload["effect"])
    await ledger.under(job).begin(effect)
    await ledger.under(job).settle(effect, ended(Ending.FAILED, "user_not_found"))
    await mailbox.bury(job, "user_not_found")
    return effect


async def replayed(mailbox: Mailbox) -> None:
    [letter] = await mailbox.dead_letters()
    assert await mailbox.replay(letter.id)


async def test_a_definite_no_gives_attention_back_and_a_replay_takes_it_again(
    ledger: Ledger, mailbox: Mailbox, clock: FakeClock
) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(ADA, "s1", "s2"), "p1"), spend=spend())))
    before = await ledger.history(PAY)
    await dead(ledger, mailbox)
    after = await ledger.history(PAY)
    assert (after.spent, after.told, after.settled) == ({}, frozenset(), {"p1": Verdict.ALLOW})
    await replayed(mailbox)
    assert await ledger.history(PAY) == before


async def test_what_was_told_meanwhile_is_not_told_again_by_a_replay(
    ledger: Ledger, mailbox: Mailbox, clock: FakeClock
) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(ADA, "s1"), "p1"), spend=spend())))
    effect = await dead(ledger, mailbox)
    await ledger.record(cycle(clock, allow(proposal(nudge(ADA, "s1", "s2"), "p2"), spend=spend())))
    await replayed(mailbox)
    assert await ledger.begin(effect) is None


@pytest.mark.parametrize("ending", [Ending.FAILED, Ending.FORBIDDEN, Ending.CHANGED])
async def test_a_question_nobody_was_shown_is_not_open(ledger: Ledger, clock: FakeClock, ending: Ending) -> None:
    await ledger.record(cycle(clock, ask(proposal(handover(), "p1"), LI)))
    [asked] = await ledger.card_of(LI)
    effect = EffectId(named("ask", asked.id))
    await ledger.begin(effect)
    await ledger.settle(effect, ended(ending, "user_not_found"))
    assert (await ledger.history(PAY)).open_cards == frozenset()
    assert (await ledger.approval(asked.id)).state is ApprovalState.SUPERSEDED  # type: ignore[union-attr]


async def test_a_question_that_is_on_a_card_stays_open_whatever_became_of_the_effect(
    ledger: Ledger, clock: FakeClock
) -> None:
    await ledger.record(cycle(clock, ask(proposal(handover(), "p1"), LI)))
    [asked] = await ledger.card_of(LI)
    effect = EffectId(named("ask", asked.id))
    await ledger.begin(effect)
    await ledger.place_card([asked.id], "D1", "1.2")
    await ledger.settle(effect, ended(Ending.FAILED, "message_not_found"))
    assert (await ledger.history(PAY)).open_cards == {LI}


async def test_replaying_a_question_that_could_not_be_shown_opens_it_again(
    ledger: Ledger, mailbox: Mailbox, clock: FakeClock
) -> None:
    await ledger.record(cycle(clock, ask(proposal(handover(), "p1"), LI)))
    await dead(ledger, mailbox)
    await replayed(mailbox)
    assert (await ledger.history(PAY)).open_cards == {LI}


async def test_a_zombie_can_neither_begin_nor_settle(ledger: Ledger, mailbox: Mailbox, clock: FakeClock) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(), "p1"), spend=spend())))
    zombie = await claimed(mailbox)
    effect = EffectId(zombie.payload["effect"])
    await ledger.under(zombie).begin(effect)
    clock.tick(31)
    await mailbox.reap()
    heir = await claimed(mailbox)
    await ledger.under(heir).begin(effect)
    with pytest.raises(LostLease):
        await ledger.under(zombie).settle(effect, ended(Ending.UNCLEAR))
    with pytest.raises(LostLease):
        await ledger.under(zombie).begin(effect)
    await ledger.under(heir).settle(effect, ended(Ending.DONE, "sent"))


async def test_replaying_a_dead_effect_looks_before_it_sends(
    ledger: Ledger, mailbox: Mailbox, clock: FakeClock
) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(), "p1"), spend=spend())))
    job = await claimed(mailbox)
    effect = EffectId(job.payload["effect"])
    await ledger.under(job).begin(effect)
    await ledger.under(job).settle(effect, ended(Ending.FAILED, "channel_not_found"))
    await mailbox.bury(job, "channel_not_found")
    assert await ledger.begin(effect) is None
    [letter] = await mailbox.dead_letters()
    assert await mailbox.replay(letter.id)
    again = await ledger.under(await claimed(mailbox)).begin(effect)
    assert again is not None
    assert again.state is EffectState.UNKNOWN


async def test_recent_effects_of_a_person_and_of_a_team(ledger: Ledger, clock: FakeClock) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(ADA, "s1"), "p1"), spend=spend())))
    clock.tick(86_400)
    await ledger.record(cycle(clock, allow(proposal(nudge(LI, "s2"), "p2"), spend=spend(LI))))
    assert [e.proposal.id for e in await ledger.recent(team=PAY)] == ["p2", "p1"]
    assert [e.proposal.id for e in await ledger.recent(person=ADA)] == ["p1"]
    assert [e.proposal.id for e in await ledger.recent(team=PAY, days=0.5)] == ["p2"]


async def test_why_finds_the_record_by_proposal_effect_and_approval(ledger: Ledger, clock: FakeClock) -> None:
    made = cycle(clock, ask(proposal(handover(), "p1")))
    await ledger.record(made)
    approval = named("approval", "p1", made.id)
    records = [await ledger.why(name) for name in ("p1", approval, named("ask", approval))]
    assert records[0] is not None
    assert records[0] == records[1] == records[2]
    assert (records[0].approval and records[0].approval.id) == approval
    assert await ledger.why("nothing") is None
    assert made.trigger.reason is Reason.EVENT


async def test_what_people_did_is_kept(ledger: Ledger, database: Database) -> None:
    await ledger.audit(PAY, "U1", "refused_click", "a1", "a guest")
    assert await count(database, "audit") == 1
