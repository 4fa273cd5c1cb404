"""The process that works is killed as the kernel does when memory is short: it begins again, and nothing is lost."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.faults.infrastructure.agent import Agent, at_work, kept
from tests.world import fresh_database

pytestmark = [pytest.mark.anyio, pytest.mark.faults]

SOON = 20.0


async def test_killed_while_it_works_it_is_started_again_and_all_that_was_acknowledged_is_there(tmp_path: Path) -> None:
    database = fresh_database(tmp_path / "pm.db")
    agent = Agent(tmp_path, database)
    async with at_work(agent) as sender, sender.sending():
        for _ in range(2):
            await asyncio.sleep(1)
            (child,) = agent.children()
            os.kill(child, signal.SIGKILL)  # what the OOM killer sends; it asks nobody and tells nobody
            await sender.takes(SOON)
            assert agent.children() != [child]
    assert set(sender.answers) <= {0, 202, 503} and sender.acknowledged <= kept(database)
    assert "out of memory" in agent.log
