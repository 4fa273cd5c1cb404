"""Webhooks that should have come: counted, and said where operators look."""

from __future__ import annotations

import pytest

from bot.sync.gaps import GRACE, LEAST, Gaps, Window, judged_of, missing, webhooks_check
from models.events import Delivery, Source
from models.ids import DeliveryId, TeamId
from tests.bot.sync.desk import DIRECTIVES, TEAM, Desk
from tests.contracts.stores.values import issue as an_issue

pytestmark = pytest.mark.anyio


async def changed_at(desk: Desk, *keys: str) -> None:
    """These tickets change now."""
    changed = [an_issue(key, updated=desk.clock.now(), blocked_by=()) for key in keys]
    await desk.store.save(TEAM.id, source=Source.JIRA, issues=changed)


async def told(desk: Desk, *ids: str) -> None:
    """A webhook about each."""
    for name in ids:
        body = f'{{"webhookEvent": "comment_created", "issue": {{"id": "{name}"}}}}'.encode()
        one = Delivery(
            source=Source.JIRA, id=DeliveryId(name), name="comment_created", body=body, received=desk.clock.real()
        )
        await desk.mailbox.accept(one, TEAM.id, None)


async def test_what_changed_and_was_told_by_no_webhook_is_counted_once_it_is_late(desk: Desk) -> None:
    gaps = Gaps(desk.store, desk.clock, desk.mailbox)
    assert await gaps.judge(TEAM.id, Source.JIRA) == 0, "what was before is not judged"
    desk.clock.tick(3600)
    await changed_at(desk, "PAY-1", "PAY-2")
    await told(desk, "1")
    desk.clock.tick(60)
    assert await gaps.judge(TEAM.id, Source.JIRA) == 0, "a webhook may still come"
    desk.clock.tick(GRACE.total_seconds())
    assert await gaps.judge(TEAM.id, Source.JIRA) == 1
    desk.clock.tick(600)
    assert await gaps.judge(TEAM.id, Source.JIRA) == 0, "each change is judged once"
    judged = await judged_of(desk.store, TEAM.id, Source.JIRA)
    assert (judged.untold, judged.windows) == (1, (Window(told=1, untold=1),))


async def test_changes_between_two_early_comparisons_are_not_forgotten(desk: Desk) -> None:
    sync = desk.sync()
    desk.jira.tickets = [an_issue("PAY-1", blocked_by=())]
    await sync.everything(TEAM.id)
    await sync.reconcile(TEAM.id)
    for _ in range(3):
        desk.clock.tick(300)
        await changed_at(desk, "PAY-1")
        await sync.reconcile(TEAM.id)
    desk.clock.tick(2 * GRACE.total_seconds())
    await sync.reconcile(TEAM.id)
    assert (await judged_of(desk.store, TEAM.id, Source.JIRA)).untold == 1


async def test_many_untold_changes_are_said_to_be_missing_webhooks_until_they_come_again(desk: Desk) -> None:
    gaps = Gaps(desk.store, desk.clock, desk.mailbox)
    await gaps.judge(TEAM.id, Source.JIRA)
    desk.clock.tick(3600)
    await changed_at(desk, *(f"PAY-{n}" for n in range(1, LEAST + 1)))
    desk.clock.tick(2 * GRACE.total_seconds())
    await gaps.judge(TEAM.id, Source.JIRA)
    check = await webhooks_check(desk.store, DIRECTIVES, Source.JIRA, "jira webhooks", signed=True)
    assert not check.ok and "3 of the last 3 changes" in check.detail and "pm webhooks list" in check.hint
    for n in range(40, 52):
        await changed_at(desk, f"PAY-{n}")
        await told(desk, f"{n}")
        desk.clock.tick(2 * GRACE.total_seconds())
        assert await gaps.judge(TEAM.id, Source.JIRA) == 0
    check = await webhooks_check(desk.store, DIRECTIVES, Source.JIRA, "jira webhooks", signed=True)
    assert check.ok and check.detail == "12 of the last 12 changes were told"


async def test_without_a_secret_nobody_misses_webhooks(desk: Desk) -> None:
    check = await webhooks_check(desk.store, DIRECTIVES, Source.JIRA, "jira webhooks", signed=False)
    assert check.ok and "every ten minutes" in check.detail


@pytest.mark.parametrize(
    ("told", "untold", "seems"), [(0, 2, False), (0, 3, True), (12, 3, True), (13, 3, False), (0, 0, False)]
)
def test_a_few_late_ones_are_no_alarm(told: int, untold: int, seems: bool) -> None:
    assert missing([Window(told=told, untold=0), Window(told=0, untold=untold)]) is seems


async def test_another_teams_deliveries_tell_nothing_here(desk: Desk) -> None:
    gaps = Gaps(desk.store, desk.clock, desk.mailbox)
    await gaps.judge(TEAM.id, Source.JIRA)
    desk.clock.tick(3600)
    await changed_at(desk, "PAY-1")
    body = b'{"webhookEvent": "comment_created", "issue": {"id": "1"}}'
    theirs = Delivery(
        source=Source.JIRA, id=DeliveryId("x"), name="comment_created", body=body, received=desk.clock.real()
    )
    await desk.mailbox.accept(theirs, TeamId("others"), None)
    desk.clock.tick(2 * GRACE.total_seconds())
    assert await gaps.judge(TEAM.id, Source.JIRA) == 1
