"""Old and new workers on one queue while machines are upgraded: each job once, and nobody waits long."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from time import perf_counter

import pytest

from bot.backups.moving import move
from models.clock import SystemClock
from models.database import BRIEFLY, Database, upgrade
from models.errors import DatabaseNotReady
from models.events import Source
from models.mailbox import Mailbox, NewJob
from tests.contracts.stores.values import PAY, FakeClock, delivery
from tests.upgrades.finished import effects, events, limits, questions
from tests.upgrades.finishing import Office, at_work, office
from tests.upgrades.old_rows import ARRIVED, leave

pytestmark = pytest.mark.anyio

PAUSE = 0.03
"""Seconds between two deliveries of one sender: workers keep up with four of them."""


async def test_who_began_before_the_upgrade_works_beside_who_began_after(empty: str) -> None:
    leave(empty, "0006")
    async with at_work(empty) as old:
        with pytest.raises(DatabaseNotReady, match="Run: pm db upgrade"):
            await old.database.check_version()  # a new process does not begin before the tables are its own
        old.database.ahead = 0.0
        upgrade(empty)
        async with office(empty) as new:
            new.world[ARRIVED] = 1
            old.world, old.looks, old.clock.passed = new.world, new.looks, new.clock.passed
            await asyncio.gather(old.finish(), new.finish())
            await everything_is_done_once(new)


async def everything_is_done_once(here: Office) -> None:
    await here.finish()  # whose key was held while both looked
    for promise in (events, effects, questions, limits):
        await promise(here)


@pytest.mark.faults
@pytest.mark.parametrize("way", ["to PostgreSQL", "to SQLite"])
async def test_what_was_under_way_is_finished_by_the_database_it_moves_to(
    way: str, on_postgresql: str, tmp_path: object
) -> None:
    file = f"sqlite:///{tmp_path}/pm.db"
    source, target = (file, on_postgresql) if way == "to PostgreSQL" else (on_postgresql, file)
    leave(source, "0006")
    upgrade(source)
    moved = move(source, target, FakeClock())
    assert moved.released == 2  # whose worker was gone
    async with office(target) as here:
        here.world[ARRIVED] = 1
        await everything_is_done_once(here)
    async with office(source) as left:
        assert len(await left.mailbox.waiting(PAY)) == 1, "the source stays as it was"


@dataclass
class Load:
    """Doors and workers that do not know that anybody upgrades."""

    mailbox: Mailbox
    over: bool = False
    sending: int = 0
    taken: int = 0
    done: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)

    async def deliver(self, who: int) -> None:
        self.sending += 1
        while not self.over:
            begun = perf_counter()
            job = NewJob("tidy", f"{who} {self.taken % 20}", PAY)
            assert await self.mailbox.accept(delivery(f"{who} {self.taken}", source=Source.JIRA), PAY, job)
            self.taken += 1
            self.waits.append(perf_counter() - begun)
            await asyncio.sleep(PAUSE)
        self.sending -= 1

    async def work(self) -> None:
        while True:
            begun = perf_counter()
            job = await self.mailbox.claim((0, 1, 2), 30)
            if job is not None:
                await self.mailbox.finish(job)
                self.done[job.id] += job.kind == "tidy"
                self.waits.append(perf_counter() - begun)
            elif self.over and not self.sending:
                return
            await asyncio.sleep(0)


@pytest.mark.faults
@pytest.mark.parametrize("revision", ["0001", "0006"])
async def test_an_upgrade_under_load_loses_nothing_and_keeps_nobody_waiting(on_postgresql: str, revision: str) -> None:
    leave(on_postgresql, revision)
    clock = SystemClock()
    database = Database(on_postgresql, clock)
    load = Load(Mailbox(database, clock))
    tasks = [*(load.deliver(n) for n in range(4)), load.work(), load.work()]
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for task in tasks:
            group.create_task(task)
        await asyncio.sleep(0.5)
        during = load.taken
        await asyncio.to_thread(upgrade, on_postgresql)
        assert load.taken > during > 0, "it was under load"
        await asyncio.sleep(0.2)
        load.over = True
    await database.check_version()
    assert max(load.done.values()) == 1 and sum(load.done.values()) == load.taken
    assert max(load.waits) < BRIEFLY + 2
    await load.mailbox.stop()
    await database.close()
