"""How long a job sleeps that waits for a moment of company time, and that a waiting job is no work under way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.app import GLANCE, LONGEST_NAP, App
from models.clock import Clock, SharedClock, SystemClock
from models.database import Database
from models.ids import TeamId
from models.mailbox import Mailbox, NewJob
from tests.waiting import under_way, unfinished
from tests.world import empty_database

pytestmark = pytest.mark.anyio

NINE = datetime(2026, 11, 17, 9, tzinfo=UTC)


def seconds(clock: Clock, left: timedelta) -> float:
    app: Any = SimpleNamespace(clock=clock)
    return App.real_seconds_until(app, clock.now() + left)


def test_with_the_real_clock_it_sleeps_until_the_moment_or_ten_minutes() -> None:
    clock = SystemClock()
    assert seconds(clock, timedelta(hours=14)) == LONGEST_NAP == 600
    assert seconds(clock, timedelta(minutes=3)) == pytest.approx(180, abs=1)
    assert seconds(clock, timedelta(seconds=-5)) == 1


def test_where_a_file_tells_the_time_it_looks_again_every_minute(tmp_path: Path) -> None:
    clock = SharedClock(tmp_path / "clock.json")
    clock.set(NINE, 60)
    assert seconds(clock, timedelta(hours=14)) == GLANCE == 60
    assert seconds(clock, timedelta(minutes=10)) == pytest.approx(10, abs=1)


async def test_a_job_that_waits_for_its_moment_is_idle_and_a_new_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "pm.db").write_bytes(empty_database())
    clock = SystemClock()
    database = Database(f"sqlite:///{tmp_path / 'pm.db'}", clock)
    mailbox = Mailbox(database, clock)
    await mailbox.put(NewJob("effect", "slack:dm:ann", TeamId("pay"), 0, {}, delay=0))
    [new] = await unfinished(database)
    assert under_way(new, clock.real(), parked=True)
    job = await mailbox.claim([0], 30)
    assert job is not None
    await mailbox.retry(job, "has had their message of today", 300, counted=False)
    [waits] = await unfinished(database)
    assert [under_way(waits, clock.real(), parked) for parked in (True, False)] == [False, True]
    await database.close()
