"""A shift goes on when its loop breaks, and ends even when some work does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.app import App
from bot.bells import Bells
from bot.metrics import Metrics
from bot.shift import REOPENED, _drain, _keep_working, following, opened, usable
from models.clock import SystemClock
from models.database import Database, upgrade
from models.errors import DatabaseNotReady
from models.mailbox import Mailbox

pytestmark = pytest.mark.anyio


class Breaking:
    """A mailbox whose first claims are hit by a bug; afterwards there is nothing to do and the shift ends."""

    def __init__(self, stop: asyncio.Event) -> None:
        self.claims = 0
        self._stop = stop
        self.doorbell = SimpleNamespace(rings=0)

    async def claim(self, lanes: Sequence[int], lease: float) -> None:
        self.claims += 1
        if self.claims == 1:
            raise RuntimeError("a bug")
        self._stop.set()

    async def due_in(self, lanes: Sequence[int]) -> float:
        return 0.0

    async def wait(self, timeout: float, **_: Any) -> bool:
        await asyncio.sleep(0)
        return False


async def test_a_loop_that_breaks_is_started_again() -> None:
    stop = asyncio.Event()
    mailbox = Breaking(stop)
    app = cast(App, SimpleNamespace(mailbox=mailbox, settings=SimpleNamespace(lease_seconds=20.0), clock=SystemClock()))
    async with asyncio.timeout(5):
        await _keep_working(app, stop, breath=0.01)
    assert mailbox.claims > 1


class Forgetful:
    """A roster that cannot be read at first, and ends the wait when it is read once more."""

    def __init__(self) -> None:
        self.read = 0
        self.enough = asyncio.Event()

    async def refresh(self) -> None:
        self.read += 1
        if self.read == 1:
            raise RuntimeError("a bug")
        self.enough.set()


async def test_who_is_who_is_read_again_whatever_fails_until_the_doors_close() -> None:
    roster = Forgetful()
    async with asyncio.timeout(5), following(cast(App, SimpleNamespace(roster=roster)), 0.001):
        await roster.enough.wait()
    read = roster.read
    await asyncio.sleep(0.01)
    assert roster.read == read


async def test_work_that_never_ends_does_not_hold_up_the_stop() -> None:
    endless = asyncio.create_task(asyncio.sleep(60))
    await _drain(cast("asyncio.Task[None]", endless), patience=0.05)
    assert endless.cancelled()


class Door:
    """Of an app, what opening it needs; its database is really there."""

    def __init__(self, database: Database) -> None:
        self.database, self.opened = database, 0
        self.jira = self.me = None
        self.bells = Bells(database, None, Metrics())
        self.roster = self.mailbox = self.finding = self
        self.slack = self.bitbucket = self.claude = None

    async def refresh(self) -> None:
        self.opened += 1

    def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def close(self) -> None: ...


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    """Over a file without tables."""
    yield Door(Database(f"sqlite:///{tmp_path}/pm.db", SystemClock()))


async def test_doors_refuse_until_the_database_is_of_their_version_and_then_open_by_themselves(
    door: Door, tmp_path: Path
) -> None:
    box = Mailbox(door.database, SystemClock())
    async with opened(cast(App, door), patient=True):
        with pytest.raises(DatabaseNotReady, match="Run: pm db upgrade"):
            await box.depths()
        upgrade(f"sqlite:///{tmp_path}/pm.db")
        async with asyncio.timeout(2 * REOPENED + 5):
            while not door.opened:
                await asyncio.sleep(0.05)
        assert (await box.depths()).running == 0


async def test_whoever_is_not_patient_does_not_begin(door: Door) -> None:
    with pytest.raises(DatabaseNotReady, match="Run: pm db upgrade"):
        async with opened(cast(App, door)):
            raise AssertionError("it began")


async def test_a_worker_waits_for_its_version_and_goes_when_it_is_told_to(door: Door, tmp_path: Path) -> None:
    stop, app = asyncio.Event(), cast(App, door)
    waiting = asyncio.create_task(usable(app, stop))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    stop.set()
    assert await waiting is False
    upgrade(f"sqlite:///{tmp_path}/pm.db")
    assert await usable(app, asyncio.Event()) is True
    await door.database.close()
