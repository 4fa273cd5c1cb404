"""Pull requests whose author has to act: requested changes, a red build, a ticket that is done already."""

from __future__ import annotations

import pytest

from models.ids import AccountId
from models.pulls import BuildState, PullRequest
from models.work import Absence, Issue
from planner.detect import detect
from tests.planner.pulls import begun, closed, found, heard, law, naming, pull, red, review, seen, stray, wants
from tests.planner.world import BASE, DAY, HOUR, LONG_AGO, NOON, line, people

NOBODY: dict[str, str | None] = {}
BOB: dict[str, str | None] = {"api#1": "bob"}
VACATION = Absence(reason="vacation", until=NOON + 9 * DAY)
NAP = Absence(reason="do not disturb", until=NOON + HOUR)
MINUTE = HOUR / 60
TWO_DAYS_AGO, FOUR_HOURS_AGO, A_DAY_AGO = NOON - 2 * DAY, NOON - 19 * HOUR, NOON - DAY
"""In the working time of everybody in New York, to the minute."""

IDLE: list[tuple[str, PullRequest, dict[str, str | None]]] = [
    ("changes requested on Friday", pull(1, "bob", wants("ann")), BOB),
    ("two working days to the minute", pull(1, "bob", wants("ann", TWO_DAYS_AGO)), BOB),
    ("a minute less", pull(1, "bob", wants("ann", TWO_DAYS_AGO + MINUTE)), NOBODY),
    ("by one of two", pull(1, "bob", wants("ann"), review("deb")), BOB),
    ("by one, the other approved", pull(1, "bob", wants("ann"), review("deb", "approved", at=NOON)), BOB),
    ("by two", pull(1, "bob", wants("ann"), wants("deb", TWO_DAYS_AGO)), BOB),
    ("by somebody who is not on the team", pull(1, "bob", wants("stranger")), BOB),
    ("nobody wants changes", pull(1, "bob", review("ann")), NOBODY),
    ("pushed to since", pull(1, "bob", wants("ann"), pushed_at=NOON - HOUR), NOBODY),
    ("the author edited it yesterday", pull(1, "bob", wants("ann"), waiting_since=NOON - DAY), NOBODY),
    ("the author answered yesterday", pull(1, "bob", wants("ann", answered=NOON - DAY)), NOBODY),
    ("the author answered two days ago", pull(1, "bob", wants("ann", answered=TWO_DAYS_AGO)), BOB),
    ("pushed to by the reviewer", pull(1, "bob", wants("ann"), pushed_at=NOON, pushed_by=AccountId("acc-ann")), BOB),
    ("others talk about it", pull(1, "bob", wants("ann"), updated=NOON), BOB),
    ("a draft", pull(1, "bob", wants("ann"), draft=True), NOBODY),
    ("parked by its title", pull(1, "bob", wants("ann"), title="WIP: new ledger"), NOBODY),
    ("in the merge queue", pull(1, "bob", wants("ann"), queued=True), NOBODY),
    ("red as well: to rework it is one move", pull(1, "bob", wants("ann"), build=red()), BOB),
    ("by a bot", pull(1, "renovate", wants("ann")), NOBODY),
    ("by nobody known", pull(1, None, wants("ann")), NOBODY),
]

RED: list[tuple[str, PullRequest, dict[str, str | None]]] = [
    ("waiting for review", pull(build=red()), BOB),
    ("waiting for merge", pull(1, "bob", review("ann", "approved"), build=red()), BOB),
    ("nobody is asked to review it", pull(reviews=(), build=red()), BOB),
    ("four working hours to the minute", pull(build=red(FOUR_HOURS_AGO)), BOB),
    ("a minute less", pull(build=red(FOUR_HOURS_AGO + MINUTE)), NOBODY),
    ("green", pull(build=red(state=BuildState.PASSED)), NOBODY),
    ("running again", pull(build=red(state=BuildState.RUNNING)), NOBODY),
    ("stopped while it waits for review", pull(build=red(state=BuildState.STOPPED)), NOBODY),
    ("approved and stopped", pull(1, "bob", review("ann", "approved"), build=red(state=BuildState.STOPPED)), BOB),
    ("never built", pull(), NOBODY),
    ("a draft", pull(build=red(), draft=True), NOBODY),
    ("parked by its title", pull(build=red(), title="[on hold] new ledger"), NOBODY),
    ("in the merge queue", pull(build=red(), queued=True), NOBODY),
    ("by a bot", pull(1, "renovate", build=red()), NOBODY),
    ("by nobody known", pull(1, None, build=red()), NOBODY),
]

FOR_DONE = {"issues": naming(1)}
DONE: list[tuple[str, PullRequest, tuple[Issue, ...], dict[str, str | None]]] = [
    ("waiting for review", pull(**FOR_DONE), (closed(1),), BOB),
    ("approved", pull(1, "bob", review("ann", "approved", at=NOON), **FOR_DONE), (closed(1),), BOB),
    ("to rework", pull(1, "bob", wants("ann", NOON), **FOR_DONE), (closed(1),), BOB),
    ("its build runs", pull(build=red(state=BuildState.RUNNING), **FOR_DONE), (closed(1),), BOB),
    ("done a working day ago to the minute", pull(**FOR_DONE), (closed(1, status_since=A_DAY_AGO),), BOB),
    ("a minute less", pull(**FOR_DONE), (closed(1, status_since=A_DAY_AGO + MINUTE),), NOBODY),
    ("opened yesterday for a ticket done on Friday", pull(opened=A_DAY_AGO + MINUTE, **FOR_DONE), (closed(1),), NOBODY),
    ("the ticket is of no sprint", pull(**FOR_DONE), (closed(1, sprint=None),), BOB),
    ("the ticket is in progress", pull(**FOR_DONE), (begun(1),), NOBODY),
    ("the ticket was taken up again", pull(**FOR_DONE), (begun(1, status_since=NOON - HOUR),), NOBODY),
    ("two tickets, both done", pull(issues=naming(1, 2)), (closed(1), closed(2)), BOB),
    ("two tickets, one done", pull(issues=naming(1, 2)), (closed(1), begun(2)), NOBODY),
    ("two tickets, one of which we do not hold", pull(issues=naming(1, 2)), (closed(1),), NOBODY),
    ("a ticket we do not hold", pull(**FOR_DONE), (), NOBODY),
    ("no ticket", pull(), (closed(1),), NOBODY),
    ("another team's ticket", pull(issues=("OPS-1",)), (closed(1, key="OPS-1"),), NOBODY),
    ("a draft", pull(draft=True, **FOR_DONE), (closed(1),), NOBODY),
    ("parked by its title", pull(title="WIP: new ledger", **FOR_DONE), (closed(1),), NOBODY),
    ("in the merge queue", pull(queued=True, **FOR_DONE), (closed(1),), NOBODY),
    ("by a bot", pull(1, "renovate", **FOR_DONE), (closed(1),), NOBODY),
    ("by nobody known", pull(1, None, **FOR_DONE), (closed(1),), NOBODY),
]


@pytest.mark.parametrize(("pr", "expected"), [row[1:] for row in IDLE], ids=[row[0] for row in IDLE])
def test_whoever_let_requested_changes_lie_hears(pr: PullRequest, expected: dict[str, str | None]) -> None:
    assert heard(seen(prs=(pr,)), kind="changes_idle") == expected


@pytest.mark.parametrize(("pr", "expected"), [row[1:] for row in RED], ids=[row[0] for row in RED])
def test_whoever_has_a_red_build_hears(pr: PullRequest, expected: dict[str, str | None]) -> None:
    assert heard(seen(prs=(pr,)), kind="build_red") == expected


@pytest.mark.parametrize(("pr", "tickets", "expected"), [row[1:] for row in DONE], ids=[row[0] for row in DONE])
def test_whoever_left_it_open_beside_a_finished_ticket_hears(
    pr: PullRequest, tickets: tuple[Issue, ...], expected: dict[str, str | None]
) -> None:
    inside = tuple(i for i in tickets if i.sprint is not None)
    outside = tuple(i for i in tickets if i.sprint is None)
    assert heard(seen(*inside, strays=outside, prs=(pr,)), kind="done_but_open") == expected


@pytest.mark.parametrize("state", ["MERGED", "DECLINED", "SUPERSEDED"])
def test_what_is_over_is_nobodys_move(state: str) -> None:
    over = pull(1, "bob", wants("ann"), build=red(), issues=naming(1), state=state, settled_at=NOON - HOUR)
    assert heard(seen(closed(1), prs=(over,), settled=(over,))) == NOBODY


@pytest.mark.parametrize(
    "pr", [pull(1, "bob", wants("ann")), pull(build=red()), pull(issues=naming(1))], ids=["idle", "red", "done"]
)
def test_of_an_author_who_is_away_for_long_the_pm_hears_and_of_one_who_naps_they_do(pr: PullRequest) -> None:
    assert heard(seen(closed(1), prs=(pr,), who=people(bob=VACATION))) == {"api#1": None}
    assert heard(seen(closed(1), prs=(pr,), who=people(bob=NAP))) == BOB


def test_a_role_the_line_names_hears_instead_even_of_somebody_unknown() -> None:
    named = law(tell="tech_lead")
    assert heard(seen(prs=(pull(build=red()), pull(2, "renovate", build=red()))), named) == {
        "api#1": "tess",
        "api#2": "tess",
    }


def test_what_goes_on_goes_where_the_next_line_says() -> None:
    further = line("red-further", {"escalate": "build_red", "after": "1 business day", "to": "leadership"})
    world = seen(prs=(pull(build=red()), pull(2, "renovate", build=red())))
    steps = [(s.subject, s.step, s.addressee) for s in found(world, law(escalation=[*BASE["escalation"], further]))]
    assert steps == [("acme/api#1", 0, "bob"), ("acme/api#1", 1, None), ("acme/api#2", 1, None)]


def test_time_is_counted_where_the_author_lives() -> None:
    # Kai's Wednesday in Tokyo was over before NOON: nine hours since Tuesday noon in New York.
    assert heard(seen(prs=(pull(1, "kai", build=red(NOON - DAY)),))) == {"api#1": "kai"}
    assert heard(seen(prs=(pull(1, "kai", build=red(NOON - 14 * HOUR)),))) == {"api#1": "kai"}
    assert heard(seen(prs=(pull(1, "kai", build=red(NOON - 9 * HOUR)),))) == NOBODY


def test_the_look_that_finds_nothing_says_when_it_would() -> None:
    due = detect(seen(prs=(pull(build=red(NOON - HOUR)),)), law()).ripens
    assert due == NOON + 3 * HOUR


def test_a_push_ends_one_episode_and_the_next_red_build_begins_another() -> None:
    [first], [second] = (found(seen(prs=(pull(build=red(at)),))) for at in (LONG_AGO, FOUR_HOURS_AGO))
    assert first.id != second.id


def test_what_is_told_names_what_was_found() -> None:
    [idle], [broken], [left] = (
        found(seen(prs=(pull(1, "bob", wants("ann")),))),
        found(seen(prs=(pull(build=red()),))),
        found(seen(strays=(closed(1, sprint=None),), prs=(pull(issues=naming(1)),)), kind="done_but_open"),
    )
    assert idle.headline == "PR api#1 “Change 1” has waited 3 working days for the changes that were requested"
    assert broken.headline == "PR api#1 “Change 1” has had a failing build for 3 working days"
    assert "Builds: unit-tests" in [fact.text for fact in broken.evidence]
    assert left.headline == "PR api#1 “Change 1” is still open though PAY-1 is done, for 3 working days"


def test_a_ticket_of_the_backlog_that_is_in_progress_keeps_its_pull_request_open() -> None:
    assert heard(seen(strays=(stray(1),), prs=(pull(issues=naming(1)),)), kind="done_but_open") == NOBODY
