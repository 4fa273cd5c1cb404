"""What several processes on one queue rely on: nobody waits behind another's claim, nobody is left asleep."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event, select

from models.database import Database
from models.ids import TeamId
from models.keeping import jobs as queue
from models.mailbox import Mailbox, NewJob
from models.tables.queue import jobs, teams
from tests.contracts.stores.conftest import Databases
from tests.contracts.stores.test_held_rows import frozen
from tests.contracts.stores.values import MONDAY, PAY, FakeClock, look

pytestmark = pytest.mark.anyio
ALL = (0, 1, 2)
AT_ONCE = 0.5
"""Seconds; what waits for another's transaction waits for ever here."""


@pytest.fixture
def several(postgresql_databases: Databases) -> Iterator[str]:
    with postgresql_databases.fresh() as address:
        yield address


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    """PostgreSQL alone: a SQLite file has one writer."""
    return str(request.getfixturevalue("several"))


async def test_a_claim_does_not_wait_behind_another_workers_and_takes_the_next(
    mailbox: Mailbox, url: str, clock: FakeClock
) -> None:
    for key in ("one", "two"):
        await mailbox.put(NewJob("tidy", key, PAY))
    with frozen(url) as other:
        theirs = queue.claim(other, ALL, 30, clock.real())
        async with asyncio.timeout(AT_ONCE):
            ours = await mailbox.claim(ALL, 30)
    assert theirs is not None and ours is not None and {theirs.key, ours.key} == {"one", "two"}


async def test_a_claim_that_loses_its_race_takes_another_job_at_once(
    mailbox: Mailbox, url: str, clock: FakeClock
) -> None:
    for kind, key in (("tidy", "one"), ("look", "one"), ("tidy", "two")):
        await mailbox.put(NewJob(kind, key, PAY))
    with frozen(url) as other:
        theirs = queue.claim(other, ALL, 30, clock.real())
        ours = asyncio.create_task(mailbox.claim(ALL, 30))  # of the same key, as far as anybody can see
        await asyncio.sleep(0.1)
        assert not ours.done()
        other.commit()
        job = await ours
    assert theirs is not None and theirs.key == "one" and job is not None and job.key == "two"


async def test_what_another_is_reaping_is_not_waited_for(mailbox: Mailbox, url: str, clock: FakeClock) -> None:
    for key in ("one", "two"):
        await mailbox.put(NewJob("tidy", key, PAY))
        await mailbox.claim(ALL, 1)
    clock.tick(60)
    with frozen(url) as other:
        other.execute(select(jobs.c.id).where(jobs.c.key == "one").with_for_update())
        async with asyncio.timeout(AT_ONCE):
            assert await mailbox.reap() == 1


async def test_two_who_join_one_job_at_once_lose_no_words(mailbox: Mailbox, url: str, clock: FakeClock) -> None:
    await mailbox.put(look())
    with frozen(url) as other:
        queue.put(other, replace(look(), payload={"theirs": 1}), clock.real())
        ours = asyncio.create_task(mailbox.put(replace(look(), payload={"ours": 1})))
        await asyncio.sleep(0.1)
        other.commit()
        await ours
    clock.tick(60)
    job = await mailbox.claim(ALL, 30)
    assert job is not None and {"theirs", "ours"} <= set(job.payload)


async def test_doors_write_teams_in_one_order(database: Database) -> None:
    seen: list[str] = []

    def write(connection: Connection) -> None:
        wanted = [NewJob("tidy", f"{team}", TeamId(team)) for team in ("c", "a", "b")]

        @event.listens_for(connection, "before_cursor_execute")
        def _note(conn: object, cursor: object, statement: str, given: object, *_: object) -> None:
            if statement.startswith(f"INSERT INTO {teams.name}"):
                assert isinstance(given, dict)
                seen.append(str(given["team"]))

        queue.put_all(connection, wanted, MONDAY)

    await database.write(write, "test")
    assert seen == ["a", "b", "c"]


async def test_a_machine_whose_clock_is_ahead_takes_nobodys_running_job(
    mailbox: Mailbox, database: Database, url: str, clock: FakeClock
) -> None:
    fast = FakeClock()
    fast.tick(25)
    theirs = Database(url, fast)
    for each in (database, theirs):
        await each.check_version()
    await mailbox.put(NewJob("tidy", "one", PAY))
    job = await mailbox.claim(ALL, 20)
    assert job is not None and round(theirs.ahead - database.ahead) == 25
    assert await Mailbox(theirs, fast).reap() == 0
    await mailbox.renew(job, 20)
    fast.tick(21)
    assert await Mailbox(theirs, fast).reap() == 1
    await theirs.close()


async def test_what_a_machine_whose_clock_is_behind_takes_from_the_dead_is_due_at_once(
    mailbox: Mailbox, database: Database, clock: FakeClock
) -> None:
    await mailbox.put(NewJob("tidy", "one", PAY))
    assert await mailbox.claim(ALL, 20) is not None
    database.ahead = -25.0
    assert await mailbox.reap() == 1 and await mailbox.due_in(ALL) == 0


async def test_waking_sooner_is_announced_and_an_announcement_that_is_rolled_back_is_not(database: Database) -> None:
    told: list[int] = []
    database.doorbell.beyond = lambda: told.append(1)
    await Mailbox(database, database.clock).hasten("effect", PAY, timedelta(minutes=1), {})
    assert told == [1]

    def break_off(connection: Connection) -> None:
        queue.put(connection, look(), MONDAY)
        raise ValueError

    with pytest.raises(ValueError):
        await database.write(break_off, "test")
    await database.write(lambda c: None, "test")
    assert told == [1]


async def test_a_dead_letter_that_is_tried_again_is_announced(mailbox: Mailbox, database: Database) -> None:
    await mailbox.put(NewJob("tidy", "one", PAY))
    job = await mailbox.claim(ALL, 30)
    assert job is not None
    await mailbox.bury(job, "no")
    told: list[int] = []
    database.doorbell.beyond = lambda: told.append(1)
    assert await mailbox.replay(job.id) and told == [1]


async def test_the_end_of_a_job_wakes_whoever_waits_for_its_key(mailbox: Mailbox) -> None:
    await mailbox.put(NewJob("tidy", "one", PAY))
    job = await mailbox.claim(ALL, 30)
    assert job is not None
    seen = mailbox.doorbell.rings
    await mailbox.finish(job)
    assert mailbox.doorbell.rings == seen + 1


async def test_who_waits_for_a_look_makes_the_waiting_one_go_first(mailbox: Mailbox) -> None:
    await mailbox.put(look(lane=2))
    await mailbox.put(look(lane=0, delay=0.0))
    job = await mailbox.claim(ALL, 30)
    assert job is not None and job.lane == 0
