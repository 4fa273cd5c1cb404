"""How soon a command is acknowledged while deliveries come in fifty a second."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.bench.company import AtWork, at_work
from tests.bench.figures import at_most, machine, milliseconds, percentile, record, sized
from tests.bench.intake.load import Load
from tests.bench.intake.sending import send

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

RATE, SECONDS, ASKS = 50, 12, 20
HALF, LATE = 25.0, 150.0
"""Milliseconds at p50 and p99."""


async def test_a_command_is_acknowledged_at_once_beside_fifty_events_a_second(tmp_path: Path) -> None:
    async with at_work(tmp_path, f"sqlite:///{tmp_path / 'pm.db'}") as company:
        secret, count = company.simulator.secrets.jira_webhook_secret, sized(RATE * SECONDS)
        load = Load(port=company.product.port, secret=secret, count=count, rate=RATE, name="beside", keys=company.keys)
        alone = [await acknowledged(company) for _ in range(ASKS)]
        stream = asyncio.create_task(asyncio.to_thread(send, load))
        await asyncio.sleep(1.0)
        taken = [await acknowledged(company) for _ in range(ASKS)]
        assert not stream.done() or count < RATE * SECONDS, "nothing came in beside them"
        assert (await stream).failed == 0
    print(f"\n/pm help, {ASKS} times beside {RATE} deliveries/s: {machine()}")
    print(f"  {milliseconds(taken)}; alone {milliseconds(alone)}")
    half, late = 1000 * percentile(taken, 0.5), 1000 * percentile(taken, 0.99)
    what = f"a command acknowledged beside {RATE} events/s"
    beside = f"alone {milliseconds(alone)}"
    assert all(
        [
            record("B7", f"{what}, p50", half, at_most(HALF, "ms"), beside),
            record("B7", f"{what}, p99", late, at_most(LATE, "ms"), beside),
        ]
    )


async def acknowledged(company: AtWork) -> float:
    """Seconds until Slack has its 200."""
    user, channel = company.someone()
    began = time.perf_counter()
    answered = await company.simulator.slack_out.command(user, channel, "/pm", "help")
    taken = time.perf_counter() - began
    assert answered.ok
    await asyncio.sleep(0.1)
    return taken
