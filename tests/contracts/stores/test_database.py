"""Transactions: whole or not at all, durable before they return, and a missing database says so."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from models.database import Database, upgrade
from models.errors import DatabaseNotReady, SettingsError
from models.tables.mirror import memory
from tests.contracts.stores.values import FakeClock

pytestmark = pytest.mark.anyio


def a_row(key: str = "k", at: datetime | None = None) -> Any:
    at = at or datetime(2027, 1, 1, tzinfo=UTC)
    return insert(memory).values(team="pay", about="a", key=key, value={"x": 1}, at=at)


async def rows(database: Database) -> int:
    return int(await database.read(lambda c: c.execute(text("SELECT count(*) FROM memory")).scalar_one()))


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def halfway(connection: Any) -> None:
        connection.execute(a_row())
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(halfway, "halfway")
    assert await rows(database) == 0


async def test_a_fault_before_the_commit_undoes_it_and_one_after_does_not(url: str, clock: FakeClock) -> None:
    deadly = ""

    def strike(point: str) -> None:
        if point == deadly:
            raise KeyboardInterrupt

    database = Database(url, clock, at_commit=strike)
    for deadly, expected in (("x:before", 0), ("x:after", 1)):  # noqa: B007 - strike reads it
        with pytest.raises(KeyboardInterrupt):
            database._commit(lambda c: c.execute(a_row()), "x")
        assert await rows(database) == expected
    await database.close()


async def test_many_writers_of_one_process_never_find_the_database_locked(database: Database) -> None:
    await asyncio.gather(*(database.write(lambda c, n=n: c.execute(a_row(f"k{n}")), "w") for n in range(100)))
    assert await rows(database) == 100


async def test_two_processes_may_write_at_once(url: str, clock: FakeClock) -> None:
    first, second = Database(url, clock), Database(url, clock)
    await asyncio.gather(
        *(each.write(lambda c, n=n: c.execute(a_row(f"k{n}")), "w") for n, each in enumerate([first, second] * 20))
    )
    assert await rows(first) == 40
    await first.close()
    await second.close()


async def test_what_one_sqlite_database_has_compiled_serves_every_other(tmp_path: Path, clock: FakeClock) -> None:
    asked, hits = select(memory.c.value).where(memory.c.key == "served").order_by(memory.c.at), list[str]()
    for name in ("one", "other"):
        address = f"sqlite:///{tmp_path}/{name}.db"
        await asyncio.to_thread(upgrade, address)
        database = Database(address, clock)
        hits.append(await database.write(lambda c: c.execute(asked).context.cache_hit.name, "ask"))
        hits.append(await database.read(lambda c: c.execute(asked).context.cache_hit.name))
        await database.close()
    assert hits == ["CACHE_MISS", "CACHE_HIT", "CACHE_HIT", "CACHE_HIT"]


async def test_an_instant_comes_back_in_utc_and_a_naive_one_is_refused(database: Database) -> None:
    at = datetime.fromisoformat("2027-03-28T03:30:00.123456+02:00")
    await database.write(lambda c: c.execute(a_row(at=at)), "w")
    kept = await database.read(lambda c: c.execute(select(memory.c.at)).scalar_one())
    assert (kept, kept.tzinfo) == (at, UTC)
    with pytest.raises(Exception, match="naive"):
        await database.write(lambda c: c.execute(a_row("n", at=at.replace(tzinfo=None))), "w")


async def test_it_says_what_it_runs_on(database: Database) -> None:
    await rows(database)
    assert database.describe().startswith(("SQLite 3.", "PostgreSQL 1"))


async def test_reading_cannot_write(sqlite_databases: Any, clock: FakeClock) -> None:
    """On SQLite only: there a reader that writes would escape the one writer's queue."""
    with sqlite_databases.fresh() as url:
        database = Database(url, clock)
        with pytest.raises(DatabaseNotReady, match="readonly"):
            await database.read(lambda c: c.execute(a_row()))
        await database.close()


async def test_missing_tables_name_the_remedy(tmp_path: Path, clock: FakeClock) -> None:
    database = Database(f"sqlite:///{tmp_path}/empty.db", clock)
    with pytest.raises(DatabaseNotReady, match="pm db upgrade"):
        await rows(database)
    await database.close()


async def test_a_server_that_is_not_there_is_named_and_no_password_is_told(clock: FakeClock) -> None:
    database = Database("postgresql://pm:hunter2@127.0.0.1:1/pm", clock)
    with pytest.raises(DatabaseNotReady) as caught:
        await database.write(lambda c: c.execute(a_row()), "w")
    assert "hunter2" not in str(caught.value)
    await database.close()


async def test_a_path_that_cannot_be_a_database_is_named(tmp_path: Path, clock: FakeClock) -> None:
    database = Database(f"sqlite:///{tmp_path}/nowhere/pm.db", clock)
    with pytest.raises(DatabaseNotReady, match="DATABASE_URL"):
        await rows(database)
    await database.close()
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseNotReady):
        upgrade(f"sqlite:///{tmp_path}/file/pm.db")


@pytest.mark.parametrize("url", ["sqlite://", "mysql://localhost/pm", "not an address"])
async def test_an_address_we_cannot_use_names_the_variable(url: str, clock: FakeClock) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        Database(url, clock)
