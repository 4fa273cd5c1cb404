"""What the mirror believed wrongly for a moment is put right by its next reading."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.events import Event, Source
from models.ids import IssueKey
from tests.bot.sync.desk import PULL, TEAM, Desk
from tests.contracts.stores.values import issue as an_issue

pytestmark = pytest.mark.anyio


async def test_a_key_that_meant_nothing_means_its_ticket_once_that_is_there(desk: Desk) -> None:
    sync = desk.sync()
    desk.jira.tickets = [an_issue("PAY-1")]
    desk.bitbucket.pulls = [replace(PULL, issues=(IssueKey("PAY-1"), IssueKey("PAY-2")))]
    await sync.everything(TEAM.id)
    desk.jira.tickets = [an_issue("PAY-1"), an_issue("PAY-2")]
    await sync.everything(TEAM.id)
    assert (await desk.store.facts_about(TEAM.id)).pull_requests[0].issues == ("PAY-1", "PAY-2")


async def test_a_blocker_that_was_out_of_sight_for_a_moment_blocks_again(desk: Desk) -> None:
    sync = desk.sync()
    one, two = an_issue("PAY-1", blocked_by=(IssueKey("PAY-2"),)), an_issue("PAY-2", blocked_by=())
    desk.jira.tickets = [one, two]
    await sync.everything(TEAM.id)
    desk.jira.tickets = [one]
    await sync.after(TEAM.id, [Event(source=Source.JIRA, name="jira:issue_updated", issue_id="2")])
    desk.jira.tickets = [one, two]
    await sync.everything(TEAM.id)
    assert (await desk.store.facts_about(TEAM.id)).issues[0].blocked_by == ("PAY-2",)


async def test_bitbucket_being_down_keeps_no_look_from_what_jira_says(desk: Desk) -> None:
    desk.jira.tickets, desk.bitbucket.pulls = [an_issue("PAY-1")], [PULL]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.bitbucket.down = True
    pushed = Event(source=Source.BITBUCKET, name="pullrequest:updated", pull_request=PULL.id)
    await sync.freshen(TEAM.id, [pushed])
    facts = await desk.store.facts_about(TEAM.id)
    assert [pr.id for pr in facts.pull_requests] == [PULL.id]
