"""``pm forecast``: the same answer as in Slack, from the database alone, for people and for programs."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.clock import SystemClock
from models.database import Database
from models.events import Source
from models.foresight import Foresight
from models.ids import SprintId, TeamId
from models.store import Store
from tests.bot.cli.test_commands import pm
from tests.planner.foresight.lore import past as sprints
from tests.planner.foresight.lore import running
from tests.planner.world import sprint

pytestmark = pytest.mark.usefixtures("environment")
TEAM, A_WEEK = TeamId("payments"), timedelta(days=7)


async def _keep(url: str, known: int) -> None:
    clock = SystemClock()
    database, now = Database(url, clock), clock.now()
    held = running()
    runs = sprint(start=now - A_WEEK, end=now + A_WEEK)
    issues = [replace(each, created=now - 2 * A_WEEK) for each in held.issues]
    await Store(database, clock).save(
        TEAM, source=Source.JIRA, complete=True, sprints=[runs], issues=issues, whole=[runs.id]
    )
    for number in range(known):
        rows = [row for tenth in range(11) for row in sprints((20.0, 15.0)[number % 2], share=tenth / 10)]
        told = [replace(row, stand=replace(row.stand, sprint=SprintId(number + 1))) for row in rows]
        await Foresight(database).keep_ended(TEAM, SprintId(number + 1), now - (40 - number) * A_WEEK, told)
    await database.close()


@pytest.fixture(params=[8])
def kept(request: pytest.FixtureRequest, environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asyncio.run(_keep(f"sqlite:///{tmp_path / 'pm.db'}", request.param))


@pytest.mark.usefixtures("kept")
def test_it_is_told_for_people_with_what_it_rests_on_and_how_old_the_data_are() -> None:
    told = pm("forecast", "--sprint", "SPRINT-24").output
    assert told.startswith("Sprint 24 · Payments · forecast\n") and "What carries the risk:" in told
    assert "Rests on 8 past sprints of this board" in told and "Data: jira " in told


@pytest.mark.usefixtures("kept")
def test_programs_get_the_chance_and_everything_it_is_made_of() -> None:
    [told] = json.loads(pm("forecast", "--json").output)["sprints"]
    assert 0 < told["chance"] < 1 and told["rests_on"] == 8 and told["unit"] == "point"
    assert set(told["within"]) == {"50", "80", "95"} and [each["key"] for each in told["tickets"]]
    assert told["hit_rate"] is None and told["earlier"] == [] and told["target"] == 20.0


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("kept", [4], indirect=True)
def test_below_five_past_sprints_the_chance_is_null_and_people_hear_the_pace() -> None:
    [told] = json.loads(pm("forecast", "--json").output)["sprints"]
    assert told["chance"] is None and told["past_sprints"] == 4 and "tickets" not in told
    assert "No probability: fewer than 5 past sprints are known here." in pm("forecast").output


@pytest.mark.usefixtures("kept")
def test_a_sprint_that_does_not_run_is_refused_with_a_remedy() -> None:
    done = pm("forecast", "--sprint", "SPRINT-99")
    assert done.exit_code == 1 and "no running sprint is called SPRINT-99. pm status says" in done.output
