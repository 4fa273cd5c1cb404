"""How long nobody can reach the agent over its socket, fault by fault, with production's own timings."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from integrations.slack.socket import Pace
from tests.bench.figures import at_most, machine, record
from tests.integrations.slack.socket.conftest import connected

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

FAULTS = (("refresh", 0.0), ("hang_up", 0.0), ("drop", 0.0), ("silence", 0.0), ("silence", 1.9), ("silence", 3.9))
"""What happens, and seconds until somebody types: a command that goes into a dead line costs Slack's patience."""

PATIENCE = 3.0
"""Seconds Slack waits for an acknowledgement."""

MOST = 10.0


async def test_commands_work_again_within_ten_seconds(tmp_path: Path) -> None:
    taken = dict[str, float]()
    for fault, before in FAULTS:
        async with connected(tmp_path, pace=Pace()) as ours:
            ours.slack.slack_socket.patience = PATIENCE
            getattr(ours.slack.slack_socket, fault)()
            began = time.perf_counter()
            await asyncio.sleep(before)
            await ours.works_again(seconds=2 * MOST)
            taken[f"{fault} {before or ''}".strip()] = time.perf_counter() - began
    print(f"\nuntil commands work again: {machine()}")
    print("  " + ", ".join(f"{fault} {seconds:.2f} s" for fault, seconds in taken.items()))
    what = "commands work again after any loss of Slack's socket"
    assert record("issue", what, max(taken.values()), at_most(MOST, "s"))
