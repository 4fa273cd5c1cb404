"""What was so: which issues a sprint ever held, and every state they were in, in as few calls as that takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.jira import Jira
from integrations.simulator.company import Company
from integrations.simulator.nouns import Issue
from models.clock import SharedClock
from models.ids import SprintId
from models.work import Progress, SprintState
from tests.contracts.jira.conftest import Held, grow

pytestmark = pytest.mark.anyio

PROJECTS = ("PAY",)


async def test_sprints_are_told_with_when_they_really_ended(jira: Jira, company: Company, past: int) -> None:
    late = replace(company.sprints[past], completed=company.sprints[past].end + timedelta(days=3))  # type: ignore[operator]
    company.sprints[past] = late
    (board,) = {sprint.board for sprint in company.sprints.values()}
    first, running, ahead = await jira.sprint_histories(board)
    assert (first.began, first.ended) == (late.start, late.completed) and first.sprint.end == late.end
    assert running.ended is None and ahead.began is None
    assert ahead.state(company.clock.now()) is SprintState.FUTURE


async def test_what_was_taken_out_of_a_sprint_is_found_and_what_never_was_in_it_is_not(
    jira: Jira, company: Company, one: Issue, running: int, ahead: int
) -> None:
    company.edit(one.key, one.reporter, sprints=(ahead,))
    sprint, since = SprintId(running), company.sprints[running].start
    assert since is not None
    found = await jira.ever_in(PROJECTS, [sprint], since, company.clock.now())
    inside = {str(i.id) for i in company.issues.values() if running in i.sprints}
    assert found == {sprint: frozenset({*inside, str(one.id)})}


async def test_a_past_of_many_issues_costs_few_calls(
    jira: Jira, company: Company, one: Issue, running: int, held: Held
) -> None:
    grow(company, one, 300)
    since = company.sprints[running].start
    assert since is not None
    found = await jira.ever_in(PROJECTS, [SprintId(running)], since, company.clock.now())
    ids = sorted(found[SprintId(running)])
    assert len(ids) > 300 and held.calls("POST", "/search/jql") == 2
    assert held.calls("POST", "/changelog/bulkfetch") == 1
    assert len(await jira.issue_histories(ids, ())) == len(ids)
    assert (held.calls("POST", "/issue/bulkfetch"), held.calls("POST", "/changelog/bulkfetch")) == (4, 2)


async def test_an_issue_is_told_in_every_state_it_was_in(jira: Jira, company: Company, one: Issue) -> None:
    company.edit(one.key, one.reporter, assignee=None, points=13.0)
    (board,) = {sprint.board for sprint in company.sprints.values()}
    (history,) = await jira.issue_histories([one.key], await jira.sprint_histories(board))
    (now,) = await jira.issues([one.key])
    assert history.now == now and now.assignee is None
    created, moved = history.states[0], next(state for state in history.states if state.progress is Progress.DOING)
    assert (created.status, created.assignee, created.points) == ("To Do", one.assignee, one.points)
    assert moved.status_since in history.since


async def test_what_was_created_in_a_sprint_and_left_it_is_found_by_the_side_it_left(
    jira: Jira, company: Company, one: Issue, running: int
) -> None:
    since = company.sprints[running].start
    left = company.create(one.project, one.reporter, "Filed into the sprint", sprints=(running,))
    company.edit(left.key, one.reporter, sprints=())
    assert since is not None
    found = await jira.ever_in(PROJECTS, [SprintId(running)], since, company.clock.now())
    assert str(left.id) in found[SprintId(running)]


async def test_what_left_as_the_first_sprint_began_is_found_much_later(
    jira: Jira, company: Company, clock: SharedClock, one: Issue, running: int
) -> None:
    left = company.create(one.project, one.reporter, "Filed into the sprint", sprints=(running,))
    since = clock.now()
    clock.advance(timedelta(seconds=20))
    company.edit(left.key, one.reporter, sprints=())
    clock.advance(timedelta(minutes=10))
    found = await jira.ever_in(PROJECTS, [SprintId(running)], since, clock.now())
    assert str(left.id) in found[SprintId(running)]


async def test_a_sprint_that_jira_does_not_know_is_left_out_and_the_others_are_told(
    jira: Jira, company: Company, running: int
) -> None:
    since = company.sprints[running].start
    assert since is not None
    found = await jira.ever_in(PROJECTS, [SprintId(99_999), SprintId(running)], since, company.clock.now())
    assert found.keys() == {SprintId(running)} and found[SprintId(running)]
    assert await jira.ever_in(PROJECTS, [SprintId(99_999)], since, company.clock.now()) == {}


async def test_of_a_boards_closed_sprints_the_latest_sixty_are_told(jira: Jira, company: Company, past: int) -> None:
    first, (board,) = company.sprints[past], {sprint.board for sprint in company.sprints.values()}
    ahead = {id: company.sprints.pop(id) for id in list(company.sprints) if id != past}
    for n in range(1, 66):
        company.sprints[50_000 + n] = replace(first, id=50_000 + n, name=f"Later {n}")
    company.sprints.update(ahead)
    closed = [each.sprint.name for each in await jira.sprint_histories(board) if each.ended is not None]
    assert closed == [f"Later {n}" for n in range(6, 66)]


async def test_the_sites_statuses_are_read_once_for_all_issues_of_a_reading(
    jira: Jira, company: Company, one: Issue, running: int, held: Held
) -> None:
    since = company.sprints[running].start
    assert since is not None
    for reading in (1, 2):
        await jira.ever_in(PROJECTS, [SprintId(running)], since, company.clock.now())
        for _ in range(3):
            assert await jira.issue_histories([one.key], ())
        assert held.calls("GET", "/status") == reading
