"""PostgreSQL stopped at once and away for a minute, read-only, full of others: what was acknowledged is there."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from models.database import upgrade
from tests.faults.infrastructure.agent import Agent, Sender, at_work, kept, lines
from tests.postgresql import Server, execute, stoppable

pytestmark = [pytest.mark.anyio, pytest.mark.faults]

AWAY = float(os.environ.get("FAULTS_AWAY", "60"))
"""Seconds the database is away."""

SOON = 10.0
"""Seconds in which it must have come back by itself."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with stoppable(durable=True) as running:
        upgrade(running.url)
        yield running


@pytest.fixture
async def sender(server: Server, tmp_path: Path) -> AsyncIterator[Sender]:
    async with at_work(Agent(tmp_path, server.url)) as sender:
        sender.name = tmp_path.name
        yield sender


async def test_away_for_a_minute_it_answers_503_loses_nothing_and_comes_back_by_itself(
    server: Server, sender: Sender
) -> None:
    child = sender.agent.children()
    async with sender.sending():
        await asyncio.sleep(2)
        await asyncio.to_thread(server.stop)  # -m immediate: as when its machine is switched off
        await asyncio.sleep(AWAY)
        before = sender.answers.copy()
        await asyncio.to_thread(server.start)
        back = await sender.takes(SOON)
        await asyncio.sleep(2)
    print(f"\nPostgreSQL away for {AWAY:.0f} s: {dict(sender.answers)}, taken again after {back:.1f} s")
    assert before[503] and sender.patient == sender.answers[503] and set(sender.answers) == {202, 503}
    assert sender.acknowledged <= kept(server.url)
    assert sender.agent.children() == child, "nobody had to start it again"
    told = [line["msg"] for line in lines(sender.agent.log, "not_stored")]
    assert told and all("DATABASE_URL" in line for line in told) and "Traceback" not in sender.agent.log


async def test_after_a_failover_to_a_server_that_only_reads_it_says_so_and_comes_back(
    server: Server, sender: Sender
) -> None:
    async with sender.sending():
        await asyncio.sleep(1)
        await asyncio.to_thread(reads_only, server, "on")
        await asyncio.sleep(3)
        await asyncio.to_thread(reads_only, server, "off")
        await sender.takes(SOON)
    assert sender.answers[503] and set(sender.answers) == {202, 503}
    assert sender.acknowledged <= kept(server.url)
    assert any("read-only" in line["msg"] for line in lines(sender.agent.log, "not_stored"))


def reads_only(server: Server, how: str) -> None:
    execute(server.url, f"ALTER SYSTEM SET default_transaction_read_only = {how}", "SELECT pg_reload_conf()")
