"""An SQLite file that is locked, full, damaged or not to be written: told in time, with the remedy, and well again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from models.clock import SystemClock
from models.database import Database, upgrade
from models.errors import DatabaseNotReady
from models.ids import TeamId
from models.mailbox import Mailbox
from tests.contracts.stores.values import delivery, look

pytestmark = pytest.mark.anyio

CLOCK = SystemClock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    upgrade(f"sqlite:///{tmp_path}/pm.db")
    return tmp_path / "pm.db"


@pytest.fixture
def damaged(file: Path) -> Path:
    file.write_bytes(b"not a database at all" * 400)
    return file


async def test_a_file_somebody_else_has_locked_is_told_in_time(file: Path) -> None:
    database = Database(f"sqlite:///{file}", CLOCK, seconds=0.3)
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN EXCLUSIVE")
        begin = CLOCK.monotonic()
        with pytest.raises(DatabaseNotReady, match="locked"):
            await Mailbox(database, CLOCK).put(look())
        assert CLOCK.monotonic() - begin < 3
    assert await Mailbox(database, CLOCK).put(look())
    await database.close()


async def test_a_full_disk_is_told_and_what_fits_again_is_kept(file: Path) -> None:
    database = Database(f"sqlite:///{file}", CLOCK)
    pages = await database.write(lambda c: c.execute(text("PRAGMA page_count")).scalar_one(), "test")
    await database.write(lambda c: c.execute(text(f"PRAGMA max_page_count = {pages}")), "test")
    mailbox = Mailbox(database, CLOCK)
    mailbox.start()
    big = replace(delivery("big"), body=b"x" * 200_000)
    with pytest.raises(DatabaseNotReady, match="full"):
        await mailbox.accept(big, TeamId("pay"), look())
    await database.write(lambda c: c.execute(text("PRAGMA max_page_count = 100000")), "test")
    assert await mailbox.accept(big, TeamId("pay"), look())
    await mailbox.stop()
    await database.close()


async def test_a_file_that_is_no_database_any_more_is_told(damaged: Path) -> None:
    database = Database(f"sqlite:///{damaged}", CLOCK)
    with pytest.raises(DatabaseNotReady, match="not a database"):
        await Mailbox(database, CLOCK).put(look())
    with pytest.raises(DatabaseNotReady, match="not a database"):
        await Mailbox(database, CLOCK).depths()
    await database.close()


async def test_a_file_that_is_not_to_be_written_names_the_remedy_and_is_written_when_it_may(file: Path) -> None:
    database = Database(f"sqlite:///{file}", CLOCK)

    def only_reads(connection: Connection) -> None:
        connection.execute(text("PRAGMA query_only = 1"))  # nothing is read-only for root
        try:
            connection.execute(text("UPDATE jobs SET kind = kind"))
        finally:
            connection.execute(text("PRAGMA query_only = 0"))

    with pytest.raises(DatabaseNotReady, match="readonly database. Let this process write to the file"):
        await database.write(only_reads, "test")
    assert await Mailbox(database, CLOCK).put(look())
    await database.close()
