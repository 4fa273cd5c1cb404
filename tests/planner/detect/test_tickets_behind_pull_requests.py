"""Tickets that do not say what their pull requests do: left behind by a merge, or worked on outside the sprint."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.events import Reason, Trigger
from models.ids import IssueKey, SprintId
from models.pulls import PullRequest
from models.work import Absence, Issue, Progress, Snapshot, Sprint
from planner.facts.observe import RECENT, observe, of_sprint, running, tally
from tests.planner.pulls import (
    NEXT,
    OVER,
    SPRINTS,
    begun,
    closed,
    found,
    heard,
    law,
    merged,
    naming,
    pull,
    review,
    stray,
    wants,
)
from tests.planner.world import BASE, DAY, HOUR, LONG_AGO, NOON, facts, people, sprint

NOBODY: dict[str, str | None] = {}
ANN: dict[str, str | None] = {"PAY-1": "ann"}
PM: dict[str, str | None] = {"PAY-1": "pat"}
TODO = {"status": "To Do", "progress": Progress.TODO}
FOR_QA = law(team={"jira": BASE["teams"][0]["jira"] | {"merged_status": "QA"}})

LEFT: list[tuple[str, tuple[PullRequest, ...], Issue, dict[str, str | None]]] = [
    ("merged on Friday", (merged(1, 1),), begun(1), ANN),
    ("merged an hour ago", (merged(1, 1, at=NOON - HOUR),), begun(1), ANN),
    ("merged a minute less ago", (merged(1, 1, at=NOON - HOUR + HOUR / 60),), begun(1), NOBODY),
    ("by a bot", (merged(1, 1, author="renovate"),), begun(1), ANN),
    ("by nobody known", (merged(1, 1, author=None),), begun(1), ANN),
    ("the ticket is of no sprint", (merged(1, 1),), stray(1), ANN),
    ("the ticket is planned for later", (merged(1, 1),), begun(1, sprint=NEXT.id), ANN),
    ("the ticket has not been begun", (merged(1, 1),), begun(1, **TODO), ANN),
    ("nobody owns the ticket", (merged(1, 1),), begun(1, None), PM),
    ("somebody unknown owns the ticket", (merged(1, 1),), begun(1, "stranger"), {"PAY-1": None}),
    ("the ticket is done", (merged(1, 1),), closed(1), NOBODY),
    ("somebody has moved the ticket since", (merged(1, 1),), begun(1, status_since=LONG_AGO + HOUR), NOBODY),
    ("the ticket was taken up again since", (merged(1, 1),), begun(1, status_since=NOON - HOUR), NOBODY),
    ("the ticket is flagged", (merged(1, 1),), begun(1, flagged_since=LONG_AGO), NOBODY),
    ("the ticket is blocked", (merged(1, 1),), begun(1, status="Blocked"), NOBODY),
    ("the ticket waits for another", (merged(1, 1),), begun(1, blocked_by=naming(2)), NOBODY),
    ("the ticket waits on purpose", (merged(1, 1),), begun(1, labels=frozenset({"on-hold"})), NOBODY),
    ("an epic: one pull request does not finish it", (merged(1, 1),), begun(1, kind="Epic"), NOBODY),
    ("another pull request for it is open", (merged(1, 1), pull(2, issues=naming(1))), begun(1), NOBODY),
    ("another pull request for it is a draft", (merged(1, 1), pull(2, issues=naming(1), draft=True)), begun(1), NOBODY),
    ("another was declined", (merged(1, 1), merged(2, 1, state="DECLINED")), begun(1), ANN),
    ("two were merged", (merged(1, 1), merged(2, 1, at=NOON - 2 * HOUR)), begun(1), ANN),
    ("two were merged, one just now", (merged(1, 1), merged(2, 1, at=NOON)), begun(1), NOBODY),
    ("declined", (merged(1, 1, state="DECLINED"),), begun(1), NOBODY),
    ("superseded", (merged(1, 1, state="SUPERSEDED"),), begun(1), NOBODY),
    ("for another ticket", (merged(1, 2),), begun(1), NOBODY),
    ("another team's ticket", (merged(1, issues=("OPS-1",)),), begun(1, key="OPS-1"), NOBODY),
]

OPEN = {"issues": naming(1)}
WORKED_ON: list[tuple[str, tuple[PullRequest, ...], tuple[Issue, ...], bool]] = [
    ("of the backlog", (pull(**OPEN),), (stray(1),), True),
    ("planned for the next sprint", (pull(**OPEN),), (stray(1, sprint=NEXT.id),), True),
    ("left over from the last sprint", (pull(**OPEN),), (stray(1, sprint=OVER.id),), True),
    ("of a sprint we do not know: another board's may run", (pull(**OPEN),), (stray(1, sprint=SprintId(99)),), False),
    ("of the running sprint", (pull(**OPEN),), (begun(1),), False),
    ("a ticket we do not hold", (pull(**OPEN),), (), False),
    ("no ticket", (pull(),), (stray(1),), False),
    ("four working hours to the minute", (pull(opened=NOON - 19 * HOUR, **OPEN),), (stray(1),), True),
    ("a minute less", (pull(opened=NOON - 19 * HOUR + HOUR / 60, **OPEN),), (stray(1),), False),
    ("to rework", (pull(1, "bob", wants("ann"), **OPEN),), (stray(1),), True),
    ("approved", (pull(1, "bob", review("ann", "approved"), **OPEN),), (stray(1),), True),
    ("a draft", (pull(draft=True, **OPEN),), (stray(1),), False),
    ("parked by its title", (pull(title="WIP: new ledger", **OPEN),), (stray(1),), False),
    ("in the merge queue", (pull(queued=True, **OPEN),), (stray(1),), False),
    ("by a bot", (pull(1, "renovate", **OPEN),), (stray(1),), False),
    ("by nobody known", (pull(1, None, **OPEN),), (stray(1),), False),
    ("merged", (merged(1, 1, at=NOON),), (stray(1),), False),
    ("two pull requests", (pull(1, **OPEN), pull(2, "mike", **OPEN)), (stray(1),), True),
    ("beside a ticket of the sprint", (pull(issues=naming(1, 2)),), (stray(1), begun(2)), False),
    ("beside another team's ticket", (pull(issues=(IssueKey("OPS-2"), *naming(1))),), (stray(1),), False),
    ("beside one that is done", (pull(issues=naming(2, 1)),), (stray(1), closed(2, sprint=None)), True),
    ("done", (pull(**OPEN),), (closed(1, sprint=None),), False),
    ("waiting on purpose", (pull(**OPEN),), (stray(1, status="On Hold"),), False),
    ("an epic", (pull(**OPEN),), (stray(1, kind="Epic"),), False),
    ("a sub-task", (pull(**OPEN),), (stray(1, kind="Sub-task"),), False),
    ("another team's", (pull(issues=("OPS-1",)),), (stray(1, key="OPS-1"),), False),
]


def world(*pulls: PullRequest, issues: tuple[Issue, ...], sprints: tuple[Sprint, ...] = SPRINTS) -> Snapshot:
    """What a look makes of a mirror that holds these."""
    held = facts(*issues, prs=pulls, sprints=sprints)
    return observe(held, Trigger(team=held.team, reason=Reason.LOOK, at=NOON), NOON)


@pytest.mark.parametrize(("pulls", "ticket", "expected"), [row[1:] for row in LEFT], ids=[row[0] for row in LEFT])
def test_whoever_owns_a_ticket_that_a_merge_left_behind_hears(
    pulls: tuple[PullRequest, ...], ticket: Issue, expected: dict[str, str | None]
) -> None:
    assert heard(world(*pulls, issues=(ticket,)), kind="merged_but_open") == expected


@pytest.mark.parametrize(
    ("pulls", "tickets", "told"), [row[1:] for row in WORKED_ON], ids=[row[0] for row in WORKED_ON]
)
def test_the_pm_hears_of_work_outside_the_sprint(
    pulls: tuple[PullRequest, ...], tickets: tuple[Issue, ...], told: bool
) -> None:
    assert heard(world(*pulls, issues=tickets), kind="work_outside_sprint") == (PM if told else NOBODY)


def test_a_merge_of_two_weeks_ago_says_nothing_any_more() -> None:
    assert heard(world(merged(1, 1, at=NOON - RECENT + HOUR), issues=(begun(1, status_since=NOON - 20 * DAY),))) == ANN
    assert heard(world(merged(1, 1, at=NOON - RECENT), issues=(begun(1, status_since=NOON - 20 * DAY),))) == NOBODY


def test_one_merge_for_two_tickets_leaves_both_behind() -> None:
    assert heard(world(merged(1, 1, 2), issues=(begun(1), begun(2, "kai")))) == {"PAY-1": "ann", "PAY-2": "kai"}


def test_a_ticket_in_the_status_its_team_wants_after_a_merge_is_where_it_belongs() -> None:
    waiting = world(merged(1, 1), issues=(begun(1, status="qa"),))
    assert heard(waiting) == ANN
    assert heard(waiting, FOR_QA) == NOBODY


def test_of_an_owner_who_is_away_for_long_the_pm_hears() -> None:
    away = replace(world(merged(1, 1), issues=(begun(1),)), people=people(ann=Absence(reason="vacation")))
    assert heard(away) == PM


def test_while_no_sprint_runs_or_several_are_known_to_nothing_is_outside() -> None:
    work = (pull(**OPEN),)
    assert heard(world(*work, issues=(stray(1),), sprints=(OVER, NEXT))) == NOBODY
    both = (sprint(), sprint(26))
    assert heard(world(*work, issues=(stray(1, sprint=SprintId(26)),), sprints=both)) == NOBODY


def test_work_outside_counts_from_the_sprints_start_not_from_before() -> None:
    just_begun = (sprint(start=NOON - HOUR), NEXT)
    assert heard(world(pull(**OPEN), issues=(stray(1),), sprints=just_begun)) == NOBODY


def test_the_next_pull_request_for_a_ticket_outside_begins_no_second_question() -> None:
    first, second = pull(1, **OPEN), pull(2, opened=NOON - 20 * HOUR, **OPEN)
    over = replace(first, state="MERGED", settled_at=NOON)
    [before] = found(world(first, issues=(stray(1),)))
    [after] = found(world(over, second, issues=(stray(1),)), kind="work_outside_sprint")
    assert before.id == after.id


def test_what_is_said_after_a_merge_begins_nothing_anew() -> None:
    [one], [other] = (
        found(world(replace(merged(1, 1), updated=at), issues=(begun(1),)), kind="merged_but_open")
        for at in (LONG_AGO, NOON)
    )
    assert one.id == other.id


def test_no_count_of_the_sprint_counts_what_lies_outside() -> None:
    seen_now = world(pull(**OPEN), issues=(begun(2), stray(1), begun(3, sprint=NEXT.id)))
    assert [i.key for i in seen_now.issues] == [i.key for i in running(seen_now)] == ["PAY-2"]
    assert [i.key for i in seen_now.strays] == ["PAY-1", "PAY-3"]
    assert tally(of_sprint(seen_now, sprint())).issues == 1


def test_what_is_told_names_what_was_found() -> None:
    [left] = found(world(merged(1, 1), issues=(begun(1),)))
    [outside] = found(world(pull(**OPEN), issues=(stray(1, sprint=NEXT.id),)))
    assert left.headline == "PAY-1 “Title 1” is still “In Progress”, though PR api#1 was merged Fri 13 Nov 12:00"
    assert outside.headline == "PAY-1 “Title 1” is worked on but planned for Sprint 25, not in the running sprint"
    assert outside.evidence[0].text == "PR api#1 “Change 1” by Bob, open since Thu 12 Nov 12:00"
