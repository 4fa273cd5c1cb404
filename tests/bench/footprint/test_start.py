"""How soon after its start the all-in-one process takes deliveries, and says its first word in Slack."""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path

import pytest

from tests.bench.company import at_work
from tests.bench.figures import at_most, machine, record, spread
from tests.bench.intake.servers import plain_door
from tests.bench.processes import answers

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

ROUNDS = 3
READY, TAKES, SPEAKS = 3.0, 1.2, 3.0
"""Seconds: the project's promise, and the bars of the first 2xx and of the first message."""


async def test_it_is_ready_and_speaks_soon_after_its_start(tmp_path: Path) -> None:
    ready, spoken, plain = list[float](), list[float](), list[float]()
    for number in range(ROUNDS):
        (folder := tmp_path / str(number)).mkdir()
        took, said = await one_start(folder)
        ready.append(took)
        spoken.append(said)
        began = time.monotonic()
        with plain_door(f"sqlite:///{folder / 'plain.db'}", folder):
            plain.append(time.monotonic() - began)
    print(f"\nfrom exec: {machine()}")
    print(f"  takes deliveries {spread(ready, '{:.2f}')} s, plain {spread(plain, '{:.2f}')} s")
    print(f"  first message    {spread(spoken, '{:.2f}')} s")
    takes, speaks = statistics.median(ready), statistics.median(spoken)
    beside = f"plain {statistics.median(plain):.1f} s"
    assert all(
        [
            record("issue", "pm start until it takes deliveries", takes, at_most(READY, "s"), beside),
            record("B13", "the same against the bar", takes, at_most(TAKES, "s"), beside),
            record("B13", "pm start until its first message in Slack", speaks, at_most(SPEAKS, "s")),
        ]
    )


async def one_start(folder: Path) -> tuple[float, float]:
    """Seconds until the door answers, and until the first message is there; the company has something to speak of."""
    async with at_work(folder, f"sqlite:///{folder / 'pm.db'}", start=False) as company:
        began = time.monotonic()
        company.product.start()
        first = asyncio.create_task(company.until(lambda: bool(company.said())))
        while not await asyncio.to_thread(answers, f"http://127.0.0.1:{company.product.port}/health"):
            await asyncio.sleep(0.005)
        ready = time.monotonic() - began
        await first
        return ready, time.monotonic() - began
