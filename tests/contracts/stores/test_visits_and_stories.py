"""What the dashboard keeps and reads, on both databases: who is signed in, and what happened."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest

from models.database import Database
from models.ids import CycleId, SlackUserId
from models.ledger import Ledger
from models.mailbox import Mailbox
from models.proposals import ApprovalState, Verdict
from models.stories import Stories
from models.visits import HOST, Visits
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


@pytest.fixture
def visits(database: Database, clock: FakeClock) -> Visits:
    return Visits(database, clock)


@pytest.fixture
def stories(database: Database) -> Stories:
    return Stories(database)


async def test_of_many_who_use_one_link_at_once_one_comes_in(visits: Visits) -> None:
    secret, _ = await visits.make_link()
    entered = await asyncio.gather(*(visits.enter_by_link(secret) for _ in range(5)))
    [cookie] = [each for each in entered if each is not None]
    there = await visits.of(cookie)
    assert there is not None and there.is_host and not await visits.link_works(secret)


async def test_of_many_requests_at_once_one_gets_another_cookie(visits: Visits, clock: FakeClock) -> None:
    cookie = await visits.enter(SlackUserId("U1"))
    clock.tick(16 * 60)
    renewed = await asyncio.gather(*(visits.renew(cookie) for _ in range(5)))
    [fresh] = [each for each in renewed if each is not None]
    before, after = await visits.of(cookie), await visits.of(fresh)
    assert before is not None and after is not None and before.row == after.row


async def test_signing_out_everywhere_ends_theirs_alone_and_what_is_over_goes(visits: Visits, clock: FakeClock) -> None:
    mine = [await visits.enter(SlackUserId("U1")) for _ in range(2)]
    other = await visits.enter(SlackUserId("U2"))
    assert await visits.leave_everywhere("U1") == 2
    assert [await visits.of(each) for each in mine] == [None, None] and await visits.of(other) is not None
    clock.tick(13 * 3600)
    await visits.enter(SlackUserId("U3"))
    assert await visits.leave_everywhere("U2") == 0, "its row has gone with its time"


async def test_looks_come_page_by_page_the_newest_first(stories: Stories, ledger: Ledger, clock: FakeClock) -> None:
    made: list[CycleId] = []
    for n in range(5):
        made.append((looked := cycle(clock, *([allow(proposal(handover(f"PAY-{n}")))] if n == 4 else []))).id)
        await ledger.record(looked)
        clock.tick(60 if n % 2 else 0)  # some are of the same instant
    first = await stories.looks([PAY], 2)
    rest = await stories.looks([PAY], 9, (first[-1].at, first[-1].id))
    told = [each.id for each in (*first, *rest)]
    assert sorted(told) == sorted(made) and told[0] == made[-1]
    assert first[0].verdicts == {Verdict.ALLOW: 1} and not rest[0].verdicts
    assert await stories.looks([], 9) == [] and await stories.look(CycleId("none")) is None


async def test_a_look_is_told_whole(stories: Stories, ledger: Ledger, clock: FakeClock) -> None:
    looked = cycle(clock, allow(proposal(nudge(), "p1"), spend=spend()), ask(proposal(handover(), "p2"), PM))
    await ledger.record(looked)
    story = await stories.story(looked.id)
    assert story is not None and [each.proposal.id for each in story.records] == ["p1", "p2"]
    assert story.look.verdicts == {Verdict.ALLOW: 1, Verdict.ASK: 1} and story.calls == ()
    [question] = await stories.questions([PAY], 9, 5)
    assert question.approval.state is ApprovalState.PENDING and question.record == story.records[1]
    assert await stories.attention([ADA, LI], date(2027, 3, 1)) == {ADA: {date(2027, 3, 1): 1}}
    assert await stories.attention([ADA, LI], date(2027, 3, 2)) == {}


async def test_questions_that_wait_come_first(stories: Stories, ledger: Ledger, clock: FakeClock) -> None:
    await ledger.record(cycle(clock, ask(proposal(handover("PAY-1")), PM), ask(proposal(handover("PAY-2")), PM)))
    one = (await ledger.pending())[0]
    await ledger.decide(one.id, by=PM, approve=False)
    states = [each.approval.state for each in await stories.questions([PAY], 9, 5)]
    assert states == [ApprovalState.PENDING, ApprovalState.REJECTED]
    assert len(await stories.questions([PAY], 9, 0)) == 1


async def test_who_tries_a_dead_letter_again_or_drops_it_is_written_down(
    stories: Stories, mailbox: Mailbox, clock: FakeClock
) -> None:
    for key in ("a", "b"):
        await mailbox.put(look(key=key))
        job = await mailbox.claim([0, 1, 2], 20)
        assert job is not None
        await mailbox.bury(job, "no way")
    first, second = await mailbox.dead_letters()
    assert await mailbox.replay(first.id) and await mailbox.drop(second.id, "ada")
    assert not await mailbox.drop(second.id, "ada")
    told = [(deed.who, deed.what, deed.detail) for deed in await stories.deeds([PAY], 5)]
    assert told == [("ada", "dead letter dropped", "no way"), (HOST, "dead letter tried again", "no way")]
    assert clock.real() - (await stories.deeds([PAY], 1))[0].at < timedelta(seconds=1)
