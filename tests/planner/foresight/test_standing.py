"""A sprint is counted alike at every moment, from its history or from the mirror."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.histories import IssueHistory, Past, SprintHistory
from models.ids import SprintId, TeamId
from models.work import Progress, Sprint, SprintState
from planner.bounds.worktime import Calendar
from planner.foresight.standing import (
    TENTHS,
    delivered_by,
    ended_at_tenths,
    moments_of,
    share_of,
    stand_now,
    stand_of,
)
from tests.planner.world import issue

CALENDAR = Calendar("Etc/UTC")
MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
FRIDAY = MONDAY + timedelta(days=11, hours=9)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TWELVE = SprintId(12)
SPRINT = Sprint(id=TWELVE, name="S", state=SprintState.CLOSED, board=7, goal="", start=MONDAY, end=FRIDAY)


def one(number: int, *steps: tuple[datetime, dict[str, object]], points: float | None = 2.0) -> IssueHistory:
    """An issue of the sprint from before its start on, and what happened to it."""
    first = issue(number, sprint=12, points=points, assignee=f"a{number % 2}", progress=Progress.TODO)
    states, since = [replace(first, created=MONDAY - 9 * DAY)], [MONDAY - 9 * DAY]
    for at, changed in steps:
        states.append(replace(states[-1], **changed))  # type: ignore[arg-type]
        since.append(at)
    return IssueHistory(id=first.id, since=tuple(since), states=tuple(states))


DONE = {"progress": Progress.DONE}


def past(*issues: IssueHistory, ended: datetime | None = FRIDAY, began: datetime = MONDAY) -> Past:
    return Past(sprints=(SprintHistory(sprint=SPRINT, began=began, ended=ended),), issues=issues)


def late(number: int, at: datetime, **how: object) -> IssueHistory:
    """An issue that came into the sprint then."""
    known = one(number, (at, {"sprint": TWELVE, "sprint_since": at}))
    outside = replace(known.states[0], sprint=None)
    return replace(known, states=(outside, *known.states[1:]))


def test_a_stand_counts_what_is_in_it_and_what_came_and_went_since_its_start() -> None:
    work = past(
        one(1, (MONDAY + DAY, {"progress": Progress.DOING}), (MONDAY + 2 * DAY, DONE)),
        one(2, (MONDAY + DAY, {"progress": Progress.DOING})),
        one(3, (MONDAY + DAY, {"sprint": None})),
        late(4, MONDAY + DAY),
    )
    stand = stand_of(work, TWELVE, MONDAY + 3 * DAY, CALENDAR, points=True)
    assert stand is not None and (stand.target, stand.done, stand.rest) == (6.0, 2.0, 4.0)
    assert (stand.todo_issues, stand.doing_issues, stand.done_issues) == (1, 1, 1)
    assert (stand.start_issues, stand.added_issues, stand.removed_issues) == (3, 1, 1)
    assert (stand.people, stand.board, stand.by_points) == (2, 7, True) and stand.share == pytest.approx(0.3)
    by_issues = stand_of(work, TWELVE, MONDAY + 3 * DAY, CALENDAR, points=False)
    assert by_issues is not None and (by_issues.target, by_issues.done, by_issues.by_points) == (3.0, 1.0, False)


def test_the_mirror_counts_the_same_as_the_history() -> None:
    work = past(one(1, (MONDAY + DAY, DONE)), one(2), one(3, (MONDAY + DAY, {"sprint": None})), late(4, MONDAY + DAY))
    now = MONDAY + 4 * DAY
    facts = replace(work, sprints=(replace(work.sprints[0], ended=None),)).facts(TeamId("pay"), now)
    told = stand_of(work, TWELVE, now, CALENDAR, points=True)
    assert stand_now(facts, SPRINT, now, CALENDAR, began_with={"3"}) == told


def test_what_is_not_done_when_a_sprint_is_closed_was_in_it_until_then() -> None:
    goes_on = one(1, (FRIDAY, {"sprint": SprintId(13)}))
    work = past(goes_on, one(2, (FRIDAY - HOUR, DONE)))
    last = ended_at_tenths(work, TWELVE, CALENDAR, points=True)[-1]
    assert (last.stand.target, last.delivered, last.difference) == (4.0, 2.0, -2.0)


def test_a_sprint_that_is_closed_the_next_day_delivers_until_then_and_one_that_is_forgotten_no_longer() -> None:
    monday, weeks = FRIDAY + 2 * DAY + 16 * HOUR, FRIDAY + 30 * DAY
    work = [one(1, (FRIDAY + 2 * DAY + 15 * HOUR + HOUR / 2, DONE)), one(2, (FRIDAY + 20 * DAY, DONE))]
    for ended, delivered in ((FRIDAY, 0.0), (monday, 2.0), (weeks, 2.0)):
        known = past(*work, ended=ended)
        assert delivered_by(known, known.sprints[0], CALENDAR, points=True) == delivered


def test_the_tenths_are_those_of_its_working_time() -> None:
    moments = moments_of(past().sprints[0], CALENDAR)
    assert [share_of(SPRINT, moment, CALENDAR) for moment in moments] == pytest.approx(list(TENTHS))
    assert moments[1] == MONDAY + 9 * HOUR and moments[-1] == FRIDAY
    over_night = share_of(SPRINT, MONDAY + 20 * HOUR, CALENDAR)
    assert over_night == share_of(SPRINT, MONDAY + 9 * HOUR, CALENDAR)


def test_a_sprint_that_was_started_late_is_counted_from_its_real_beginning() -> None:
    work = past(one(1), one(2, (MONDAY + 3 * DAY, DONE)), began=MONDAY + 2 * DAY)
    moments = moments_of(work.sprints[0], CALENDAR)
    assert len(moments) == len(TENTHS) == len(ended_at_tenths(work, TWELVE, CALENDAR))
    assert min(moments) == MONDAY + 2 * DAY and moments == tuple(sorted(moments))


def test_nothing_is_counted_before_the_start_nor_of_a_sprint_without_dates() -> None:
    assert stand_of(past(one(1)), TWELVE, MONDAY - HOUR, CALENDAR, points=True) is None
    endless = Past(
        sprints=(SprintHistory(sprint=replace(SPRINT, end=None), began=MONDAY, ended=FRIDAY),), issues=(one(1),)
    )
    assert ended_at_tenths(endless, TWELVE, CALENDAR, points=True) == ()
    assert ended_at_tenths(past(one(1), ended=None), TWELVE, CALENDAR, points=True) == ()
    assert ended_at_tenths(past(one(1)), SprintId(99), CALENDAR, points=True) == ()


HOURS = st.integers(-50, 400)


@given(st.lists(st.tuples(HOURS, st.sampled_from(["done", "open", "out", "in"])), max_size=6), HOURS)
def test_in_every_past_the_numbers_of_a_stand_agree(steps: Sequence[tuple[int, str]], hour: int) -> None:
    what = {"done": DONE, "open": {"progress": Progress.DOING}, "out": {"sprint": None}, "in": {"sprint": TWELVE}}
    told = [(MONDAY + at * HOUR, what[how]) for at, how in sorted(steps)]
    work, when = past(one(1, *told), one(2), late(3, MONDAY + 5 * HOUR)), MONDAY + hour * HOUR
    stand = stand_of(work, TWELVE, when, CALENDAR, points=True)
    assert (stand is None) is (hour < 0)
    if stand is not None:
        inside = stand.todo_issues + stand.doing_issues + stand.done_issues
        assert inside == stand.start_issues + stand.added_issues - stand.removed_issues
        assert 0 <= stand.done <= stand.target and 0 <= stand.share <= 1
        assert stand.target == 2.0 * inside
