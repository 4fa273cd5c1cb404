"""Work that another process commits is heard at once, on both databases; a bell that is lost costs a poll's time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import Connection, text

from models.database import Database
from models.doorbell import Doorbell
from models.errors import DatabaseNotReady
from models.keeping import jobs as queue
from models.listening import Listening
from models.mailbox import Mailbox
from tests.contracts.stores.values import MONDAY, FakeClock, look

pytestmark = pytest.mark.anyio

SOON = 2.0
"""Seconds within which a ring is heard; it takes milliseconds."""

NEVER = 0.3
"""Seconds without a ring after which there is none."""


@contextlib.asynccontextmanager
async def listening(
    database: Database, lost: Callable[[], None] = lambda: None
) -> AsyncIterator[tuple[Listening, Doorbell]]:
    """Another process' ear, connected, with the ring of its beginning behind it."""
    bell = database.doorbell
    ear, seen = Listening(database, bell.ring, lost), bell.rings
    task = asyncio.create_task(ear.run())
    try:
        assert await bell.wait(SOON, since=seen)
        yield ear, bell
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.fixture
async def other(url: str, clock: FakeClock) -> AsyncIterator[Database]:
    opened = Database(url, clock)
    yield opened
    await opened.close()


async def test_work_committed_by_another_process_rings_here(mailbox: Mailbox, other: Database) -> None:
    async with listening(other) as (_, bell):
        seen = bell.rings
        await mailbox.put(look())
        assert await bell.wait(SOON, since=seen)


async def test_work_that_is_rolled_back_rings_nowhere(database: Database, other: Database) -> None:
    def break_off(connection: Connection) -> None:
        queue.put(connection, look(), MONDAY)
        raise ValueError("no")

    async with listening(other) as (_, bell):
        seen = bell.rings
        with pytest.raises(ValueError, match="no"):
            await database.write(break_off, "test")
        assert not await bell.wait(NEVER, since=seen)


async def test_what_announces_no_work_tells_nobody_beyond(database: Database) -> None:
    told = list[str]()
    database.doorbell.beyond = lambda: told.append("told")
    await database.write(lambda c: c.execute(text("UPDATE jobs SET kind = kind WHERE 1 = 0")), "test")
    assert told == []
    await Mailbox(database, FakeClock()).put(look())
    assert told == ["told"]


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)  # on SQLite nobody can tell who wrote
async def test_ones_own_commits_ring_no_second_time(url: str, clock: FakeClock) -> None:
    own = Database(url, clock)
    async with listening(own) as (_, bell):
        seen = bell.rings
        await Mailbox(own, clock).put(look())
        assert bell.rings == seen + 1
        await asyncio.sleep(NEVER)
        assert bell.rings == seen + 1
    await own.close()


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)  # a file cannot hang up
async def test_a_bell_that_is_lost_is_counted_and_comes_back(
    mailbox: Mailbox, database: Database, other: Database
) -> None:
    losses = list[str]()
    async with listening(other, lambda: losses.append("lost")) as (ear, bell):
        seen = bell.rings
        end = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pm-agent-bell'")
        await database.read(lambda c: c.execute(end).all())
        assert await bell.wait(SOON, since=seen)  # rung once when it is back: nobody knows what was told meanwhile
        assert (ear.hears, losses) == (True, ["lost"])
        seen = bell.rings
        await mailbox.put(look())
        assert await bell.wait(SOON, since=seen)


async def test_a_barred_database_is_neither_read_nor_written_until_it_is_let_go(
    mailbox: Mailbox, database: Database
) -> None:
    database.bar(DatabaseNotReady("of another version", hint="Run: pm db upgrade"))
    for doing in (mailbox.put(look()), mailbox.depths()):
        with pytest.raises(DatabaseNotReady, match="another version. Run: pm db upgrade"):
            await doing
    await database.check_version()
    database.bar(None)
    assert await mailbox.put(look())
