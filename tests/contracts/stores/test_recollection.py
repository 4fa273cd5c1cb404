"""What people did is read back as they did it; who was away is known to have been, for as long as that is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from models.database import Database
from models.events import Reason, Source
from models.hushes import Hush
from models.ids import ApprovalId, EffectId, HushId, PersonId, named
from models.keeping.housekeeping import AWAY
from models.ledger import Ledger
from models.lessons import ALL
from models.presses import Answered, Away, Hushed, Lifted, Pressed, SteppedBack, Trusted, Wished
from models.proposals import Ending, Outcome, Receipt
from models.recollection import Recollection
from models.store import Store
from models.trust import Cause, StepBack
from models.work import Absence, Person
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
)

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
EVER = (MONDAY - HOUR, MONDAY + timedelta(days=999))


async def test_a_yes_an_answer_and_a_hush_are_read_back_at_their_moments(
    database: Database, ledger: Ledger, clock: FakeClock
) -> None:
    asked, told = cycle(clock, ask(proposal(handover(), "p1"))), cycle(clock, allow(proposal(nudge(ADA), "p2")))
    await ledger.record(asked)
    await ledger.record(told)
    effect = EffectId(named("effect", "p2"))
    await ledger.begin(effect)
    await ledger.settle(effect, Outcome(ending=Ending.DONE, words="", receipt=Receipt({"channel": "D1", "ts": "1.0"})))
    clock.tick(60)
    await ledger.answered(ADA, "D1", "1.0")
    clock.tick(60)
    await ledger.decide(ApprovalId(named("approval", "p1", asked.id)), by=PM, approve=True)
    hush = Hush(id=HushId("h1"), team=PAY, person=ADA, subject="PAY-7", at=clock.now())
    await ledger.hush(hush)
    clock.tick(60)
    await ledger.unhush(PAY, ADA, [hush.id])
    read = await Recollection(database).presses(PAY, *EVER)
    minute = timedelta(minutes=1)
    assert [(type(press), press.at - MONDAY) for press in read] == [
        (Pressed, minute),
        (Hushed, 2 * minute),
        (Answered, 2 * minute),
        (Lifted, 3 * minute),
    ]


async def test_what_somebody_asked_for_and_confirmed_comes_as_one_wish(
    database: Database, ledger: Ledger, clock: FakeClock
) -> None:
    wanted = cycle(clock, ask(proposal(handover(), "p1", asked_by=LI)))
    asked = replace(wanted, own_yes=True, trigger=replace(wanted.trigger, reason=Reason.REQUEST))
    await ledger.record(asked)
    [wish] = await Recollection(database).presses(PAY, *EVER)
    assert isinstance(wish, Wished)
    assert (wish.cycle, wish.own_yes, wish.proposal.id) == (asked.id, True, "p1")


async def test_what_the_agent_stepped_back_from_is_known_as_the_days_begin_and_what_was_given_back_in_them(
    database: Database, ledger: Ledger, clock: FakeClock
) -> None:
    first = clock.real()  # as everything in the audit
    await ledger.record(cycle(clock, ask(proposal(handover(), "p1"))))
    [waiting] = await ledger.pending()
    await ledger.decide(waiting.id, by=PM, approve=False)
    for kind, about in (("reassign_issue", "p1"), ("remind_person", "p2"), ("close_issue", "p3")):
        await ledger.audit(PAY, PM, "stepped_back", kind, about)
    await ledger.audit(PAY, "U1", "trusted_again", "close_issue")
    clock.tick(60)
    begin = clock.real()
    await ledger.audit(PAY, PM, "stepped_back", "comment_on_issue", "p4")
    clock.tick(60)
    await ledger.audit(PAY, "U1", "trusted_again", "remind_person")
    read = await Recollection(database).presses(PAY, begin, clock.real())
    steps = [StepBack("reassign_issue", Cause.REJECTION, first, PM, "p1")]
    steps += [StepBack("remind_person", Cause.UNDO, first, PM, "p2")]
    assert [each.step for each in read if isinstance(each, SteppedBack)] == steps
    trusted = Trusted(at=clock.real(), team=PAY, kind="remind_person")
    assert [each for each in read if isinstance(each, Trusted)] == [trusted]


async def test_of_how_somebody_may_be_contacted_the_last_word_is_known_unless_it_came_later(
    database: Database, ledger: Ledger, clock: FakeClock
) -> None:
    first = clock.real() - HOUR
    await ledger.audit(PAY, "U1", "contact", ADA)
    clock.tick(60)
    end = clock.real()
    await ledger.audit(PAY, "U1", "contact", ADA)
    clock.tick(60)
    await ledger.audit(PAY, "U2", "contact", LI)
    assert await Recollection(database).contacts(end) == {ADA: end}
    assert await Recollection(database).contacts(first) == {}


async def test_who_is_seen_to_be_away_is_known_to_have_been(database: Database, store: Store, clock: FakeClock) -> None:
    gone = Absence(reason="ill", until=MONDAY + HOUR)
    for absent in (None, gone, gone, None):
        await store.save(PAY, source=Source.SLACK, people=[_person(ADA, absent)])
        clock.tick(60)
    read = await Recollection(database).presses(PAY, *EVER)
    assert [(press.at - MONDAY, press.absent) for press in read if isinstance(press, Away)] == [
        (timedelta(minutes=1), gone),
        (timedelta(minutes=3), None),
    ]


async def test_who_was_away_is_forgotten_in_time_and_when_they_ask(
    database: Database, store: Store, ledger: Ledger, clock: FakeClock
) -> None:
    for person in (ADA, LI):
        await store.save(PAY, source=Source.SLACK, people=[_person(person, Absence(reason="ill"))])
    await ledger.forget(PAY, ADA, ALL)
    assert [getattr(p, "person", "") for p in await Recollection(database).presses(PAY, *EVER)] == [LI]
    clock.tick((AWAY + HOUR).total_seconds())
    await store.tidy()
    assert await Recollection(database).presses(PAY, *EVER) == []


def _person(name: PersonId, absent: Absence | None) -> Person:
    return Person(id=name, name=name.title(), zone="UTC", absent=absent)
