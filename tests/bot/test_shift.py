"""A shift goes on when its loop breaks, and ends even when some work does not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.app import App
from bot.shift import _drain, _keep_working, following

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
    app = cast(App, SimpleNamespace(mailbox=mailbox, settings=SimpleNamespace(lease_seconds=20.0)))
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
