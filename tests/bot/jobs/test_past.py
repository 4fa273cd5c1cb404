"""Past sprints are read one by one behind everything else, each once, and kept as what became of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, build
from bot.jobs import HANDLERS
from bot.jobs.past import PAUSE, next_of
from bot.scheduler import PAST, tick
from bot.status import status
from bot.sync.past import Remembered
from integrations.simulator.server import Simulator, company_clock
from models.clock import SharedClock
from models.directives import Directives
from models.errors import VendorError
from models.mailbox import Job
from tests.integrations.simulator.conftest import directives, law
from tests.world import fresh_database, settings_for

__all__ = ["directives", "law"]

pytestmark = pytest.mark.anyio

SPRINTS = 6


class Clock(SharedClock):
    """Real time that passes when it is told to."""

    passed = timedelta()

    def real(self) -> datetime:
        return super().real() + self.passed


@dataclass
class Office:
    """A company that looks back on some sprints, and the product beside it, its doors closed."""

    app: App
    clock: Clock
    simulator: Simulator

    @property
    def team(self) -> Any:
        return self.app.directives.teams[0]

    async def missing(self) -> list[str]:
        return [sprint.name for sprint in await Remembered(self.app.store, self.clock).missing(self.team)]

    async def one(self) -> bool:
        """Do the next job that waits, when its time has come; ``False`` when there is none."""
        self.clock.passed += timedelta(seconds=PAUSE)
        job = await self.app.mailbox.claim((0, 1, 2), 30)
        if job is not None:
            await HANDLERS[job.kind](self.app, job)
        return job is not None

    async def look_back(self) -> None:
        await self.app.mailbox.put(next_of(self.team))
        for _ in range(SPRINTS + 3):
            await self.one()


@pytest.fixture
async def office(directives: Directives, law: str, tmp_path: Path) -> AsyncIterator[Office]:
    company_clock(tmp_path / "clock.json", directives)
    clock = Clock(tmp_path / "clock.json")
    simulator = Simulator(
        directives, law, clock, "http://127.0.0.1:9", past=SPRINTS, webhook_waits=(), event_retries=()
    )
    await simulator.start()
    url = fresh_database(tmp_path / "pm.db")
    app = build(settings_for(simulator, tmp_path, 1, url), clock)
    await app.sync.everything(directives.teams[0].id)
    app.mailbox.start()
    yield Office(app, clock, simulator)
    await app.mailbox.stop()
    for service in (app.slack, app.jira, app.bitbucket):
        assert service is not None
        await service.close()
    await app.database.close()
    await simulator.stop()


async def test_past_sprints_are_read_one_by_one_the_latest_first_and_each_only_once(office: Office) -> None:
    before = await office.missing()
    assert before == [f"Sprint {n}" for n in range(23, 23 - SPRINTS - 1, -1)]
    await office.app.mailbox.put(next_of(office.team))
    assert await office.one() and await office.missing() == before[1:]
    assert await office.one() and await office.missing() == before[2:]
    await office.look_back()
    assert await office.missing() == [] and not await office.one()


async def test_each_is_kept_at_every_tenth_of_its_time_with_what_it_delivered(office: Office) -> None:
    await office.look_back()
    kept = await office.app.foresight.ended(office.team.id)
    assert [round(each.stand.share, 3) for each in kept[:11]] == [n / 10 for n in range(11)]
    assert len({each.stand.sprint for each in kept}) == SPRINTS + 1
    last = [each for each in kept if each.stand.share == 1]
    assert all(each.stand.by_points and 0 < each.delivered <= each.stand.target for each in last)
    assert any(each.delivered < each.stand.target for each in last)
    assert [len({e.delivered for e in kept if e.stand.sprint == each.stand.sprint}) for each in last] == [1] * len(last)


async def test_as_many_are_kept_as_the_constitution_says(office: Office) -> None:
    few = office.team.model_copy(update={"jira": office.team.jira.model_copy(update={"past_sprints": 2})})
    assert [s.name for s in await Remembered(office.app.store, office.clock).missing(few)] == ["Sprint 23", "Sprint 22"]


async def test_a_reading_that_breaks_off_is_not_taken_for_one(office: Office) -> None:
    assert office.app.jira is not None
    await office.app.jira.close()
    await office.app.mailbox.put(next_of(office.team))
    with pytest.raises(VendorError):
        await office.one()
    assert len(await office.missing()) == SPRINTS + 1 and await office.app.foresight.ended(office.team.id) == []


async def test_the_clock_asks_for_them_when_the_first_minutes_are_over_and_no_more_when_all_are_read(
    office: Office,
) -> None:
    async def asked() -> list[str]:
        await tick(office.app)
        found: list[Job] = []
        office.clock.passed += timedelta(seconds=2 * PAST)
        while (job := await office.app.mailbox.claim((2,), 30)) is not None:
            await office.app.mailbox.finish(job)
            found.append(job)
        return [job.kind for job in found if job.kind == "past"]

    assert [await asked(), await asked()] == [[], ["past"]]
    await office.look_back()
    assert await asked() == []


async def test_pm_status_says_how_many_are_known(office: Office) -> None:
    await office.app.mailbox.put(next_of(office.team))
    await office.one()
    app, law_in_force = office.app, {"version": "1", "trouble": "", "teams": [], "every": {}}
    law_in_force["teams"] = [{"id": office.team.id, "name": "x", "mode": "act"}]
    told = await status(law_in_force, app.mailbox, app.store, app.ledger, app.clock)
    assert told["teams"][0]["past_sprints"] == {"read": 1, "counted": 1, "refused": 0}
    assert told["teams"][0]["reading"]["jira"].startswith("past sprints: Sprint 23, 7 to go: ")
