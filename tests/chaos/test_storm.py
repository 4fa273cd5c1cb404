"""No chosen point, just bad luck: workers are killed or frozen again and again while the story goes on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.chaos.conftest import Fresh
from tests.chaos.flow import Flow, Run, run
from tests.chaos.product import LEASE, Product
from tests.chaos.table import Row, row

pytestmark = pytest.mark.chaos

SEEDS = tuple(range(int(os.environ.get("CHAOS_SEEDS", "2"))))

BETWEEN = (0.5, 4.0)
"""Seconds between two kills: often enough to hit what a restart does first, seldom enough to get anywhere."""

PATIENCE = 120.0
"""Seconds for what takes one or two after a single kill."""

FROZEN = LEASE + 2.0
"""Seconds a worker stands still: its jobs have long been taken over when it wakes up."""


@pytest.mark.parametrize("seed", SEEDS)
def test_random_kills_lose_nothing_and_double_nothing(
    seed: int, databases: Mapping[str, Fresh], tmp_path: Path, table: list[Row]
) -> None:
    kills = dict.fromkeys(databases, 0)

    async def one(name: str) -> Run:
        luck = random.Random(f"{seed} {name}")

        async def storm(flow: Flow) -> None:
            while True:
                await asyncio.sleep(luck.uniform(*BETWEEN))
                kills[name] += _kill(flow.product, everything=luck.random() < 0.2)

        return await run(tmp_path / name, databases[name](), disturb=storm, patience=PATIENCE)

    async def both() -> list[Run]:
        return await asyncio.gather(*map(one, databases))

    runs = dict(zip(databases, asyncio.run(both()), strict=True))
    table += [row(name, None, each, f"storm {seed}: {kills[name]} kills") for name, each in runs.items()]
    assert {name: each.verdict for name, each in runs.items()} == {name: [] for name in runs}
    assert min(kills.values()) >= 5


def test_a_worker_that_wakes_up_after_its_jobs_were_taken_over_changes_nothing(
    fresh_postgresql: Fresh, tmp_path: Path, table: list[Row]
) -> None:
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

    one = asyncio.run(run(tmp_path, fresh_postgresql(), disturb=freeze, patience=PATIENCE))
    table.append(row("postgresql", None, one, f"zombie: {freezes} times {FROZEN:.0f} s"))
    assert one.verdict == []
    assert freezes >= 3


def _kill(product: Product, *, everything: bool) -> int:
    """The worker, or all of it; 1 when somebody died."""
    with contextlib.suppress(ProcessLookupError):
        if everything and product.process is not None:
            os.killpg(product.process.pid, signal.SIGKILL)
            return 1
        for worker in product.workers():
            os.kill(worker, signal.SIGKILL)
            return 1
    return 0
