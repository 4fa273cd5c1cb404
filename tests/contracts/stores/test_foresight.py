"""Forecasts: one a sprint and day, compared once with what became of it, quoted with the facts, and forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from models.events import Source
from models.forecasts import Forecast, Odds, Stand
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


async def test_what_a_sprint_delivered_is_noted_once_and_only_in_the_same_unit(foresight: Foresight) -> None:
    by_issues = foretold(18, stand=replace(STAND, by_points=False))
    await foresight.keep([foretold(), by_issues])
    assert await foresight.unscored(TEAM) == [SPRINT]
    assert await foresight.score(TEAM, {SPRINT: 34.0}, by_points=True) == 1
    assert await foresight.score(TEAM, {SPRINT: 1.0}, by_points=True) == 0
    [known] = await foresight.scored(TEAM)
    assert known == foretold(delivered=34.0) and known.came_true and known.difference == 0.0
    assert await foresight.unscored(TEAM) == [SPRINT]
    assert await foresight.score(TEAM, {SPRINT: 11.0}, by_points=False) == 1
    assert [each.came_true for each in await foresight.scored(TEAM)] == [True, False]
    assert await foresight.unscored(TEAM) == []


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
