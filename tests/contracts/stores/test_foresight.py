"""Forecasts: one a sprint and day, compared once with what became of it, quoted with the facts, and forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from models.events import Source
from models.forecasts import Ended, Forecast, Odds, Stand
from models.foresight import Foresight
from models.ids import SprintId, TeamId
from models.keeping.forecasts import drop_forecasts
from models.store import Store

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
TEAM, SPRINT = TeamId("payments"), SprintId(24)
STAND = Stand(
    board=7,
    sprint=SPRINT,
    share=0.5,
    target=34.0,
    done=18.0,
    todo_issues=2,
    doing_issues=3,
    done_issues=5,
    start_issues=9,
    added_issues=1,
    removed_issues=0,
    people=5,
)


def foretold(day: int = 17, **changes: object) -> Forecast:
    made = Forecast(
        team=TEAM,
        sprint=SPRINT,
        day=date(2026, 11, day),
        at=NOON + timedelta(days=day - 17),
        stand=STAND,
        chance=0.62,
        median=-1.5,
        within={50: (-4.0, 0.0), 80: (-8.5, 0.0), 95: (-12.0, 1.0)},
        past=12,
        issues=frozenset({"10412", "10420"}),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
def foresight(store: Store) -> Foresight:
    return Foresight(store._database)


async def test_a_day_has_one_forecast_and_it_is_the_first(foresight: Foresight) -> None:
    assert await foresight.keep([foretold()]) == 1
    assert await foresight.keep([foretold(chance=0.1), foretold(16, chance=0.7)]) == 1
    assert await foresight.of_sprint(TEAM, SPRINT) == [foretold(16, chance=0.7), foretold()]
    assert await foresight.of_sprint(TeamId("ops"), SPRINT) == []


OVER = NOON + timedelta(days=5)


async def test_what_a_sprint_delivered_is_noted_beside_what_was_foretold_each_in_its_own_unit(
    foresight: Foresight,
) -> None:
    by_issues = foretold(18, stand=replace(STAND, by_points=False))
    await foresight.keep([foretold(), by_issues, foretold(sprint=SprintId(25)), foretold(team=TeamId("ops"))])
    await foresight.keep_ended(TEAM, SPRINT, OVER, [Ended(STAND, 34.0, delivered_issues=7)])
    first, second = await foresight.scored(TEAM)
    assert await foresight.scored(TeamId("ops")) == []
    assert first == foretold(delivered=34.0) and first.came_true and first.difference == 0.0
    assert (second.delivered, second.came_true) == (7.0, False)


async def test_what_was_foretold_in_a_unit_that_nobody_counted_is_compared_with_nothing(foresight: Foresight) -> None:
    await foresight.keep([foretold()])
    await foresight.keep_ended(TEAM, SPRINT, OVER, [Ended(replace(STAND, by_points=False), 7.0, delivered_issues=7)])
    assert await foresight.scored(TEAM) == []


async def test_what_was_foretold_of_a_sprint_after_it_ended_is_not_compared_with_that_end(foresight: Foresight) -> None:
    await foresight.keep([foretold(16), foretold(18)])
    await foresight.keep_ended(TEAM, SPRINT, NOON, [Ended(STAND, 34.0)])
    assert [each.day.day for each in await foresight.scored(TEAM)] == [16]


async def test_a_second_reading_stands_instead_of_the_first(foresight: Foresight) -> None:
    await foresight.keep([foretold()])
    for ended, delivered in ((OVER, 20.0), (OVER + timedelta(days=2), 34.0)):
        told = Ended(STAND, delivered, delivered_issues=9, at=NOON, ended=ended)
        await foresight.keep_ended(TEAM, SPRINT, ended, [told, told])
        assert await foresight.ended(TEAM) == [told, told]
    assert [each.delivered for each in await foresight.scored(TEAM)] == [34.0]


async def test_a_sprint_that_runs_again_has_no_end(foresight: Foresight) -> None:
    other = SprintId(23)
    await foresight.keep([foretold(), foretold(sprint=other)])
    for sprint in (SPRINT, other):
        await foresight.keep_ended(TEAM, sprint, OVER, [Ended(replace(STAND, sprint=sprint), 34.0)])
    await foresight.runs_again(TEAM, [SPRINT])
    assert [each.stand.sprint for each in await foresight.ended(TEAM)] == [other]
    assert [each.sprint for each in await foresight.scored(TEAM)] == [other]
    assert await foresight.of_sprint(TEAM, SPRINT) == [foretold()]


async def test_the_facts_quote_the_last_two_days_of_the_sprints_that_are_watched(
    foresight: Foresight, store: Store
) -> None:
    other = SprintId(25)
    await foresight.keep([foretold(day) for day in (16, 17, 18)] + [foretold(sprint=other)])
    await store.save(TEAM, source=Source.JIRA, sprints=(), whole=[SPRINT])
    told = (await store.facts_about(TEAM)).odds
    days = (date(2026, 11, 18), date(2026, 11, 17))
    assert told == {SPRINT: tuple(Odds(day, NOON + (day - date(2026, 11, 17)), 0.62, 12) for day in days)}


async def test_old_forecasts_go(foresight: Foresight, store: Store) -> None:
    await foresight.keep([foretold(16), foretold(17), foretold(18)])
    gone = await store._database.write(lambda c: drop_forecasts(c, NOON, 100), "test")
    assert gone == 1 and [each.day.day for each in await foresight.of_sprint(TEAM, SPRINT)] == [17, 18]


async def test_a_team_knows_its_sprints_not_their_moments_nor_another_teams(foresight: Foresight) -> None:
    few, many = TeamId("few"), TeamId("many")
    told = [Ended(stand=STAND, delivered=30.0, delivered_issues=8)] * 3
    for team, sprints in ((few, 2), (many, 3)):
        for number in range(sprints):
            await foresight.keep_ended(team, SprintId(number), NOON, told)
    assert await foresight.knowing([few, many, TEAM], 3) == {many}
    assert await foresight.knowing([few, TEAM], 3) == set()
