"""Retention: what was decided, told and sent goes half a year after it was over, and not a day before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from models.cycles import Cycle
from models.database import Database
from models.events import Reason
from models.ids import EffectId, SignalId, SprintId
from models.keeping.cycles import HEARD
from models.keeping.effects import effect_name
from models.keeping.retention import SETTLED, SPENT
from models.ledger import Ledger
from models.mailbox import Mailbox
from models.proposals import Decided, Ending, Outcome, Proposal, Receipt, Verdict
from models.signals import Signal, SignalKind, Urgency
from models.store import Store
from tests.contracts.stores.values import (
    ADA,
    MONDAY,
    PM,
    FakeClock,
    allow,
    ask,
    cycle,
    handover,
    item,
    nudge,
    proposal,
    spend,
)

pytestmark = pytest.mark.anyio
DAY = 24 * 3600
HALF_A_YEAR = SETTLED.total_seconds()
DONE = Outcome(ending=Ending.DONE, words="sent", receipt=Receipt({"channel": "D1", "ts": "1.0"}))


def about(signal: Signal, **changes: Any) -> Proposal:
    told = replace(nudge(), items=(replace(item(), signal=signal.id),))
    return proposal(told, signals=(signal.id,), **changes)


def found(step: int = 0) -> Signal:
    return Signal(
        kind=SignalKind.BLOCKED_TOO_LONG,
        subject="PAY-7",
        headline="PAY-7 is blocked",
        url="https://x",
        since=MONDAY,
        urgency=Urgency.MEDIUM,
        addressee=ADA,
        evidence=(),
        rule="r",
        step=step,
    )


def seeing(clock: FakeClock, *signals: Signal, decided: tuple[Decided, ...] = ()) -> Cycle:
    return replace(cycle(clock, *decided), signals=signals)


def beside(clock: FakeClock, **trigger: Any) -> Cycle:
    """A cycle that is no look at everything, and has found nothing."""
    empty = cycle(clock)
    return replace(empty, trigger=replace(empty.trigger, **trigger))


async def sent(ledger: Ledger, what: Proposal) -> EffectId:
    name = effect_name(what)
    await ledger.begin(name)
    await ledger.settle(name, DONE)
    return name


async def told_once(ledger: Ledger, clock: FakeClock) -> Proposal:
    """Ada is told of PAY-7, and has read it."""
    what = about(found())
    await ledger.record(seeing(clock, found(), decided=(allow(what, spend=spend()),)))
    await sent(ledger, what)
    return what


async def counts(database: Database) -> dict[str, int]:
    names = ("told", "decisions", "effects", "approvals", "reminders", "cards")
    queries = {name: text(f"SELECT count(*) FROM {name}") for name in names}
    return await database.read(lambda c: {n: int(c.execute(q).scalar_one()) for n, q in queries.items()})


def test_attention_is_kept_longer_than_any_day_lasts() -> None:
    assert timedelta(days=2) < SPENT, "a day lasts up to two days from zone to zone"


async def test_policy_is_shown_all_that_is_kept_however_old_it_is(
    ledger: Ledger, store: Store, database: Database, clock: FakeClock
) -> None:
    """What the constraints forbid and policy does not know of would be proposed, and put off, at every look."""
    what, refused = await told_once(ledger, clock), about(replace(found(), subject="PAY-8"), id="refused")
    await ledger.record(seeing(clock, found(), decided=(allow(refused, verdict=Verdict.DENY),)))
    clock.tick(2 * HALF_A_YEAR)
    await ledger.record(seeing(clock, found(), replace(found(), subject="PAY-8")))
    await store.tidy()
    known = await ledger.history(cycle(clock).trigger.team)
    assert known.told == {(ADA, found().id)}
    assert known.settled == {what.id: Verdict.ALLOW, refused.id: Verdict.DENY}
    assert known.raised == {(ADA, refused.signals[0], Verdict.DENY)}


async def test_what_is_over_goes_after_half_a_year_and_nothing_before(
    ledger: Ledger, store: Store, database: Database, clock: FakeClock
) -> None:
    await told_once(ledger, clock)
    clock.tick(HALF_A_YEAR - DAY)
    await ledger.record(seeing(clock))
    before = await counts(database)
    await store.tidy()
    assert await counts(database) == before | {"reminders": 0}
    clock.tick(2 * DAY)
    await store.tidy()
    assert set((await counts(database)).values()) == {0}


@pytest.mark.parametrize("step", [0, 1])
async def test_what_was_told_of_an_episode_that_goes_on_is_kept_on_whatever_rung_it_is(
    step: int, ledger: Ledger, store: Store, database: Database, clock: FakeClock
) -> None:
    what = await told_once(ledger, clock)
    clock.tick(HALF_A_YEAR + DAY)
    await ledger.record(seeing(clock, found(step)))
    await store.tidy()
    kept = await counts(database)
    assert (kept["told"], kept["decisions"], kept["effects"]) == (1, 1, 1)
    assert await ledger.why(what.id) is not None
    again = about(found(), id="another name")
    [decided] = await ledger.record(seeing(clock, found(step), decided=(allow(again),)))
    assert decided.decision.reason == HEARD


@pytest.mark.parametrize(
    "after",
    [
        {"reason": Reason.REQUEST},
        {"reason": Reason.NOTICE},
        {"reason": Reason.LOOK, "sprint": SprintId(25)},
    ],
)
async def test_what_looks_at_nothing_or_at_one_sprint_ends_no_episode(
    after: dict[str, Any], ledger: Ledger, store: Store, database: Database, clock: FakeClock
) -> None:
    await told_once(ledger, clock)
    clock.tick(HALF_A_YEAR + DAY)
    await ledger.record(seeing(clock, found()))
    clock.tick(60)
    await ledger.record(beside(clock, **after))
    await store.tidy()
    assert (await counts(database))["told"] == 1


async def test_a_question_is_kept_while_it_waits_and_while_what_was_approved_is_on_its_way(
    ledger: Ledger, store: Store, database: Database, clock: FakeClock
) -> None:
    what = proposal(handover())
    await ledger.record(cycle(clock, ask(what, PM, hours=24 * 400)))
    [asked] = (await ledger.history(cycle(clock).trigger.team)).pending
    clock.tick(HALF_A_YEAR + DAY)
    await store.tidy()
    assert (await counts(database))["approvals"] == (await counts(database))["decisions"] == 1
    await ledger.decide(asked.id, by=PM, approve=True)
    await store.tidy()
    assert (await counts(database))["approvals"] == (await counts(database))["decisions"] == 1
    await sent(ledger, what)
    clock.tick(HALF_A_YEAR + DAY)
    await ledger.record(cycle(clock))
    await store.tidy()
    assert (await counts(database))["approvals"] == 1, "the card itself was never shown, so its effect is not over"


async def test_an_effect_on_its_way_keeps_its_decision_however_old_it_is(
    ledger: Ledger, store: Store, database: Database, clock: FakeClock
) -> None:
    what = about(found())
    await ledger.record(cycle(clock, allow(what)))
    clock.tick(2 * HALF_A_YEAR)
    await store.tidy()
    kept = await counts(database)
    assert (kept["decisions"], kept["effects"]) == (1, 1)
    assert await ledger.begin(effect_name(what)) is not None


async def test_a_dead_effect_is_kept_as_long_as_its_dead_letter_can_be_replayed(
    mailbox: Mailbox, ledger: Ledger, store: Store, database: Database, clock: FakeClock
) -> None:
    what = about(found())
    await ledger.record(cycle(clock, allow(what)))
    job = await mailbox.claim((0, 1, 2), 30)
    assert job is not None
    await ledger.begin(effect_name(what))
    await ledger.settle(effect_name(what), Outcome(ending=Ending.FAILED, words="no such channel"))
    await mailbox.bury(job, "no such channel")
    clock.tick(HALF_A_YEAR + DAY)
    await store.tidy()
    assert (await counts(database))["effects"] == 1
    await mailbox.drop(job.id)
    await store.tidy()
    assert (await counts(database))["effects"] == 0


async def test_attention_is_kept_for_a_month_so_that_nobody_spends_it_twice(
    ledger: Ledger, store: Store, database: Database, clock: FakeClock
) -> None:
    await told_once(ledger, clock)
    clock.tick(SPENT.total_seconds())
    await store.tidy()
    assert (await counts(database))["reminders"] == 1
    clock.tick(2 * DAY)
    await store.tidy()
    assert (await counts(database))["reminders"] == 0


async def test_what_must_stay_does_not_keep_what_may_go(
    ledger: Ledger, store: Store, database: Database, clock: FakeClock
) -> None:
    await told_once(ledger, clock)
    for number in range(6):
        other = about(replace(found(), subject=f"PAY-{number}"), id=f"over-{number}")
        await ledger.record(seeing(clock, decided=(allow(other),)))
        await sent(ledger, other)
    clock.tick(HALF_A_YEAR + DAY)
    await ledger.record(seeing(clock, found()))
    await store.tidy(batch=2)
    kept = await database.read(lambda c: c.execute(text("SELECT signal FROM told")).scalars().all())
    assert [SignalId(each) for each in kept] == [found().id]
