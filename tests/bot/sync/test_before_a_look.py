"""Before a look: exactly what events name, and what is too old."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.events import Event, Source
from models.ids import IssueKey, PullRequestId, SprintId
from models.pulls import Build, BuildState
from tests.bot.sync.desk import PULL, REPOSITORY, TEAM, Desk
from tests.contracts.stores.values import MONDAY
from tests.contracts.stores.values import issue as an_issue

pytestmark = pytest.mark.anyio


async def test_what_was_just_read_is_not_read_again(desk: Desk) -> None:
    sync = desk.sync()
    await sync.freshen(TEAM.id, [])
    desk.jira.news(), desk.bitbucket.news()
    desk.clock.tick(290)
    await sync.freshen(TEAM.id, [])
    assert (desk.jira.news(), desk.bitbucket.news()) == ([], [])
    desk.clock.tick(20)
    await sync.freshen(TEAM.id, [])
    assert "changes of 5 minutes" in desk.jira.news()


async def test_an_event_costs_no_reconciliation_unless_that_is_overdue(desk: Desk) -> None:
    desk.jira.tickets = [an_issue("PAY-2")]
    event = Event(source=Source.JIRA, name="jira:issue_updated", issue=IssueKey("PAY-2"), issue_id="2")
    sync = desk.sync()
    await sync.freshen(TEAM.id, [])
    desk.clock.tick(600)
    desk.jira.news()
    await sync.freshen(TEAM.id, [event])
    assert desk.jira.news() == ["2"]
    desk.clock.tick(600)
    await sync.freshen(TEAM.id, [event])
    assert "changes of 20 minutes" in desk.jira.news()


async def test_only_the_source_that_is_stale_is_read(desk: Desk) -> None:
    desk.bitbucket.down = True
    sync = desk.sync()
    await sync.freshen(TEAM.id, [])
    desk.jira.news()
    await sync.freshen(TEAM.id, [])
    assert desk.jira.news() == []
    assert len(desk.bitbucket.asked) == 2, "it is tried again each time"


async def test_events_reread_exactly_what_they_name(desk: Desk) -> None:
    named = PullRequestId(f"{TEAM.bitbucket.workspace.upper()}/{TEAM.bitbucket.repositories[0]}#7")
    desk.bitbucket.pulls = [PULL]
    desk.jira.tickets = [an_issue("PAY-2"), an_issue("PAY-1")]
    events = [
        Event(source=Source.JIRA, name="jira:issue_updated", issue=IssueKey("PAY-2"), issue_id="2"),
        Event(source=Source.JIRA, name="comment_created", issue=IssueKey("PAY-2"), issue_id="2"),
        Event(source=Source.JIRA, name="comment_created", issue_id="1"),
        Event(source=Source.BITBUCKET, name="pullrequest:updated", pull_request=named),
        Event(source=Source.BITBUCKET, name="pullrequest:updated", pull_request=PullRequestId("acme/other#1")),
    ]
    await desk.sync().after(TEAM.id, events)
    assert desk.jira.asked == ["1,2", "projects"]
    assert desk.bitbucket.asked == [f"{TEAM.bitbucket.repositories[0]}#7"]


async def test_a_sprints_event_reads_every_sprint_once(desk: Desk) -> None:
    started = Event(source=Source.JIRA, name="sprint_started", sprints=frozenset({SprintId(24)}), board=7)
    await desk.sync().after(TEAM.id, [started, started])
    assert desk.jira.asked.count("issues of a sprint") == 1
    assert desk.bitbucket.asked == []


async def test_what_jira_no_longer_knows_goes_and_nothing_names_it_any_more(desk: Desk) -> None:
    desk.jira.tickets = [an_issue("PAY-1", blocked_by=(IssueKey("PAY-2"),)), an_issue("PAY-2", blocked_by=())]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.jira.tickets = desk.jira.tickets[:1]
    await sync.after(TEAM.id, [Event(source=Source.JIRA, name="jira:issue_deleted", issue_id="2")])
    [left] = (await desk.store.facts_about(TEAM.id)).issues
    assert (left.key, left.blocked_by) == ("PAY-1", ())


async def test_a_pull_request_that_is_gone_does_not_keep_the_look_from_happening(desk: Desk) -> None:
    desk.bitbucket.pulls = [PULL]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.bitbucket.pulls = []
    await sync.after(TEAM.id, [Event(source=Source.BITBUCKET, name="pullrequest:updated", pull_request=PULL.id)])
    assert (await desk.store.facts_about(TEAM.id)).pull_requests == ()


async def test_a_builds_event_costs_one_reading_and_none_when_no_pull_request_ends_there(desk: Desk) -> None:
    desk.bitbucket.pulls = [PULL]
    failed = Build(state=BuildState.FAILED, at=MONDAY)
    desk.bitbucket.builds = {PULL.commit: failed}
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.bitbucket.news()
    for commit in (f"{PULL.commit}7890", "ffffffffffff"):
        told = Event(source=Source.BITBUCKET, name="repo:commit_status_updated", repository=REPOSITORY, commit=commit)
        await sync.after(TEAM.id, [told])
    assert desk.bitbucket.news() == [f"builds of {PULL.commit}"]
    assert (await desk.store.facts_about(TEAM.id)).pull_requests[0].build == failed


async def test_after_a_start_the_client_is_told_what_the_mirror_holds(desk: Desk) -> None:
    desk.bitbucket.pulls = [PULL]
    await desk.sync().everything(TEAM.id)
    desk.clock.tick(600)
    again = desk.sync()
    await again.reconcile(TEAM.id)
    assert desk.bitbucket.reminded == [PULL.id]


async def test_a_late_reading_does_not_overwrite_what_was_read_after_it_began(desk: Desk) -> None:
    """Builds move no time stamp: of two readings of the same state the later one wins."""
    failed, runs = Build(state=BuildState.FAILED, at=MONDAY), Build(state=BuildState.RUNNING, at=MONDAY)
    began = desk.clock.real()
    desk.clock.tick(5)
    await desk.store.save(TEAM.id, source=Source.BITBUCKET, pull_requests=[replace(PULL, build=failed)])
    late = replace(PULL, build=runs)
    await desk.store.save(TEAM.id, source=Source.BITBUCKET, pull_requests=[late], complete=True, began=began)
    assert [pull.build for pull in (await desk.store.facts_about(TEAM.id)).pull_requests] == [failed]
