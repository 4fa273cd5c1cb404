"""At a reload each old web process serves until a young one more does; at a stop they end at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bot.generations import GLANCE, Lineage, PatientWorker

pytestmark = pytest.mark.anyio


@dataclass(eq=False)
class Cfg:
    """What gunicorn reads anew at each reload."""

    workers: int


@pytest.fixture(autouse=True)
def parent() -> Iterator[None]:
    """gunicorn's parent before its first fork."""
    before, PatientWorker.lineage = PatientWorker.lineage, Lineage()
    yield
    PatientWorker.lineage = before


def generation(workers: int) -> list[PatientWorker]:
    """Web processes as the parent has made them, without their sockets."""
    cfg = Cfg(workers)
    return [forked(cfg) for _ in range(workers)]


def forked(cfg: Cfg) -> PatientWorker:
    worker = PatientWorker.__new__(PatientWorker)
    worker.alive, worker.loop, worker._told_to_end = True, asyncio.get_running_loop(), False
    assert PatientWorker.lineage is not None
    worker.generation, worker.place = PatientWorker.lineage.born(cfg)
    return worker


def begin(*workers: PatientWorker) -> None:
    for worker in workers:
        assert worker.lineage is not None
        worker.lineage.serves(worker.generation, worker.place)


async def end(*workers: PatientWorker) -> list[bool]:
    """Tell them to end, again and again as gunicorn does, and say who serves on."""
    for _ in range(2):
        for worker in workers:
            worker.handle_exit_signal()
        await asyncio.sleep(2 * GLANCE)
    return [worker.alive for worker in workers]


async def test_the_old_leave_one_by_one_as_the_young_begin_to_serve() -> None:
    old = generation(3)
    begin(*old)
    young = generation(3)
    assert await end(*old) == [True, True, True]
    begin(young[1])
    assert await end(*old) == [False, True, True]
    begin(*young)
    assert await end(*old) == [False, False, False] and all(each.alive for each in young)


async def test_fewer_young_relieve_all_the_old() -> None:
    old, young = generation(4), generation(1)
    assert any(await end(*old))
    begin(*young)
    assert not any(await end(*old))


async def test_with_nobody_younger_a_stop_is_a_stop_also_after_one_was_replaced() -> None:
    cfg = Cfg(2)
    before = [forked(cfg), forked(cfg), forked(cfg)]
    assert await end(*before) == [False, False, False]


async def test_the_old_outlast_a_generation_that_never_begins() -> None:
    old, _broken = generation(2), generation(2)
    assert await end(*old) == [True, True]
    begin(*generation(2))
    assert await end(*old) == [False, False]


@pytest.mark.parametrize("failure", [RuntimeError("a broken file"), SystemExit(3)])
async def test_one_that_cannot_begin_ends_all_only_where_nobody_has_served(failure: BaseException) -> None:
    cfg = Cfg(2)
    first, second = forked(cfg), forked(cfg)
    assert not second.spares(failure)
    begin(first)
    assert second.spares(failure) and not second.spares(SystemExit(0))
