"""How long nobody can reach the agent over its socket, fault by fault, with production's own timings."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from integrations.slack.socket import Pace
from tests.bench.figures import machine
from tests.integrations.slack.socket.conftest import connected

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

FAULTS = ("refresh", "hang_up", "drop", "silence")
MOST = 10.0


async def test_commands_work_again_within_ten_seconds(tmp_path: Path) -> None:
    taken = dict[str, float]()
    for fault in FAULTS:
        async with connected(tmp_path, pace=Pace()) as ours:
            getattr(ours.slack.slack_socket, fault)()
            began = time.perf_counter()
            await ours.works_again(seconds=2 * MOST)
            taken[fault] = time.perf_counter() - began
    print(f"\nuntil commands work again: {machine()}")
    print("  " + ", ".join(f"{fault} {seconds:.2f} s" for fault, seconds in taken.items()))
    assert max(taken.values()) < MOST
