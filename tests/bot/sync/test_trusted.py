"""While Jira's webhooks tell of everything it is read less often; when they may not, at once as often as ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.sync import Sync
from bot.sync.gaps import QUIET, REMEMBERED, TRUSTED
from bot.sync.mirror import OVERDUE, SPARED
from models.events import Delivery, Event, Source
from models.ids import DeliveryId, IssueKey
from models.work import Issue
from planner.bounds.worktime import team_calendar
from tests.bot.sync.desk import DIRECTIVES, TEAM, Desk
from tests.bot.sync.test_gaps import changed_at
from tests.contracts.stores.values import issue as an_issue

pytestmark = pytest.mark.anyio

BOTH, BITBUCKET = [Source.JIRA, Source.BITBUCKET], [Source.BITBUCKET]
MINUTES = 60


async def trusted(desk: Desk) -> Sync:
    """A mirror whose webhooks have just told of everything, some times in a row; it is a Tuesday, 11:00 there."""
    start_at(desk, datetime(2027, 3, 2, 16, tzinfo=UTC))
    desk.jira.tickets = [an_issue("PAY-1", blocked_by=()), an_issue("PAY-2", blocked_by=())]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    await sync.reconcile(TEAM.id)
    for n in range(TRUSTED):
        desk.clock.tick(MINUTES)
        await told_change(desk, f"{n}")
        desk.clock.tick(20 * MINUTES)
        assert list(await sync.due(TEAM.id)) == BOTH, "not proven yet"
        await sync.reconcile(TEAM.id)
    desk.jira.news()
    return sync


def start_at(desk: Desk, moment: datetime) -> None:
    """Real and company time, which in these tests are one."""
    passed = moment - desk.clock.now()
    desk.clock.tick(passed.total_seconds())
    desk.clock.real = desk.clock.now  # type: ignore[method-assign]


async def told_change(desk: Desk, name: str) -> None:
    """A ticket changes, and a webhook comes."""
    await changed_at(desk, "PAY-1")
    await deliver(desk, f"told {name}", b'{"webhookEvent": "comment_created", "issue": {"id": "1"}}')


async def deliver(desk: Desk, name: str, body: bytes) -> None:
    """Something comes through the door."""
    one = Delivery(
        source=Source.JIRA, id=DeliveryId(name), name="comment_created", body=body, received=desk.clock.real()
    )
    await desk.mailbox.accept(one, TEAM.id, None)


async def test_webhooks_that_told_of_everything_put_jiras_reading_off_for_two_hours_and_no_longer(desk: Desk) -> None:
    sync, ends = await trusted(desk), desk.clock.now() + SPARED
    assert list(await sync.due(TEAM.id)) == BITBUCKET
    while desk.clock.now() + timedelta(minutes=10) < ends:
        desk.clock.tick(10 * MINUTES)
        await told_change(desk, desk.clock.now().isoformat())
        assert list(await sync.due(TEAM.id)) == BITBUCKET
    desk.clock.tick(10 * MINUTES)
    assert list(await sync.due(TEAM.id)) == BOTH


async def test_a_look_by_the_clock_reads_nothing_either_until_then(desk: Desk) -> None:
    sync = await trusted(desk)
    desk.clock.tick(30 * MINUTES)
    await sync.freshen(TEAM.id, [])
    assert desk.jira.news() == []
    desk.clock.tick((SPARED + OVERDUE).total_seconds())
    await deliver(desk, "late", b"{}")
    await sync.freshen(TEAM.id, [])
    assert "coming sprints" in desk.jira.news()


async def test_one_change_that_no_webhook_told_brings_the_short_interval_back_until_they_prove_good_again(
    desk: Desk,
) -> None:
    sync = await trusted(desk)
    desk.clock.tick(MINUTES)
    await told_change(desk, "heard")
    lost = an_issue("PAY-2", title="nobody told", updated=desk.clock.now(), blocked_by=())
    desk.jira.changed = [lost]
    desk.clock.tick(SPARED.total_seconds())
    await deliver(desk, "other", b"{}")
    assert list(await sync.due(TEAM.id)) == BOTH, "the lost one is found by the reading after two hours"
    assert await sync.reconcile(TEAM.id, await sync.due(TEAM.id))
    assert "nobody told" in [issue.title for issue in (await desk.store.facts_about(TEAM.id)).issues]
    for n in range(TRUSTED):
        assert list(await sync.due(TEAM.id)) == BOTH
        await told_change(desk, f"good-{n}")
        desk.clock.tick(20 * MINUTES)
        await sync.reconcile(TEAM.id)
    assert list(await sync.due(TEAM.id)) == BITBUCKET


async def test_webhooks_that_stop_are_noticed_after_an_hour_of_work(desk: Desk) -> None:
    sync = await trusted(desk)
    await told_change(desk, "the last")
    desk.clock.tick(QUIET.total_seconds() - MINUTES)
    assert list(await sync.due(TEAM.id)) == BITBUCKET
    desk.clock.tick(2 * MINUTES)
    assert list(await sync.due(TEAM.id)) == BOTH
    desk.jira.changed = [an_issue("PAY-2", title="nobody told", updated=desk.clock.now(), blocked_by=())]
    assert await sync.reconcile(TEAM.id, await sync.due(TEAM.id)), "and what they did not tell is found"


async def test_a_night_without_deliveries_is_no_silence(desk: Desk) -> None:
    sync = await trusted(desk)
    start_at(desk, datetime(2027, 3, 2, 22, 55, tzinfo=UTC))  # five minutes before everybody goes home
    await told_change(desk, "the last of the day")
    desk.clock.tick(4 * 60 * MINUTES)
    await sync.reconcile(TEAM.id)
    desk.clock.tick(60 * MINUTES)
    assert list(await sync.due(TEAM.id)) == BITBUCKET


async def test_a_failed_reading_is_tried_again_by_the_next(desk: Desk) -> None:
    sync = await trusted(desk)
    desk.clock.tick(SPARED.total_seconds())
    await deliver(desk, "heard", b"{}")
    desk.jira.down = True
    with pytest.raises(Exception, match="no answer"):
        await sync.reconcile(TEAM.id, await sync.due(TEAM.id))
    assert list(await sync.due(TEAM.id)) == BOTH


@pytest.mark.parametrize(
    ("good", "strange", "hours"),
    [(True, "PAY-3", 24), (False, "PAY-3", 6), (True, "OPS-3", 6)],
    ids=["trusted", "not trusted", "a ticket of another project"],
)
async def test_everything_is_read_once_a_day_while_webhooks_prove_good_and_four_times_when_they_do_not(
    desk: Desk, good: bool, strange: str, hours: int
) -> None:
    sync, began = await trusted(desk), desk.clock.now()
    desk.jira.tickets.append(an_issue(strange, blocked_by=()))
    await sync.everything(TEAM.id)
    whole = (await desk.position()).whole
    assert whole is not None
    while (await desk.position()).whole == whole:
        desk.clock.tick(2 * 60 * MINUTES)
        if good:
            await told_change(desk, desk.clock.now().isoformat())
        else:
            await changed_at(desk, "PAY-1")
        desk.clock.tick(20 * MINUTES)
        await sync.reconcile(TEAM.id)
        assert desk.clock.now() - began < timedelta(days=2)
    passed = desk.clock.now() - whole
    assert timedelta(hours=hours) <= passed < timedelta(hours=hours, minutes=150)


async def test_without_deliveries_for_long_nothing_is_trusted(desk: Desk) -> None:
    sync = await trusted(desk)
    desk.clock.tick(REMEMBERED.total_seconds() + MINUTES)
    assert sync._gaps is not None
    assert not await sync._gaps.trusted(TEAM.id, Source.JIRA, team_calendar(DIRECTIVES, TEAM.id))


def event(name: str, body: bytes, at: datetime | None = None) -> Event:
    return Event(source=Source.JIRA, name=name, issue=IssueKey("PAY-1"), issue_id="1", body=body, at=at)


async def test_what_a_body_says_whole_is_kept_without_a_reading_and_the_rest_is_read(desk: Desk) -> None:
    sync, before = desk.sync(), an_issue("PAY-1", blocked_by=())
    desk.jira.tickets = [before]
    await sync.everything(TEAM.id)
    desk.jira.news()
    later = replace(before, status="Done", updated=before.updated + timedelta(minutes=1))
    desk.jira.told = {b"whole": later}
    await sync.after(TEAM.id, [event("jira:issue_updated", b"whole")])
    assert desk.jira.news() == [] and await held(desk) == later
    await sync.after(TEAM.id, [event("jira:issue_updated", b"whole"), event("jira:issue_updated", b"part")])
    assert desk.jira.news() == ["1"]


async def test_a_body_of_before_never_replaces_what_was_read_since(desk: Desk) -> None:
    sync, before = desk.sync(), an_issue("PAY-1", blocked_by=())
    desk.jira.tickets = [replace(before, status="Done", updated=before.updated + timedelta(minutes=2))]
    await sync.everything(TEAM.id)
    desk.jira.told = {b"old": replace(before, status="Doing", updated=before.updated + timedelta(minutes=1))}
    await sync.after(TEAM.id, [event("jira:issue_updated", b"old")])
    assert (await held(desk)).status == "Done"


async def test_a_comment_does_not_keep_a_lost_change_from_being_found(desk: Desk) -> None:
    sync, before = desk.sync(), an_issue("PAY-1", blocked_by=())
    desk.jira.tickets = [before]
    await sync.everything(TEAM.id)
    at = before.updated + timedelta(minutes=9)
    desk.jira.told = {b"well": replace(before, commented=at)}
    await sync.after(TEAM.id, [event("comment_created", b"well")])
    asked: dict[str, Any] = {}
    real = desk.jira.changed_since

    async def changed_since(projects: Any, since: Any, now: Any, known: Any) -> list[Issue]:
        asked.update(known)
        return await real(projects, since, now, known)

    desk.jira.changed_since = changed_since  # type: ignore[method-assign]
    desk.jira.changed = [replace(before, points=8.0, updated=at)]
    desk.clock.tick(600)
    await sync.reconcile(TEAM.id)
    assert asked["1"] == before.updated, "what is held is as old as it was read"
    assert await held(desk) == desk.jira.changed[0]


@pytest.mark.parametrize(
    ("found", "is_news"),
    [
        ({"updated": timedelta()}, False),
        ({"updated": timedelta(milliseconds=40)}, False),
        ({"updated": timedelta(minutes=1)}, True),
        ({"updated": timedelta(), "title": "another"}, True),
    ],
    ids=["at the same instant", "by another clock", "something since", "something with it"],
)
async def test_a_comment_that_was_told_is_no_news_when_a_reading_finds_it(
    desk: Desk, found: dict[str, Any], is_news: bool
) -> None:
    sync, before = desk.sync(), an_issue("PAY-1", blocked_by=())
    desk.jira.tickets = [before]
    await sync.everything(TEAM.id)
    at = before.updated + timedelta(minutes=9)
    desk.jira.told = {b"well": replace(before, commented=at)}
    await sync.after(TEAM.id, [event("comment_created", b"well")])
    desk.jira.changed = [replace(before, **found | {"updated": at + found["updated"]})]
    desk.clock.tick(600)
    assert await sync.reconcile(TEAM.id) is is_news
    assert (await held(desk)).touched == desk.jira.changed[0].updated


async def held(desk: Desk) -> Issue:
    return next(issue for issue in (await desk.store.facts_about(TEAM.id)).issues if issue.id == "1")
