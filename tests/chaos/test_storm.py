"""No chosen point, just bad luck: workers are killed or frozen again and again while the story goes on."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import random
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.chaos.people import Flow
from bot.chaos.places import Place
from bot.chaos.play import run
from bot.chaos.product import LEASE, Product
from bot.chaos.storms import PATIENCE, Storm
from tests.chaos.budget import Budget
from tests.chaos.conftest import DATABASES
from tests.chaos.memory import Memory

pytestmark = pytest.mark.chaos

KILLS = int(os.environ.get("CHAOS_KILLS", "0"))
"""Kills of the whole programme on both databases: storms go on until there are as many."""

LEAST = 15
"""Kills of a storm that deserves the name."""

FROZEN = LEASE + 2.0
"""Seconds a worker stands still: its jobs have long been taken over when it wakes up."""


def test_random_kills_lose_nothing_and_double_nothing(
    places: Mapping[str, Place], memory: Memory, budget: Budget, tmp_path: Path
) -> None:
    async def one(name: str, number: int) -> list[str]:
        storm, url = Storm(random.Random(f"{number} {name}")), places[name].fresh()
        done = await run(tmp_path / f"{name}-{number}", url, disturb=storm, patience=PATIENCE)
        memory.note(name, done, f"storm {number}", storm.kills)
        places[name].drop(url)
        budget.took(done.seconds)
        print(f"{name}: storm {number}, {storm.kills} kills in {done.seconds:.0f} s; {budget}", flush=True)
        few = [f"only {storm.kills} kills"] if storm.kills < LEAST else []
        return [f"{words}: {done.log}" for words in (*done.verdict, *few)]

    async def both(number: int) -> list[str]:
        names = [name for name in DATABASES if not memory.done(name, f"storm {number}")]
        return [words for each in await asyncio.gather(*(one(name, number) for name in names)) for words in each]

    for number in itertools.count(1):
        if budget.spent() and not all(memory.done(name, f"storm {number}") for name in DATABASES):
            budget.stop(f"storm {number} is left")
        assert asyncio.run(both(number)) == []
        if sum(memory.figures(name).kills for name in DATABASES) >= KILLS:
            break


def test_a_worker_that_wakes_up_after_its_jobs_were_taken_over_changes_nothing(
    places: Mapping[str, Place], memory: Memory, budget: Budget, tmp_path: Path
) -> None:
    if memory.done("postgresql", "zombie"):
        return
    if budget.spent():
        budget.stop("the frozen worker is left")
    freezes = 0
    luck = random.Random("zombie")

    async def freeze(flow: Flow) -> None:
        nonlocal freezes
        # Two installations of one team on one database: whoever lives takes over from whoever stands still.
        helper = Product(flow.folder, 0, flow.product.environment, ("worker",))
        await helper.start()
        try:
            while True:
                await asyncio.sleep(luck.uniform(0.5, 3.0))
                with contextlib.suppress(ProcessLookupError):
                    for worker in flow.product.workers():
                        os.kill(worker, signal.SIGSTOP)
                        freezes += 1
                        try:
                            await asyncio.sleep(FROZEN)
                        finally:
                            os.kill(worker, signal.SIGCONT)
        finally:
            await helper.stop()

    one = asyncio.run(run(tmp_path, places["postgresql"].fresh(), disturb=freeze, patience=PATIENCE))
    assert one.verdict == []
    assert freezes >= 3
    memory.note("postgresql", one, "zombie")
