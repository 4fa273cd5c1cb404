"""Every table has a stated life, and what is tidied is tidied: years of work leave a database of months."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from models.database import Database
from models.events import Source
from models.keeping import housekeeping
from models.keeping.housekeeping import BOUNDED, COMPANY, DELIVERIES, LIVES, REAL
from models.mailbox import Mailbox, NewJob
from models.operations import Operations
from models.running import Alert, Count, Kind, Process
from models.store import Store
from models.tables.everything import all_tables
from models.tables.queue import firings
from tests.contracts.stores.values import PAY, FakeClock, delivery

pytestmark = pytest.mark.anyio
DAY = 24 * 3600.0
DOCS = Path(__file__).parents[3] / "docs" / "operations.md"


def without_a_life(tables: set[str]) -> set[str]:
    return tables - LIVES.keys() - BOUNDED.keys()


def test_every_table_has_a_stated_life() -> None:
    assert without_a_life(set(all_tables().tables)) == set()
    assert without_a_life({"inbox", "some_new_table"}) == {"some_new_table"}


def test_every_stated_step_is_one_that_is_taken_and_every_step_is_stated() -> None:
    stated = {step for steps in LIVES.values() for step in steps}
    assert stated == {*REAL, *COMPANY}
    assert not LIVES.keys() & BOUNDED.keys() and {*LIVES, *BOUNDED} <= set(all_tables().tables)


def test_the_docs_tell_the_life_of_every_table() -> None:
    retention = DOCS.read_text().partition("## What is kept, and for how long")[2].partition("\n## ")[0]
    assert [name for name in all_tables().tables if f"`{name}`" not in retention] == []


async def rows(database: Database, table: str) -> int:
    return int(await database.read(lambda c: c.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()))


async def test_an_id_is_known_for_more_than_a_year_and_then_the_row_goes(
    mailbox: Mailbox, store: Store, database: Database, clock: FakeClock
) -> None:
    mailbox.start()
    try:
        from dataclasses import replace

        came = replace(delivery("old", source=Source.JIRA), received=clock.real())
        assert await mailbox.accept(came, PAY, None)
        clock.tick(DELIVERIES.days * DAY - 60)
        await store.tidy()
        assert not await mailbox.accept(came, PAY, None)
        clock.tick(120)
        assert (await store.tidy())["deliveries"] == 1 and await rows(database, "inbox") == 0
    finally:
        await mailbox.stop()


async def test_slots_that_come_every_minute_go_after_days_but_for_the_last(
    store: Store, database: Database, clock: FakeClock
) -> None:
    def many(connection: Any) -> None:
        for schedule in ("watch", "past:pay", "sync:pay", "digest:pay"):
            made = [
                {"schedule": schedule, "slot": f"{n:05d}", "at": clock.real() + timedelta(minutes=n), "ran": True}
                for n in range(60)
            ]
            connection.execute(insert(firings), made)

    await database.write(many, "test")
    clock.tick(3 * DAY)
    assert (await store.tidy())["firings"] == 3 * 59
    assert await rows(database, "firings") == 63 and await store.fired("watch") == "00059"


async def test_a_quarter_of_a_year_of_running_it_leaves_what_a_fortnight_leaves(
    mailbox: Mailbox, store: Store, database: Database, clock: FakeClock
) -> None:
    """Beats, counts, alerts, slots and jobs, once an hour for ninety days, tidied daily."""
    operations, seen = Operations(database, clock), dict[int, dict[str, int]]()
    tables = ("processes", "counts", "alerts", "firings", "jobs")
    for day in range(1, 91):
        for hour in range(0, 24, 6):
            await one_hour(operations, mailbox, store, clock, f"{day}-{hour}")
            clock.tick(6 * 3600)
        await store.tidy()
        seen[day] = {table: await rows(database, table) for table in tables}
    assert all(seen[90][table] <= seen[45][table] for table in tables), (seen[45], seen[90])
    assert sum(seen[90].values()) < 500


async def one_hour(operations: Operations, mailbox: Mailbox, store: Store, clock: FakeClock, name: str) -> None:
    process = Process(name=name, kind=Kind.START, host="h", pid=1, version="1")
    await operations.beat(process, None, {Count("pm_deliveries", ("jira", "accepted")): 5}, leaves=True)
    now = clock.real()
    alert = Alert(name="dead_letters", subject=name, since=now, held=now, words="w", told=now, ended=now, message="m")
    await operations.keep_alerts([alert])
    await store.fire("watch", f"{now.timestamp():012.0f}", NewJob("watch", "watch", PAY, 2))
    job = await mailbox.claim((2,), 30)
    assert job is not None
    await mailbox.finish(job)


def test_tidying_takes_small_steps() -> None:
    assert housekeeping.BATCH <= 500
