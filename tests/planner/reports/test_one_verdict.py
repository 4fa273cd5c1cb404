"""One verdict everywhere: a status, a summary and a forecast of one minute never say different things of a sprint."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.forecasts import Odds
from models.ids import SprintId
from models.work import Progress
from planner.bounds.worktime import team_calendar
from planner.foresight.outlook import Lore, known_sprints
from planner.foresight.trend import Record
from planner.reports.forecast import foresight, hit_rate
from planner.reports.how import how
from planner.reports.pace import units
from planner.reports.standing import headline
from planner.reports.summaries import digest
from planner.words.odds import of_today, percent, verdict
from tests.planner.foresight.lore import MIXED, certain, looked, past, running
from tests.planner.world import DAY, LAW, NOON, TEAM, issue, snapshot, sprint

MORNING = NOON - timedelta(hours=3)


def odds(chance: float, at: datetime = MORNING) -> dict[SprintId, tuple[Odds, ...]]:
    return {SprintId(24): (Odds(at.date(), at, chance, 12),)}


def said(chance: float | None, done: int = 47, at: datetime = MORNING, **seen: Any) -> str:
    """At NOON 47 of 100 keep the pace, and 46 do not."""
    tickets = [issue(n, progress=Progress.DONE if n < done else Progress.DOING) for n in range(100)]
    world = snapshot(*tickets, odds={} if chance is None else odds(chance, at), **seen)
    return headline(world, sprint(), (), LAW)


REST = "47 of 100 issues done, 6 working days left after today."


@pytest.mark.parametrize(
    ("chance", "begins"),
    [
        (None, "On track: "),
        (0.5, "On track: "),
        (0.496, "On track: "),  # it is read as 50 %
        (0.494, "Unlikely (forecast 49 %): "),
        (0.12, "Unlikely (forecast 12 %): "),
    ],
)
def test_nothing_is_on_track_below_an_even_chance_and_the_words_say_by_what(chance: float | None, begins: str) -> None:
    assert said(chance) == f"{begins}{REST}"


def test_early_and_behind_the_pace_only_a_low_chance_is_said() -> None:
    assert said(0.8, done=46).startswith("46 of 100") and said(None, done=46).startswith("46 of 100")
    assert said(0.3, done=46).startswith("Unlikely (forecast 30 %): 46 of 100")


def test_late_and_too_slow_for_its_pace_a_forecast_that_says_otherwise_is_told_instead() -> None:
    late = NOON + 6 * DAY
    assert said(None, done=60, now=late).startswith("Not at this pace: ")
    assert said(0.75, done=60, now=late, at=late).startswith("Likely (forecast 75 %): ")


def test_when_all_is_done_no_chance_is_told() -> None:
    assert said(0.2, done=100).startswith("On track: 100 of 100")


def test_the_forecast_of_the_working_day_before_decides_until_there_is_one_of_today() -> None:
    assert said(0.2, at=MORNING - DAY).startswith("Unlikely (forecast 20 %): ") and said(
        0.2, at=MORNING - 2 * DAY
    ).startswith("On")


def test_on_a_monday_morning_it_is_that_of_friday() -> None:
    monday = datetime.fromisoformat("2026-11-23T14:00:00+00:00")
    friday = odds(0.2, monday - 3 * DAY)[SprintId(24)]
    assert of_today(friday, team_calendar(LAW, TEAM), monday) == friday[0]
    assert of_today(friday, team_calendar(LAW, TEAM), monday + DAY) is None


def test_status_summary_and_forecast_of_one_minute_say_the_same() -> None:
    held = running()
    made = certain(Lore(past(*([20] * 3 + [14] * 7))), held)
    world = snapshot(*held.issues, odds=odds(made.foretold.chance, NOON))
    told = foresight(sprint(), world, held, LAW, made, 10).headline
    post = digest(world, (), LAW)
    words = f"Unlikely (forecast {percent(made.foretold.chance)}): "
    assert made.foretold.chance < 0.5 and told.startswith(f"{verdict(made.foretold.chance)} by Fri 27 Nov: ")
    assert headline(world, sprint(), (), LAW).startswith(words)
    assert post is not None and post.headline.startswith(f"Sprint 24: {words}8 of 20 points done, 6 working days left")


def test_a_summary_has_room_for_it() -> None:
    post = digest(snapshot(*running().issues, odds=odds(0.12)), (), LAW)
    assert post is not None and "…" not in post.headline


def test_how_a_status_is_computed_says_when_the_forecast_is_told() -> None:
    told = how(sprint(), snapshot(*running().issues, odds=odds(0.3)), [], LAW)
    assert any("not said below 50 % by the day’s forecast" in line for line in told)


@pytest.mark.parametrize(
    ("chance", "words"),
    [(0.495, "More likely than not"), (0.696, "Probably all"), (0.896, "Very likely all"), (0.494, "More likely not")],
)
def test_the_words_go_by_the_number_that_is_read(chance: float, words: str) -> None:
    assert verdict(chance).startswith(words)


@pytest.mark.parametrize(
    ("near", "says"),
    [
        (0, "no past sprint was given about 80 %"),
        (2, "fewer than 3 past sprints were given about 80 %"),
        (3, "of 3 past sprints given about 80 % at half time, 2 were made"),
    ],
)
def test_no_rate_is_told_of_next_to_none(near: int, says: str) -> None:
    record = Record(sprints=6, held=5, brier=0.1, error=3.0, by_points=True, near=near, came=min(near, 2))
    assert says in " ".join(hit_rate(record, 0.8))


def test_few_past_sprints_are_said_to_say_little() -> None:
    for rows, few in ((past(20, 20, 15, 14, 20), True), (MIXED, False)):
        told = foresight(sprint(), snapshot(*running().issues), running(), LAW, certain(Lore(rows)), len(rows))
        assert any("So few say little more than how often sprints are made." in note for note in told.notes) is few


@pytest.mark.parametrize(
    ("number", "told"),
    [(1, "1 point"), (0.25, "0.25 points"), (2.5, "2.5 points"), (1.8192e10, "18,192,000,000 points")],
)
def test_units_are_told_as_people_write_them(number: float, told: str) -> None:
    assert units(number, "point") == told


def test_the_bound_of_what_is_left_over_is_a_whole_number() -> None:
    told = foresight(sprint(), snapshot(*running().issues), running(), LAW, certain(Lore(MIXED)), 10)
    [bound] = [note for note in told.notes if "in 9 of 10 cases at most" in note]
    assert "." not in bound.partition("at most ")[2].rstrip(".")


def test_where_past_sprints_were_counted_otherwise_it_is_said_and_what_helps() -> None:
    lore = Lore(past(5, 5, 5, 4, 3, 5, share=0.1))
    assert looked(lore) is None
    told = foresight(sprint(), snapshot(*running().issues), running(), LAW, None, known_sprints(lore))
    assert any("of 6 past sprints fewer than 5 were counted like this one" in note for note in told.notes)
    undated = replace(sprint(), start=None)
    told = foresight(undated, snapshot(*running().issues, sprints=(undated,)), running(), LAW, None, 6)
    assert any("Jira does not say when the sprint begins and ends" in note for note in told.notes)
