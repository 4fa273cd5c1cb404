"""The reconciliation: changes only, and the whole where that is not enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.sync import Sync
from bot.sync.position import FARTHEST, WHOLE_EVERY, keep_position
from models.errors import Unclear
from models.events import Source
from models.ids import PullRequestId, SprintId
from models.pulls import Build, BuildState
from models.work import Issue, SprintState
from tests.bot.sync.desk import DIRECTIVES, PULL, REPOSITORY, RUNNING, TEAM, Desk, Site
from tests.contracts.stores.values import MONDAY
from tests.contracts.stores.values import issue as an_issue

pytestmark = pytest.mark.anyio


async def test_a_reconciliation_asks_for_changes_only(desk: Desk) -> None:
    desk.jira.tickets, desk.bitbucket.pulls = [an_issue("PAY-1")], [PULL]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.jira.news(), desk.bitbucket.news()
    desk.clock.tick(600)
    desk.jira.changed = [an_issue("PAY-1", title="new", updated=MONDAY + timedelta(minutes=9))]
    assert await sync.reconcile(TEAM.id)
    assert desk.jira.news() == ["coming sprints", "changes of 10 minutes", "PAY-8", "count"]
    assert desk.bitbucket.news() == [f"changes of {TEAM.bitbucket.repositories[0]}"]
    [held] = (await desk.store.facts_about(TEAM.id)).issues
    assert held.title == "new"
    read_at = (await desk.store.facts_about(TEAM.id)).read_at
    assert read_at["jira"] == read_at["bitbucket"] == desk.clock.real()


async def test_a_project_that_jira_does_not_have_is_not_asked_about(desk: Desk, caplog: Any) -> None:
    two = TEAM.model_copy(update={"jira": TEAM.jira.model_copy(update={"projects": ("PAY", "TYPO")})})
    asked: list[Sequence[str]] = []

    class Strict(Site):
        async def changed_since(
            self, projects: Sequence[str], since: datetime, now: datetime, held: Mapping[str, datetime]
        ) -> list[Issue]:
            asked.append(projects)
            return []

    sites: Any = {"jira": Strict(), "bitbucket": None, "slack": None}
    sync = Sync(desk.store, desk.clock, lambda: DIRECTIVES.model_copy(update={"teams": (two,)}), **sites)
    await sync.everything(TEAM.id)
    await sync.reconcile(TEAM.id)
    await sync.reconcile(TEAM.id)
    assert asked == [["PAY"], ["PAY"]]
    assert caplog.text.count("no project TYPO") == 1


async def test_a_reconciliation_that_finds_nothing_says_so(desk: Desk) -> None:
    sync = desk.sync()
    await sync.everything(TEAM.id)
    assert not await sync.reconcile(TEAM.id)


async def test_after_a_failure_the_next_reconciliation_reaches_back_to_the_last_good_one(desk: Desk) -> None:
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.clock.tick(600)
    desk.jira.down = True
    with pytest.raises(Unclear):
        await sync.reconcile(TEAM.id)
    desk.clock.tick(600)
    desk.jira.down = False
    desk.jira.news()
    await sync.reconcile(TEAM.id)
    assert "changes of 20 minutes" in desk.jira.news()


@pytest.mark.parametrize("away", [WHOLE_EVERY, FARTHEST + timedelta(minutes=1)])
async def test_after_long_everything_is_read_whole(desk: Desk, away: timedelta) -> None:
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.clock.tick(away.total_seconds())
    desk.jira.news()
    await sync.reconcile(TEAM.id)
    assert "issues of a sprint" in desk.jira.news()


async def test_a_clock_that_was_set_back_makes_a_whole_read(desk: Desk) -> None:
    sync = desk.sync()
    await sync.everything(TEAM.id)
    later = replace(await desk.position(), until=desk.clock.now() + timedelta(hours=1))
    await keep_position(desk.store, TEAM.id, Source.JIRA, later)
    desk.jira.news()
    await sync.reconcile(TEAM.id)
    assert "issues of a sprint" in desk.jira.news()


async def test_another_running_sprint_makes_a_whole_read(desk: Desk) -> None:
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.jira.running = [replace(RUNNING, state=SprintState.CLOSED), replace(RUNNING, id=SprintId(25))]
    desk.jira.news()
    await sync.reconcile(TEAM.id)
    assert "issues of a sprint" in desk.jira.news()
    assert (await desk.store.facts_about(TEAM.id)).whole == {25}


async def test_a_deleted_ticket_is_found_by_the_count_and_goes(desk: Desk) -> None:
    desk.jira.tickets = [an_issue("PAY-1"), an_issue("PAY-2")]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.jira.tickets = desk.jira.tickets[:1]
    await sync.reconcile(TEAM.id)
    assert await desk.keys() == ["PAY-1"]


async def test_a_ticket_that_goes_while_we_count_is_not_taken_for_an_error_of_the_estimate(desk: Desk) -> None:
    counts = [2, 1, 0, 0, 0]

    class Busy(Site):
        async def count(self, jql: str) -> int:
            return counts.pop(0)

    desk.jira = Busy(tickets=[an_issue("PAY-1", blocked_by=())])
    sync = desk.sync()
    await sync.everything(TEAM.id)
    assert (await desk.position()).drift == {"24": 0}
    desk.jira.tickets = []  # and nobody tells
    await sync.reconcile(TEAM.id)
    assert await desk.keys() == []


async def test_an_estimate_that_is_always_wrong_does_not_make_every_reconciliation_a_whole_read(desk: Desk) -> None:
    desk.jira.tickets, desk.jira.miscounts = [an_issue("PAY-1")], 3
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.jira.news()
    await sync.reconcile(TEAM.id)
    assert "issues of a sprint" not in desk.jira.news()


async def test_changes_outside_the_sprint_are_not_kept(desk: Desk) -> None:
    desk.jira.tickets = [an_issue("PAY-1", blocked_by=()), an_issue("PAY-2", blocked_by=())]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    later = MONDAY + timedelta(minutes=1)
    left = an_issue("PAY-1", sprint=None, updated=later, blocked_by=())
    desk.jira.changed = [left, an_issue("PAY-9", sprint=SprintId(99), updated=later)]
    desk.jira.tickets = desk.jira.tickets[1:]
    await sync.reconcile(TEAM.id)
    assert await desk.keys() == ["PAY-1", "PAY-2"]
    assert (await desk.store.facts_about(TEAM.id)).issues[0].sprint is None


async def test_builds_are_read_again_a_few_at_a_time_those_that_run_first(desk: Desk) -> None:
    passed = Build(state=BuildState.PASSED, at=MONDAY)
    runs = Build(state=BuildState.RUNNING, at=MONDAY)
    desk.bitbucket.pulls = [
        replace(PULL, id=PullRequestId(f"{REPOSITORY}#{n}"), commit=f"{n:012x}", build=runs if n == 30 else passed)
        for n in range(10, 31)
    ]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.bitbucket.news()
    desk.bitbucket.builds = {f"{n:012x}": passed for n in range(10, 31)}
    rounds = []
    for _ in range(3):
        await sync.reconcile(TEAM.id)
        rounds.append([each for each in desk.bitbucket.news() if each.startswith("builds of")])
        desk.clock.tick(600)
    assert rounds[0][0] == f"builds of {30:012x}"
    assert [len(each) for each in rounds] == [10, 10, 10]
    assert len({each for some in rounds for each in some}) == 21, "everyone has a turn"
    builds = {pull.build for pull in (await desk.store.facts_about(TEAM.id)).pull_requests}
    assert builds == {passed}
