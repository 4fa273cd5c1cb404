"""What is no open work any more, or of no running sprint, and still says something: merges, and tickets outside."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.sync import bitbucket as mirror
from bot.sync.jira import MOST_STRAYS
from models.events import Event, Source
from models.ids import IssueKey, PullRequestId
from models.pulls import PullRequest
from models.work import Facts, Issue, Progress
from planner.facts.observe import RECENT
from tests.bot.sync.desk import PULL, REPOSITORY, TEAM, Desk
from tests.contracts.stores.values import MONDAY
from tests.contracts.stores.values import issue as an_issue

pytestmark = pytest.mark.anyio

HOURS_6 = 6 * 3600 + 60
MERGED = replace(PULL, state="MERGED", updated=MONDAY, settled_at=MONDAY)


def merged(number: int, at: datetime = MONDAY, **more: Any) -> PullRequest:
    return replace(MERGED, id=PullRequestId(f"{REPOSITORY}#{number}"), settled_at=at, updated=at, **more)


def ticket(number: int, **more: Any) -> Issue:
    return an_issue(f"PAY-{number}", **{"blocked_by": ()} | more)


async def held(desk: Desk) -> Facts:
    return await desk.store.facts_about(TEAM.id)


async def pulls(desk: Desk) -> dict[str, str]:
    """State by number."""
    return {pr.id.rpartition("#")[2]: pr.state for pr in (await held(desk)).pull_requests}


# --- merged and declined --------------------------------------------------------------------------------------------


async def test_a_merge_that_a_webhook_told_outlives_whole_reads(desk: Desk) -> None:
    desk.jira.tickets, desk.bitbucket.pulls = [ticket(1)], [PULL]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.bitbucket.pulls = [MERGED]
    await sync.after(TEAM.id, [event(PULL.id)])
    desk.bitbucket.pulls = []
    for _ in range(3):
        desk.clock.tick(HOURS_6)
        await sync.everything(TEAM.id)
    assert await pulls(desk) == {"7": "MERGED"}


async def test_a_merge_that_nobody_told_is_found_by_the_poll_and_by_the_whole_read(desk: Desk) -> None:
    desk.jira.tickets, desk.bitbucket.pulls = [ticket(1)], [PULL, replace(PULL, id=PullRequestId(f"{REPOSITORY}#8"))]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.bitbucket.changed, desk.bitbucket.pulls = [merged(7)], [desk.bitbucket.pulls[1]]
    await sync.reconcile(TEAM.id)
    assert await pulls(desk) == {"7": "MERGED", "8": "OPEN"}
    desk.bitbucket.over, desk.bitbucket.pulls = [merged(8, state="DECLINED")], []
    desk.clock.tick(HOURS_6)
    await sync.everything(TEAM.id)
    assert await pulls(desk) == {"7": "MERGED", "8": "DECLINED"}


async def test_what_is_merged_while_a_whole_read_runs_counts_as_merged(desk: Desk) -> None:
    desk.bitbucket.pulls = [PULL]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.bitbucket.over = [merged(7)]
    await sync.everything(TEAM.id)
    assert await pulls(desk) == {"7": "MERGED"}


async def test_what_is_neither_open_nor_over_is_gone(desk: Desk) -> None:
    desk.bitbucket.pulls = [PULL]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.bitbucket.pulls = []
    await sync.everything(TEAM.id)
    assert await pulls(desk) == {}


async def test_after_two_weeks_a_merge_is_forgotten(desk: Desk) -> None:
    sync = desk.sync()
    desk.jira.tickets = [ticket(1)]
    await sync.everything(TEAM.id)
    desk.bitbucket.changed = [merged(7), merged(8, MONDAY + timedelta(days=1))]
    await sync.reconcile(TEAM.id)
    desk.bitbucket.changed = []
    desk.clock.tick(RECENT.total_seconds() + 60)
    await sync.everything(TEAM.id)
    assert await pulls(desk) == {"8": "MERGED"}


async def test_only_so_many_are_kept_the_newest_and_those_that_name_a_ticket(desk: Desk) -> None:
    sync = desk.sync()
    desk.jira.tickets = [ticket(1)]
    await sync.everything(TEAM.id)
    many = [merged(100 + n, MONDAY + timedelta(seconds=n)) for n in range(mirror.MOST_SETTLED + 5)]
    desk.bitbucket.changed = [*many, merged(7, issues=())]
    await sync.reconcile(TEAM.id)
    await sync.everything(TEAM.id)
    kept = await pulls(desk)
    assert len(kept) == mirror.MOST_SETTLED and "7" not in kept and "100" not in kept and "105" in kept


async def test_the_first_reading_digs_up_no_history(desk: Desk) -> None:
    desk.bitbucket.over = [merged(7)]
    await desk.sync().everything(TEAM.id)
    assert await pulls(desk) == {}
    assert not any(each.startswith("what is over") for each in desk.bitbucket.news())


async def test_merges_of_a_repository_the_team_has_given_up_go(desk: Desk) -> None:
    sync = desk.sync()
    desk.jira.tickets = [ticket(1)]
    await sync.everything(TEAM.id)
    desk.bitbucket.changed = [replace(MERGED, id=PullRequestId("acme/elsewhere#7"))]
    await sync.reconcile(TEAM.id)
    await sync.everything(TEAM.id)
    assert await pulls(desk) == {}


# --- tickets outside the sprints ------------------------------------------------------------------------------------


async def outside(desk: Desk, number: int) -> Issue | None:
    return next((i for i in (await held(desk)).issues if i.key == f"PAY-{number}"), None)


def naming(*numbers: int) -> PullRequest:
    return replace(PULL, issues=tuple(IssueKey(f"PAY-{number}") for number in numbers))


async def test_a_ticket_that_only_a_pull_request_names_is_held_and_stays_through_whole_reads(desk: Desk) -> None:
    desk.jira.tickets, desk.bitbucket.pulls = [ticket(1)], [naming(1, 50)]
    desk.jira.backlog = [ticket(50, sprint=None)]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    assert await outside(desk, 50) == desk.jira.backlog[0]
    desk.clock.tick(HOURS_6)
    desk.jira.backlog = [ticket(50, sprint=None, title="new", updated=MONDAY + timedelta(hours=5))]
    await sync.everything(TEAM.id)
    kept = await outside(desk, 50)
    assert kept is not None and kept.title == "new"


async def test_at_no_moment_of_a_whole_read_is_it_lost(desk: Desk) -> None:
    desk.bitbucket.pulls, desk.jira.backlog = [naming(50)], [ticket(50, sprint=None)]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.bitbucket.down = True
    await sync.everything(TEAM.id)
    assert await outside(desk, 50) is not None


async def test_its_changes_come_with_the_poll_and_cost_nothing_more(desk: Desk) -> None:
    desk.bitbucket.pulls, desk.jira.backlog = [naming(50)], [ticket(50, sprint=None)]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.jira.news()
    desk.clock.tick(600)
    desk.jira.changed = [ticket(50, sprint=None, status="In Progress", updated=MONDAY + timedelta(minutes=9))]
    await sync.reconcile(TEAM.id)
    assert desk.jira.news() == ["coming sprints", "changes of 10 minutes", "count"]
    fresh = await outside(desk, 50)
    assert fresh is not None and fresh.status == "In Progress"


async def test_a_merged_pull_request_keeps_its_ticket(desk: Desk) -> None:
    desk.bitbucket.pulls, desk.jira.backlog = [naming(50)], [ticket(50, sprint=None)]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.bitbucket.pulls, desk.bitbucket.over = [], [merged(7, issues=(IssueKey("PAY-50"),))]
    for _ in range(2):
        desk.clock.tick(HOURS_6)
        await sync.everything(TEAM.id)
    assert await outside(desk, 50) is not None


async def test_a_ticket_that_no_pull_request_names_any_more_goes(desk: Desk) -> None:
    desk.bitbucket.pulls, desk.jira.backlog = [naming(50)], [ticket(50, sprint=None)]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.bitbucket.pulls = []
    await sync.everything(TEAM.id)
    await sync.everything(TEAM.id)
    assert await outside(desk, 50) is None


async def test_a_ticket_that_was_deleted_is_gone_after_the_next_whole_read(desk: Desk) -> None:
    desk.bitbucket.pulls, desk.jira.backlog = [naming(50)], [ticket(50, sprint=None)]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.jira.backlog = []
    await sync.everything(TEAM.id)
    assert await outside(desk, 50) is None


async def test_of_other_teams_tickets_only_the_meaning_of_the_key_is_kept(desk: Desk) -> None:
    desk.bitbucket.pulls = [replace(PULL, issues=(IssueKey("OPS-9"),))]
    desk.jira.backlog = [replace(ticket(9, sprint=None), key=IssueKey("OPS-9"))]
    await desk.sync().everything(TEAM.id)
    facts = await held(desk)
    assert facts.issues == () and facts.pull_requests[0].issues == ("OPS-9",)


async def test_many_tickets_of_others_do_not_crowd_out_our_own(desk: Desk) -> None:
    foreign = tuple(IssueKey(f"OPS-{number}") for number in range(mirror.MOST_KEYS + 20))
    desk.bitbucket.pulls = [replace(PULL, issues=(*foreign, IssueKey("PAY-50")))]
    desk.jira.backlog = [replace(ticket(9, sprint=None), id=f"9{n}", key=key) for n, key in enumerate(foreign)]
    desk.jira.backlog.append(ticket(50, sprint=None))
    await desk.sync().everything(TEAM.id)
    assert await outside(desk, 50) is not None


async def test_other_teams_tickets_are_not_asked_for_once_their_pull_request_is_over(desk: Desk) -> None:
    desk.jira.tickets, desk.jira.backlog = [ticket(1)], [replace(ticket(9, sprint=None), key=IssueKey("OPS-9"))]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.bitbucket.changed = [merged(7, issues=(IssueKey("PAY-1"), IssueKey("OPS-9")))]
    desk.jira.news()
    await sync.reconcile(TEAM.id)
    assert "OPS-9" not in desk.jira.news()


async def test_of_more_than_a_whole_read_reads_again_the_unfinished_come_first(desk: Desk) -> None:
    many = range(500, 500 + MOST_STRAYS + 5)
    desk.jira.backlog = [ticket(n, sprint=None, progress=Progress.DONE) for n in many[:-1]]
    desk.jira.backlog.append(ticket(many[-1], sprint=None))
    sync = desk.sync()
    for start in range(0, len(many), 80):
        numbers = many[start : start + 80]
        desk.bitbucket.pulls = [
            *desk.bitbucket.pulls,
            replace(naming(*numbers), id=PullRequestId(f"{REPOSITORY}#{start}")),
        ]
        await sync.everything(TEAM.id)
    desk.jira.news()
    await sync.everything(TEAM.id)
    again = next(each for each in desk.jira.news() if "," in each).split(",")
    assert len(again) == MOST_STRAYS and again[0] == str(many[-1])


async def test_an_event_about_a_pull_request_asks_once_for_a_ticket_it_names(desk: Desk) -> None:
    desk.jira.tickets, desk.bitbucket.pulls = [ticket(1)], [naming(1)]
    sync = desk.sync()
    await sync.everything(TEAM.id)
    desk.jira.backlog, desk.bitbucket.pulls = [ticket(50, sprint=None)], [naming(50)]
    costs = []
    for _ in range(3):
        desk.jira.news(), desk.bitbucket.news()
        await sync.after(TEAM.id, [event(PULL.id)])
        costs.append(len(desk.jira.news()) + len(desk.bitbucket.news()))
    assert costs == [2, 1, 1]
    assert await outside(desk, 50) is not None


def event(pull: PullRequestId) -> Event:
    return Event(
        source=Source.BITBUCKET, name="pullrequest:fulfilled", repository=REPOSITORY, pull_request=pull, at=MONDAY
    )
