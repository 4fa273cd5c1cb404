"""A past hands out what a mirror would have held at any moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from models.histories import SETTLED_FOR, IssueHistory, Past, PullHistory, SprintHistory
from models.ids import IssueKey, SprintId, TeamId
from models.keeping.records import dump, load
from models.work import Facts, Linked, Progress, Sprint, SprintState
from planner.facts.observe import RECENT
from tests.planner.world import issue, pull_request

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST, SECOND = SprintId(23), SprintId(24)


def sprint(id: SprintId, began: datetime, ended: datetime | None) -> SprintHistory:
    state = SprintState.CLOSED if ended else SprintState.ACTIVE
    known = Sprint(id=id, name=f"S{id}", state=state, board=7, goal="", start=began, end=began + 10 * DAY)
    return SprintHistory(sprint=known, began=began, ended=ended)


def history(number: int, *steps: tuple[datetime, dict[str, Any]], **first: Any) -> IssueHistory:
    states, since = [issue(number, **{"sprint": SECOND, **first})], [MONDAY]
    for at, changed in steps:
        states.append(replace(states[-1], **changed))
        since.append(at)
    return IssueHistory(id=str(number), since=tuple(since), states=tuple(states))


def past(*issues: IssueHistory, **own: Any) -> Past:
    sprints = (sprint(FIRST, MONDAY, MONDAY + 10 * DAY), sprint(SECOND, MONDAY + 10 * DAY, None))
    return Past(**{"sprints": sprints, "issues": issues, "projects": frozenset({"PAY"}), **own})


def facts(of: Past, day: float) -> Facts:
    return of.facts(TeamId("pay"), MONDAY + day * DAY)


def key(number: int) -> IssueKey:
    return IssueKey(f"PAY-{number}")


DONE = {"progress": Progress.DONE}


def test_only_what_is_in_a_running_sprint_is_held_and_a_sprint_runs_from_its_start_to_its_end() -> None:
    work = past(history(1, (MONDAY + 12 * DAY, {"sprint": None})), history(2, sprint=FIRST))
    assert [{each.key for each in facts(work, day).issues} for day in (5, 11, 13)] == [{key(2)}, {key(1)}, set()]
    assert [facts(work, day).whole for day in (5, 11)] == [{FIRST}, {SECOND}]
    states = [{each.id: each.state.value for each in facts(work, day).sprints} for day in (-1, 5, 11)]
    assert [each[SECOND] for each in states] == ["future", "future", "active"]
    assert [each[FIRST] for each in states] == ["future", "active", "closed"]


def test_what_blocks_and_what_did_are_told_apart_by_how_the_blocker_stood_then() -> None:
    link = (Linked(key(9), MONDAY + 11 * DAY),)
    blocker = history(9, (MONDAY + 13 * DAY, DONE), (MONDAY + 14 * DAY, {"progress": Progress.DOING}), sprint=None)
    work = past(history(1, (MONDAY + 11 * DAY, {"blocked_by": (key(9),), "linked_since": link})), blocker)
    told = [facts(work, day).issue(key(1)) for day in (12, 13.5, 15)]
    assert [(i.blocked_by, i.freed_by) for i in told if i] == [((key(9),), ()), ((), (key(9),)), ((key(9),), ())]
    assert [i.linked_since for i in told if i] == [link, (), ()]
    assert facts(work, 12).issue(key(9)) is not None and facts(work, 10.5).issue(key(9)) is None


def test_a_link_that_was_there_when_the_mirror_was_begun_has_no_known_beginning() -> None:
    linked = {"blocked_by": (key(9),), "linked_since": (Linked(key(9), MONDAY + 11 * DAY),)}
    work = past(history(1, (MONDAY + 11 * DAY, linked)), history(9, sprint=None))
    late = facts(replace(work, mirrored=MONDAY + 12 * DAY), 13).issue(key(1))
    assert late is not None and (late.blocked_by, late.linked_since) == ((key(9),), ())


def test_an_issue_is_named_by_the_key_it_had_then() -> None:
    moved = history(9, (MONDAY + 13 * DAY, {"key": IssueKey("OPS-4")}))
    pull = PullHistory(id=pull_request(7).id, since=(MONDAY,), states=(pull_request(7, issues=(IssueKey("OPS-4"),)),))
    work = past(history(1, blocked_by=(IssueKey("OPS-4"),)), moved, pulls=(pull,))
    assert [facts(work, day).issue(key(1)).blocked_by for day in (12, 14)] == [(key(9),), ("OPS-4",)]  # type: ignore[union-attr]
    assert [facts(work, day).pull_requests[0].issues for day in (12, 14)] == [(key(9),), ("OPS-4",)]


def test_a_pull_request_is_held_while_it_is_open_and_a_fortnight_after() -> None:
    opened = pull_request(7, state="OPEN", issues=(key(1),))
    over = replace(opened, state="MERGED", settled_at=MONDAY + 12 * DAY)
    pull = PullHistory(id=opened.id, since=(MONDAY + DAY, MONDAY + 12 * DAY), states=(opened, over))
    work = past(pulls=(pull,))
    assert [len(facts(work, day).pull_requests) for day in (0, 2, 12, 25.9, 26)] == [0, 1, 1, 1, 0]
    assert SETTLED_FOR == RECENT
    assert [len(facts(replace(work, mirrored=MONDAY + 13 * DAY), day).pull_requests) for day in (11, 14)] == [1, 0]


def test_a_ticket_of_no_sprint_is_held_where_a_pull_request_of_our_own_names_it() -> None:
    stray = history(5, sprint=None)
    pull = PullHistory(id=pull_request(7).id, since=(MONDAY,), states=(pull_request(7, issues=(key(5),)),))
    assert facts(past(stray, pulls=(pull,)), 3).issue(key(5)) is not None
    assert facts(past(stray), 3).issue(key(5)) is None
    assert facts(past(stray, pulls=(pull,), projects=frozenset({"OPS"})), 3).issue(key(5)) is None


def test_what_is_not_watched_is_not_whole_and_a_source_that_was_not_read_has_no_age() -> None:
    work = past(history(1), watched=frozenset({FIRST}), sources=frozenset({"jira"}))
    assert (facts(work, 11).whole, facts(work, 11).issues) == (frozenset(), ())
    assert facts(work, 11).read_at == {"jira": MONDAY + 11 * DAY}


def test_its_instants_are_all_at_which_anything_changed_and_between_them_nothing_does() -> None:
    work = past(history(1, (MONDAY + 12 * DAY, DONE)), history(2, (MONDAY + 11 * DAY, DONE)))
    days = [(at - MONDAY) / DAY for at in work.instants()]
    assert days == [0, 10, 11, 12]
    assert [(at - MONDAY) / DAY for at in work.instants(MONDAY + 10 * DAY, MONDAY + 11 * DAY)] == [10, 11]
    for at in work.instants()[:-1]:
        ours, later = (replace(work.facts(TeamId("pay"), when), read_at={}) for when in (at, at + HOUR))
        assert ours == later


def test_a_past_is_kept_in_a_file_and_read_back_whole() -> None:
    work = past(history(1, (MONDAY + 12 * DAY, DONE)), watched=frozenset({SECOND}), mirrored=MONDAY)
    assert load(Past, dump(work)) == work


def test_a_sprint_is_nowhere_before_it_was_written_down() -> None:
    written = replace(sprint(SECOND, MONDAY + 10 * DAY, None), created=MONDAY + 4 * DAY)
    work = past(sprints=(sprint(FIRST, MONDAY, MONDAY + 10 * DAY), written))
    assert [{each.id for each in facts(work, day).sprints} for day in (3, 4)] == [{FIRST}, {FIRST, SECOND}]


def test_a_sprint_has_an_end_only_when_it_is_closed() -> None:
    over = sprint(FIRST, MONDAY, MONDAY + 10 * DAY)
    over = replace(over, sprint=replace(over.sprint, ended=MONDAY + 10 * DAY))
    told = [over.at(MONDAY + day * DAY) for day in (-1, 5, 10)]
    assert [each.ended for each in told if each is not None] == [None, None, MONDAY + 10 * DAY]
