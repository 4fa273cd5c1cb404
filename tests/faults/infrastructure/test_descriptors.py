"""Out of file descriptors: what cannot be kept is refused honestly, the log names the limit, and it comes back."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.infrastructure.agent import Agent, at_work, kept
from tests.world import fresh_database

pytestmark = [pytest.mark.anyio, pytest.mark.faults]

FEW = 64


@contextlib.contextmanager
def crowd(port: int, count: int) -> Iterator[None]:
    """So many who come in and say nothing."""
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
        yield


async def test_when_descriptors_run_out_nothing_acknowledged_is_lost_and_it_comes_back(tmp_path: Path) -> None:
    database = fresh_database(tmp_path / "pm.db")
    agent = Agent(tmp_path, database, {resource.RLIMIT_NOFILE: FEW})
    async with at_work(agent) as sender:
        async with sender.sending():
            await asyncio.sleep(1)
            with crowd(agent.port, FEW):
                await asyncio.sleep(4)
        seconds = await sender.takes(30)
    print(f"\nout of descriptors: {dict(sender.answers)}, taken again after {seconds:.1f} s")
    assert set(sender.answers) <= {0, 202, 503} and sender.acknowledged <= kept(database)
    assert "ulimit -n" in agent.log or "LimitNOFILE" in agent.log
