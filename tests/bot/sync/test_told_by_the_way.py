"""What a webhook told that is no reason to look at once is looked at with the next reading, read or spared."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.refresh import reread
from models.errors import Unclear
from models.events import Delivery, Reason, Source
from models.ids import DeliveryId, IssueKey
from models.mailbox import NewJob, look_at
from tests.bot.sync.desk import RUNNING, TEAM, Desk
from tests.bot.sync.test_trusted import BITBUCKET, held, trusted
from tests.contracts.stores.values import MONDAY

pytestmark = pytest.mark.anyio

LABEL = {
    "webhookEvent": "jira:issue_updated",
    "user": {"accountId": "somebody"},
    "issue": {"id": "1", "key": "PAY-1"},
    "changelog": {"items": [{"field": "labels", "fieldId": "labels", "fromString": "", "toString": "later"}]},
}
LINK = {"webhookEvent": "issuelink_created", "issueLink": {"sourceIssueId": 5, "destinationIssueId": 1}}


async def looks_after_a_reading(desk: Desk, sync: Any, told: dict[str, Any] | None, look: NewJob | None = None) -> int:
    """How many looks wait when ``told`` has come and the ten-minute reading is over."""
    await emptied(desk)
    if told is not None:
        body = json.dumps(told).encode()
        one = Delivery(source=Source.JIRA, id=DeliveryId("it"), name="x", body=body, received=desk.clock.real())
        await desk.mailbox.accept(one, TEAM.id, look)
    await desk.mailbox.put(NewJob(kind="sync", key="sync", team=TEAM.id, lane=2))
    job = await desk.mailbox.claim((2,), 60)
    assert job is not None
    app: Any = SimpleNamespace(sync=sync, mailbox=desk.mailbox)
    await reread(app, job)
    return (await emptied(desk)).count("cycle")


async def emptied(desk: Desk) -> list[str]:
    """Everything that waited, done."""
    kinds = []
    while (job := await desk.mailbox.claim((0, 1, 2), 60)) is not None:
        kinds.append(job.kind)
        await desk.mailbox.finish(job)
    return kinds


async def quiet(desk: Desk) -> Any:
    """Webhooks are trusted, and nothing they told is left: nothing of Jira is read."""
    sync = await trusted(desk)
    await sync.routine(TEAM.id)
    desk.jira.news()
    desk.clock.tick(10 * 60)
    assert list(await sync.due(TEAM.id)) == BITBUCKET
    return sync


@pytest.mark.parametrize("told", [LABEL, LINK], ids=["label", "link"])
async def test_a_label_or_a_link_that_was_told_is_read_and_looked_at_with_the_next_reading_although_jira_is_spared(
    desk: Desk, told: dict[str, Any]
) -> None:
    sync = await quiet(desk)
    linked = replace(desk.jira.tickets[0], blocked_by=(IssueKey("PAY-2"),), updated=desk.clock.now())
    desk.jira.tickets = [linked, *desk.jira.tickets[1:]]
    assert await looks_after_a_reading(desk, sync, told) == 1
    assert desk.jira.news() == ["1"], "what was named, and nothing else"
    assert linked.blocked_by == (await held(desk)).blocked_by
    desk.clock.tick(60)
    assert await looks_after_a_reading(desk, sync, None) == 0, "twice at most"
    desk.jira.news(), desk.clock.tick(60)
    assert await looks_after_a_reading(desk, sync, None) == 0
    assert desk.jira.news() == [], "and no more"


async def test_a_sprints_changed_dates_are_known_with_the_next_reading(desk: Desk) -> None:
    sync = await quiet(desk)
    later = replace(RUNNING, end=MONDAY + timedelta(days=9))
    desk.jira.running = [later]
    told = {"webhookEvent": "sprint_updated", "sprint": {"id": RUNNING.id, "originBoardId": 7}}
    assert await looks_after_a_reading(desk, sync, told) == 1
    assert (await desk.store.facts_about(TEAM.id)).sprints == (later,)
    assert "issues of a sprint" not in desk.jira.news()


async def test_what_a_look_accounts_for_is_left_to_that_look(desk: Desk) -> None:
    sync = await quiet(desk)
    assert await looks_after_a_reading(desk, sync, LABEL, look_at(TEAM.id, Reason.EVENT)) == 1, "its own"
    assert desk.jira.news() == []


async def test_what_changes_nothing_we_hold_is_no_reason_to_look(desk: Desk) -> None:
    sync = await quiet(desk)
    assert await looks_after_a_reading(desk, sync, None) == 0
    assert await looks_after_a_reading(desk, sync, LABEL) == 0, "our own doing, say, which was read at once"


async def test_what_could_not_be_read_is_gone_through_again(desk: Desk) -> None:
    sync = await quiet(desk)
    desk.jira.tickets = [replace(desk.jira.tickets[0], title="another", updated=desk.clock.now())]
    desk.jira.down = True
    with pytest.raises(Unclear):
        await looks_after_a_reading(desk, sync, LABEL)
    desk.jira.down = False
    assert await sync.routine(TEAM.id)
    assert (await held(desk)).title == "another"
