"""A whole read: what is there, what is gone, and how far it has come."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.sync.progress import so_far
from models.errors import Unclear
from models.events import Source
from models.ids import IssueKey
from models.store import READING
from models.work import Issue
from tests.bot.sync.desk import PULL, TEAM, Desk, Site
from tests.contracts.stores.values import issue as an_issue

pytestmark = pytest.mark.anyio


async def test_bitbucket_being_down_does_not_keep_jira_from_being_read(desk: Desk) -> None:
    desk.bitbucket.down = True
    await desk.sync().everything(TEAM.id)
    assert "issues of a sprint" in desk.jira.asked
    readings = await desk.store.readings(TEAM.id)
    assert readings[Source.JIRA].error is None and readings[Source.BITBUCKET].error == "no answer"


async def test_without_jira_nothing_is_judged_but_bitbucket_is_read(desk: Desk) -> None:
    desk.jira.down = True
    desk.bitbucket.pulls = [PULL]
    with pytest.raises(Unclear):
        await desk.sync().everything(TEAM.id)
    assert [pull.id for pull in (await desk.store.facts_about(TEAM.id)).pull_requests] == [PULL.id]


async def test_two_first_reads_at_a_time_cost_one(desk: Desk) -> None:
    sync = desk.sync()
    await asyncio.gather(sync.freshen(TEAM.id, []), sync.reconcile(TEAM.id))
    assert desk.jira.asked.count("issues of a sprint") == 1


async def test_a_whole_read_says_how_far_it_has_come_and_then_no_more(desk: Desk) -> None:
    desk.jira.tickets = [an_issue("PAY-1"), an_issue("PAY-2")]
    said: list[Any] = []

    class Telling(Site):
        async def sprint_issues(self, sprint: int, on_page: Any = None) -> list[Issue]:
            await on_page(1)
            said.append((await desk.store.recall(TEAM.id, READING))["jira"]["words"])
            return list(self.tickets)

    desk.jira = Telling(tickets=desk.jira.tickets)
    await desk.sync().everything(TEAM.id)
    assert said == ["Sprint 24: 1 of 2 issues"]
    assert await desk.store.recall(TEAM.id, READING) == {}


def test_progress_never_says_more_than_all() -> None:
    assert so_far(312, 500, "issues") == "312 of 500 issues"
    assert so_far(312, None, "issues") == so_far(312, 300, "issues") == "312 issues"


async def test_only_the_keys_of_projects_that_exist_count(desk: Desk) -> None:
    await desk.sync().everything(TEAM.id)
    assert f"{TEAM.bitbucket.repositories[0]} for PAY" in desk.bitbucket.asked
    assert desk.jira.asked.count("projects") == 1
    desk.clock.tick(60 * 60 * 23)
    await desk.sync().everything(TEAM.id)
    assert desk.jira.asked.count("projects") == 1, "once a day"
    desk.clock.tick(60 * 60 * 2)
    await desk.sync().everything(TEAM.id)
    assert desk.jira.asked.count("projects") == 2


async def test_keys_in_titles_are_confirmed_once_and_what_is_none_is_left_out(desk: Desk) -> None:
    desk.jira.tickets = [an_issue("PAY-1"), an_issue("PAY-2")]
    desk.bitbucket.pulls = [replace(PULL, issues=(IssueKey("PAY-1"), IssueKey("PAY-99")))]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    assert desk.jira.news()[-1] == "PAY-99", "only what the mirror does not hold is asked for"
    assert (await desk.store.facts_about(TEAM.id)).pull_requests[0].issues == ("PAY-1",)
    await sync.everything(TEAM.id)
    assert "PAY-99" not in desk.jira.news()
