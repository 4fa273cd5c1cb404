"""Live and past, a sprint is counted by one rule: in which unit, of which tickets, with what it began."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.forecasts import Stand
from models.histories import IssueHistory, Past, SprintHistory
from models.ids import SprintId
from models.work import Progress, Sprint, SprintState
from planner.foresight.outlook import Lore, alike, kept_of
from planner.foresight.reference import foretell
from planner.foresight.standing import ended_at_tenths, stand_now, stand_of
from tests.planner.foresight.lore import BEFORE, MIXED, TODO, certain, looked, past, running, told
from tests.planner.foresight.test_standing import CALENDAR, DAY, HOUR, MONDAY, one
from tests.planner.foresight.test_standing import past as past_of
from tests.planner.world import TEAM, facts, issue, snapshot, sprint

SPRINTS = 7
FORTNIGHT = timedelta(days=14)


def fortnight(number: int, *, ended: bool = True) -> SprintHistory:
    start = MONDAY + number * FORTNIGHT
    end = start + timedelta(days=11, hours=9)
    state = SprintState.CLOSED if ended else SprintState.ACTIVE
    made = Sprint(id=SprintId(number), name=f"S{number}", state=state, board=7, goal="", start=start, end=end)
    return SprintHistory(sprint=made, began=start, ended=end if ended else None)


def late_estimates(number: int, *, at: timedelta = HOUR) -> list[IssueHistory]:
    """Four tickets of sprint ``number`` that are estimated when it has begun; as many as its number allows get done."""
    start = MONDAY + number * FORTNIGHT
    found = []
    for n in range(4):
        bare = issue(100 * number + n, sprint=SprintId(number), created=start - DAY, **TODO)
        sized = replace(bare, points=3.0)
        over = replace(sized, progress=Progress.DONE)
        steps = [(start - DAY, bare), (start + at, sized), *([(start + (3 + n) * DAY, over)] if n <= number else [])]
        found.append(IssueHistory(id=bare.id, since=tuple(s for s, _ in steps), states=tuple(i for _, i in steps)))
    return found


def team_that_estimates_late(at: timedelta = HOUR) -> Past:
    sprints = tuple(fortnight(n, ended=n < SPRINTS - 1) for n in range(SPRINTS))
    return Past(sprints=sprints, issues=tuple(i for n in range(SPRINTS) for i in late_estimates(n, at=at)))


def stand_then(work: Past, after: timedelta) -> Stand:
    """The last sprint of ``work`` as the mirror shows it so long after its start."""
    last = work.sprints[-1]
    assert last.began is not None
    made = stand_now(work.facts(TEAM, last.began + after), last.sprint, last.began + after, CALENDAR)
    assert made is not None
    return made


@pytest.mark.parametrize("after", [timedelta(minutes=30), 2 * DAY], ids=["before it estimates", "when it has"])
def test_a_team_that_estimates_just_after_the_start_gets_a_forecast(after: timedelta) -> None:
    work = team_that_estimates_late()
    seen = [each for s in work.sprints[:-1] for each in ended_at_tenths(work, s.sprint.id, CALENDAR)]
    stand = stand_then(work, after)
    assert stand.by_points is (after == 2 * DAY)
    assert foretell(stand, alike(seen, stand)) is not None


def test_the_past_is_judged_in_points_or_issues_at_every_moment_as_a_running_sprint_is() -> None:
    work = team_that_estimates_late(at=3 * DAY)
    last = work.sprints[-1].sprint.id
    for after in (HOUR, 2 * DAY, 3 * DAY, 5 * DAY):
        now = work.sprints[-1].began + after  # type: ignore[operator]
        assert stand_of(work, last, now, CALENDAR) == stand_then(work, after)


def test_a_team_that_has_begun_to_estimate_is_foretold_by_issues_until_enough_sprints_have_points() -> None:
    by_issues = past(*[6] * 8, target=6.0, done=2.0, by_points=False)
    made = looked(Lore(by_issues))
    assert made is not None and not made.stand.by_points
    assert (made.stand.target, made.stand.done) == (5.0, 2.0)


def test_a_sprint_counted_in_points_is_compared_by_its_issues_with_one_that_has_none() -> None:
    seen = [replace(each, delivered_issues=6) for each in MIXED]
    bare = facts(*(replace(each, points=None) for each in running().issues))
    made = looked(Lore(tuple(seen)), bare)
    assert made is not None and not made.stand.by_points and made.foretold.past == 10
    assert looked(Lore(MIXED), bare) is None, "what they delivered in issues nobody knows"


def test_what_an_ended_sprint_delivered_is_told_in_issues_as_well() -> None:
    work = past_of(one(1, (MONDAY + DAY, {"progress": Progress.DONE})), one(2), one(3, points=5.0))
    last = ended_at_tenths(work, SprintId(12), CALENDAR)[-1]
    assert (last.delivered, last.delivered_issues) == (2.0, 1)
    by_issues = last.in_issues
    assert by_issues is not None and not by_issues.stand.by_points
    assert (by_issues.stand.target, by_issues.stand.done, by_issues.delivered) == (3.0, 1.0, 1.0)


# --- the parts of a ticket --------------------------------------------------------------------------------------


def part(number: int, **changes: Any) -> Any:
    return issue(number, "bob", **{"points": None, "created": BEFORE, "subtask": True, **TODO, **changes})


@pytest.mark.parametrize("points", [None, 5.0], ids=["without estimates", "with points of their own"])
def test_sub_tasks_add_nothing_to_a_forecast(points: float | None) -> None:
    plain = running()
    more = facts(*plain.issues, *(part(n, points=points) for n in range(50, 56)))
    one_, two = certain(Lore(MIXED), plain), certain(Lore(MIXED), more)
    assert (two.stand, two.foretold, two.spill_issues) == (one_.stand, one_.foretold, one_.spill_issues)
    assert [each.issue.key for each in two.tickets] == [each.issue.key for each in one_.tickets]
    seen = snapshot(*more.issues)
    assert kept_of(two, sprint(), more, seen).issues == kept_of(one_, sprint(), plain, snapshot(*plain.issues)).issues


def test_sub_tasks_add_nothing_to_what_a_past_sprint_was_to_deliver_and_delivered() -> None:
    done = (MONDAY + DAY, {"progress": Progress.DONE})
    small = one(9, done, points=8.0)
    small = replace(small, states=tuple(replace(each, subtask=True) for each in small.states))
    plain, more = past_of(one(1, done), one(2)), past_of(one(1, done), one(2), small)
    assert ended_at_tenths(more, SprintId(12), CALENDAR) == ended_at_tenths(plain, SprintId(12), CALENDAR)


# --- what it began with -----------------------------------------------------------------------------------------


def moved(number: int, *steps: tuple[timedelta, int | None]) -> IssueHistory:
    """A ticket with points that was put into sprint 24, or taken out, so long after the start."""
    start = sprint().start
    assert start is not None
    first = issue(number, "ann", points=3.0, created=BEFORE, sprint=None)
    states = [replace(first, sprint=SprintId(24) if id_ else None) for _, id_ in steps]
    since = [BEFORE if n == 0 else start + at for n, (at, _) in enumerate(steps)]
    dated = [
        replace(s, sprint_since=at if s.sprint and at > start else None) for s, at in zip(states, since, strict=True)
    ]
    return IssueHistory(id=first.id, since=tuple(since), states=tuple(dated))


NOW_AND_THEN = {
    "it came and went": ((timedelta(), None), (DAY, 24), (3 * DAY, None)),
    "it went and came back": ((timedelta(), 24), (2 * DAY, None), (4 * DAY, 24)),
    "it went": ((timedelta(), 24), (2 * DAY, None)),
    "it came": ((timedelta(), None), (2 * DAY, 24)),
}


@pytest.mark.parametrize("steps", NOW_AND_THEN.values(), ids=NOW_AND_THEN)
def test_what_came_and_went_counts_alike_now_and_later(steps: tuple[tuple[timedelta, int | None], ...]) -> None:
    work = Past(
        sprints=(SprintHistory(sprint=sprint(), began=sprint().start, ended=None),),
        issues=(moved(1, (timedelta(), 24)), moved(2, (timedelta(), 24)), moved(99, *steps)),
    )
    kept: list[Any] = []
    lore = tuple(replace(e, stand=replace(e.stand, share=tenth / 10)) for e in MIXED for tenth in range(11))
    for day in range(1, 7):
        held = work.facts(TEAM, sprint().start + day * DAY)  # type: ignore[operator]
        made = certain(Lore(lore, told=tuple(kept)), held, now=sprint().start + day * DAY)  # type: ignore[operator]
        kept.append(kept_of(made, sprint(), held, snapshot(*held.issues)))
        then = stand_of(work, SprintId(24), sprint().start + day * DAY, CALENDAR)  # type: ignore[operator]
        assert then is not None
        counts = ("start_issues", "added_issues", "removed_issues", "todo_issues", "target")
        assert [getattr(made.stand, name) for name in counts] == [getattr(then, name) for name in counts]


def test_a_ticket_that_moved_to_another_project_is_still_the_same_one() -> None:
    work = past_of(one(1), one(2, (MONDAY + DAY, {"key": "OPS-7"})))
    then = stand_of(work, SprintId(12), MONDAY + 2 * DAY, CALENDAR)
    assert then is not None and (then.start_issues, then.added_issues, then.removed_issues) == (2, 0, 0)


def test_of_a_forecast_kept_before_only_what_the_sprint_began_with_counts_as_taken_out() -> None:
    stand = certain(Lore(MIXED, told=(told(17, 0.7, issues=frozenset({"1", "99"})),))).stand
    assert (stand.removed_issues, stand.start_issues) == (1, 6)
