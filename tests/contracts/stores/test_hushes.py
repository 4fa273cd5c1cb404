"""What people put off is kept once, ends once, and the messages it is about are drawn again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from models.actions import Escalate
from models.database import Database
from models.hushes import End, Hush, Said, Sight, Woken
from models.ids import EffectId, HushId, SignalId, named
from models.keeping.housekeeping import COMPANY
from models.keeping.living import QUIET
from models.ledger import Ledger
from models.mailbox import Mailbox
from models.proposals import Ending, Outcome, Receipt
from models.standing import Living, Over, Standing
from models.store import Store
from models.work import Taken
from tests.contracts.stores.values import ADA, LI, MONDAY, PAY, FakeClock, allow, cycle, item, nudge, proposal

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
SIGHT = Sight(
    of="INFRA-77", status="To Do", owner="a1", held_by=("flag", "OPS-3"), reviews=("a2 approved",), wanted="done"
)


def hush(name: str = "h1", **changes: Any) -> Hush:
    return replace(Hush(id=HushId(name), team=PAY, person=ADA, subject="PAY-7", at=MONDAY), **changes)


async def sent(ledger: Ledger, clock: FakeClock, *signals: str, action: Any = None) -> EffectId:
    """A message that is out, to Ada about these signals."""
    name = named("p", *signals, action)
    await ledger.record(cycle(clock, allow(proposal(action or nudge(ADA, *signals), name))))
    effect = EffectId(named("effect", name))
    await ledger.begin(effect)
    place = {"channel": "D1", "ts": f"{len(signals)}.{name[:4]}"}
    await ledger.settle(effect, Outcome(ending=Ending.DONE, words="sent", receipt=Receipt(place)))
    return effect


async def test_what_somebody_said_they_review_stands_with_the_facts_until_they_take_it_back(
    ledger: Ledger, store: Store, database: Database
) -> None:
    word = Said(end=End.TODAY, effect="digest-1")
    mine = hush(subject="acme/api#9", until=MONDAY + HOUR, said=word)
    await ledger.hush(mine)
    await ledger.hush(hush("h2", subject="PAY-8", until=MONDAY + HOUR, said=word))
    await ledger.hush(hush("h3", subject="acme/api#8", until=MONDAY + HOUR, said=SAID))
    assert (await store.facts_about(PAY)).taken == {"acme/api#9": Taken(ADA, MONDAY + HOUR)}
    await ledger.unhush(PAY, ADA, [mine.id])
    assert (await store.facts_about(PAY)).taken == {}
    assert any("digest-1" in each for each in await drawings(database)), "and where it was pressed is drawn again"


async def drawings(database: Database) -> list[str]:
    rows = "SELECT payload FROM jobs WHERE kind = 'living' AND state = 'waiting' ORDER BY id"
    return [str(row) for row in await database.read(lambda c: c.execute(text(rows)).scalars().all())]


SAID = Said(end=End.WAITING, words="the bank “answers”", proposal="p1", effect="e1")


@pytest.mark.parametrize(
    "kept",
    [
        hush(),
        hush(until=MONDAY + HOUR),
        hush(sight=SIGHT),
        hush(subject="", rule="blocked-1-day"),
        hush(until=MONDAY + HOUR, said=SAID),
        hush(sight=SIGHT, said=SAID),
    ],
)
async def test_what_was_put_off_is_found_again_just_as_it_was(ledger: Ledger, kept: Hush) -> None:
    assert await ledger.hush(kept) == kept
    assert await ledger.hushes(PAY, ADA) == [kept]
    assert (await ledger.history(PAY)).hushes == (kept,)
    assert await ledger.hushes(PAY, LI) == []


async def test_what_somebody_says_of_a_matter_has_the_others_messages_of_it_drawn_again(
    ledger: Ledger, database: Database, clock: FakeClock
) -> None:
    about = item("s1").subject
    await sent(ledger, clock, "s1")
    await ledger.redraw_about(PAY, about, ADA)
    assert await drawings(database) == []
    await ledger.redraw_about(PAY, "PAY-999", LI)
    assert await drawings(database) == []
    await ledger.redraw_about(PAY, about, LI)
    assert len(await drawings(database)) == 1


async def test_kept_twice_by_a_second_try_it_is_one(ledger: Ledger) -> None:
    assert [await ledger.hush(hush()), await ledger.hush(hush(until=MONDAY + HOUR))] == [hush(), hush()]
    assert len(await ledger.hushes(PAY, ADA)) == 1


async def test_a_newer_word_about_the_same_takes_the_place_of_the_older(ledger: Ledger) -> None:
    await ledger.hush(hush())
    await ledger.hush(hush("other", subject="PAY-8"))
    newer = await ledger.hush(hush("h2", until=MONDAY + HOUR))
    assert {each.id for each in await ledger.hushes(PAY, ADA)} == {newer.id, "other"}


async def test_of_several_kept_at_once_about_the_same_one_is_in_force(ledger: Ledger, database: Database) -> None:
    for round in range(5):
        words = [hush(f"h{round}-{n}", until=MONDAY + n * HOUR if n else None) for n in range(8)]
        said = await asyncio.gather(*(ledger.hush(each) for each in words))
        assert [each.id for each in said] == [each.id for each in words], "everybody's own word was kept"
        assert len(await ledger.hushes(PAY, ADA)) == 1
    in_force = "SELECT count(*) FROM hushes WHERE ended IS NULL"
    assert await database.read(lambda c: c.execute(text(in_force)).scalar_one()) == 1


async def test_a_second_try_of_an_older_word_does_not_end_the_newer(ledger: Ledger) -> None:
    await ledger.hush(hush())
    newer = await ledger.hush(hush("h2", until=MONDAY + HOUR))
    assert (await ledger.hush(hush())).ended is not None
    assert await ledger.hushes(PAY, ADA) == [newer]


async def test_only_its_owner_takes_it_back_and_only_once(ledger: Ledger) -> None:
    await ledger.hush(hush())
    assert await ledger.unhush(PAY, LI, [HushId("h1")]) == []
    assert [each.id for each in await ledger.unhush(PAY, ADA, [HushId("h1")])] == ["h1"]
    assert await ledger.unhush(PAY, ADA, [HushId("h1")]) == []
    assert (await ledger.history(PAY)).hushes == (), "taken back is nothing to tell of"


async def test_what_ends_by_itself_ends_once_and_is_remembered_until_it_is_told(
    ledger: Ledger, clock: FakeClock, database: Database
) -> None:
    await ledger.hush(hush(sight=SIGHT))
    looks = [replace(cycle(clock), woken=(Woken(HushId("h1"), f"To Do → Done {n}"),)) for n in range(2)]
    await asyncio.gather(*(ledger.record(each) for each in looks))
    assert await ledger.hushes(PAY, ADA) == []
    [ended] = (await ledger.history(PAY)).hushes
    assert ended.ended == clock.now() and ended.why in {"To Do → Done 0", "To Do → Done 1"}


async def test_two_workers_that_see_it_at_once_tell_it_once(
    ledger: Ledger, clock: FakeClock, database: Database
) -> None:
    await ledger.hush(hush(sight=SIGHT))
    wake = allow(proposal(nudge(ADA, "h1"), named("wake", "h1"), promised=HushId("h1")))
    looks = [replace(cycle(clock, wake), woken=(Woken(HushId("h1"), "To Do → Done"),)) for _ in range(20)]
    kept = await asyncio.gather(*(ledger.record(each) for each in looks))
    assert sum(len(each) for each in kept) == 1
    counted = "SELECT count(*) FROM effects"
    assert await database.read(lambda c: c.execute(text(counted)).scalar_one()) == 1


async def test_what_was_put_off_may_be_told_again_although_it_was_told(ledger: Ledger, clock: FakeClock) -> None:
    await ledger.record(cycle(clock, allow(proposal(nudge(ADA, "s1"), "first"))))
    again = allow(proposal(nudge(ADA, "s1"), "again", promised=HushId("h1")))
    assert list(await ledger.record(cycle(clock, again))) == [again]


async def test_the_team_is_looked_at_when_the_time_has_come(ledger: Ledger, store: Store, clock: FakeClock) -> None:
    await store.plan_look(PAY, MONDAY + 6 * HOUR)
    await ledger.hush(hush(until=MONDAY + HOUR))
    assert await store.next_look(PAY) == MONDAY + HOUR
    await ledger.hush(hush("h2", until=MONDAY + 9 * HOUR))
    assert await store.next_look(PAY) == MONDAY + HOUR


async def test_it_is_forgotten_a_while_after_it_has_ended(
    ledger: Ledger, store: Store, clock: FakeClock, database: Database
) -> None:
    await ledger.hush(hush())
    await ledger.hush(hush("stays", subject="PAY-8"))
    await ledger.unhush(PAY, ADA, [HushId("h1")])
    clock.tick(timedelta(days=200).total_seconds())
    assert "hushes" in COMPANY and (await store.tidy())["hushes"] == 1
    assert [each.id for each in await ledger.hushes(PAY, ADA)] == ["stays"]


# --- messages that were sent ----------------------------------------------------------------------------------


async def test_messages_of_the_last_days_are_known_with_where_they_stand(ledger: Ledger, clock: FakeClock) -> None:
    effect = await sent(ledger, clock, "s1", "s2")
    [living] = (await ledger.history(PAY)).living
    assert (living.effect, living.signals, living.standing) == (effect, ("s1", "s2"), Standing())
    assert await ledger.message_at(PAY, "D1", living.sent["ts"]) == living
    assert await ledger.message_at(PAY, "D2", living.sent["ts"]) is None
    clock.tick(timedelta(days=8).total_seconds())
    assert (await ledger.history(PAY)).living == ()


async def test_how_it_stands_is_kept_and_it_is_drawn_again_once_however_often_it_changes(
    ledger: Ledger, clock: FakeClock, mailbox: Mailbox
) -> None:
    await sent(ledger, clock, "s1")
    await worked_off(mailbox)
    [living] = (await ledger.history(PAY)).living
    drawn = 0
    for number in range(120):
        over = {SignalId("s1"): Over(clock.now(), "PAY-7 is done")} if number % 2 else {}
        stood = replace(living, standing=Standing(over=over))
        await ledger.record(replace(cycle(clock), stood=(stood,)))
        clock.tick(1)
        drawn += await worked_off(mailbox)
    assert drawn == 0, "120 changes in two minutes"
    clock.tick(QUIET)
    assert await worked_off(mailbox) == 1
    [now] = (await ledger.history(PAY)).living
    assert now.standing == stood.standing and now.is_over


async def worked_off(mailbox: Mailbox) -> int:
    """A worker's turn: how many messages it draws again."""
    drawn = 0
    while (job := await mailbox.claim((0, 1, 2), 30)) is not None:
        drawn += job.kind == "living"
        await mailbox.finish(job)
    return drawn


async def test_what_somebody_puts_off_is_shown_on_their_messages_at_once(
    ledger: Ledger, clock: FakeClock, database: Database
) -> None:
    await sent(ledger, clock, "s1")
    await ledger.hush(hush())
    assert len(await drawings(database)) == 1
    await ledger.hush(hush("h9", person=LI))
    assert len(await drawings(database)) == 1


async def test_a_channel_has_one_post_about_a_subject_while_its_matter_goes_on(
    ledger: Ledger, clock: FakeClock
) -> None:
    post = Escalate(channel="leadership", item=item("s1"), facts=("a",))
    effect = await sent(ledger, clock, action=post)
    found = await ledger.post_about(PAY, "leadership", "PAY-7")
    assert isinstance(found, Living) and found.effect == effect
    assert await ledger.post_about(PAY, "leadership", "PAY-8") is None
    assert await ledger.post_about(PAY, "team", "PAY-7") is None
    over = replace(found, standing=Standing(over={SignalId("s1"): Over(clock.now(), "PAY-7 is done")}))
    await ledger.record(replace(cycle(clock), stood=(over,)))
    assert await ledger.post_about(PAY, "leadership", "PAY-7") is None
