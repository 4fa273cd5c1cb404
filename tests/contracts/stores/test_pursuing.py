"""A question nobody answers: each step once whoever ticks, every copy drawn again together, attention taken once."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from models.actions import AskApproval, Asking
from models.database import Database
from models.ids import ApprovalId, EffectId, PersonId, named
from models.ledger import Ledger
from models.mailbox import Mailbox
from models.proposals import Approval, ApprovalState, Effect, Ending, Outcome, Receipt, Unit
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

DAY = timedelta(days=1)


async def asked(ledger: Ledger, clock: FakeClock, name: str = "p1", *approvers: PersonId) -> ApprovalId:
    """Asked of ``approvers``, and posted to the first."""
    made = cycle(clock, ask(proposal(handover(f"PAY-{name}"), name), *(approvers or (PM,))))
    await ledger.record(made)
    approval = ApprovalId(named("approval", name, made.id))
    await shown(ledger, EffectId(named("ask", approval)), "D1", "1.0")
    return approval


async def shown(ledger: Ledger, effect: EffectId, channel: str, ts: str) -> None:
    await ledger.begin(effect)
    receipt = Receipt({"channel": channel, "ts": ts})
    await ledger.settle(effect, Outcome(ending=Ending.DONE, words="asked", receipt=receipt))


def copy_of(approval: ApprovalId, person: PersonId = LI) -> EffectId:
    return EffectId(named("ask", approval, Asking.DEPUTY, person))


async def passed_on(ledger: Ledger, clock: FakeClock) -> ApprovalId:
    """Asked of PM, then of Li too, and posted to both."""
    approval = await asked(ledger, clock)
    assert await ledger.pass_on(approval, LI, MONDAY + DAY)
    await shown(ledger, copy_of(approval), "D2", "2.0")
    return approval


async def kept(ledger: Ledger, approval: ApprovalId) -> Approval:
    found = await ledger.approval(approval)
    assert found is not None
    return found


async def effect(ledger: Ledger, name: EffectId) -> Effect:
    found = await ledger.effect(name)
    assert found is not None
    return found


async def drawn_again(mailbox: Mailbox) -> set[str]:
    found = set()
    while (job := await mailbox.claim([0], 30)) is not None:
        if job.kind == "card":
            found.add(job.key)
        await mailbox.finish(job)
    return found


async def count(database: Database, table: str) -> int:
    return int(await database.read(lambda c: c.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()))


# --- each step once ----------------------------------------------------------------------------------------------


async def test_two_workers_that_tick_at_once_remind_once(ledger: Ledger, database: Database, clock: FakeClock) -> None:
    approval = await asked(ledger, clock)
    before = await count(database, "effects")
    assert sorted(await asyncio.gather(*(ledger.remind(approval) for _ in range(8)))) == [False] * 7 + [True]
    assert await count(database, "effects") == before + 1
    then = clock.now()
    clock.tick(60)
    assert not await ledger.remind(approval)
    assert (await kept(ledger, approval)).reminded == then
    reminder = await effect(ledger, EffectId(named("ask", approval, Asking.AGAIN, PM)))
    assert reminder.action == AskApproval(approval=approval, person=PM, asking=Asking.AGAIN)


async def test_two_workers_that_tick_at_once_ask_one_deputy_once(
    ledger: Ledger, database: Database, clock: FakeClock
) -> None:
    approval = await asked(ledger, clock)
    until = MONDAY + 2 * DAY
    assert sorted(await asyncio.gather(*(ledger.pass_on(approval, LI, until) for _ in range(8)))) == [False] * 7 + [
        True
    ]
    assert await count(database, "cards") == 1
    now = await kept(ledger, approval)
    assert (now.passed_on, now.expires, now.approvers, now.asked) == (clock.now(), until, (PM, LI), (PM, LI))
    clock.tick(60)
    assert not await ledger.pass_on(approval, ADA, until + DAY)
    assert await kept(ledger, approval) == now
    assert (await effect(ledger, copy_of(approval))).action.asking is Asking.DEPUTY  # type: ignore[union-attr]


async def test_the_first_card_says_that_the_deputy_was_asked_once_they_were(
    ledger: Ledger, mailbox: Mailbox, clock: FakeClock
) -> None:
    approval = await asked(ledger, clock)
    await ledger.pass_on(approval, LI, MONDAY + DAY)
    await drawn_again(mailbox)
    await shown(ledger, copy_of(approval), "D2", "2.0")
    assert "card:D1:1.0" in await drawn_again(mailbox)


async def test_a_shorter_time_for_the_deputy_shortens_nothing(ledger: Ledger, clock: FakeClock) -> None:
    approval = await asked(ledger, clock)
    await ledger.pass_on(approval, LI, MONDAY)
    assert (await kept(ledger, approval)).expires == MONDAY + DAY


async def test_a_reminder_is_of_everything_on_its_card_and_of_nothing_beside_it(
    ledger: Ledger, clock: FakeClock
) -> None:
    first, second = [await asked(ledger, clock, name) for name in ("p1", "p2")]
    made = cycle(clock, ask(proposal(handover("PAY-9"), "p3"), PM))
    await ledger.record(made)
    other = ApprovalId(named("approval", "p3", made.id))
    await shown(ledger, EffectId(named("ask", other)), "D1", "3.0")
    assert await ledger.remind(first)
    assert [(await kept(ledger, each)).reminded for each in (first, second, other)] == [clock.now(), clock.now(), None]
    assert not await ledger.remind(second), "its reader has just been reminded of it"
    assert await ledger.remind(other)


@pytest.mark.parametrize("over", ["answered", "lapsed"])
async def test_what_is_over_is_neither_reminded_of_nor_passed_on(ledger: Ledger, clock: FakeClock, over: str) -> None:
    approval = await asked(ledger, clock)
    if over == "answered":
        await ledger.decide(approval, by=PM, approve=False)
    else:
        clock.tick(25 * 3600)
    assert not await ledger.remind(approval)
    assert not await ledger.pass_on(approval, LI, MONDAY + 9 * DAY)


# --- several copies ----------------------------------------------------------------------------------------------


async def test_a_copy_is_a_card_of_its_own(ledger: Ledger, clock: FakeClock) -> None:
    approval = await passed_on(ledger, clock)
    now = await kept(ledger, approval)
    first, second = {"channel": "D1", "ts": "1.0"}, {"channel": "D2", "ts": "2.0"}
    assert (now.card, now.places) == (first, (first, second))
    assert (now.shown_to(PM), now.shown_to(LI), now.shown_to(ADA)) == (first, second, None)
    for person, place in ((PM, first), (LI, second)):
        assert [a.id for a in await ledger.card_of(person)] == [approval]
        assert [a.id for a in await ledger.on_card(**place)] == [approval]
    assert (await ledger.history(PAY)).open_cards == {PM, LI}
    assert [a.id for a in await ledger.pending()] == [approval]


@pytest.mark.parametrize("how", ["decide", "supersede", "lapse", "overtake"])
async def test_when_it_is_over_every_copy_is_drawn_again(
    ledger: Ledger, mailbox: Mailbox, clock: FakeClock, how: str
) -> None:
    approval = await passed_on(ledger, clock)
    await drawn_again(mailbox)
    match how:
        case "decide":
            await ledger.decide(approval, by=LI, approve=False)
        case "supersede":
            await ledger.supersede([approval])
        case "lapse":
            assert [a.state for a in await ledger.lapse(MONDAY + DAY)] == [ApprovalState.EXPIRED]
        case "overtake":
            await ledger.withdraw([approval])
    assert await drawn_again(mailbox) == {"card:D1:1.0", "card:D2:2.0"}


async def test_what_was_approved_is_drawn_on_every_copy_once_it_is_done(
    ledger: Ledger, mailbox: Mailbox, clock: FakeClock
) -> None:
    approval = await passed_on(ledger, clock)
    await ledger.decide(approval, by=LI, approve=True)
    await drawn_again(mailbox)
    done = EffectId(named("effect", "p1"))
    await ledger.begin(done)
    await ledger.settle(done, Outcome(ending=Ending.DONE, words="PAY-p1 → Li"))
    assert await drawn_again(mailbox) == {"card:D1:1.0", "card:D2:2.0"}


async def test_of_two_clicks_on_two_copies_exactly_one_wins(ledger: Ledger, clock: FakeClock) -> None:
    approval = await passed_on(ledger, clock)
    said = await asyncio.gather(*(ledger.decide(approval, by=who, approve=who == PM) for who in (PM, LI) * 5))
    assert len({(each.by, each.state) for each in said}) == 1


async def test_a_copy_or_reminder_that_cannot_be_sent_withdraws_nothing(ledger: Ledger, clock: FakeClock) -> None:
    made = cycle(clock, ask(proposal(handover(), "p1"), PM))
    await ledger.record(made)
    approval = ApprovalId(named("approval", "p1", made.id))
    await ledger.remind(approval)
    await ledger.pass_on(approval, LI, MONDAY + DAY)
    for name in (copy_of(approval), EffectId(named("ask", approval, Asking.AGAIN, PM))):
        await ledger.begin(name)
        await ledger.settle(name, Outcome(ending=Ending.FAILED, words="user_not_found"))
    assert (await kept(ledger, approval)).state is ApprovalState.PENDING


async def test_a_reminder_is_no_card(ledger: Ledger, clock: FakeClock) -> None:
    approval = await asked(ledger, clock)
    await ledger.remind(approval)
    await shown(ledger, EffectId(named("ask", approval, Asking.AGAIN, PM)), "D1", "9.0")
    assert (await kept(ledger, approval)).card == {"channel": "D1", "ts": "1.0"}


# --- attention is taken as it begins -----------------------------------------------------------------------------


def unit(person: PersonId = ADA, day: int = 1, budget: str = "daily", most: int = 1) -> Unit:
    return Unit(person=person, day=date(2027, 3, day), budget=budget, most=most)


async def approved(ledger: Ledger, clock: FakeClock, name: str = "p1") -> EffectId:
    """A reminder somebody has said yes to."""
    made = cycle(clock, ask(proposal(nudge(ADA, name), name)))
    await ledger.record(made)
    await ledger.decide(ApprovalId(named("approval", name, made.id)), by=PM, approve=True)
    return EffectId(named("effect", name))


async def test_of_twenty_messages_that_begin_at_once_one_has_the_attention(ledger: Ledger, clock: FakeClock) -> None:
    names = [await approved(ledger, clock, f"p{n}") for n in range(20)]
    took = await asyncio.gather(*(ledger.take(name, [unit()]) for name in names))
    assert sorted(took) == [False] * 19 + [True]
    assert (await ledger.history(PAY)).spent == {(ADA, "2027-03-01", "daily"): 1}


async def test_what_a_look_has_given_to_another_is_gone(ledger: Ledger, clock: FakeClock) -> None:
    late = await approved(ledger, clock)
    await ledger.record(cycle(clock, allow(proposal(nudge(ADA, "s9"), "p9"), spend=spend(ordinal=1))))
    assert not await ledger.take(late, [unit()])
    assert await ledger.take(late, [unit(budget="critical"), unit()])


async def test_messages_that_begin_at_once_take_every_unit_there_is(ledger: Ledger, clock: FakeClock) -> None:
    """Nobody goes without because another was quicker to the same one."""
    for day in range(1, 6):
        names = [await approved(ledger, clock, f"p{day}-{n}") for n in range(6)]
        took = await asyncio.gather(*(ledger.take(name, [unit(day=day, most=6)]) for name in names))
        assert took == [True] * 6
        assert not await ledger.take(await approved(ledger, clock, f"p{day}-late"), [unit(day=day, most=6)])


async def test_a_gap_that_was_given_back_is_filled(ledger: Ledger, clock: FakeClock) -> None:
    one, two, three = [await approved(ledger, clock, f"p{n}") for n in range(3)]
    assert [await ledger.take(each, [unit(most=2)]) for each in (one, two, three)] == [True, True, False]
    await ledger.begin(one)
    await ledger.settle(one, Outcome(ending=Ending.CHANGED, words="PAY-7 is done"))
    assert await ledger.take(three, [unit(most=2)])
    assert not await ledger.take(one, [unit(most=0)]), "no unit is no unit"


async def test_a_second_try_takes_no_second_unit_and_another_day_gives_the_first_back(
    ledger: Ledger, clock: FakeClock
) -> None:
    late = await approved(ledger, clock)
    assert [await ledger.take(late, [unit()]) for _ in range(3)] == [True] * 3
    assert await ledger.take(late, [unit(day=2)])
    assert (await ledger.history(PAY)).spent == {(ADA, "2027-03-02", "daily"): 1}


async def test_what_is_not_sent_gives_its_attention_back(ledger: Ledger, clock: FakeClock) -> None:
    late = await approved(ledger, clock)
    await ledger.begin(late)
    await ledger.take(late, [unit()])
    await ledger.settle(late, Outcome(ending=Ending.CHANGED, words="PAY-7 is done"))
    assert (await ledger.history(PAY)).spent == {}


# --- what was heard ----------------------------------------------------------------------------------------------


async def test_history_says_what_was_heard_when_it_arrived_and_that_a_button_answered_it(
    ledger: Ledger, clock: FakeClock
) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(ADA, "s1"), "p1"), spend=spend())))
    [row] = (await ledger.history(PAY)).heard
    assert (row.person, row.signal, row.kind, row.subject) == (ADA, "s1", "blocked_too_long", "PAY-7")
    assert (row.urgency.name, row.at, row.answered) == ("HIGH", None, None)
    clock.tick(60)
    await shown(ledger, EffectId(named("effect", "p1")), "D7", "7.0")
    clock.tick(60)
    assert not await ledger.answered(LI, "D7", "7.0")
    assert not await ledger.answered(ADA, "D7", "8.0")
    assert await ledger.answered(ADA, "D7", "7.0")
    assert not await ledger.answered(ADA, "D7", "7.0"), "the first answer counts"
    [row] = (await ledger.history(PAY)).heard
    assert (row.at, row.answered) == (MONDAY + timedelta(seconds=60), MONDAY + timedelta(seconds=120))


async def test_history_knows_what_we_wrote_on_a_ticket_ourselves(ledger: Ledger, clock: FakeClock) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(ADA, "s1"), "p1"), spend=spend())))
    await ledger.record(cycle(clock, allow(proposal(handover(), "p2"))))
    clock.tick(60)
    await shown(ledger, EffectId(named("effect", "p2")), "", "")
    assert [row.wrote for row in (await ledger.history(PAY)).heard] == [clock.now()]


async def test_reminding_of_a_question_nobody_was_shown_leaves_all_others_alone(
    ledger: Ledger, clock: FakeClock
) -> None:
    made = cycle(clock, *[ask(proposal(handover(f"PAY-{n}"), n), PM) for n in ("p1", "p2")])
    await ledger.record(made)
    first, second = (ApprovalId(named("approval", name, made.id)) for name in ("p1", "p2"))
    assert await ledger.remind(first)
    assert (await kept(ledger, second)).reminded is None
    assert await ledger.remind(second)
