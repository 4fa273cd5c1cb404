"""The store: a newer fact never gives way to an older one, a slot fires once, what is learnt is kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.database import Database
from models.events import Source
from models.ids import AccountId, IssueKey, PersonId, PullRequestId, SlackUserId, SprintId, TeamId
from models.ledger import Ledger
from models.mailbox import Mailbox, NewJob
from models.pulls import PullRequest, Review, ReviewState
from models.store import Store
from models.work import Absence, Linked, Person, Progress, Sprint, SprintState
from tests.contracts.stores.values import MONDAY, PAY, FakeClock, ask, cycle, handover, issue, proposal

pytestmark = pytest.mark.anyio

SPRINT = Sprint(
    id=SprintId(24), name="Sprint 24", state=SprintState.ACTIVE, board=7, goal="Ship refunds", start=MONDAY, end=None
)
PERSON = Person(
    id=PersonId("ada"),
    name="Ada",
    zone="Europe/Berlin",
    slack=SlackUserId("U1"),
    account=AccountId("a-1"),
    absent=Absence(reason="holiday", until=MONDAY + timedelta(days=3)),
)
PULL_REQUEST = PullRequest(
    id=PullRequestId("acme/pay#7"),
    title="Refunds",
    url="https://x/7",
    author=AccountId("a-1"),
    state="OPEN",
    draft=False,
    reviews=(Review(reviewer=AccountId("a-2"), state=ReviewState.WAITING),),
    issues=(IssueKey("PAY-7"),),
    waiting_since=MONDAY,
    updated=MONDAY,
)


async def keys(store: Store, team: TeamId = PAY) -> list[str]:
    return [found.key for found in (await store.facts_about(team)).issues]


async def test_facts_come_back_as_they_were_saved(store: Store, clock: FakeClock) -> None:
    await store.save(PAY, source=Source.JIRA, complete=True, sprints=[SPRINT], issues=[issue()])
    await store.save(PAY, source=Source.BITBUCKET, complete=True, pull_requests=[PULL_REQUEST])
    await store.save(PAY, source=Source.SLACK, people=[PERSON])
    facts = await store.facts_about(PAY)
    assert (facts.sprints, facts.issues) == ((SPRINT,), (issue(),))
    assert (facts.pull_requests, facts.people) == ((PULL_REQUEST,), (PERSON,))
    assert facts.read_at == {"jira": clock.real(), "bitbucket": clock.real()}
    assert (await store.facts_about(TeamId("other"))).issues == ()


async def test_which_sprints_were_read_whole_is_kept_until_it_is_said_anew(store: Store) -> None:
    assert (await store.facts_about(PAY)).whole == frozenset()
    await store.save(PAY, source=Source.JIRA, complete=True, issues=[], whole=[SprintId(24), SprintId(31)])
    await store.save(PAY, source=Source.JIRA, issues=[issue()])
    await store.save(PAY, source=Source.JIRA, complete=True, issues=[issue()])
    assert (await store.facts_about(PAY)).whole == {24, 31}
    assert (await store.facts_about(TeamId("other"))).whole == frozenset()
    await store.save(PAY, source=Source.JIRA, complete=True, issues=[], whole=[SprintId(31)])
    assert (await store.facts_about(PAY)).whole == {31}
    await store.save(PAY, source=Source.JIRA, complete=True, issues=[], whole=[])
    assert (await store.facts_about(PAY)).whole == frozenset()


async def test_a_late_webhook_does_not_overwrite_a_newer_fact(store: Store) -> None:
    newer = issue(title="new", updated=MONDAY + timedelta(minutes=5))
    await store.save(PAY, source=Source.JIRA, issues=[newer])
    await store.save(PAY, source=Source.JIRA, issues=[issue(title="old")])
    await store.save(PAY, source=Source.JIRA, issues=[issue(title="old")], complete=True)
    assert (await store.facts_about(PAY)).issues == (newer,)


async def test_a_change_of_the_same_instant_is_taken(store: Store) -> None:
    await store.save(PAY, source=Source.JIRA, issues=[issue(title="old")])
    await store.save(PAY, source=Source.JIRA, issues=[issue(title="new")])
    assert (await store.facts_about(PAY)).issues[0].title == "new"


async def test_a_complete_reading_removes_what_it_does_not_mention_of_the_kinds_it_gives(store: Store) -> None:
    await store.save(PAY, source=Source.JIRA, sprints=[SPRINT], issues=[issue("PAY-1"), issue("PAY-2")])
    await store.save(PAY, source=Source.JIRA, issues=[issue("PAY-3")])
    assert await keys(store) == ["PAY-1", "PAY-2", "PAY-3"]
    await store.save(PAY, source=Source.JIRA, issues=[issue("PAY-2")], complete=True)
    assert await keys(store) == ["PAY-2"]
    assert (await store.facts_about(PAY)).sprints == (SPRINT,)


async def test_a_complete_reading_spares_what_was_saved_after_it_had_begun(store: Store, clock: FakeClock) -> None:
    await store.save(PAY, source=Source.JIRA, issues=[issue("PAY-1")])
    clock.tick(10)
    began = clock.real()
    clock.tick(5)
    await store.save(PAY, source=Source.JIRA, issues=[issue("PAY-2")])
    await store.save(PAY, source=Source.JIRA, issues=[], complete=True, began=began)
    assert await keys(store) == ["PAY-2"]
    assert (await store.facts_about(PAY)).read_at == {"jira": began}


async def test_a_large_reading_is_kept_whole(store: Store) -> None:
    many = [issue(f"PAY-{n}") for n in range(1, 1201)]
    await store.save(PAY, source=Source.JIRA, issues=many, complete=True)
    assert len(await keys(store)) == 1200
    await store.save(PAY, source=Source.JIRA, issues=many[:10], complete=True)
    assert len(await keys(store)) == 10


async def test_a_failed_reading_is_known_and_leaves_the_age_of_the_facts(store: Store, clock: FakeClock) -> None:
    await store.read_failed(PAY, Source.BITBUCKET, "401")
    assert (await store.facts_about(PAY)).read_at == {}
    await store.save(PAY, source=Source.JIRA, complete=True, issues=[])
    was = clock.real()
    clock.tick(60)
    await store.read_failed(PAY, Source.JIRA, "timed out")
    readings = await store.readings(PAY)
    assert (readings[Source.JIRA].at, readings[Source.JIRA].error) == (was, "timed out")
    assert (readings[Source.BITBUCKET].at, readings[Source.BITBUCKET].error) == (None, "401")
    await store.save(PAY, source=Source.JIRA, complete=True, issues=[])
    assert (await store.readings(PAY))[Source.JIRA].error is None


async def test_a_slot_fires_once_whoever_tries_and_its_job_with_it(store: Store, mailbox: Mailbox) -> None:
    job = NewJob("cycle", "digest:pay", PAY, 2)
    won = await asyncio.gather(*(store.fire("digest:pay", "2027-03-01", job) for _ in range(10)))
    assert sum(won) == 1
    assert await mailbox.claim([2], 30)
    assert await mailbox.claim([2], 30) is None
    assert await store.fired("digest:pay") == "2027-03-01"


async def test_what_another_process_fires_is_seen_by_one_that_remembers_an_earlier_slot(
    store: Store, database: Database, clock: FakeClock
) -> None:
    first, second = "2027-03-01", "2027-03-02"
    other = Store(database, clock)
    await store.fire("digest:pay", first, None)
    assert (await store.fired("digest:pay", since=first), await store.unfired({"digest:pay": first})) == (first, set())
    assert await store.unfired({"digest:pay": second, "past:pay": "01"}) == {"digest:pay", "past:pay"}
    await other.fire("digest:pay", second, None)
    assert await store.fired("digest:pay", since=second) == second
    await other.fire("past:pay", "01", None)
    assert await store.unfired({"digest:pay": second, "past:pay": "01"}) == set()


async def test_a_slot_skipped_on_purpose_counts_as_fired(store: Store, mailbox: Mailbox) -> None:
    assert await store.fired("digest:pay") is None
    assert await store.fire("digest:pay", "2027-03-01", None)
    assert not await store.fire("digest:pay", "2027-03-01", NewJob("cycle", "digest:pay", PAY, 2))
    assert await mailbox.claim([2], 30) is None


async def test_looks_are_due_in_company_time_and_not_for_paused_teams(store: Store, clock: FakeClock) -> None:
    await store.plan_look(PAY, clock.now() + timedelta(hours=1))
    await store.plan_look(TeamId("ops"), clock.now() + timedelta(minutes=30))
    assert await store.looks_due(clock.now()) == []
    clock.tick(3600)
    assert await store.looks_due(clock.now()) == ["ops", "pay"]
    await store.pause(TeamId("ops"))
    assert await store.looks_due(clock.now()) == ["pay"]
    assert await store.paused(TeamId("ops"))
    await store.resume(TeamId("ops"))
    assert await store.looks_due(clock.now()) == ["ops", "pay"]


async def test_the_next_alarm_is_the_next_look_or_the_next_ask_to_lapse(
    store: Store, ledger: Ledger, clock: FakeClock
) -> None:
    assert await store.next_alarm() is None
    await ledger.record(cycle(clock, ask(proposal(handover()), hours=2)))
    assert await store.next_alarm() == MONDAY + timedelta(hours=2)
    await store.plan_look(PAY, MONDAY + timedelta(hours=1))
    assert await store.next_alarm() == MONDAY + timedelta(hours=1)


async def test_what_is_remembered_can_be_recalled_and_forgotten(store: Store) -> None:
    await store.remember(PAY, "channel:C1", "board", 7)
    await store.remember(PAY, "channel:C1", "board", {"id": 8})
    await store.remember(PAY, "channel:C1", "note", "quiet")
    await store.remember(PAY, "channel:C1", "note", "loud", once=True)
    assert await store.recall(PAY, "channel:C1") == {"board": {"id": 8}, "note": "quiet"}
    await store.forget(PAY, "channel:C1", "board")
    assert await store.recall(PAY, "channel:C1") == {"note": "quiet"}
    await store.forget(PAY, "channel:C1")
    assert await store.recall(PAY, "channel:C1") == {}


async def test_a_moved_issue_is_one_issue_and_its_old_key_means_it(store: Store) -> None:
    waiting = issue("PAY-8", blocked_by=(IssueKey("PAY-7"),))
    await store.save(PAY, source=Source.JIRA, issues=[issue("PAY-7"), waiting])
    await store.save(PAY, source=Source.BITBUCKET, pull_requests=[PULL_REQUEST])
    moved = replace(issue("PAY-7"), key=IssueKey("OPS-3"), updated=MONDAY + timedelta(minutes=1))
    await store.save(PAY, source=Source.JIRA, issues=[moved])
    facts = await store.facts_about(PAY)
    assert {i.key: i.blocked_by for i in facts.issues} == {"OPS-3": (IssueKey("PAY-8"),), "PAY-8": ("OPS-3",)}
    assert facts.pull_requests[0].issues == ("OPS-3",)
    again = replace(moved, key=IssueKey("WEB-1"), updated=MONDAY + timedelta(minutes=2))
    await store.save(PAY, source=Source.JIRA, issues=[again])
    assert (await store.facts_about(PAY)).pull_requests[0].issues == ("WEB-1",)
    await store.save(PAY, source=Source.JIRA, issues=[moved, issue("PAY-7")])
    assert (await store.facts_about(PAY)).pull_requests[0].issues == ("WEB-1",), "late readings change nothing"


async def test_a_key_that_is_none_is_left_out_until_it_means_something(store: Store, clock: FakeClock) -> None:
    titled = replace(PULL_REQUEST, issues=(IssueKey("PAY-7"), IssueKey("UTF-8")))
    await store.save(PAY, source=Source.BITBUCKET, pull_requests=[titled])
    await store.learn_keys(PAY, {"UTF-8": None, "PAY-7": "7"})
    assert (await store.facts_about(PAY)).pull_requests[0].issues == ("PAY-7",)
    assert await store.keys_known(PAY, clock.real()) == {"UTF-8", "PAY-7"}
    assert await store.keys_known(TeamId("other"), clock.real()) == frozenset()
    clock.tick(60)
    assert await store.keys_known(PAY, clock.real()) == frozenset()
    await store.learn_keys(PAY, {"UTF-8": "8"})
    assert (await store.facts_about(PAY)).pull_requests[0].issues == ("PAY-7", "UTF-8")


async def test_what_is_gone_is_forgotten_by_immutable_id(store: Store) -> None:
    await store.save(PAY, source=Source.JIRA, issues=[issue("PAY-7"), issue("PAY-8")])
    await store.save(PAY, source=Source.BITBUCKET, pull_requests=[PULL_REQUEST])
    assert await store.holders_of("7", [PAY, TeamId("other")]) == [PAY]
    await store.gone(PAY, issues=["7", "999"], pull_requests=[PULL_REQUEST.id])
    facts = await store.facts_about(PAY)
    assert ([i.key for i in facts.issues], facts.pull_requests) == (["PAY-8"], ())
    assert await store.holders_of("7", [PAY]) == []


async def test_of_two_readings_of_one_state_the_later_wins_whichever_is_saved_first(
    store: Store, clock: FakeClock
) -> None:
    early = clock.real()
    clock.tick(5)
    await store.save(PAY, source=Source.JIRA, issues=[issue(title="later")], sprints=[replace(SPRINT, goal="later")])
    await store.save(
        PAY, source=Source.JIRA, issues=[issue(title="early")], sprints=[replace(SPRINT, goal="early")], began=early
    )
    facts = await store.facts_about(PAY)
    assert (facts.issues[0].title, facts.sprints[0].goal) == ("later", "later")


async def test_a_blocker_that_is_done_blocks_nothing_and_does_again_when_it_is_taken_up(store: Store) -> None:
    waiting = issue("PAY-7", blocked_by=(IssueKey("PAY-8"), IssueKey("WEB-1")))
    blocker = issue("PAY-8", progress=Progress.DONE, blocked_by=())
    await store.save(PAY, source=Source.JIRA, issues=[waiting, blocker])
    found = {i.key: i for i in (await store.facts_about(PAY)).issues}
    assert (found["PAY-7"].blocked_by, found["PAY-7"].freed_by) == (("WEB-1",), ("PAY-8",))
    freed = replace(waiting, blocked_by=(), freed_by=(IssueKey("PAY-8"),))
    doing = replace(blocker, progress=Progress.DOING)
    await store.save(PAY, source=Source.JIRA, issues=[freed, doing])
    found = {i.key: i for i in (await store.facts_about(PAY)).issues}
    assert found["PAY-7"].blocked_by == ("PAY-8",)


async def test_since_when_a_blocker_blocks_is_the_change_that_brought_it(store: Store) -> None:
    async def linked(**changes: Any) -> list[Linked]:
        await store.save(PAY, source=Source.JIRA, issues=[issue("PAY-7", **changes)])
        [found] = (await store.facts_about(PAY)).issues
        return list(found.linked_since)

    old, new = IssueKey("PAY-8"), IssueKey("PAY-9")
    assert await linked(blocked_by=(old,)) == []  # it was there at the first reading
    later = [MONDAY + timedelta(hours=n) for n in range(1, 5)]
    assert await linked(blocked_by=(old, new), updated=later[0]) == [Linked(new, later[0])]
    assert await linked(blocked_by=(old, new), updated=later[1], title="else") == [Linked(new, later[0])]
    assert await linked(blocked_by=(old,), freed_by=(new,), updated=later[2]) == []
    assert await linked(blocked_by=(old, new), updated=later[3]) == []  # taken up again, nobody knows when


async def test_a_change_that_two_clocks_date_a_moment_apart_began_once(store: Store) -> None:
    async def since(at: datetime, updated: datetime) -> datetime:
        await store.save(PAY, source=Source.JIRA, issues=[issue("PAY-7", status_since=at, updated=updated)])
        [found] = (await store.facts_about(PAY)).issues
        return found.status_since

    told, later = MONDAY + timedelta(seconds=1), MONDAY + timedelta(hours=1)
    assert await since(told, told) == told
    assert await since(told + timedelta(milliseconds=15), later) == told, "the same change, as its history dates it"
    another = told + timedelta(seconds=3)
    assert await since(another, later) == another
