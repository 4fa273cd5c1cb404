"""The alarm clock: no part of a tick can stop another, and a team whose look was lost is looked at again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from bot.constitution import Constitution
from bot.metrics import Metrics
from bot.people import Roster
from bot.scheduler import digest_slot, next_reading, tick
from bot.sync.past import Remembered
from models.database import Database
from models.directives_file import load
from models.errors import DatabaseNotReady
from models.events import Source
from models.foresight import Foresight
from models.ids import SprintId, TeamId
from models.ledger import Ledger
from models.mailbox import Mailbox
from models.pauses import Pause
from models.store import Store
from models.work import Sprint, SprintState
from models.written import look_up
from tests.contracts.stores.values import FakeClock
from tests.planner.foresight.lore import past
from tests.world import CONSTITUTION, fresh_database

pytestmark = pytest.mark.anyio
T = TypeVar("T")
DIRECTIVES = load(CONSTITUTION)
TEAM = DIRECTIVES.teams[0]


class Counting(Database):
    """Counts its transactions."""

    asked = 0

    async def read(self, fn: Callable[[Connection], T]) -> T:
        self.asked += 1
        return await super().read(fn)

    async def write(self, fn: Callable[[Connection], T], label: str) -> T:
        self.asked += 1
        return await super().write(fn, label)


@dataclass
class Clockwork:
    """Real stores behind the part of the app a tick uses."""

    app: Any
    clock: FakeClock
    mailbox: Mailbox
    store: Store
    database: Counting

    async def cost(self) -> int:
        """Transactions of one tick."""
        before = self.database.asked
        await tick(self.app)
        return self.database.asked - before

    async def kinds(self) -> list[str]:
        """What is due, each claimed and given up on, as if its worker never finished it."""
        found = []
        while (job := await self.mailbox.claim((0, 1, 2), 30)) is not None:
            found.append(job.kind)
            await self.mailbox.bury(job, "lost")
        return sorted(found)


@pytest.fixture
async def works(tmp_path: Path) -> AsyncIterator[Clockwork]:
    url = fresh_database(tmp_path / "clock.db")
    clock = FakeClock()
    database = Counting(url, clock)
    mailbox, store = Mailbox(database, clock), Store(database, clock)
    app = SimpleNamespace(
        clock=clock,
        directives=DIRECTIVES,
        roster=(roster := Roster(DIRECTIVES, store)),
        constitution=Constitution(CONSTITUTION, roster, clock, loaded=look_up(CONSTITUTION).content),
        mailbox=mailbox,
        store=store,
        ledger=Ledger(database, clock),
        foresight=Foresight(database),
        jira=None,
        metrics=Metrics(),
    )
    yield Clockwork(app, clock, mailbox, store, database)
    await database.close()


async def test_a_look_that_came_to_nothing_is_due_again_after_ten_minutes(works: Clockwork) -> None:
    await works.store.plan_look(TEAM.id, works.clock.now())
    await tick(works.app)
    assert "cycle" in await works.kinds()
    await tick(works.app)
    assert "cycle" not in await works.kinds()
    works.clock.tick(600)
    await tick(works.app)
    assert "cycle" in await works.kinds()


async def test_a_look_that_ends_during_the_tick_does_not_use_up_the_next_one(works: Clockwork) -> None:
    class Overtaken(Store):
        async def looks_due(self, now: datetime) -> list[TeamId]:
            due = await super().looks_due(now)
            await self.plan_look(TEAM.id, now + timedelta(minutes=5))  # a cycle ends just now
            return due

    await works.store.plan_look(TEAM.id, works.clock.now())
    works.app.store = Overtaken(works.database, works.clock)
    await tick(works.app)
    assert "cycle" not in await works.kinds()
    works.app.store = works.store
    works.clock.tick(300)
    await tick(works.app)
    assert "cycle" in await works.kinds()


async def test_a_pause_for_a_time_ends_by_itself_and_the_team_is_looked_at(works: Clockwork) -> None:
    until = works.clock.now() + timedelta(hours=2)
    await works.store.pause(TEAM.id, Pause(by=None, since=works.clock.now(), until=until))
    await tick(works.app)
    assert await works.store.paused(TEAM.id)
    works.clock.tick(7200)
    await tick(works.app)
    assert not await works.store.paused(TEAM.id) and "cycle" in await works.kinds()


async def test_no_part_of_a_tick_can_stop_another(works: Clockwork) -> None:
    class Broken:
        async def lapse(self, now: datetime) -> None:
            raise OverflowError("odd")

    works.app.ledger = Broken()
    await works.store.fire(f"sync:{TEAM.id}", "an earlier one", None)
    await works.store.plan_look(TEAM.id, works.clock.now())
    await tick(works.app)
    assert await works.kinds() == ["cycle", "sync", "tidy", "watch"]


async def test_the_first_reconciliation_ever_comes_when_what_the_first_look_read_is_ten_minutes_old(
    works: Clockwork,
) -> None:
    await tick(works.app)
    assert "sync" not in await works.kinds()
    works.clock.tick(600)
    await tick(works.app)
    assert "sync" in await works.kinds()


@pytest.mark.parametrize("place", range(3))
async def test_each_team_is_read_at_the_moment_that_is_foretold_and_not_before(works: Clockwork, place: int) -> None:
    three = [TEAM.model_copy(update={"id": TeamId(name)}) for name in ("one", "two", "three")]
    works.app.directives = DIRECTIVES.model_copy(update={"teams": tuple(three)})

    async def read() -> bool:
        await tick(works.app)
        found = []
        while (job := await works.mailbox.claim((0, 1, 2), 30)) is not None:
            found += [job.team] if job.kind == "sync" else []
            await works.mailbox.bury(job, "done")
        return three[place].id in found

    assert not await read(), "never in the first stretch"
    at = next_reading(works.clock.real(), place, len(three))
    assert timedelta() < at - works.clock.real() <= timedelta(minutes=10)
    assert at not in [next_reading(works.clock.real(), other, len(three)) for other in {0, 1, 2} - {place}]
    works.clock.tick((at - works.clock.real()).total_seconds() - 1)
    assert not await read()
    works.clock.tick(1)
    assert await read()
    works.clock.tick(1)
    assert not await read(), "once"


async def test_a_database_that_is_away_is_one_line_for_each_part_and_no_traceback(
    works: Clockwork, caplog: pytest.LogCaptureFixture
) -> None:
    works.database.bar(DatabaseNotReady("the database did not answer", hint="Check DATABASE_URL"))
    await tick(works.app)
    works.database.bar(None)
    told = [record for record in caplog.records if record.getMessage().startswith("the clock cannot")]
    assert len(told) > 5 and all("DATABASE_URL" in each.getMessage() and not each.exc_info for each in told)


async def test_a_digest_is_fired_once_and_skipped_when_it_is_too_late(works: Clockwork) -> None:
    works.clock.passed = at(9, 30) - works.clock.now() + works.clock.passed
    await tick(works.app)
    await tick(works.app)
    assert (await works.kinds()).count("digest") == 1
    works.clock.tick(timedelta(days=1, hours=4).total_seconds())
    await tick(works.app)
    assert "digest" not in await works.kinds()
    assert await works.store.fired(f"digest:{TEAM.id}") == "2027-03-02"  # skipped on purpose, not waited for


async def test_forecasts_are_due_once_a_working_day_as_soon_as_five_sprints_are_known(works: Clockwork) -> None:
    async def due(moment: datetime, known: int) -> bool:
        works.clock.passed += moment - works.clock.now()
        for number in range(known):
            await works.app.foresight.keep_ended(TEAM.id, SprintId(number), works.clock.now(), past(20.0))
        await tick(works.app)
        return "foretell" in await works.kinds()

    assert [await due(at(9, 0), 4), await due(at(9, 1), 5), await due(at(9, 2), 5)] == [False, True, False]
    tomorrow, saturday = at(8, 59) + timedelta(days=1), at(12, 0) + timedelta(days=5)
    assert [await due(tomorrow, 5), await due(tomorrow + timedelta(minutes=1), 5)] == [False, True]
    assert not await due(saturday, 5)


async def test_the_days_forecast_waits_for_past_sprints_that_are_being_read_and_not_for_a_reading_that_stalls(
    works: Clockwork,
) -> None:
    works.app.jira, board = object(), TEAM.jira.boards[0]
    over = Sprint(
        id=SprintId(0), name="over", state=SprintState.CLOSED, board=board, goal="", start=at(8, 0), end=at(9, 0)
    )
    closed = [replace(over, id=SprintId(number)) for number in range(6)]
    await works.store.save(TEAM.id, source=Source.JIRA, sprints=closed)
    works.clock.passed += at(9, 0) - works.clock.now()
    for sprint in closed[:5]:
        await works.app.foresight.keep_ended(TEAM.id, sprint.id, works.clock.now(), past(20.0))
        await Remembered(works.store, works.clock).note(TEAM.id, sprint, 11)
    await tick(works.app)
    assert "foretell" not in await works.kinds()
    works.clock.tick(300)
    await tick(works.app)
    assert "foretell" in await works.kinds()


async def test_people_are_looked_up_once_a_day_and_only_while_an_account_is_open(works: Clockwork) -> None:
    await tick(works.app)
    assert "people" not in await works.kinds()
    members = tuple(m.model_copy(update={"jira": None, "bitbucket": None}) for m in TEAM.members)
    open_team = TEAM.model_copy(update={"members": members})
    works.app.roster = Roster(DIRECTIVES.model_copy(update={"teams": (open_team,)}), works.store)
    for passed, expected in ((0, 1), (3600, 0), (86_400, 1)):
        works.clock.tick(passed)
        await tick(works.app)
        await tick(works.app)
        assert (await works.kinds()).count("people") == expected


async def test_a_tick_that_finds_nothing_due_asks_the_database_the_same_however_many_teams_there_are(
    works: Clockwork,
) -> None:
    works.app.jira, costs = object(), []
    works.clock.passed += at(12, 0) - works.clock.now()
    for count in (1, 20):
        teams = tuple(TEAM.model_copy(update={"id": TeamId(f"t{count}-{number}")}) for number in range(count))
        law = DIRECTIVES.model_copy(update={"teams": teams})
        works.app.directives, works.app.roster = law, Roster(law, works.store)
        for team in teams[1::2]:  # half of them have sprints to foretell by
            for number in range(5):
                await works.app.foresight.keep_ended(team.id, SprintId(number), works.clock.now(), past(20.0))
        await tick(works.app)  # fires what is due
        await tick(works.app)  # sees that it was
        costs.append(await works.cost())
    assert costs[0] == costs[1]


async def test_no_two_of_ten_teams_are_reconciled_in_the_same_minute(works: Clockwork) -> None:
    teams = tuple(TEAM.model_copy(update={"id": TeamId(f"t{number}")}) for number in range(10))
    law = DIRECTIVES.model_copy(update={"teams": teams})
    works.app.directives, works.app.roster = law, Roster(law, works.store)
    await tick(works.app)
    await works.kinds()
    in_a_minute = []
    for _ in range(10):
        works.clock.tick(60)
        await tick(works.app)
        in_a_minute.append((await works.kinds()).count("sync"))
    assert in_a_minute == [1] * 10


def at(hour: int, minute: int) -> datetime:
    """Monday 1 March 2027 in the team's zone."""
    return datetime(2027, 3, 1, hour, minute, tzinfo=ZoneInfo(TEAM.zone))


@pytest.mark.parametrize(
    ("moment", "slot"),
    [(at(9, 29), None), (at(9, 30), "2027-03-01"), (at(9, 30) - timedelta(days=1), None)],
)
def test_the_digest_is_due_from_its_time_on_working_days_only(moment: datetime, slot: str | None) -> None:
    assert digest_slot(DIRECTIVES, TEAM, moment) == slot
