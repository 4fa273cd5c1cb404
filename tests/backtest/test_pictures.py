"""The charts of a back-test are counted from histories, and foretell nothing from what came later."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.backtest.report.pictures import Gallery
from models.histories import IssueHistory, Past, SprintHistory
from models.ids import IssueKey, SprintId
from models.work import Issue, Progress, Sprint, SprintState
from planner.bounds.worktime import Calendar
from tests.bot.charts.reading import Read

BERLIN = Calendar("Europe/Berlin")
MONDAY = datetime.fromisoformat("2026-06-01T07:00:00+00:00")
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def sprint(number: int) -> SprintHistory:
    start = MONDAY + number * WEEK
    about = Sprint(
        id=SprintId(number), name=f"Sprint {number}", state=SprintState.CLOSED, board=1, goal="",
        start=start, end=start + 4 * DAY + timedelta(hours=9),
    )  # fmt: skip
    return SprintHistory(sprint=about, began=start, ended=about.end)


def issue(of: SprintHistory, number: int, done_on: int | None) -> IssueHistory:
    assert of.began is not None
    first = Issue(
        key=IssueKey(f"WEB-{of.sprint.id}{number}"), id=f"{of.sprint.id}{number}", title="", url="", kind="Story",
        status="To Do", progress=Progress.TODO, status_since=of.began, assignee=None, unassigned_since=of.began,
        priority="Medium", labels=frozenset(), points=3.0, due=None, flagged_since=None, blocked_by=(),
        sprint=of.sprint.id, sprint_since=of.began - DAY, created=of.began - DAY, updated=of.began,
    )  # fmt: skip
    since, states = [of.began - DAY], [first]
    if done_on is not None:
        since.append(of.began + done_on * DAY + timedelta(hours=2))
        states.append(replace(first, progress=Progress.DONE, status="Done"))
    return IssueHistory(id=first.id, since=tuple(since), states=tuple(states))


def past(count: int, last_done: int = 4) -> Past:
    """Sprints of four tickets, one done a day; ``last_done`` of the last one's."""
    sprints = tuple(sprint(number) for number in range(count))
    issues = [
        issue(of, n, n if of is not sprints[-1] or n < last_done else None) for of in sprints for n in range(4)
    ]  # fmt: skip
    return Past(sprints=sprints, issues=tuple(issues))


def test_a_sprint_is_counted_at_the_end_of_each_day() -> None:
    (burn_up,) = Gallery(past(1), BERLIN).sprints()
    assert burn_up.title == "Sprint 0: 12 of 12 points done when it ended on Fri 5 Jun"
    assert [row[2] for row in burn_up.table.rows] == ["3", "6", "9", "12", "12"]


def test_with_too_few_sprints_before_it_nothing_is_foretold() -> None:
    charts = list(Gallery(past(5), BERLIN).sprints())
    assert len(charts) == 5 and not any("half time" in chart.svg for chart in charts)
    assert Gallery(past(5), BERLIN).record().title == "No forecast has come due yet"


def test_from_the_sixth_on_it_is_foretold_and_scored() -> None:
    burn_up, trend = list(Gallery(past(6), BERLIN).sprints())[-2:]
    assert "half time" in Read(burn_up.svg).words()
    assert burn_up.title.endswith("to finish all 12 points; in the end 12 were done")
    assert len(trend.table.rows) == 5 and "none" not in {row[1] for row in trend.table.rows}
    assert Gallery(past(6), BERLIN).record().title == "Too few forecasts to judge: 1 of 1 came true"


def test_what_comes_later_changes_nothing_that_was_foretold_before() -> None:
    def chances(of: Past) -> list[tuple[str, ...]]:
        return list(list(Gallery(of, BERLIN).sprints())[6].table.rows)

    assert chances(past(6)) == chances(past(9, last_done=0))


def test_sprints_that_are_kept_from_before_help() -> None:
    kept = Gallery(past(6), BERLIN).ended
    only_last = replace(past(6), watched=frozenset({SprintId(5)}))
    assert "half time" not in next(Gallery(only_last, BERLIN).sprints()).svg
    assert "half time" in next(Gallery(only_last, BERLIN, kept).sprints()).svg
    assert Gallery(past(6), BERLIN, kept).record().title.endswith("1 of 1 came true")


@pytest.mark.parametrize("lost", ["start", "end"])
def test_a_sprint_without_dates_has_no_chart(lost: str) -> None:
    of = past(1)
    gone = replace(of.sprints[0], sprint=replace(of.sprints[0].sprint, **{lost: None}))
    assert list(Gallery(replace(of, sprints=(gone,)), BERLIN).sprints()) == []


def parallel(later_done: int) -> Past:
    """A long sprint after six others, and two on another board that begin behind its half and end before it does."""
    base, long = past(6), sprint(6)
    end = long.sprint.start + 40 * DAY  # type: ignore[operator]
    long = replace(long, sprint=replace(long.sprint, end=end), ended=end)
    later = [replace(sprint(n), sprint=replace(sprint(n).sprint, board=2)) for n in (10, 11)]
    issues = [issue(long, n, n) for n in range(4)]
    issues += [issue(of, n, n if n < later_done else None) for of in later for n in range(4)]
    return replace(base, sprints=(*base.sprints, long, *later), issues=(*base.issues, *issues))


def test_at_half_time_nothing_is_known_of_a_sprint_that_began_later_and_ended_earlier() -> None:
    def foretold(of: Past) -> list[str]:
        trials = Gallery(of, BERLIN).foretold_at_half()
        return [str(each.foretold) for each in trials if each.ended.stand.sprint == 6]

    assert foretold(parallel(4)) == foretold(parallel(0)) != []


def test_a_team_that_estimates_after_the_start_is_foretold_in_points_as_it_was_then() -> None:
    def late(history: IssueHistory) -> IssueHistory:
        bare, began = replace(history.states[0], points=None), history.since[0] + DAY
        since = (history.since[0], began + timedelta(hours=1), *history.since[1:])
        return replace(history, since=since, states=(bare, history.states[0], *history.states[1:]))

    whole = past(6)
    of = replace(whole, issues=tuple(map(late, whole.issues)))
    burn_up = list(Gallery(of, BERLIN).sprints())[-2]
    assert burn_up.title.endswith("to finish all 12 points; in the end 12 were done")


def test_a_trend_of_days_gone_by_was_told_to_nobody() -> None:
    trend = list(Gallery(past(6), BERLIN).sprints())[-1]
    assert "as it was to be foretold at the end of each day" in trend.says


def test_what_may_still_happen_is_never_certain_also_where_all_is_done() -> None:
    burn_up, trend = list(Gallery(past(6), BERLIN).sprints())[-2:]
    assert " 100 %" not in burn_up.title + trend.title and trend.table.rows[-1][1] == "over 99 %"
