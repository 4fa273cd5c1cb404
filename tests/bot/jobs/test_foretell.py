"""Once a day what is foretold of every running sprint is kept, and of none that has ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.foretell import foretell, keep_todays
from models.database import Database
from models.events import Source
from models.foresight import Foresight
from models.ids import IssueKey, SprintId
from models.mailbox import Job, Mailbox, NewJob
from models.store import Store
from tests.contracts.stores.values import FakeClock
from tests.planner.foresight.lore import MIXED, ended, running
from tests.planner.world import DAY, LAW, NOON, TEAM, sprint
from tests.world import fresh_database

pytestmark = pytest.mark.anyio
SPRINT, OTHER = SprintId(24), SprintId(25)


@pytest.fixture
async def foresight(tmp_path: Path) -> AsyncIterator[Foresight]:
    database = Database(fresh_database(tmp_path / "forecasts.db"), FakeClock())
    kept = Foresight(database)
    for each in MIXED:
        await kept.keep_ended(TEAM, each.stand.sprint, NOON - 30 * DAY, [each])
    yield kept
    await database.close()


async def test_a_running_sprint_is_foretold_once_a_day(foresight: Foresight) -> None:
    assert await keep_todays(running(), LAW, foresight, NOON) == 1
    assert await keep_todays(running(), LAW, foresight, NOON) == 0
    assert await keep_todays(running(), LAW, foresight, NOON + DAY) == 1
    first, second = await foresight.of_sprint(TEAM, SPRINT)
    assert first.past == 10 and 0 < first.chance < 1 and (second.day - first.day).days == 1


async def test_a_sprint_that_was_not_read_whole_is_not_foretold(foresight: Foresight) -> None:
    assert await keep_todays(replace(running(), whole=frozenset()), LAW, foresight, NOON) == 0


async def test_every_one_of_several_running_sprints_is_foretold(foresight: Foresight) -> None:
    held = running()
    other = [replace(each, id=f"9{each.id}", key=IssueKey(f"OPS-{each.id}"), sprint=OTHER) for each in held.issues]
    both = replace(
        held, issues=(*held.issues, *other), sprints=(sprint(), sprint(OTHER)), whole=frozenset({SPRINT, OTHER})
    )
    assert await keep_todays(both, LAW, foresight, NOON) == 2
    assert [len(await foresight.of_sprint(TEAM, each)) for each in (SPRINT, OTHER)] == [1, 1]


async def test_a_sprint_that_was_closed_by_mistake_and_runs_again_is_foretold_and_compared_with_no_end(
    foresight: Foresight,
) -> None:
    before, calm = NOON - DAY / 2, await keep_todays(running(), LAW, foresight, NOON - DAY)
    await foresight.keep_ended(TEAM, SPRINT, before, [ended(24, 12.0)])
    assert calm == 1 and len(await foresight.scored(TEAM)) == 1
    assert await keep_todays(running(), LAW, foresight, NOON) == 1
    assert await foresight.scored(TEAM) == []
    assert SPRINT not in {each.stand.sprint for each in await foresight.ended(TEAM)}


async def test_the_job_keeps_the_days_forecast_and_is_finished(foresight: Foresight) -> None:
    database, clock = foresight._database, FakeClock()
    mailbox, store = Mailbox(database, clock), Store(database, clock)
    held = running()
    await store.save(TEAM, source=Source.JIRA, sprints=held.sprints, issues=held.issues, whole=held.whole)
    await mailbox.put(NewJob(kind="foretell", key="foretell:pay", team=TEAM, lane=2))
    job = await mailbox.claim((2,), 30)
    assert isinstance(job, Job)
    app: Any = SimpleNamespace(clock=Noon(), store=store, mailbox=mailbox, foresight=foresight, directives=LAW)
    await foretell(app, job)
    assert await mailbox.claim((0, 1, 2), 30) is None
    assert len(await foresight.of_sprint(TEAM, SPRINT)) == 1
    assert [each.chance for each in (await store.facts_about(TEAM)).odds[SPRINT]]


class Noon:
    """Company time stands still."""

    def now(self) -> Any:
        return NOON
