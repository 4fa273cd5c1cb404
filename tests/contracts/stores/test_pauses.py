"""A pause is one transaction: the switch, who has thrown it, and the audit row; one for a time ends once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.database import Database
from models.pauses import Pause
from models.store import Store
from models.tables.outbox import audit
from tests.contracts.stores.values import MONDAY, PAY, PM, FakeClock

pytestmark = pytest.mark.anyio

PAUSE = Pause(by=PM, since=MONDAY, until=MONDAY + timedelta(hours=2))


async def trail(database: Database) -> list[tuple[str, str]]:
    rows = await database.read(lambda c: c.execute(select(audit.c.who, audit.c.what).order_by(audit.c.id)).all())
    return [(row.who, row.what) for row in rows]


async def test_a_pause_is_known_with_the_facts_and_ends_with_a_look(
    store: Store, database: Database, clock: FakeClock
) -> None:
    await store.plan_look(PAY, clock.now() + timedelta(days=3))
    await store.pause(PAY, PAUSE)
    assert (await store.facts_about(PAY)).paused == PAUSE == await store.pause_of(PAY)
    assert await store.resume(PAY, PM) == PAUSE
    assert (await store.facts_about(PAY)).paused is None and await store.looks_due(clock.now()) == [PAY]
    assert await store.resume(PAY, PM) is None
    assert await trail(database) == [("pm", "paused"), ("pm", "resumed")]


async def test_a_pause_for_a_time_is_over_then_and_an_open_one_never(store: Store, clock: FakeClock) -> None:
    await store.pause(PAY, PAUSE)
    assert await store.pauses_over(clock.now()) == [] and await store.next_alarm() == PAUSE.until
    clock.tick(7200)
    assert await store.pauses_over(clock.now()) == [PAY]
    await store.pause(PAY, replace(PAUSE, until=None))
    assert await store.pauses_over(clock.now()) == []


async def test_a_switch_thrown_by_hand_is_a_pause_of_nobody(store: Store) -> None:
    await store.pause(PAY)
    assert await store.pause_of(PAY) == Pause(by=None)
