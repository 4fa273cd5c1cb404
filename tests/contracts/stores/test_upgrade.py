"""``pm db upgrade`` beside processes at work: two take turns, and nobody waits long for a table that is in use."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import make_url, text

from models.clock import SystemClock
from models.database import BRIEFLY, Database, upgrade
from models.ids import fresh
from tests.contracts.stores.conftest import Databases
from tests.postgresql import execute, opened

pytestmark = pytest.mark.anyio

CLOCK = SystemClock()


@pytest.fixture
def empty(postgresql_databases: Databases) -> Iterator[str]:
    """A database of the same server without tables."""
    server, name = postgresql_databases.template, f"upgrade_{fresh()}"
    execute(server, f"CREATE DATABASE {name}")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    execute(server, f"DROP DATABASE {name} WITH (FORCE)")


async def test_two_at_once_both_find_it_done(empty: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(upgrade, empty) for _ in range(2)))
    database = Database(empty, CLOCK)
    await database.check_version()
    await database.close()


async def test_a_table_in_use_is_tried_again_until_it_is_free(empty: str) -> None:
    await asyncio.to_thread(upgrade, empty)
    with opened(empty) as busy:
        busy.execute(text("BEGIN"))
        busy.execute(text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
        upgrading = asyncio.create_task(asyncio.to_thread(upgrade, empty))
        await asyncio.sleep(BRIEFLY + 0.5)
        assert not upgrading.done()  # its time for the table is over, and it has not given up
        busy.execute(text("COMMIT"))
    await upgrading
