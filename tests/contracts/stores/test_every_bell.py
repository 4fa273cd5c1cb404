"""A process hears of work over Redis while that lives, over the database while it does not, and polls at the worst."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.bells import Bells, bells_of
from bot.metrics import Metrics
from integrations.redis import Line
from models.clock import SystemClock
from models.database import Database, upgrade
from models.ids import TeamId
from models.mailbox import Mailbox, NewJob
from models.running import Count
from tests.contracts.stores.conftest import Databases
from tests.redis_server import RedisServer, redis_server

pytestmark = pytest.mark.anyio

CLOCK = SystemClock()
SOON = 6.0
"""Seconds within which a bell is found to be lost and another is heard."""


@pytest.fixture
def url(postgresql_databases: Databases) -> Iterator[str]:
    with postgresql_databases.fresh() as address:
        yield address


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as server:
        yield server


@contextlib.asynccontextmanager
async def working(url: str, redis_url: str) -> AsyncIterator[tuple[Bells, Database]]:
    """A process of the product, as far as bells go."""
    database = Database(url, CLOCK)
    bells = Bells(database, Line(redis_url, CLOCK, again=0.1) if redis_url else None, Metrics())
    async with bells.telling(), bells.hearing(alone=False):
        yield bells, database
    await bells.close()
    await database.close()


async def says(bells: Bells, words: str) -> None:
    """The check says so, sooner or later."""
    async with asyncio.timeout(SOON):
        while words not in bells.check().detail:
            await asyncio.sleep(0.02)


async def rings(here: Database, there: Database) -> bool:
    """What is committed here is heard there, long before anybody would poll."""
    seen = there.doorbell.rings
    await Mailbox(here, CLOCK).put(NewJob("tidy", f"t:{seen}", TeamId("pay")))
    return await there.doorbell.wait(0.8, since=seen)


async def test_redis_first_the_database_while_it_is_away_and_redis_again(url: str, redis: RedisServer) -> None:
    async with working(url, redis.url) as (_, here), working(url, redis.url) as (bells, there):
        await says(bells, "heard over Redis")
        assert await rings(here, there) and not bells.database.hears
        redis.kill()
        await says(bells, "heard over PostgreSQL's LISTEN")
        assert await rings(here, there)
        assert (await bells.redis()).state == "warning"
        redis.start()
        await says(bells, "heard over Redis")
        assert await rings(here, there) and not bells.database.hears
        assert (await bells.redis()).state == "ok"


async def test_without_redis_the_database_tells(url: str) -> None:
    async with working(url, "") as (_, here), working(url, "") as (bells, there):
        await says(bells, "heard over PostgreSQL's LISTEN")
        assert await rings(here, there)
        assert (await bells.redis()).state == "off"


async def test_on_sqlite_a_worker_beside_the_doors_hears_of_the_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/pm.db"
    upgrade(url)
    async with working(url, "") as (_, here), working(url, "") as (bells, there):
        await says(bells, "heard over the file")
        assert await rings(here, there)


async def test_a_process_with_no_bell_at_all_says_that_it_polls(tmp_path: Path) -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none", CLOCK)
    bells = bells_of(database, "", CLOCK, metrics := Metrics())
    async with bells.hearing(alone=True):
        await says(bells, "refused; work of other processes is found by polling, within a second")
        assert bells.check().state == "warning"
    assert metrics.take()[Count("pm_bells_lost", ("database",))] == 1
    await database.close()
