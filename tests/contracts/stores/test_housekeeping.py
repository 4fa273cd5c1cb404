"""Housekeeping: what nobody needs any more goes, what a promise rests on stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from models.database import Database
from models.events import Source
from models.ids import IssueKey, PullRequestId
from models.ledger import Ledger
from models.mailbox import Mailbox, NewJob
from models.proposals import Decided, Verdict
from models.pulls import PullRequest
from models.store import Store
from tests.contracts.stores.values import (
    MONDAY,
    PAY,
    FakeClock,
    allow,
    cycle,
    delivery,
    look,
    nudge,
    proposal,
    spend,
)

pytestmark = pytest.mark.anyio
ALL = (0, 1, 2)
DAY = 24 * 3600


async def column(database: Database, query: str) -> list[Any]:
    return list(await database.read(lambda c: c.execute(text(query)).scalars().all()))


async def test_a_done_job_goes_after_a_week_and_any_other_stays(
    mailbox: Mailbox, store: Store, database: Database, clock: FakeClock
) -> None:
    for kind in ("done", "dead", "running", "waiting"):
        await mailbox.put(NewJob(kind, kind, PAY))
    for end in (mailbox.finish, lambda job: mailbox.bury(job, "no"), lambda job: mailbox.renew(job, 30)):
        job = await mailbox.claim(ALL, 30)
        assert job is not None
        await end(job)
    clock.tick(6 * DAY)
    assert (await store.tidy())["jobs"] == 0
    clock.tick(2 * DAY)
    assert (await store.tidy())["jobs"] == 1
    assert await column(database, "SELECT state FROM jobs ORDER BY state") == ["dead", "running", "waiting"]


async def test_an_old_delivery_loses_its_body_but_is_still_known_when_it_comes_again(
    mailbox: Mailbox, store: Store, ledger: Ledger, clock: FakeClock
) -> None:
    seen = replace(delivery("seen"), received=clock.real())
    await mailbox.accept(seen, PAY, look())
    [(row, _)] = await mailbox.waiting(PAY)
    await ledger.record(cycle(clock, deliveries=(row,)))
    clock.tick(29 * DAY)
    assert (await store.tidy())["bodies"] == 0
    clock.tick(2 * DAY)
    assert (await store.tidy())["bodies"] == 1
    assert (await mailbox.delivery(row)).body == b""
    assert not await mailbox.accept(seen, PAY, look())
    assert (await store.tidy())["bodies"] == 0


async def test_what_no_cycle_has_seen_or_a_dead_letter_may_still_read_keeps_its_body(
    mailbox: Mailbox, store: Store, clock: FakeClock
) -> None:
    unseen, click = (replace(delivery(name), received=clock.real()) for name in ("unseen", "click"))
    await mailbox.accept(click, PAY, NewJob("click", "k", PAY))
    job = await mailbox.claim(ALL, 30)
    assert job is not None
    await mailbox.bury(job, "no")
    await mailbox.accept(unseen, PAY, look())
    clock.tick(31 * DAY)
    assert (await store.tidy())["bodies"] == 0
    await mailbox.drop(job.id)
    assert (await store.tidy())["bodies"] == 1
    assert [kept for _, kept in await mailbox.waiting(PAY)] == [unseen]


async def test_old_firings_go_but_the_last_of_a_schedule_stays(store: Store, clock: FakeClock) -> None:
    for slot in ("2027-03-01", "2027-03-02"):
        await store.fire("digest:pay", slot, None)
    await store.fire("sync:pay", "1", None)
    clock.tick(91 * DAY)
    assert (await store.tidy())["firings"] == 1
    assert await store.fired("digest:pay") == "2027-03-02"
    assert not await store.fire("sync:pay", "1", None)


async def test_the_audit_is_kept_for_a_year(store: Store, ledger: Ledger, clock: FakeClock) -> None:
    await ledger.audit(PAY, "U1", "paused", "pay")
    clock.tick(364 * DAY)
    assert (await store.tidy())["audit"] == 0
    clock.tick(2 * DAY)
    assert (await store.tidy())["audit"] == 1


async def test_a_cycle_from_which_nothing_followed_goes_with_its_defers(
    store: Store, ledger: Ledger, database: Database, clock: FakeClock
) -> None:
    def put_off(name: str) -> Decided:
        return allow(proposal(nudge(), name), verdict=Verdict.DEFER, until=MONDAY)

    await ledger.record(cycle(clock))
    await ledger.record(cycle(clock, put_off("later")))
    await ledger.record(cycle(clock, put_off("beside"), allow(proposal(nudge(), "sent"), spend=spend())))
    clock.tick(29 * DAY)
    assert (await store.tidy())["cycles"] == 0
    clock.tick(2 * DAY)
    await ledger.record(cycle(clock))
    assert (await store.tidy())["cycles"] == 2
    assert sorted(await column(database, "SELECT proposal_id FROM decisions")) == ["beside", "sent"]
    assert len(await ledger.last_cycles(PAY, 9)) == 2
    assert await ledger.why("sent") is not None
    assert (await ledger.history(PAY)).settled == {"sent": Verdict.ALLOW}


async def test_a_heap_goes_in_short_transactions_and_no_call_is_endless(url: str, clock: FakeClock) -> None:
    commits: list[str] = []
    database = Database(url, clock, at_commit=commits.append)
    ledger, store = Ledger(database, clock), Store(database, clock)
    for _ in range(11):
        await ledger.record(cycle(clock))
    clock.tick(31 * DAY)
    assert (await store.tidy(batch=2, rounds=3))["cycles"] == 6
    assert commits.count("tidy_cycles:after") == 3
    assert (await store.tidy(batch=2))["cycles"] == 5
    await database.close()


async def test_what_only_looked_like_a_key_is_forgotten_after_a_month_and_what_means_a_ticket_stays(
    store: Store, database: Database, clock: FakeClock
) -> None:
    await store.learn_keys(PAY, {"PAY-404": None, "PAY-1": "10001"})
    clock.tick(29 * DAY)
    assert (await store.tidy())["keys"] == 0
    clock.tick(2 * DAY)
    assert (await store.tidy())["keys"] == 1
    assert await column(database, "SELECT id FROM facts WHERE kind = 'key'") == ["PAY-1"]


async def test_a_key_that_meant_nothing_is_doubted_after_a_while_as_long_as_somebody_writes_it(
    store: Store, clock: FakeClock
) -> None:
    pull = PullRequest(
        id=PullRequestId("acme/api#7"),
        title="PAY-404 is not found",
        url="https://example.com/7",
        author=None,
        state="OPEN",
        draft=False,
        reviews=(),
        issues=(IssueKey("PAY-404"),),
        waiting_since=MONDAY,
        updated=MONDAY,
    )
    await store.save(PAY, pull_requests=[pull], source=Source.BITBUCKET)
    await store.learn_keys(PAY, {"PAY-404": None, "PAY-405": None})
    assert await store.doubtful_keys(PAY, clock.real()) == frozenset()
    clock.tick(DAY)
    assert await store.doubtful_keys(PAY, clock.real()) == {"PAY-404"}


async def test_who_took_what_of_a_summary_goes_after_two_weeks_and_that_none_is_wanted_stays(
    store: Store, clock: FakeClock
) -> None:
    await store.remember(PAY, "digest:e1", "s1", {"by": "ada"})
    await store.remember(PAY, "digest", "skip", {"sprint": 24})
    clock.tick(13 * DAY)
    assert (await store.tidy())["threads"] == 0
    clock.tick(2 * DAY)
    assert (await store.tidy())["threads"] == 1
    assert await store.recall(PAY, "digest") == {"skip": {"sprint": 24}} and not await store.recall(PAY, "digest:e1")


@pytest.mark.parametrize("about", ["thread", "stopped", "home"])
async def test_what_is_remembered_of_a_conversation_or_an_open_home_goes_after_two_weeks(
    store: Store, clock: FakeClock, about: str
) -> None:
    await store.remember(PAY, about, "C1:1.0", "then")
    clock.tick(13 * DAY)
    assert (await store.tidy())["threads"] == 0
    clock.tick(2 * DAY)
    assert (await store.tidy())["threads"] == 1 and not await store.recall(PAY, about)
