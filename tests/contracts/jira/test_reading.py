"""What the adapter reads is what the site holds: whole lists, counts, histories, fields."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.jira import Jira
from integrations.simulator.atlassian.jira_shapes import MOST_HISTORIES
from integrations.simulator.company import Company
from integrations.simulator.nouns import FLAGGED, POINTS, SPRINT, Board, Issue
from integrations.simulator.server import Simulator
from models.errors import Refused, Unclear
from models.work import SprintState
from tests.contracts.jira.conftest import SITE, Held, grow

pytestmark = pytest.mark.anyio


async def test_a_sprint_is_read_whole_over_many_pages(jira: Jira, company: Company, one: Issue, running: int) -> None:
    grow(company, one, 230)
    found = await jira.sprint_issues(running)
    assert {i.key for i in found} == {i.key for i in company.active()}
    assert len(found) == len(company.active()) > 230


async def test_a_sprint_of_five_hundred_costs_seven_calls_and_one_for_each_further_board(
    jira: Jira, company: Company, one: Issue, running: int, held: Held
) -> None:
    grow(company, one, 500 - len(company.active()))
    assert len(await jira.sprint_issues(running)) == 500
    counted = {
        "fields": held.calls("GET", "/rest/api/3/field"),
        "boards": held.calls("GET", "/configuration"),
        "search": held.calls("POST", "/search/jql"),
        "history": held.calls("POST", "/changelog/bulkfetch"),
    }
    assert counted == {"fields": 1, "boards": len(company.boards), "search": 5, "history": 1}


async def test_links_for_people_lead_to_the_site_whatever_host_is_called(jira: Jira, running: int) -> None:
    assert all(i.url == f"{SITE}/browse/{i.key}" for i in await jira.sprint_issues(running))
    assert jira.site == SITE


async def test_a_search_gives_no_more_than_asked_for_and_counts_all(jira: Jira, company: Company, running: int) -> None:
    jql = f"sprint = {running} ORDER BY key"
    found = await jira.search(jql, most=3)
    assert [i.key for i in found] == sorted(i.key for i in company.active())[:3]
    assert await jira.count(jql) == len(company.active())


@pytest.mark.parametrize("jql", ["", "ORDER BY key", "colour = red", 'project = "NOWHERE"'])
async def test_a_query_jira_would_not_run_is_refused_in_its_words(jira: Jira, jql: str) -> None:
    with pytest.raises(Refused) as refused:
        await jira.search(jql)
    assert refused.value.code == "400"
    assert len(str(refused.value)) > len("search: 400 ")


async def test_what_changed_since_then_is_found_and_nothing_older(
    jira: Jira, company: Company, simulator: Simulator, one: Issue
) -> None:
    now = simulator.clock.now()
    began = now - timedelta(minutes=4)
    company.edit(one.key, str(one.assignee), flagged=True)
    found = await jira.changed_since([one.project], began, simulator.clock.now())
    recent = {i.key for i in company.issues.values() if i.updated >= began}
    assert one.key in recent
    assert recent <= {i.key for i in found}
    assert all(i.updated >= began - timedelta(minutes=4) for i in found)


async def test_no_project_asks_nothing(jira: Jira, simulator: Simulator, held: Held) -> None:
    now = simulator.clock.now()
    assert await jira.changed_since([], now, now) == []
    assert held.asked == []


async def test_issues_come_by_key_and_id_and_unknown_ones_are_left_out(jira: Jira, one: Issue) -> None:
    found = await jira.issues([one.key, str(one.id), "NO-1"])
    assert [(i.key, i.assignee, i.status) for i in found] == [(one.key, one.assignee, one.status)]


async def test_an_issue_that_cannot_be_given_now_is_not_taken_for_gone(
    jira: Jira, simulator: Simulator, one: Issue
) -> None:
    simulator.jira.withheld[str(one.id)] = "Too large to be given."
    found = await jira.fetched([one.key])
    assert (found.issues, found.failed) == ((), {str(one.id): "Too large to be given."})
    with pytest.raises(Unclear, match="Too large"):
        await jira.issues([one.key])


async def test_history_says_since_when(jira: Jira, company: Company, simulator: Simulator, one: Issue) -> None:
    company.edit(one.key, str(one.assignee), flagged=True)
    company.edit(one.key, str(one.assignee), assignee=None)
    now = simulator.clock.now()
    (found,) = await jira.issues([one.key])
    for since in (found.flagged_since, found.unassigned_since):
        assert since is not None
        assert abs(now - since) < timedelta(minutes=1)
    assert found.status_since < now - timedelta(minutes=30)
    assert (await jira.holder(one.key)).account is None


async def test_the_sites_own_fields_are_found_by_what_they_are(jira: Jira) -> None:
    fields = await jira.site_fields()
    assert (fields.sprint, fields.flagged, fields.points[0]) == (SPRINT, FLAGGED, POINTS)


async def test_projects_are_listed_over_all_pages(jira: Jira, company: Company) -> None:
    company.projects.update({f"P{n}": str(50_000 + n) for n in range(230)})
    assert await jira.project_keys() == frozenset(company.projects)


async def test_boards_of_a_project_are_found_over_all_pages(jira: Jira, company: Company) -> None:
    project = next(iter(company.projects))
    company.boards.update({900 + n: Board(900 + n, f"Board {n}", project, "kanban") for n in range(120)})
    found = await jira.boards(project)
    assert {b.id for b in found} == {b.id for b in company.boards.values() if b.project == project}
    assert {b.kind for b in found} == {"scrum", "kanban"}


async def test_a_board_is_found_by_its_number_or_not_at_all(jira: Jira, company: Company) -> None:
    number, known = next(iter(company.boards.items()))
    board = await jira.board(number)
    assert board is not None
    assert (board.id, board.name, board.kind) == (number, known.name, "scrum")
    assert await jira.board(987_654) is None


async def test_sprints_come_in_every_state_over_all_pages(jira: Jira, company: Company, past: int) -> None:
    for number in range(5000, 5120):
        company.sprints[number] = replace(company.sprints[past], id=number, name=f"Old {number}")
    board = company.sprints[past].board
    found = await jira.sprints(board)
    assert {s.state for s in found} == set(SprintState)
    assert max(s.id for s in found if s.state is SprintState.CLOSED) == 5119
    coming = {s.id for s in company.sprints.values() if s.board == board and s.state != "closed"}
    assert coming <= {s.id for s in found}


async def test_a_kanban_board_has_no_sprints(jira: Jira, company: Company) -> None:
    company.boards[77] = Board(77, "Flow", next(iter(company.projects)), "kanban")
    assert await jira.sprints(77) == []


async def test_a_sprint_is_read_by_its_number(jira: Jira, company: Company, running: int) -> None:
    found = await jira.sprint(running)
    assert found is not None
    assert (found.name, found.state, found.board) == (
        company.sprints[running].name,
        SprintState.ACTIVE,
        company.sprints[running].board,
    )
    assert await jira.sprint(999_999) is None


async def test_an_issue_read_alone_brings_its_history_and_only_a_long_one_costs_a_second_call(
    jira: Jira, company: Company, one: Issue, held: Held
) -> None:
    company.edit(one.key, one.reporter, flagged=True)
    [found] = await jira.issues([one.key])
    assert found.flagged_since is not None and held.calls("POST", "/changelog/bulkfetch") == 0
    for number in range(MOST_HISTORIES):
        company.edit(one.key, one.reporter, title=f"Another title {number}")
    [again] = await jira.issues([one.key])
    assert again.flagged_since == found.flagged_since
    assert held.calls("POST", "/changelog/bulkfetch") == 1
